"""What readers ask costs about as much as there is to read, whatever PostgreSQL believes about its
tables.

Its statistics are away while a floor is fresh, of another time after an import, and plans are kept
from when tables were empty. The cost is counted in rows that were read, of tables and of indexes:
that is the same on any machine.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import blake2b

import asyncpg
import pytest

from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit, complaining, offer_at, queue_of
from floorpulse.figures.corrections.store import PostgresCorrections
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sums import PaneTally
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpi_engine.fold.rows import VISIT_COLUMNS
from floorpulse.kpi_engine.upkeep.statistics import FEWEST, Statistics
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.floor import MemoryFloor, MemoryHistory, partition_of
from tests.integration.rolling import NOON

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

MANY = 30_000
SPAN = Span(NOON - 15 * MINUTE, NOON)
EVERYONE = Selection("demo", by=By.QUEUE_AND_CHANNEL)

EMPTY = "plans kept from when the table was empty"
NEVER = "no statistics"
WRONG = "statistics of another floor"

FORGOTTEN = """
UPDATE pg_statistic SET stadistinct = CASE attname WHEN 'customer' THEN 1 ELSE -1 END,
    stakind1 = 0, stakind2 = 0, stakind3 = 0
FROM pg_attribute WHERE starelid = 'visit'::regclass AND attrelid = starelid AND attnum = staattnum
"""
READ = """
SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables)
     + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)
"""


@pytest.fixture
async def pool(database: DatabaseSettings) -> AsyncIterator[asyncpg.Pool]:
    """One connection, so that its plans are kept and its figures are those of the test; nobody
    analyses anything.
    """
    settings = {"statement_timeout": "20s"}
    async with asyncpg.create_pool(
        database.url.get_secret_value(), min_size=1, max_size=1, server_settings=settings
    ) as pool:
        for table in ("visit", "correction", "rollup"):
            await pool.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        yield pool


async def put(pool: asyncpg.Pool, visits: dict[tuple[str, str], Visit]) -> None:
    rows = [
        (
            partition_of(contact),
            tenant,
            contact.partition("#")[0],
            int(contact.partition("#")[2] or 1),
            offer_at(visit),
            queue_of(visit),
            visit.channel,
            customer_mark(visit.customer),
            *complaining(visit),
            encode_visit(visit),
        )
        for (tenant, contact), visit in visits.items()
    ]
    await pool.copy_records_to_table("visit", records=rows, columns=VISIT_COLUMNS)


def many() -> dict[tuple[str, str], Visit]:
    """A burst: everybody within an hour, a customer three times."""
    dice = random.Random(12)
    return {
        ("demo", f"c{number}"): Visit(
            offered_at=NOON - dice.randrange(HOUR),
            queue=dice.choice(["sales", "help", "vip"]),
            customer=pseudonym(dice.randrange(MANY // 3)),
        )
        for number in range(MANY)
    }


def pseudonym(number: int) -> str:
    """As long as those that ingest makes: it is the size of the indexes that PostgreSQL chooses by
    when it knows nothing else.
    """
    return f"k1:{blake2b(str(number).encode(), digest_size=16).hexdigest()}"


async def read(pool: asyncpg.Pool) -> int:
    await pool.execute("SELECT pg_stat_force_next_flush()")
    await pool.execute("SELECT pg_stat_clear_snapshot()")
    return int(await pool.fetchval(READ))


async def cost(pool: asyncpg.Pool, ask: Callable[[], Awaitable[object]]) -> int:
    before = await read(pool)
    await ask()
    return await read(pool) - before


@pytest.mark.parametrize("belief", [EMPTY, NEVER, WRONG])
async def test_repeat_contacts_are_found_by_reading_each_visit_a_few_times_at_most(
    pool: asyncpg.Pool, belief: str
) -> None:
    history = PostgresVisits(pool)
    if belief == EMPTY:
        for _ in range(10):
            await history.returns(EVERYONE, [SPAN])
    await put(pool, many())
    if belief == WRONG:
        await pool.execute("ANALYZE visit")
        await pool.execute(FORGOTTEN)
        await pool.expire_connections()

    assert await cost(pool, lambda: history.returns(EVERYONE, [SPAN])) < 4 * MANY


async def test_a_name_that_all_callers_share_costs_no_more(pool: asyncpg.Pool) -> None:
    shared = {key: replace_customer(visit) for key, visit in many().items()}
    await put(pool, shared)

    assert await cost(pool, lambda: PostgresVisits(pool).returns(EVERYONE, [SPAN])) < 4 * MANY


def replace_customer(visit: Visit) -> Visit:
    return Visit(offered_at=visit.offered_at, queue=visit.queue, customer="k1:anonymous")


@pytest.mark.parametrize("seed", range(4))
async def test_repeat_contacts_are_those_of_their_definition(pool: asyncpg.Pool, seed: int) -> None:
    dice = random.Random(seed)
    floor = MemoryFloor()
    for number in range(400):
        visit = Visit(
            offered_at=NOON - dice.randrange(200) * dice.choice([1, MINUTE, HOUR]),
            queue=dice.choice(["sales", "help"]),
            channel=dice.choice(["voice", "chat"]),
            customer=dice.choice(["k1:ann", "k1:bob", None]),
        )
        floor.visits_of[
            dice.choice(["demo", "demo", "other"]), f"c{dice.randrange(300):03}#{number + 1}"
        ] = visit
    await put(pool, floor.visits_of)
    spans = [Span(NOON - 30 * HOUR, NOON - HOUR), Span(NOON - HOUR, NOON + 1)]
    for selection in (
        EVERYONE,
        Selection("demo", ("sales",), by=By.TOTAL),
        Selection("demo", (), ("chat",), by=By.QUEUE),
    ):
        expected = summed(await MemoryHistory(floor).returns(selection, spans))
        assert summed(await PostgresVisits(pool).returns(selection, spans)) == expected


def summed(tallies: object) -> dict[tuple[int, RowKey], Cells]:
    sums: dict[tuple[int, RowKey], Cells] = {}
    for tally in tallies:  # type: ignore[attr-defined]
        assert isinstance(tally, PaneTally)
        for cells in tally.panes:
            add(sums.setdefault((tally.interval, tally.row_key), {}), cells)
    return sums


@pytest.mark.parametrize("belief", [EMPTY, NEVER])
async def test_all_pages_of_visits_together_read_each_visit_about_once(
    pool: asyncpg.Pool, belief: str
) -> None:
    history = PostgresVisits(pool)
    hour = Span(NOON - HOUR, NOON)

    async def everything() -> None:
        found = [
            one.place
            async for portion in history.visits(Selection("demo"), hour)
            for one in portion
        ]
        assert len(found) in (0, MANY)
        assert found == sorted(found)

    if belief == EMPTY:
        for _ in range(10):
            await everything()
    await put(pool, many())

    assert await cost(pool, everything) < 2 * MANY


async def test_all_pages_of_corrections_together_read_each_correction_about_once(
    pool: asyncpg.Pool,
) -> None:
    await pool.execute(
        "INSERT INTO correction (tenant, queue, channel, start, until, old, new, source, event, "
        "type, recorded_at)"
        " SELECT 'demo', 'q' || number % 40, 'voice', $1 + number / 40 * 900000::bigint,"
        " $1 + (number / 40 + 1) * 900000::bigint,"
        " '\\x80', '\\x80', 's', 'e', 't', 0 FROM generate_series(0, 19999) AS number",
        NOON,
    )

    async def everything() -> None:
        pages = PostgresCorrections(pool).corrections(
            Selection("demo"), Span(NOON, NOON + 1000 * HOUR), 0, (0, 0)
        )
        assert sum([len(portion) async for portion in pages]) == 20_000

    assert await cost(pool, everything) < 2 * 20_000


async def test_the_homes_of_many_tenants_are_found_although_the_statistics_know_of_one(
    pool: asyncpg.Pool,
) -> None:
    days = (
        "INSERT INTO rollup SELECT $1::text || number % $2, 'day', number / $2 * "
        "86400000::bigint, 'q', 'voice',"
        " (number / $2 + 1) * 86400000::bigint, 0, 0, '\\x80'"
        " FROM generate_series(0, 19999) AS number"
    )
    await pool.execute(days, "solo", 1)
    await pool.execute("ANALYZE rollup")
    await pool.execute("DELETE FROM rollup")
    await pool.execute(days, "t", 200)

    async def queue_channels() -> None:
        assert len(await PostgresRows(pool).queue_channels()) == 200

    assert await cost(pool, queue_channels) < 4 * 40_000


async def test_tables_that_have_grown_are_analysed_and_again_once_they_have_doubled(
    pool: asyncpg.Pool,
) -> None:
    statistics = Statistics(pool)
    visits = list(many().items())

    async def looked_at(*rows: tuple[tuple[str, str], Visit]) -> list[str]:
        await put(pool, dict(rows))
        await pool.execute("SELECT pg_stat_force_next_flush()")
        return await statistics.refresh()

    assert await looked_at(*visits[: FEWEST - 1]) == []
    assert await looked_at(visits[FEWEST]) == ["visit"]
    assert await looked_at(*visits[FEWEST + 1 : 2 * FEWEST - 10]) == []
    assert await looked_at(*visits[2 * FEWEST : 3 * FEWEST]) == ["visit"]
    assert (
        await pool.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'visit'") > 2 * FEWEST
    )
