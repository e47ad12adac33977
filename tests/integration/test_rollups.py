"""The roller on a real PostgreSQL: rollups equal their panes cell by cell, and what changed after
it was final is recorded.
"""

import random
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.contracts.cells import Cell
from floorpulse.contracts.packed import unpack
from floorpulse.counting.families import Family
from floorpulse.counting.finality import FINAL, passed
from floorpulse.counting.grains import QUARTER, Grain, quarter_of
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.rollup.roller import Roller
from floorpulse.runtime.settings import DatabaseSettings
from tests.integration.rolling import DAY, MINUTE, NOON, PARTITIONS, ZONE, Floor, handled, offered

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]


@pytest.fixture
async def floor(database: DatabaseSettings) -> AsyncIterator[Floor]:
    async with asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=3) as pool:
        yield Floor(pool, Roller(pool, ZONE, MINUTE, EngineMetrics(CollectorRegistry())))


async def test_completions_are_final_after_two_minutes_and_offers_after_fifteen(
    floor: Floor,
) -> None:
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
        await floor.count(
            hours % 3, NOON + hours * 60 * MINUTE, offered(hours + 1), queue=f"q{hours % 4}"
        )
    await floor.reach(NOON + 61 * DAY)
    await floor.roll()

    assert await floor.cursor(Grain.MONTH) == 1_798_732_800_000  # 2027-01-01T00:00:00+08:00
    await floor.agrees()


async def test_a_change_of_a_final_figure_is_a_correction_with_old_new_and_cause(
    floor: Floor,
) -> None:
    await floor.count(0, NOON, {**offered(3), **handled()})
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(1, NOON + MINUTE, {**offered(2), Cell.CONTACT_CSAT_COUNT: 1})
    await floor.count(1, NOON + MINUTE, {Cell.ANSWERED: 2})
    await floor.roll()

    [one] = await floor.corrections()
    assert (one["queue"], one["start"], one["until"], one["event"], one["type"]) == (
        "sales",
        NOON,
        NOON + QUARTER,
        "3",
        "contact.answered",
    )
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


async def test_a_completion_that_comes_between_is_a_correction_of_completions_only(
    floor: Floor,
) -> None:
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


async def test_zero_that_was_final_is_corrected_and_what_came_before_the_queue_arrives(
    floor: Floor,
) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + 3 * DAY)
    await floor.roll()
    await floor.count(0, NOON + 60 * MINUTE, offered(5))
    await floor.count(0, NOON - 40 * DAY, offered(7))
    await floor.roll()
    await floor.count(0, NOON - 40 * DAY, offered(7))
    await floor.roll()

    [one] = await floor.corrections()
    old, new = (unpack(bytes(one[name])) for name in ("old", "new"))  # type: ignore[call-overload]
    assert (one["start"], old, new) == (NOON + 60 * MINUTE, {}, offered(5))
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
    floor.roller = Roller(
        floor.pool, ZoneInfo("America/New_York"), MINUTE, EngineMetrics(CollectorRegistry())
    )
    await floor.roll()

    until = await floor.cursor(Grain.DAY)
    assert await floor.rollups(Grain.DAY, until) == floor.expected(
        Grain.DAY, until, ZoneInfo("America/New_York")
    )


async def test_of_two_leaders_one_waits(floor: Floor) -> None:
    await floor.count(0, NOON, offered())
    await floor.reach(NOON + DAY)
    async with floor.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM roller FOR UPDATE")
        assert not await floor.roller.step()
    await floor.roll()
    await floor.agrees()


@pytest.mark.parametrize("seed", range(3))
async def test_any_course_of_events_leaves_rollups_equal_to_their_panes(
    floor: Floor, seed: int
) -> None:
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
