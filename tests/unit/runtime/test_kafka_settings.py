"""How Kafka's brokers are reached: what was set goes together, or is refused in words."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from floorpulse.access.error_messages import about_settings
from floorpulse.kpi_engine.kafka.faust_app import credentials
from floorpulse.runtime.kafka_access import access, tls
from floorpulse.runtime.settings import KafkaSettings, Settings, read

PREFIX = "FLOORPULSE_KAFKA__"
USER = {"sasl_username": "floor", "sasl_password": "one-two"}


def kafka(**given: Any) -> KafkaSettings:
    return KafkaSettings.model_validate(given)


def test_without_any_of_it_brokers_are_spoken_to_as_before() -> None:
    assert access(kafka(bootstrap_servers="a:1,b:2")) == {
        "bootstrap_servers": "a:1,b:2",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }
    assert credentials(kafka()) is None


def test_a_user_is_told_to_aiokafka_and_to_faust_alike() -> None:
    settings = kafka(security_protocol="SASL_SSL", sasl_mechanism="SCRAM-SHA-512", **USER)

    told = access(settings)
    faust = credentials(settings)

    assert told["security_protocol"] == "SASL_SSL"
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("floor", "one-two")
    assert faust is not None
    assert faust.protocol.value == "SASL_SSL"
    assert faust.mechanism.value == told["sasl_mechanism"] == "SCRAM-SHA-512"  # type: ignore[attr-defined]
    assert faust.ssl_context is told["ssl_context"]  # type: ignore[attr-defined]


def test_without_tls_a_user_is_told_in_plain() -> None:
    faust = credentials(kafka(security_protocol="SASL_PLAINTEXT", **USER))

    assert faust is not None
    assert faust.protocol.value == "SASL_PLAINTEXT"


def test_over_tls_names_are_checked_unless_that_is_off() -> None:
    strict = tls(kafka(security_protocol="SSL"))
    lax = tls(kafka(security_protocol="SSL", ssl_check_hostname=False))

    assert strict is not None
    assert lax is not None
    assert (strict.check_hostname, strict.verify_mode) == (True, ssl.CERT_REQUIRED)
    assert (lax.check_hostname, lax.verify_mode) == (False, ssl.CERT_REQUIRED)
    faust = credentials(kafka(security_protocol="SSL"))
    assert faust is not None
    assert faust.protocol.value == "SSL"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"security_protocol": "SASL_SSL"}, "SASL_SSL needs {0}SASL_USERNAME and {0}SASL_PASSWORD"),
        (
            {"security_protocol": "SASL_PLAINTEXT", "sasl_username": "floor"},
            "SASL_PLAINTEXT needs {0}SASL_USERNAME and {0}SASL_PASSWORD",
        ),
        (
            USER,
            (
                "{0}SASL_USERNAME is set, but brokers are spoken to over PLAINTEXT: set "
                "{0}SECURITY_PROTOCOL to SASL_SSL or SASL_PLAINTEXT, or leave it out"
            ),
        ),
        (
            {"security_protocol": "SSL", **USER},
            (
                "{0}SASL_USERNAME is set, but brokers are spoken to over SSL: set "
                "{0}SECURITY_PROTOCOL to SASL_SSL, or leave it out"
            ),
        ),
        (
            {"ssl_ca_file": "ca.pem"},
            (
                "{0}SSL_CA_FILE is set, but brokers are spoken to over PLAINTEXT: set "
                "{0}SECURITY_PROTOCOL to SSL or SASL_SSL, or leave it out"
            ),
        ),
        (
            {"security_protocol": "SASL_PLAINTEXT", "ssl_check_hostname": False, **USER},
            (
                "{0}SSL_CHECK_HOSTNAME is set, but brokers are spoken to over SASL_PLAINTEXT: set "
                "{0}SECURITY_PROTOCOL to SASL_SSL, or leave it out"
            ),
        ),
        (
            {"security_protocol": "SSL", "ssl_key_file": "key.pem"},
            "{0}SSL_KEY_FILE is set without {0}SSL_CERT_FILE",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, object], said: str) -> None:
    variables = {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items()}
    with pytest.raises(ValidationError) as wrong:
        read(Settings, variables)

    (told,) = about_settings(wrong.value, Settings)
    assert told == f"FLOORPULSE_KAFKA: {said.format(PREFIX)}"
    assert "one-two" not in told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ssl_ca_file": "{0}/no"}, "SSL_CA_FILE {0}/no holds no certificate in PEM (No such file"),
        ({"ssl_ca_file": "{0}/text"}, "SSL_CA_FILE {0}/text holds no certificate in PEM (NO_CERT"),
        (
            {"ssl_cert_file": "{0}/no"},
            "SSL_CERT_FILE {0}/no and FLOORPULSE_KAFKA__SSL_KEY_FILE {0}/no do not go together",
        ),
        (
            {"ssl_cert_file": "{0}/text", "ssl_key_file": "{0}/no"},
            "SSL_CERT_FILE {0}/text and FLOORPULSE_KAFKA__SSL_KEY_FILE {0}/no do not go together",
        ),
    ],
)
def test_files_without_use_are_named(tmp_path: Path, given: dict[str, str], said: str) -> None:
    (tmp_path / "text").write_text("nothing of use")
    files = {name: where.format(tmp_path) for name, where in given.items()}

    with pytest.raises(ValueError, match=PREFIX) as wrong:
        tls(kafka(security_protocol="SSL", **files))

    assert str(wrong.value).startswith(PREFIX + said.format(tmp_path))
