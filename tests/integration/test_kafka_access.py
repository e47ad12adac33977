"""Brokers that let not everybody in: who has what they ask for comes in, everybody else is told
why not and what to do.
"""

import re

import pytest
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr

from floorpulse.access.error_messages import about
from floorpulse.contracts.topics import CONTACT_EVENTS, TOPICS
from floorpulse.runtime.kafka import close, ensure_topics, producer
from floorpulse.runtime.kafka_access import KafkaRefuses
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import KafkaSettings, Settings
from tests.integration.kafka import ApacheKafka

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize(
    ("protocol", "mechanism"),
    [
        ("SSL", "SCRAM-SHA-512"),
        ("SASL_PLAINTEXT", "SCRAM-SHA-256"),
        ("SASL_SSL", "PLAIN"),
        ("SASL_SSL", "SCRAM-SHA-512"),
    ],
)
async def test_who_has_what_a_broker_asks_for_comes_in(
    apache: ApacheKafka, protocol: str, mechanism: str
) -> None:
    settings = apache.access(protocol, mechanism)
    await ensure_topics(settings, TOPICS)
    sender = await producer(settings)
    try:
        sent = await sender.send_and_wait(CONTACT_EVENTS.name, b"{}", partition=0)
    finally:
        await close(sender)
    async with kafka_log(settings, CONTACT_EVENTS.name) as log:
        assert (await log.bounds())[0][1] == sent.offset + 1


def without(settings: KafkaSettings, *names: str, **others: object) -> KafkaSettings:
    """Settings with something else, or nothing, in the place of what stood there."""
    left = {name: getattr(settings, name) for name in settings.model_fields_set - {*names}}
    return KafkaSettings.model_validate(left | others)


CERTIFICATE = ("ssl_cert_file", "ssl_key_file")
USER = ("sasl_username", "sasl_password", "sasl_mechanism")
TLS = ("ssl_ca_file", *CERTIFICATE)
WRONG = SecretStr("not-it")


SETTING = "FLOORPULSE_KAFKA__"


@pytest.mark.parametrize(
    ("protocol", "gone", "others", "why", "what"),
    [
        (
            "SASL_SSL", (), {"sasl_password": WRONG},
            "refuses the user floor (SASL_SSL, SCRAM-SHA-512): Authentication failed",
            ("SASL_USERNAME", "SASL_PASSWORD", "SASL_MECHANISM"),
        ),
        (
            "SASL_PLAINTEXT", (), {"sasl_mechanism": "PLAIN"},
            "does not know PLAIN: ",
            ("SASL_MECHANISM",),
        ),
        (
            "SASL_SSL", ("ssl_ca_file",), {},
            "shows a certificate that is not trusted: self-signed certificate; ",
            ("SSL_CA_FILE", "SSL_CHECK_HOSTNAME"),
        ),
        (
            "SSL", CERTIFICATE, {},
            "wants a certificate of this process, or another one (",
            ("SSL_CERT_FILE", "SSL_KEY_FILE"),
        ),
        (
            "SSL", TLS, {"security_protocol": "PLAINTEXT"},
            "closes the connection at once: does it speak TLS? ",
            ("SECURITY_PROTOCOL",),
        ),
        (
            "SASL_PLAINTEXT", USER, {"security_protocol": "PLAINTEXT"},
            "takes the connection and answers nothing: does it want a user? ",
            ("SECURITY_PROTOCOL",),
        ),
    ],
)  # fmt: skip
async def test_who_is_not_let_in_is_told_why_and_what_to_do(
    apache: ApacheKafka,
    protocol: str,
    gone: tuple[str, ...],
    others: dict[str, object],
    why: str,
    what: tuple[str, ...],
) -> None:
    settings = without(apache.access(protocol), *gone, **others)
    with pytest.raises(KafkaRefuses) as refused:
        await ensure_topics(settings, TOPICS)
    told = about(refused.value, Settings(kafka=settings))
    assert told.startswith(f"Kafka at {settings.bootstrap_servers} {why}")
    assert tuple(re.findall(f"{SETTING}(\\w+)", told)) == what


@pytest.mark.parametrize(
    ("others", "said"),
    [
        (
            {"security_protocol": "SSL"},
            "does not speak TLS; see .*SECURITY_PROTOCOL \\(it is SSL\\)",
        ),
        (
            {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "x", "sasl_password": WRONG},
            r"asks for no user there; .*SECURITY_PROTOCOL \(it is SASL_PLAINTEXT\)",
        ),
    ],
)
async def test_a_broker_that_is_open_is_told_from_one_that_refuses(
    apache: ApacheKafka, others: dict[str, object], said: str
) -> None:
    settings = KafkaSettings.model_validate({"bootstrap_servers": apache.bootstrap, **others})
    with pytest.raises(KafkaRefuses, match=said):
        await producer(settings)


@pytest.mark.parametrize("servers", ["nobody.invalid", "[::1]:1", "nobody.invalid:9092, [::1]:1"])
async def test_a_broker_that_is_not_there_refuses_nothing(servers: str) -> None:
    with pytest.raises(KafkaConnectionError) as away:
        await producer(KafkaSettings(bootstrap_servers=servers))
    assert not isinstance(away.value, KafkaRefuses)
