"""Forecasts in PostgreSQL: versions, what is in force, many uploads at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from floorpulse.access.keys import KeyRing
from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker
from floorpulse.figures.forecasts.keeper import ForecastKeeper, Said
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import answered
from tests.fakes.forecasts import MemoryForecasts
from tests.integration.stored import floor_on, rows, served, text

pytestmark = pytest.mark.embedded

NINE = 1_794_387_600_000
HALF = 30 * MINUTE
DAY = 24 * HOUR
SAID = Said("key", "week 46", NINE)
WEEK = [
    Slot("sales", "", NINE + number * HALF, NINE + (number + 1) * HALF, 40.5, 180, None)
    for number in range(48)
]
NEWER = [Slot("sales", "voice", NINE + 15 * MINUTE, NINE + HALF, 9, 200, 12)]


@pytest.fixture
async def pool(database: DatabaseSettings) -> AsyncIterator[asyncpg.Pool]:
    async with await asyncpg_pool(database) as pool:
        yield pool


async def test_versions_stay_and_the_newest_of_each_time_is_in_force(pool: asyncpg.Pool) -> None:
    tables = PostgresForecasts(pool)
    memory = MemoryForecasts()
    for store in (tables, memory):
        for slots, new in (
            (WEEK, True),
            (list(reversed(WEEK)), False),
            (NEWER, True),
            (WEEK, True),
            (NEWER, True),
        ):
            assert (await store.save("demo", slots, SAID))[1] is new
        await store.save("other", NEWER, SAID)

    for span in (
        Span(NINE, NINE + HOUR),
        Span(NINE + 20 * MINUTE, NINE + 25 * MINUTE),
        Span(NINE - HOUR, NINE),
        Span(0, NINE + 48 * HALF),
    ):
        assert await tables.in_force("demo", span) == await memory.in_force("demo", span)
        assert list(await tables.of_version("demo", 1, span)) == await memory.of_version(
            "demo", 1, span
        )
    assert await tables.uploads("demo") == await memory.uploads("demo")
    assert await tables.latest() == {"demo": 4, "other": 1}


async def test_uploads_at_once_are_versions_one_after_the_other_and_every_process_heeds_them(
    pool: asyncpg.Pool,
) -> None:
    here, there = (ForecastKeeper(PostgresForecasts(pool), lambda: NINE) for _ in range(2))
    await there.look()
    uploads = [[replace(WEEK[0], volume=float(number))] for number in range(5)]

    stored = await asyncio.gather(*(here.put("demo", slots, "key", "") for slots in uploads))
    await there.look()

    assert sorted(upload.version for upload, _ in stored) == [1, 2, 3, 4, 5]
    assert there.current == here.current
    assert [slot.version for slot in there.current["demo"]] == [5]


async def test_an_uploaded_forecast_is_in_the_next_live_answer(
    broker: Broker, database: DatabaseSettings
) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    await ensure_topics(kafka, TOPICS)
    today = now_ms() // DAY * DAY
    body = f"queue,start,length,volume,aht\nsales,{text(today)},30,48,180\n"
    async with floor_on(kafka, database) as floor:
        engine = async_engine(database)
        key = await KeyRing(engine).create("demo", "planner", ["admin", "kpi:read"])
        floor.memory.put(answered(today + MINUTE, 5))
        await floor.store()
        async with served(floor) as client:
            await floor.publish()
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv"}
            stored = await client.put("/v1/forecasts", content=body, headers=headers)
            (row,) = await rows(
                client, "/v1/kpis", kpi="forecast_variance", window="today", by="total"
            )
        await engine.dispose()

    assert (stored.status_code, stored.json()["unknown_queues"]) == (201, [])
    assert 0 < row["denominator"] <= 48  # less within the first half hour of a day
