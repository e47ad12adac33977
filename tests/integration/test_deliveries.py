"""Deliveries of a configured source on a real broker and database: by several processes, into the
log, and into tallies that everybody sees.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from floorpulse.contracts.tallies import DELAY_SLOT, Example, What
from floorpulse.contracts.topics import CONTACT_EVENTS, TOPICS
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.demo.embedded import Broker
from floorpulse.figures.sources.feeds import DelayCount
from floorpulse.figures.sources.store import PostgresSourceTallies
from floorpulse.ingest.adapters.tally_store import PostgresTallies
from floorpulse.ingest.settings import CustomerKeySettings, IngestGroup, IngestSettings
from floorpulse.ingest.tallies import DelayKey, Tally, TallyKey
from floorpulse.ingest.wiring import create_ingest_app
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.connect_floor import calls
from tests.integration.running_demo import until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

SOURCE = """
tenant: shop
sources:
  - {id: "connect:main", vendor: amazon-connect, secret: "file:SECRET", queues: {care: Care}}
"""
OUTBOUND = {"eventType": "QUEUED", "contactId": "k-9", "initiationMethod": "OUTBOUND"}
DELIVERY = {"detail-type": "Amazon Connect Contact Event", "detail": OUTBOUND}


@asynccontextmanager
async def receiver(settings: IngestSettings) -> AsyncIterator[httpx.AsyncClient]:
    """An ingest process that has read the definitions."""
    app = create_ingest_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test", timeout=60
        ) as client,
    ):

        async def knows_its_sources() -> bool:
            return (await client.post("/v1/sources/connect:main", json={})).status_code == 401

        await until(knows_its_sources)
        yield client


async def test_two_processes_take_deliveries_and_their_tallies_sum(
    broker: Broker, database: DatabaseSettings, tmp_path: Path
) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    await ensure_topics(kafka, TOPICS)
    secret = tmp_path / "secret"
    secret.write_text("a first one\n")
    (tmp_path / "shop.yaml").write_text(SOURCE.replace("SECRET", str(secret)))
    settings = IngestSettings(
        kafka=kafka,
        database=database,
        ingest=IngestGroup(
            customer_keys=(CustomerKeySettings(name="test", secret=SecretStr("s" * 32)),)
        ),
        definitions=DefinitionsSettings(dir=tmp_path, reload_seconds=0.1),
    )
    (call,) = calls(1, Random(3))
    told = list(call.events())
    async with receiver(settings) as one, receiver(settings) as other:
        for client, body, key in (
            (one, told[0], "a first one"),
            (other, [*told, DELIVERY], "a first one"),
            (one, [DELIVERY, 7], "a second one"),
        ):
            secret.write_text(key)
            answer = await client.post(
                "/v1/sources/connect:main", json=body, headers={"X-Api-Key": key}
            )
            assert answer.status_code == 202, answer.text

    async with kafka_log(kafka, CONTACT_EVENTS.name) as log:
        ends = await log.bounds()
    assert sum(end - begin for begin, end in ends.values()) >= len(told)
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=1)
    try:
        rows = await PostgresSourceTallies(pool).tallies("shop")
        found = {(row.source, row.what, row.kind): row.count for row in rows}
        assert found.pop(("connect:main", What.EVENTS, "")) > len(told)
        assert found == {
            ("connect:main", What.HEARD, ""): 3,
            ("connect:main", What.IGNORED, "OUTBOUND"): 2,
            ("connect:main", What.REFUSED, "malformed"): 1,
        }
        assert all(row.first_at <= row.last_at for row in rows)
    finally:
        await pool.close()


async def test_the_latest_examples_and_the_delays_of_two_hours_are_kept_over_processes(
    database: DatabaseSettings,
) -> None:
    key = TallyKey("shop", "pbx", What.WARNED, "future")
    old, new = DelayKey("shop", "pbx", 0, -3), DelayKey("shop", "pbx", 24 * DELAY_SLOT, 5)
    newer = new._replace(slot=25 * DELAY_SLOT)
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=1)
    try:
        stores = [PostgresTallies(pool) for _ in range(2)]
        for number, (store, delays) in enumerate(
            zip([*stores, *stores], ([old], [new], [newer], [newer]), strict=True)
        ):
            tally = Tally(1, number, number, (Example(str(number), "c", number, "contact.ended"),))
            await store.add([(key, tally)], [(one, 2) for one in delays])
        reader = PostgresSourceTallies(pool)

        (row,) = await reader.tallies("shop")
        assert (row.count, row.first_at, row.last_at) == (4, 0, 3)
        assert [one.event for one in row.examples] == ["3", "2", "1"]
        assert row.examples[0] == Example("3", "c", 3, "contact.ended")
        assert await reader.delays("shop", 0) == [DelayCount("pbx", 5, 6)]
        assert await reader.delays("shop", 25 * DELAY_SLOT) == [DelayCount("pbx", 5, 4)]
        assert await reader.delays("gym", 0) == []
    finally:
        await pool.close()


async def test_ingest_starts_while_the_database_is_away_and_asks_to_send_again(
    broker: Broker,
) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    nowhere = DatabaseSettings(url=SecretStr("postgresql://nobody@127.0.0.1:9/none"))
    key = CustomerKeySettings(name="test", secret=SecretStr("s" * 32))
    settings = IngestSettings(
        kafka=kafka, database=nowhere, ingest=IngestGroup(customer_keys=(key,))
    )
    app = create_ingest_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        answer = await client.post("/v1/sources/connect:main", json={})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
