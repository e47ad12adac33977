"""The roller's cursors: they wait for every partition and retreat for one that comes in behind."""

from zoneinfo import ZoneInfo

import pytest

from floorpulse.counting.families import Family
from floorpulse.counting.finality import FINAL
from floorpulse.counting.grains import QUARTER, Grain, RollupBounds, bounds_of, on_the_grid
from floorpulse.kpi_engine.rollup.cursors import (
    RollupCursors,
    advanced,
    final_in,
    lowered,
    retreated,
)
from floorpulse.kpi_engine.upkeep.retention_limits import limit, rolled_limit

MINUTE = 60_000
DAY = 86_400_000
NOON = 1_794_312_000_000  # 2026-11-10T12:00:00Z
UTC = ZoneInfo("UTC")
DONE = RollupCursors(
    completion=NOON + QUARTER,
    quarter=NOON,
    reached=NOON,
    watermarks={0: NOON + 20 * MINUTE, 1: NOON + 20 * MINUTE},
)


def test_nothing_moves_while_all_partitions_go_on() -> None:
    heard = {0: NOON + DAY, 1: NOON + 21 * MINUTE}

    assert retreated(DONE, heard, {}, 0, UTC) == DONE


def test_a_partition_not_waited_for_takes_the_cursors_back_to_what_it_may_still_change() -> None:
    back = retreated(DONE, {0: NOON + DAY, 5: NOON - 60 * MINUTE}, {5: NOON - 59 * MINUTE}, 0, UTC)

    assert (back.quarter, back.completion, back.reached) == (
        NOON - 75 * MINUTE,
        NOON - 75 * MINUTE,
        NOON,
    )


def test_its_first_pane_counts_where_that_lies_further_back() -> None:
    assert (
        retreated(DONE, {5: NOON + DAY}, {5: NOON - 61 * MINUTE}, 0, UTC).quarter
        == NOON - 75 * MINUTE
    )


def test_a_partition_that_was_away_counts_as_it_was_left() -> None:
    known = RollupCursors(
        completion=NOON, quarter=NOON, watermarks={0: NOON + DAY, 1: NOON - 30 * MINUTE}
    )

    assert retreated(known, {0: NOON + DAY}, {}, 0, UTC).quarter == NOON
    assert (
        retreated(known, {0: NOON + DAY, 1: NOON + DAY}, {}, 0, UTC).quarter == NOON - 45 * MINUTE
    )


def test_what_has_no_panes_any_more_stays_rolled() -> None:
    assert (
        retreated(DONE, {5: NOON - 90 * DAY}, {}, NOON - 3 * QUARTER, UTC).quarter
        == NOON - 3 * QUARTER
    )
    assert retreated(DONE, {5: NOON - 90 * DAY}, {}, NOON + DAY, UTC).quarter == NOON


def test_days_and_months_hold_rolled_quarters_only() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    ahead = RollupCursors(quarter=NOON, day=NOON + 9 * DAY, month=NOON + 60 * DAY)
    back = lowered(ahead, zone)

    assert back.day == NOON + 4 * 60 * MINUTE - DAY
    assert back.month == bounds_of(Grain.MONTH, NOON, zone).begin
    assert lowered(RollupCursors(quarter=NOON, day=5, month=3), zone).day == 5


def test_completions_are_never_behind_and_the_furthest_is_remembered() -> None:
    on = advanced(DONE, NOON + 4 * QUARTER, 0)

    assert (on.quarter, on.completion, on.reached) == (
        NOON + 4 * QUARTER,
        NOON + 4 * QUARTER,
        NOON + 4 * QUARTER,
    )
    assert advanced(DONE, NOON - QUARTER, NOON + 9 * QUARTER).reached == NOON
    assert advanced(DONE, NOON, 0).completion == DONE.completion
    assert advanced(DONE, NOON, NOON + 9 * QUARTER).completion == NOON + 9 * QUARTER


def test_what_is_final_follows_from_the_cursors() -> None:
    assert [final_in(DONE, NOON + shift) for shift in (-1, 0, QUARTER)] == [
        FINAL,
        Family.COMPLETION,
        Family(0),
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_days_have_the_hours_that_the_clocks_give_them(day: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    noon = {
        "2026-03-29": 1_774_778_400_000,
        "2026-10-25": 1_792_926_000_000,
        "2026-06-01": 1_780_308_000_000,
    }[day]
    bounds = bounds_of(Grain.DAY, noon, zone)

    assert bounds.end - bounds.begin == hours * 3_600_000
    assert on_the_grid(bounds)
    assert bounds_of(Grain.QUARTER, noon + 1, zone) == RollupBounds(noon, noon + QUARTER)


def test_an_offset_of_odd_minutes_has_no_days() -> None:
    assert not on_the_grid(RollupBounds(NOON + MINUTE, NOON + DAY))


def test_whole_months_go_and_of_panes_only_rolled_ones() -> None:
    assert limit(31, NOON) == 1_790_812_800_000  # 2026-10-01
    assert rolled_limit(31, NOON, NOON - 80 * DAY) == 1_785_542_400_000  # 2026-08-01
