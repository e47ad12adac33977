"""Ingest on a real broker and a real database: what is acknowledged is in Kafka, what is not is not
claimed.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from fastapi import FastAPI
from pydantic import SecretStr
from structlog.testing import capture_logs

from floorpulse.access.keys import KeyRing
from floorpulse.demo.embedded import Broker
from floorpulse.demo.embedded.child import free_port
from floorpulse.ingest.settings import CustomerKeySettings, IngestGroup, IngestSettings
from floorpulse.ingest.wiring import create_ingest_app
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from floorpulse.runtime.unavailable import KeysUnavailable

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

SETTING = "FLOORPULSE_KAFKA__IDEMPOTENCE"
AT = 1_600_000_000_000
CUSTOMER_KEY = CustomerKeySettings(name="test", secret=SecretStr("s" * 32))


def settings_of(
    kafka: KafkaSettings, database: DatabaseSettings, ack_seconds: float = 30
) -> IngestSettings:
    group = IngestGroup(customer_keys=(CUSTOMER_KEY,), ack_seconds=ack_seconds)
    return IngestSettings(kafka=kafka, database=database, ingest=group)


@asynccontextmanager
async def client_of(settings: IngestSettings) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    app = create_ingest_app(settings)
    async with app.router.lifespan_context(app):
        token = await app.state.keys.create("shop", "test", ["events:write"])
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test", headers=headers, timeout=60
        ) as client:
            yield app, client


def offered(number: int, contact: str) -> dict[str, object]:
    return {
        "type": "contact.offered",
        "id": str(number),
        "source": "t",
        "at": AT + number,
        "contact": contact,
        "queue": "q",
        "customer": "+86138",
    }


async def records(
    kafka: KafkaSettings, topic: str
) -> dict[int, list[tuple[bytes, dict[str, object]]]]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with kafka_log(kafka, topic) as log:
        ends = {
            TopicPartition(topic, partition): end
            for partition, (_, end) in (await log.bounds()).items()
        }
    await consumer.start()
    try:
        consumer.assign(list(ends))
        found: dict[int, list[tuple[bytes, dict[str, object]]]] = {
            one.partition: [] for one in ends
        }
        while [one for one in ends if await consumer.position(one) < ends[one]]:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                for record in batch:
                    found[record.partition].append((record.key, json.loads(record.value)))
        return found
    finally:
        await consumer.stop()


async def test_accepted_events_are_in_kafka_in_order_and_a_contact_in_one_partition(
    kafka: KafkaSettings, database: DatabaseSettings
) -> None:
    events = [offered(number, f"c{number % 50}") for number in range(1000)]
    async with client_of(settings_of(kafka, database)) as (_, client):
        response = await client.post("/v1/events", json=[*events[:999], {"id": "bad"}])
        lone = await client.post("/v1/events", json=events[999])
    assert response.json()["accepted"] == 999
    assert lone.json() == {"accepted": 1, "rejected": []}
    found = await records(kafka, "contact-events")
    homes = Counter(contact for some in found.values() for contact in {key for key, _ in some})
    assert set(homes.values()) == {1}
    assert len(homes) == 50
    ids = [int(str(value["id"])) for some in found.values() for _, value in some]
    assert sorted(ids) == list(range(1000))
    for some in found.values():
        assert (order := [int(str(value["id"])) for _, value in some]) == sorted(order)
    assert "+86138" not in str(found)
    ((_, letter),) = (await records(kafka, "dead-letters"))[0]
    assert (letter["reason"], letter["tenant"], letter["payload"]) == (
        "missing_field",
        "shop",
        '{"id":"bad"}',
    )


async def test_many_clients_at_once_lose_nothing(
    kafka: KafkaSettings, database: DatabaseSettings
) -> None:
    async with client_of(settings_of(kafka, database)) as (_, client):
        bodies = [
            [offered(number * 5 + step, f"c{step}") for step in range(5)] for number in range(60)
        ]
        responses = await asyncio.gather(*[client.post("/v1/events", json=body) for body in bodies])
    assert {response.text for response in responses} == {'{"accepted":5,"rejected":[]}'}
    found = await records(kafka, "contact-events")
    assert len({value["id"] for some in found.values() for _, value in some}) == 300


async def test_while_the_broker_does_not_answer_it_is_503_and_afterwards_202(
    kafka: KafkaSettings, kafka_pid: int, database: DatabaseSettings
) -> None:
    async with client_of(settings_of(kafka, database, ack_seconds=3)) as (_, client):
        assert (await client.get("/readyz")).status_code == 200
        os.kill(kafka_pid, signal.SIGSTOP)
        try:
            away = await client.post("/v1/events", json=offered(1, "c"))
            unready = await client.get("/readyz")
        finally:
            os.kill(kafka_pid, signal.SIGCONT)
        await accepted(client, [offered(1, "c"), offered(2, "c")])
    assert (away.status_code, unready.status_code) == (503, 503)
    assert away.headers["retry-after"]
    assert {
        value["id"]
        for some in (await records(kafka, "contact-events")).values()
        for _, value in some
    } == {"1", "2"}


async def test_a_broker_without_idempotence_is_told_at_once_with_the_setting(
    broker: Broker, database: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=True)
    with capture_logs() as told:
        async with client_of(settings_of(kafka, database)) as (_, client):
            await all_refused(client, told, caplog)


async def all_refused(
    client: httpx.AsyncClient,
    told: list[MutableMapping[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asyncio.timeout(20):
        while SETTING not in str(told):  # noqa: ASYNC110  said before anything was sent
            await asyncio.sleep(0.05)
    attempts = len(
        [record for record in caplog.records if record.name == "aiokafka.producer.sender"]
    )
    answers = await asyncio.gather(
        *[client.post("/v1/events", json=offered(number, "c")) for number in range(100)]
    )
    unready = await client.get("/readyz")

    assert {answer.status_code for answer in (*answers, unready)} == {503}
    assert all(f"set {SETTING}=false" in answer.json()["detail"] for answer in (*answers, unready))
    assert str(told).count(f"set {SETTING}=false") == 1
    assert (
        attempts
        == len([record for record in caplog.records if record.name == "aiokafka.producer.sender"])
        == 1
    )


@pytest.mark.parametrize("command", [("engine",), ("redrive", "-")])
async def test_who_else_writes_to_kafka_names_the_setting_too(
    broker: Broker, database: DatabaseSettings, command: tuple[str, ...]
) -> None:
    env = {
        "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap,
        "FLOORPULSE_DATABASE__URL": database.url.get_secret_value(),
    }
    event = json.dumps(offered(1, "c") | {"tenant": "shop", "customer": None}).encode()
    floorpulse = Path(sys.executable).with_name("floorpulse")
    running = await asyncio.create_subprocess_exec(
        floorpulse, *command, env=env, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(60):
        _, said = await running.communicate(event)

    assert running.returncode == 2
    assert f"set {SETTING}=false" in said.decode()
    assert "Traceback" not in said.decode()


async def test_a_broker_may_come_after_ingest_and_go_and_come_back(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    broker = Broker(tmp_path / "broker.log", port=free_port())
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    async with client_of(settings_of(kafka, database, ack_seconds=2)) as (_, client):
        assert (await client.post("/v1/events", json=offered(1, "c"))).status_code == 503
        async with broker:
            await accepted(client, [offered(1, "c")])
        assert (await client.post("/v1/events", json=offered(2, "c"))).status_code == 503
        async with broker:
            await accepted(client, [offered(2, "c")])
            assert any((await records(kafka, "contact-events")).values())


async def accepted(client: httpx.AsyncClient, events: list[dict[str, object]]) -> None:
    """Send until they are taken, as a client does."""
    async with asyncio.timeout(90):
        while (response := await client.post("/v1/events", json=events)).status_code == 503:  # noqa: ASYNC110  a broker's progress
            await asyncio.sleep(0.1)
    assert response.status_code == 202


async def test_keys_live_until_they_are_revoked_or_expire(database: DatabaseSettings) -> None:
    engine = async_engine(database)
    moment = [1000]
    ring = KeyRing(engine, now=lambda: moment[0], monotonic=lambda: moment[0])
    token = await ring.create("shop", "wall", ["kpi:read"], expires_at=5000)
    key_id = token.split("_")[1]
    credential = await ring.verify(token)
    assert credential is not None
    assert (credential.key_id, credential.tenant, credential.scopes) == (
        key_id,
        "shop",
        frozenset({"kpi:read"}),
    )
    assert await ring.verify(token[:-1] + ("0" if token[-1] != "0" else "1")) is None
    assert await ring.verify("fp_0000000000000000_" + "0" * 64) is None
    assert await ring.verify("nonsense") is None
    assert await ring.find(key_id) == credential
    (stored,) = [one for one in await ring.listing() if one.key_id == key_id]
    assert (stored.label, stored.created_at, stored.revoked_at) == ("wall", 1000, None)
    moment[0] = 5000
    assert await ring.verify(token) is None
    lasting = await ring.create("shop", "other", ["kpi:read"])
    assert await ring.revoke(lasting.split("_")[1])
    assert not await ring.revoke(lasting.split("_")[1])
    assert await ring.verify(lasting) is None
    await engine.dispose()


@pytest.mark.parametrize(
    ("tenant", "scopes"),
    [("Shop", ["kpi:read"]), ("shop\n", ["kpi:read"]), ("shop", ["kpi:raed"]), ("shop", [])],
)
async def test_a_key_of_a_bad_tenant_or_scope_is_not_made(tenant: str, scopes: list[str]) -> None:
    engine = async_engine(DatabaseSettings())
    with pytest.raises(ValueError, match=r"tenant|scopes"):
        await KeyRing(engine).create(tenant, "x", scopes)


async def test_a_revocation_elsewhere_works_within_seconds(database: DatabaseSettings) -> None:
    engine = async_engine(database)
    moment = [0.0]
    here = KeyRing(engine, monotonic=lambda: moment[0])
    elsewhere = KeyRing(engine)
    token = await here.create("shop", "x", ["kpi:read"])
    assert await here.verify(token) is not None
    await elsewhere.revoke(token.split("_")[1])
    assert await here.verify(token) is not None
    moment[0] = 5.0
    assert await here.verify(token) is None
    await engine.dispose()


async def test_a_key_in_use_is_read_again_while_nobody_waits_for_it(
    database: DatabaseSettings,
) -> None:
    engine = async_engine(database)
    moment = [0.0]
    here = KeyRing(engine, monotonic=lambda: moment[0])
    token = await here.create("shop", "x", ["kpi:read"])
    assert await here.verify(token) is not None
    await KeyRing(engine).revoke(token.split("_")[1])

    moment[0] = 3.9
    assert await here.verify(token) is not None
    assert not here._readings
    moment[0] = 4.5
    assert await here.verify(token) is not None
    await asyncio.gather(*here._readings.values())
    assert await here.verify(token) is None
    await engine.dispose()


async def test_a_key_that_was_known_goes_on_for_minutes_while_the_database_is_away(
    database: DatabaseSettings,
) -> None:
    here = async_engine(database)
    gone = async_engine(
        DatabaseSettings(url=SecretStr("postgresql://floorpulse:x@127.0.0.1:9/floorpulse"))
    )
    moment = [0.0]
    ring = KeyRing(here, monotonic=lambda: moment[0])
    known, other = [await ring.create("shop", label, ["kpi:read"]) for label in ("x", "y")]
    assert await ring.verify(known) is not None
    ring._engine = gone
    moment[0] = 299.0
    assert await ring.verify(known) is not None
    with pytest.raises(KeysUnavailable):
        await ring.verify(other)
    moment[0] = 305.0
    with pytest.raises(KeysUnavailable):
        await ring.verify(known)
    await here.dispose()
    await gone.dispose()


async def test_while_the_database_is_away_the_answer_is_503(kafka: KafkaSettings) -> None:
    gone = DatabaseSettings(url=SecretStr("postgresql://floorpulse:x@127.0.0.1:9/floorpulse"))
    app = create_ingest_app(settings_of(kafka, gone))
    token = "fp_" + "0" * 16 + "_" + "0" * 64
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        response = await client.post(
            "/v1/events", json=offered(1, "c"), headers={"Authorization": f"Bearer {token}"}
        )
    assert response.status_code == 503
