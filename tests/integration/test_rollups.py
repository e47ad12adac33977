"""The roller on a real PostgreSQL: rollups equal their panes cell by cell, and what changed after it was final is recorded."""

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import cast
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from services.contracts.cells import Cell, Cells, Histogram, add
from services.contracts.families import Family
from services.contracts.finality import FINAL, LATENESS, passed
from services.contracts.grains import ALL_QUEUES, QUARTER, Grain, bounds_of, quarter_of
from services.contracts.packed import pack, unpack
from services.contracts.topics import CONTACT_EVENTS
from services.kpi_engine.adapters.months import Months
from services.kpi_engine.adapters.rollups import Roller
from services.kpi_engine.metrics import EngineMetrics
from services.runtime.settings import DatabaseSettings

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

MINUTE = 60_000
DAY = 86_400_000
NOON = 1_794_312_000_000  # 2026-11-10T12:00:00Z
ZONE = ZoneInfo("Asia/Shanghai")
PARTITIONS = 3

Connection = asyncpg.pool.PoolConnectionProxy

Key = tuple[str, int, str, str]
"""(tenant, pane start, queue, channel)"""


@dataclass
class Floor:
    """What an engine of three partitions wrote: panes, watermarks, and what it changed behind them."""

    pool: asyncpg.Pool
    roller: Roller
    panes: dict[tuple[Key, int], Cells] = field(default_factory=dict)
    watermarks: dict[int, int] = field(default_factory=dict)
    offset: int = 0
    months: Months = field(default_factory=Months)

    async def count(self, partition: int, at: int, cells: Cells, queue: str = "sales", tenant: str = "demo") -> None:
        """An event at `at` changes its pane; the engine tells it where the partition had passed that."""
        self.offset += 1
        first = partition not in self.watermarks
        key = tenant, at - at % MINUTE, queue, "voice"
        add(self.panes.setdefault((key, partition), {}), cells)
        async with self.pool.acquire() as connection:
            await self.months.ensure(cast("asyncpg.Connection", connection), [at])
            async with connection.transaction():
                await connection.execute(
                    "INSERT INTO pane VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, start, queue, channel, partition)"
                    " DO UPDATE SET revision = excluded.revision, cells = excluded.cells",
                    *key, partition, self.offset, pack(self.panes[key, partition]),
                )  # fmt: skip
                if first:
                    await self.reach(at - 15_000, partition, connection=connection)
                elif self.late(partition, key[1] + MINUTE):
                    await connection.execute(
                        "INSERT INTO late_change (partition, tenant, queue, channel, start, source, event, type, changed_at)"
                        " VALUES ($1, $2, $3, 'voice', $4, 'test', $5, 'contact.answered', 0)",
                        partition, tenant, queue, key[1], str(self.offset),
                    )  # fmt: skip

    def late(self, partition: int, end: int) -> bool:
        return self.watermarks[partition] >= end + min(LATENESS.values())

    async def reach(self, watermark: int, *partitions: int, connection: Connection | None = None) -> None:
        """The watermarks of the partitions (all, where none is named) come to `watermark`, if they are not there yet."""
        for partition in partitions or range(PARTITIONS):
            self.watermarks[partition] = max(watermark, self.watermarks.get(partition, watermark))
            await (connection or self.pool).execute(
                "INSERT INTO stream_partition VALUES ($1, $2, 'log', 1, 1, 'me', 0, $3, 0, 0, 0)"
                " ON CONFLICT (topic, partition) DO UPDATE SET watermark = excluded.watermark",
                CONTACT_EVENTS.name, partition, self.watermarks[partition],
            )  # fmt: skip

    async def roll(self) -> None:
        while await self.roller.step():
            pass

    # ------------------------------------------------------------- looking

    async def rollups(self, grain: Grain, until: int) -> dict[Key, Cells]:
        query = "SELECT tenant, start, queue, channel, cells FROM rollup WHERE grain = $1 AND until <= $2"
        rows = await self.pool.fetch(query, grain, until)
        return {(row[0], row[1], row[2], row[3]): unpack(row[4]) for row in rows}

    async def cursor(self, grain: Grain) -> int:
        [row] = await self.pool.fetch("SELECT * FROM roller")
        return int(row[grain.value])

    def expected(self, grain: Grain, until: int, zone: ZoneInfo = ZONE) -> dict[Key, Cells]:
        sums: dict[Key, Cells] = {}
        for ((tenant, start, queue, channel), _), cells in self.panes.items():
            bounds = bounds_of(grain, start, zone)
            if bounds.end <= until:
                for name in (queue, ALL_QUEUES):
                    add(sums.setdefault((tenant, bounds.begin, name, channel), {}), cells)
        return sums

    async def corrections(self) -> list[Mapping[str, object]]:
        return [dict(row) for row in await self.pool.fetch("SELECT * FROM correction ORDER BY id")]

    async def agrees(self) -> None:
        for grain in Grain:
            until = await self.cursor(grain)
            assert await self.rollups(grain, until) == self.expected(grain, until), grain


@pytest.fixture
async def floor(database: DatabaseSettings) -> AsyncIterator[Floor]:
    async with asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=3) as pool:
        yield Floor(pool, Roller(pool, ZONE, MINUTE, EngineMetrics(CollectorRegistry())))


def offered(number: int = 1) -> Cells:
    return {Cell.OFFERED: number}


def handled(number: int = 1, seconds: int = 60) -> Cells:
    return {Cell.HANDLED: number, Cell.TALK: seconds * 1000, Histogram.HANDLE_TIME + 2 * seconds: number}


async def test_completions_are_final_after_two_minutes_and_offers_after_fifteen(floor: Floor) -> None:
    await floor.count(0, NOON, {**offered(), **handled()})
    await floor.reach(NOON + QUARTER + 2 * MINUTE - 1)
    await floor.roll()
    assert await floor.pool.fetchval("SELECT count(*) FROM rollup") == 0

    await floor.reach(NOON + QUARTER + 2 * MINUTE)
    await floor.roll()
    assert await floor.pool.fetchval("SELECT families FROM rollup") == Family.COMPLETION

    await floor.reach(NOON + QUARTER + 15 * MINUTE)
    await floor.roll()
    assert {row[0] for row in await floor.pool.fetch("SELECT families FROM rollup")} == {FINAL}
    await floor.agrees()


async def test_the_slowest_partition_decides_and_one_without_events_does_not(floor: Floor) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + DAY, 0)
    await floor.reach(NOON, 1)
    await floor.roll()
    assert await floor.cursor(Grain.QUARTER) <= NOON - 15 * MINUTE

    await floor.reach(NOON + DAY, 1)
    await floor.roll()
    assert await floor.cursor(Grain.QUARTER) == NOON + DAY - QUARTER


async def test_days_and_months_of_the_floors_zone_follow(floor: Floor) -> None:
    for hours in range(0, 24 * 60, 11):
        await floor.count(hours % 3, NOON + hours * 60 * MINUTE, offered(hours + 1), queue=f"q{hours % 4}")
    await floor.reach(NOON + 61 * DAY)
    await floor.roll()

    assert await floor.cursor(Grain.MONTH) == 1_798_732_800_000  # 2027-01-01T00:00:00+08:00
    await floor.agrees()


async def test_a_change_of_a_final_figure_is_a_correction_with_old_new_and_cause(floor: Floor) -> None:
    await floor.count(0, NOON, {**offered(3), **handled()})
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(1, NOON + MINUTE, {**offered(2), Cell.CONTACT_CSAT_COUNT: 1})
    await floor.count(1, NOON + MINUTE, {Cell.ANSWERED: 2})
    await floor.roll()

    [one] = await floor.corrections()
    assert (one["queue"], one["start"], one["until"], one["event"], one["type"]) == ("sales", NOON, NOON + QUARTER, "3", "contact.answered")
    assert unpack(bytes(one["old"])) == {**offered(3), **handled()}  # type: ignore[call-overload]
    assert unpack(bytes(one["new"])) == {**offered(5), **handled(), Cell.ANSWERED: 2}  # type: ignore[call-overload]
    assert await floor.pool.fetchval("SELECT count(*) FROM late_change") == 0
    await floor.agrees()


async def test_what_matures_is_merged_again_but_corrects_nothing(floor: Floor) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(0, NOON, {Cell.CONTACT_CSAT_COUNT: 1})
    await floor.roll()

    assert await floor.corrections() == []
    await floor.agrees()


async def test_a_completion_that_comes_between_is_a_correction_of_completions_only(floor: Floor) -> None:
    await floor.count(0, NOON, {**offered(), **handled()})
    await floor.reach(NOON + QUARTER + 5 * MINUTE)
    await floor.roll()
    await floor.count(0, NOON, {**offered(), **handled()})
    await floor.roll()
    await floor.reach(NOON + DAY)
    await floor.roll()

    [one] = await floor.corrections()
    assert unpack(bytes(one["old"])) == handled()  # type: ignore[call-overload]
    await floor.agrees()


async def test_zero_that_was_final_is_corrected_and_what_came_before_the_queue_arrives(floor: Floor) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(0, NOON + 60 * MINUTE, offered(5))
    await floor.count(0, NOON - 40 * DAY, offered(7))
    await floor.roll()
    await floor.count(0, NOON - 40 * DAY, offered(7))
    await floor.roll()

    [one] = await floor.corrections()
    assert (one["start"], unpack(bytes(one["old"])), unpack(bytes(one["new"]))) == (NOON + 60 * MINUTE, {}, offered(5))  # type: ignore[call-overload]
    await floor.agrees()


async def test_what_arrived_counts_as_shown_once_nothing_came_for_a_while(floor: Floor) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(0, NOON - 40 * DAY, offered(7))
    await floor.roll()
    await floor.pool.execute("UPDATE rollup SET filled_at = filled_at - 900000")
    await floor.count(0, NOON - 40 * DAY, offered(1))
    await floor.roll()

    assert [unpack(bytes(one["new"])) for one in await floor.corrections()] == [offered(8)]  # type: ignore[call-overload]
    await floor.agrees()


async def test_a_partition_that_comes_in_behind_is_rolled_in(floor: Floor) -> None:
    for hours in range(14):
        await floor.count(0, NOON + hours * 60 * MINUTE, offered())
    await floor.reach(NOON + 3 * DAY, 0)
    await floor.roll()
    for hours in range(14):
        await floor.count(2, NOON + hours * 60 * MINUTE, offered(2))
        await floor.reach(NOON + hours * 60 * MINUTE, 2)
        if hours % 5 == 0:
            await floor.roll()
            await floor.agrees()
    await floor.reach(NOON + 3 * DAY, 2)
    await floor.roll()

    assert await floor.cursor(Grain.QUARTER) == NOON + 3 * DAY - QUARTER
    assert {one["type"] for one in await floor.corrections()} == {"partition.joined"}
    await floor.agrees()


async def test_another_zone_makes_other_days(floor: Floor) -> None:
    for hours in range(0, 24 * 40, 13):
        await floor.count(0, NOON + hours * 60 * MINUTE, offered(hours + 1))
    await floor.reach(NOON + 41 * DAY)
    await floor.roll()
    floor.roller = Roller(floor.pool, ZoneInfo("America/New_York"), MINUTE, EngineMetrics(CollectorRegistry()))
    await floor.roll()

    until = await floor.cursor(Grain.DAY)
    assert await floor.rollups(Grain.DAY, until) == floor.expected(Grain.DAY, until, ZoneInfo("America/New_York"))


async def test_of_two_leaders_one_waits(floor: Floor) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + DAY)
    async with floor.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM roller FOR UPDATE")
        assert not await floor.roller.step()
    await floor.roll()
    await floor.agrees()


@pytest.mark.parametrize("seed", range(3))
async def test_any_course_of_events_leaves_rollups_equal_to_their_panes(floor: Floor, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(60):
        match dice.randrange(10):
            case 0 | 1:
                await floor.reach(NOON + dice.randrange(40 * DAY), dice.randrange(PARTITIONS))
            case 2:
                await floor.roller.step()
            case 3:
                await floor.roll()
                await floor.agrees()
            case _:
                await floor.count(
                    dice.randrange(PARTITIONS),
                    NOON + dice.choice([dice.randrange(40 * DAY), dice.randrange(2 * 60 * MINUTE)]),
                    dice.choice([offered(), handled(), {Cell.CONTACT_QA_COUNT: 1}, offered(-1)]),
                    queue=dice.choice(["sales", "help"]),
                    tenant=dice.choice(["demo", "other"]),
                )
    await floor.reach(NOON + 45 * DAY)
    await floor.roll()

    assert await floor.cursor(Grain.QUARTER) == quarter_of(passed(NOON + 45 * DAY, Family.OFFER))
    await floor.agrees()
