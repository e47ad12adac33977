"""History over a real PostgreSQL: whatever was rolled up, changed or deleted meanwhile, its sums
are those of the panes.
"""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from itertools import islice
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.figures.corrections.store import PostgresCorrections
from floorpulse.figures.history.coverage import NotKeptError, TooFineError
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.intervals import Interval, intervals
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.postgres.kept_since import kept_since
from floorpulse.kpi_engine.rollup.roller import Roller
from floorpulse.kpi_engine.upkeep.retention import Retention
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.settings import DatabaseSettings
from tests.integration.rolling import DAY, MINUTE, NOON, PARTITIONS, ZONE, Floor, handled, offered

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")
]
Sums = dict[tuple[int, RowKey], Cells]


@pytest.fixture
async def floor(database: DatabaseSettings) -> AsyncIterator[Floor]:
    async with asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=3) as pool:
        yield Floor(pool, Roller(pool, ZONE, MINUTE, EngineMetrics(CollectorRegistry())))


async def told(floor: Floor, selection: Selection, spans: list[Span]) -> Sums:
    sums: Sums = defaultdict(dict)
    async for portion in PostgresPanes(floor.pool).tallies(selection, spans):
        for tally in portion:
            for cells in tally.panes:
                add(sums[tally.interval, tally.row_key], cells)
    return {key: cells for key, cells in sums.items() if cells}


def counted(floor: Floor, selection: Selection, spans: list[Span]) -> Sums:
    sums: Sums = defaultdict(dict)
    for ((tenant, start, queue, channel), _), cells in floor.panes.items():
        if tenant == selection.tenant and selection.includes(queue, channel):
            for number, span in enumerate(spans):
                if start in span:
                    add(sums[number, selection.row_key(queue, channel)], cells)
    return {key: cells for key, cells in sums.items() if cells}


async def agree(floor: Floor, dice: random.Random) -> None:
    begin = NOON + dice.randrange(-DAY, 40 * DAY) // MINUTE * MINUTE
    span = Span(begin, begin + dice.choice([45 * MINUTE, 5 * DAY, 80 * DAY]))
    if dice.random() < 0.5:
        span = Span(span.begin - span.begin % (15 * MINUTE), span.end - span.end % (15 * MINUTE))
    spans = list(islice(intervals(span, dice.choice(list(Interval)), dice.choice(ZONES)), 400))
    selection = Selection(
        "demo",
        dice.choice([(), ("sales",), ("sales", "help")]),
        dice.choice([(), ("voice",)]),
        dice.choice(list(By)),
    )
    assert await told(floor, selection, spans) == counted(floor, selection, spans), (
        selection,
        spans[0],
    )
    whole = Span(spans[0].begin, spans[-1].end)
    queue_channels = {
        key[0::2]
        for (key, _) in floor.panes
        if key[0] == "demo" and key[1] in whole and selection.includes(key[2], key[3])
    }
    assert {
        (tenant, queue)
        for tenant, queue, _ in await PostgresPanes(floor.pool).queue_channels(selection, whole)
    } == queue_channels


@pytest.mark.parametrize("seed", range(3))
async def test_history_is_the_sum_of_the_panes_at_any_moment_of_rolling(
    floor: Floor, seed: int
) -> None:
    dice = random.Random(seed)
    for _ in range(70):
        match dice.randrange(10):
            case 0:
                await floor.reach(
                    NOON + dice.randrange(70 * DAY),
                    *dice.sample(range(PARTITIONS), dice.randrange(1, 4)),
                )
            case 1:
                await floor.roller.step()
            case 2:
                await floor.roll()
            case 3 | 4:
                await agree(floor, dice)
            case _:
                await floor.count(
                    dice.randrange(PARTITIONS),
                    NOON + dice.choice([dice.randrange(60 * DAY), dice.randrange(60 * MINUTE)]),
                    dice.choice([offered(), handled(), {Cell.CONTACT_QA_COUNT: 1}]),
                    queue=dice.choice(["sales", "help"]),
                    tenant=dice.choice(["demo", "demo", "other"]),
                )
    await floor.reach(NOON + 75 * DAY)
    for _ in range(8):
        await agree(floor, dice)
    await floor.roll()
    for _ in range(8):
        await agree(floor, dice)


async def test_a_correction_is_read_as_it_was_recorded(floor: Floor) -> None:
    await floor.count(0, NOON, offered(3))
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(0, NOON, offered(2))
    await floor.roll()
    found = [
        one
        async for portion in PostgresCorrections(floor.pool).corrections(
            Selection("demo"), Span(NOON + MINUTE, NOON + DAY), 0, (0, 0)
        )
        for one in portion
    ]

    assert [(one.queue, one.old, one.new, one.event) for one in found] == [
        ("sales", offered(3), offered(5), "2")
    ]


async def test_a_month_beyond_retention_goes_once_it_was_announced_and_its_rollups_answer(
    floor: Floor,
) -> None:
    await floor.count(0, NOON - 90 * DAY, offered(3))
    await floor.count(0, NOON, offered(4), queue="help")
    await floor.reach(NOON + DAY)
    await floor.roll()
    days = (now_ms() - NOON) // DAY + 60
    retention = Retention(
        floor.pool, {"panes": days, "visits": days, "corrections": days, "rollups": days + 300}
    )
    await retention.enforce()
    assert await floor.pool.fetchval("SELECT count(*) FROM pane") == 2

    await floor.pool.execute("UPDATE retention SET announced_at = announced_at - 300001")
    await retention.enforce()
    await floor.roll()
    async with floor.pool.acquire() as connection:
        since = await kept_since(connection)
    whole = [Span(NOON - 95 * DAY - NOON % DAY, NOON + 2 * DAY - NOON % DAY)]
    fine = [Span(NOON - 90 * DAY + MINUTE, NOON)]

    assert since is not None
    assert NOON - 90 * DAY < since < NOON - 29 * DAY
    assert await floor.pool.fetchval("SELECT count(*) FROM pane") == 1
    assert await told(floor, Selection("demo", by=By.TOTAL), whole) == {(0, RowKey()): offered(7)}
    assert sorted(one.queue_channel for one in await PostgresRows(floor.pool).queue_channels()) == [
        ("demo", "help", "voice"),
        ("demo", "sales", "voice"),
    ]
    with pytest.raises(TooFineError):
        await told(floor, Selection("demo"), fine)


async def test_a_span_whose_rollups_were_deleted_is_refused_rather_than_empty(
    floor: Floor,
) -> None:
    await floor.count(0, NOON, offered(3))
    await floor.reach(NOON + DAY)
    await floor.roll()
    since = NOON - NOON % DAY
    await floor.pool.execute("INSERT INTO retention VALUES ('rollups', $1, $1, $1)", since)

    assert await told(floor, Selection("demo", by=By.TOTAL), [Span(since, since + DAY)])
    with pytest.raises(NotKeptError, match="was deleted by retention"):
        await told(floor, Selection("demo", by=By.TOTAL), [Span(since - DAY, since + DAY)])


async def test_panes_are_kept_while_a_change_of_them_waits_or_they_are_not_rolled_up(
    floor: Floor,
) -> None:
    await floor.count(0, NOON - 90 * DAY, offered(3))
    await floor.reach(NOON + DAY)
    days = (now_ms() - NOON) // DAY + 60
    retention = Retention(floor.pool, {"panes": days})
    await retention.enforce()
    assert await floor.pool.fetchval("SELECT since FROM retention") < NOON - 90 * DAY

    await floor.roll()
    await floor.count(0, NOON - 90 * DAY, offered(1))
    await retention.enforce()
    await floor.pool.execute("UPDATE retention SET announced_at = announced_at - 300001")
    await retention.enforce()
    assert await floor.pool.fetchval("SELECT count(*) FROM pane") == 1

    await floor.roll()
    await retention.enforce()
    assert await floor.pool.fetchval("SELECT count(*) FROM pane") == 0
    assert await told(floor, Selection("demo"), [Span(NOON - 90 * DAY, NOON - 89 * DAY)]) == {
        (0, RowKey("sales")): offered(4)
    }
