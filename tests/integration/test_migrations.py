"""Migrations keep what is there: rows of before a step say afterwards what that step added."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import Connection

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.feedback import Complaint, Statement
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.tables.declared import declared
from floorpulse.contracts.updates import Gauge
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Longest, Visit, is_open, offer_at, queue_of
from floorpulse.demo.embedded import Postgres
from floorpulse.demo.embedded.child import free_port
from floorpulse.figures.selection import Selection
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpi_engine.postgres.store import PostgresStore, StoreOptions
from floorpulse.migrations import NotMigrated, downgrade, expect_migrated, migrate
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]


@pytest.fixture
def empty(server_loop: asyncio.AbstractEventLoop, postgres: Postgres) -> Iterator[DatabaseSettings]:
    """A database without tables."""
    name = f"empty_{uuid4().hex}"
    server_loop.run_until_complete(command(postgres.dsn, f"CREATE DATABASE {name}"))
    yield DatabaseSettings(url=SecretStr(postgres.dsn.rpartition("/")[0] + f"/{name}"), pool=1)
    server_loop.run_until_complete(command(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


async def command(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def test_a_database_behind_this_version_is_told_and_one_ahead_is_taken(
    empty: DatabaseSettings,
) -> None:
    with pytest.raises(NotMigrated, match="has no tables of Floorpulse: run `floorpulse migrate`"):
        await expect_migrated(empty)
    await migrate(empty, "0003")
    with pytest.raises(NotMigrated, match=r"earlier Floorpulse \(step 0003, needed is [0-9]{4}\)"):
        await expect_migrated(empty)
    await migrate(empty)
    await expect_migrated(empty)
    await command(empty.url.get_secret_value(), "UPDATE alembic_version SET version_num = '9999'")
    await expect_migrated(empty)


async def test_the_steps_build_the_tables_that_are_declared(empty: DatabaseSettings) -> None:
    await migrate(empty)
    engine = async_engine(empty, None)
    try:
        async with engine.connect() as connection:
            differences = await connection.run_sync(undeclared)
    finally:
        await engine.dispose()
    assert differences == []


def undeclared(connection: Connection) -> list[object]:
    """What the database has otherwise than declared; comments are for who reads the declaration."""
    options = {"compare_type": True, "compare_server_default": True}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), declared())
    steps = [step for one in found for step in (one if isinstance(one, list) else [one])]
    return [step for step in steps if not step[0].endswith("_comment")]


@pytest.mark.parametrize("service", ["engine", "ingest", "api", "http"])
async def test_a_service_before_the_tables_is_one_line(
    service: str, empty: DatabaseSettings
) -> None:
    env = {
        "FLOORPULSE_DATABASE__URL": empty.url.get_secret_value(),
        "FLOORPULSE_API__PORT": str(free_port()),
        "FLOORPULSE_INGEST__PORT": str(free_port()),
        "FLOORPULSE_INGEST__CUSTOMER_KEYS": json.dumps([{"name": "a", "secret": "s" * 32}]),
    }
    words = (sys.executable, "-m", "floorpulse.cli.app", service)
    process = await asyncio.create_subprocess_exec(*words, env=env, stderr=asyncio.subprocess.PIPE)

    _, said = await process.communicate()

    started, line = said.decode().splitlines()
    assert process.returncode == 2
    assert "process_starts" in started
    assert line.endswith("has no tables of Floorpulse: run `floorpulse migrate` first")
    assert ":***@" in line


async def test_visits_of_before_are_found_by_customer_and_complaint_afterwards(
    empty: DatabaseSettings,
) -> None:
    complaint = Complaint((Statement(5000), Statement(9000, closing=True)))
    visits = {
        "known": Visit(1000, "sales", "chat", customer="k1:ann", complaints={"k": complaint}),
        "unknown": Visit(2000, "sales"),
        "open": Visit(
            3000, "sales", complaints={"k": complaint, "l": Complaint((Statement(7000),))}
        ),
    }
    await migrate(empty, "0003")
    connection = await asyncpg.connect(empty.url.get_secret_value())
    rows = [
        (0, "demo", name, 1, visit.offered_at, visit.queue, True, encode_visit(visit))
        for name, visit in visits.items()
    ]
    await connection.copy_records_to_table("visit", records=rows)

    await migrate(empty)
    found = await connection.fetch(
        "SELECT contact, channel, customer, complained_at, settled_at FROM visit ORDER BY "
        "offered_at"
    )
    await connection.close()

    assert [tuple(row) for row in found] == [
        ("known", "chat", customer_mark("k1:ann"), 5000, 9000),
        ("unknown", "voice", None, None, None),
        ("open", "voice", None, 5000, None),
    ]


CUSTOMERS = "SELECT customer FROM visit ORDER BY contact"
RETURNING = """
INSERT INTO visit (partition, tenant, contact, visit, offered_at, queue, channel, customer, body)
VALUES ($1, 'demo', $2, 1, $3, 'sales', 'voice', $4, $5)
"""


async def test_customers_of_before_come_back_afterwards_and_can_be_named_again(
    empty: DatabaseSettings,
) -> None:
    names = ["k1:ann", "k1:李", None, "k1:ann", "k2:ann"]
    await migrate(empty, "0021")
    connection = await asyncpg.connect(empty.url.get_secret_value())
    for number, name in enumerate(names):
        offered = NOW - HOUR + number
        body = encode_visit(Visit(offered, "sales", customer=name))
        await connection.execute(RETURNING, number % 3, f"c{number}", offered, name, body)

    await migrate(empty)
    marks = [row[0] for row in await connection.fetch(CUSTOMERS)]
    async with asyncpg.create_pool(empty.url.get_secret_value(), min_size=1) as pool:
        told = await PostgresVisits(pool).returns(Selection("demo"), [Span(NOW - HOUR, NOW)])
    await downgrade(empty, "0021")
    named = [row[0] for row in await connection.fetch(CUSTOMERS)]
    await migrate(empty)
    again = [row[0] for row in await connection.fetch(CUSTOMERS)]
    await connection.close()

    assert marks == again == [customer_mark(name) for name in names]
    assert named == names
    counted = Counter[int]()
    for one in told:
        counted.update(one.panes[0])
    assert counted == {Cell.CUSTOMER_KNOWN: 4, Histogram.RETURN_GAP + 1: 1}


async def test_the_step_back_writes_records_that_a_version_of_before_reads(
    empty: DatabaseSettings,
) -> None:
    visit = Visit(NOW, "sales", answered_at=NOW + 5, answered_queue="sales", customer="ab" * 32)
    await migrate(empty)
    connection = await asyncpg.connect(empty.url.get_secret_value())
    await connection.execute(RETURNING, 1, "c", NOW, 7, encode_visit(visit))

    await downgrade(empty, "0022")
    body = await connection.fetchval("SELECT body FROM visit")
    await connection.close()

    assert msgspec.msgpack.decode(body, type=Visit) == visit


HOUR = 3_600_000
NOW = 500_000 * HOUR
SHAPE = StoreOptions(
    pane_length=60_000,
    allowance=15_000,
    horizons=Horizons(Longest(wait=4 * HOUR, conversation=2 * HOUR)),
)
STREAM = (
    "INSERT INTO stream_partition VALUES ('contact-events', $1, 'log', 1, 1, 'before', 10, "
    "$2, 10, 0, $2)"
)
VISIT = """
INSERT INTO visit (partition, tenant, contact, visit, offered_at, queue, open,
    body) VALUES ($1, 'demo', $2, 1, $3, $4, $5, $6)
"""
INDEXES = "SELECT indexname FROM pg_indexes WHERE tablename = 'visit' ORDER BY 1"


async def store_visits(
    connection: asyncpg.Connection, partition: int, visits: dict[str, Visit]
) -> None:
    """As an engine of before leaves them."""
    await connection.execute(STREAM, partition, NOW)
    for name, visit in visits.items():
        await connection.execute(
            VISIT,
            partition,
            name,
            offer_at(visit),
            queue_of(visit),
            is_open(visit),
            encode_visit(visit),
        )


async def claimed_gauges(settings: DatabaseSettings, partition: int) -> list[Gauge]:
    """What the next owner of a partition tells at once."""
    pool = await asyncpg_pool(settings)
    try:
        claimed = await PostgresStore(pool, settings, "next", SHAPE).claim(partition, "log", 0, 100)
    finally:
        pool.terminate()
    return claimed.gauges(NOW)


async def test_visits_that_are_open_before_are_there_for_the_next_owner_of_their_partition(
    empty: DatabaseSettings,
) -> None:
    visits = {
        "waits": Visit(NOW - HOUR, "sales"),
        "talks": Visit(NOW - HOUR, "sales", answered_at=NOW - HOUR),
        "over": Visit(NOW - HOUR, "sales", answered_at=NOW - HOUR, ended_at=NOW),
        "no outcome": Visit(NOW - 5 * HOUR, "sales"),
        "no end": Visit(NOW - 5 * HOUR, "sales", answered_at=NOW - 3 * HOUR),
        "nowhere yet": Visit(answered_at=NOW - HOUR),
    }
    await migrate(empty, "0006")
    connection = await asyncpg.connect(empty.url.get_secret_value())
    await store_visits(connection, 3, visits)
    await store_visits(connection, 4, {"elsewhere": Visit(NOW - HOUR, "help")})

    await migrate(empty)
    await connection.close()

    assert await claimed_gauges(empty, 3) == [Gauge("demo", "sales", "voice", [NOW - HOUR], 1, 1)]
    assert await claimed_gauges(empty, 4) == [Gauge("demo", "help", "voice", [NOW - HOUR], 0, 0)]


async def test_the_log_of_who_is_there_can_be_taken_back_and_made_again(
    empty: DatabaseSettings,
) -> None:
    visits = {
        "waits": Visit(NOW - HOUR, "sales"),
        "over": Visit(NOW - HOUR, "sales", abandoned_at=NOW),
    }
    await migrate(empty, "0006")
    connection = await asyncpg.connect(empty.url.get_secret_value())
    await store_visits(connection, 3, visits)
    before = await described(connection)
    await migrate(empty)
    await downgrade(empty, "0006")
    taken_back = await described(connection)
    await migrate(empty)
    await connection.close()

    assert "visit_open" in before[0]
    assert taken_back == before
    assert await claimed_gauges(empty, 3) == [Gauge("demo", "sales", "voice", [NOW - HOUR], 0, 0)]


async def described(connection: asyncpg.Connection) -> tuple[list[str], list[str]]:
    """The indexes of visits, and the open ones."""
    opened = await connection.fetch("SELECT contact FROM visit WHERE open")
    return [row[0] for row in await connection.fetch(INDEXES)], [row[0] for row in opened]


AGENT_PANES = "SELECT relname FROM pg_class WHERE relname LIKE 'agent\\_pane%'"
MONTH_OF_AGENTS = """
CREATE TABLE agent_pane_2026_11 PARTITION OF agent_pane FOR VALUES FROM (0) TO (10);
INSERT INTO agent_pane VALUES ('demo', 1, 'ann', '', 0, 1, '\\x80');
CREATE TABLE agent_state_2026_11 PARTITION OF agent_state FOR VALUES FROM (0) TO (10);
INSERT INTO agent_state VALUES (0, 'demo', 'ann', 1, 'busy', '\\x92');
"""


async def test_time_of_agents_by_quarter_hours_goes_and_their_states_stay(
    empty: DatabaseSettings,
) -> None:
    await migrate(empty, "0008")
    connection = await asyncpg.connect(empty.url.get_secret_value())
    await connection.execute(MONTH_OF_AGENTS)

    await migrate(empty)
    gone = await connection.fetch(AGENT_PANES)
    await downgrade(empty, "0008")
    taken_back = [row["relname"] for row in await connection.fetch(AGENT_PANES)]
    await migrate(empty)
    states = await connection.fetchval("SELECT count(*) FROM agent_state")
    await connection.close()

    assert gone == []
    assert sorted(taken_back) == ["agent_pane", "agent_pane_pkey"]
    assert states == 1
