"""Open visits on real PostgreSQL: a claim that a million of them cannot stop, updates that touch no
index.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import asyncpg
import psutil
import pytest
from pydantic import SecretStr

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Longest, Visit
from floorpulse.demo.embedded import Postgres
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.ports import FlushOutcome
from floorpulse.kpi_engine.postgres.store import PostgresStore, StoreOptions
from floorpulse.migrations import migrate
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings
from tests.unit.kpi_engine.builders import MINUTE, event

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

HOUR = 60 * MINUTE
NOW = 500_000 * HOUR
MANY = 1_000_000
SHAPE = StoreOptions(
    pane_length=MINUTE,
    allowance=15_000,
    horizons=Horizons(Longest(wait=4 * HOUR, conversation=4 * HOUR)),
)
FAR_LESS = 500 * 1024 * 1024
"""Bytes: records of a million visits take more, and more again with what sources tell of them"""

STREAM = (
    "INSERT INTO stream_partition VALUES ('contact-events', 0, 'log', 1, 1, 'before', 10, "
    "$1, 10, 0, $1)"
)
VISITS = """
INSERT INTO visit (partition, tenant, contact, visit, offered_at, queue, open, body)
SELECT 0, 'acme', md5(number::text), 1, $1, 'sales', true, $2 FROM generate_series(1, $3) AS number
"""
UPDATES = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'visit'"


@pytest.fixture
async def crowded(postgres: Postgres) -> AsyncIterator[DatabaseSettings]:
    """A partition with a million visits without an outcome: half of them five hours old, half of
    them a minute.
    """
    name = f"crowded_{uuid4().hex}"
    root = await asyncpg.connect(postgres.dsn)
    await root.execute(f"CREATE DATABASE {name}")
    settings = DatabaseSettings(url=SecretStr(postgres.dsn.rpartition("/")[0] + f"/{name}"), pool=2)
    await migrate(settings, "0006")
    connection = await asyncpg.connect(settings.url.get_secret_value())
    await connection.execute(STREAM, NOW)
    for offered, share in ((NOW - 5 * HOUR, MANY // 2), (NOW - MINUTE, MANY)):
        await connection.execute(
            VISITS + " ON CONFLICT DO NOTHING",
            offered,
            encode_visit(Visit(offered, "sales")),
            share,
        )
    await connection.close()
    await migrate(settings)
    yield settings
    await root.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await root.close()


@pytest.mark.no_cover
async def test_a_partition_with_a_million_open_visits_is_claimed_without_loading_them(
    crowded: DatabaseSettings,
) -> None:
    pool = await asyncpg_pool(crowded)
    store = PostgresStore(pool, crowded, "next", SHAPE)
    before = psutil.Process().memory_info().rss
    claimed = await store.claim(0, "log", 0, 100)
    taken = psutil.Process().memory_info().rss - before
    [gauge] = claimed.gauges(NOW)
    await follow(store, claimed, [event(events.ContactOffered, NOW, contact="one more")])
    again = await store.claim(0, "log", 0, 100)
    [after] = again.gauges(NOW)
    await store.aclose()
    await pool.close()

    assert (len(gauge.waiting), gauge.unresolved) == (MANY // 2, MANY // 2)
    assert (len(after.waiting), after.unresolved) == (MANY // 2 + 1, MANY // 2)
    assert len(again.visits.presence) == MANY // 2 + 1
    assert claimed.visits.rows.keys() == {("acme", "one more", 1)}
    assert taken < FAR_LESS


async def follow(store: PostgresStore, partition: Partition, told: Sequence[AnyEvent]) -> None:
    """Take events in and make them durable."""
    start = partition.next_offset
    partition.apply(list(enumerate(told, start)), start + len(told))
    latest = max(int(one.at) for one in told)
    partition.advance([latest], latest, 0)
    while wanted := partition.wanted:
        stored = await store.load({partition.number: wanted})
        partition.join(wanted, stored[partition.number])
    rows = partition.take_dirty()
    if rows is not None:
        assert await store.flush([rows]) == {partition.number: FlushOutcome.WRITTEN}
        partition.flushed()


async def test_what_becomes_of_a_visit_is_written_without_touching_an_index(
    database: DatabaseSettings,
) -> None:
    pool = await asyncpg_pool(database)
    store = PostgresStore(pool, database, "one", SHAPE)
    partition = await store.claim(0, "log", 0, 100)
    for second in range(60):
        now = NOW + second * 1000
        offered = [event(events.ContactOffered, now, contact=f"c{second}-{i}") for i in range(40)]
        answered = [
            event(events.ContactAnswered, now, contact=f"c{second - 5}-{i}")
            for i in range(40)
            if second >= 5
        ]
        ended = [
            event(events.ContactEnded, now, contact=f"c{second - 20}-{i}")
            for i in range(40)
            if second >= 20
        ]
        await follow(store, partition, [*offered, *answered, *ended])
    await store.aclose()  # a connection tells what it counted when it ends
    async with asyncio.timeout(60):
        while (await counted(pool))[0] < 40 * (55 + 40):  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(0.1)
    updates, hot = await counted(pool)
    await pool.close()

    assert hot / updates > 0.5


async def counted(pool: asyncpg.Pool) -> tuple[int, int]:
    """Updates of visits, and those among them that wrote no index."""
    [row] = await pool.fetch(UPDATES)
    return int(row[0]), int(row[1])
