"""Which table answers which part of a span."""

import random
from dataclasses import replace
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from floorpulse.board.domain.windows import Span
from floorpulse.counting.grains import QUARTER, Grain, bounds_of, calendar_bounds
from floorpulse.figures.history.coverage import NotKeptError, Part, RollupReach, TooFineError, parts
from floorpulse.figures.intervals import Interval, intervals

UTC = ZoneInfo("UTC")
MINUTE = 60_000
DAY = 86_400_000
OCTOBER = 1_790_812_800_000  # 2026-10-01T00:00:00Z


def rolled(
    until: int, zone: ZoneInfo = UTC, changed: tuple[int, ...] = (), panes_since: int = 0
) -> RollupReach:
    reach = {grain: bounds_of(grain, until, zone).begin for grain in Grain}
    return RollupReach(reach, zone, changed, panes_since)


def test_the_coarsest_table_that_fits_is_taken() -> None:
    asked = Span(OCTOBER - DAY - QUARTER - MINUTE, OCTOBER + 33 * DAY)

    assert parts([asked], rolled(OCTOBER + 32 * DAY + QUARTER + 5)) == [
        Part(None, Span(asked.begin, OCTOBER - DAY - QUARTER)),
        Part(Grain.QUARTER, Span(OCTOBER - DAY - QUARTER, OCTOBER - DAY)),
        Part(Grain.DAY, Span(OCTOBER - DAY, OCTOBER)),
        Part(Grain.MONTH, Span(OCTOBER, OCTOBER + 31 * DAY)),
        Part(Grain.DAY, Span(OCTOBER + 31 * DAY, OCTOBER + 32 * DAY)),
        Part(Grain.QUARTER, Span(OCTOBER + 32 * DAY, OCTOBER + 32 * DAY + QUARTER)),
        Part(None, Span(OCTOBER + 32 * DAY + QUARTER, OCTOBER + 33 * DAY)),
    ]


def test_no_rollup_reaches_over_the_edge_of_an_interval() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    spans = list(intervals(Span(OCTOBER, OCTOBER + 2 * DAY), Interval.D1, shanghai))

    assert [part.grain for part in parts(spans, rolled(OCTOBER + 9 * DAY))] == [Grain.QUARTER]
    assert {part.grain for part in parts(spans, rolled(OCTOBER + 9 * DAY, shanghai))} == {
        Grain.QUARTER,
        Grain.DAY,
    }


def test_what_changed_a_moment_ago_is_read_from_panes_alone() -> None:
    found = parts(
        [Span(OCTOBER, OCTOBER + 3 * DAY)],
        rolled(OCTOBER + 9 * DAY, changed=(OCTOBER + DAY + QUARTER,)),
    )

    assert [part.grain for part in found] == [
        Grain.DAY,
        Grain.QUARTER,
        None,
        Grain.QUARTER,
        Grain.DAY,
    ]
    assert found[2].span == Span(OCTOBER + DAY + QUARTER, OCTOBER + DAY + 2 * QUARTER)


def test_minutes_that_were_deleted_are_refused_and_quarters_answer() -> None:
    gone = rolled(OCTOBER + 9 * DAY, panes_since=OCTOBER + 2 * DAY)

    assert parts([Span(OCTOBER, OCTOBER + DAY)], gone) == [
        Part(Grain.DAY, Span(OCTOBER, OCTOBER + DAY))
    ]
    with pytest.raises(TooFineError, match="only whole quarter hours are kept"):
        parts([Span(OCTOBER + MINUTE, OCTOBER + DAY)], gone)


@pytest.mark.parametrize("begin", [OCTOBER, OCTOBER + QUARTER, OCTOBER + MINUTE])
def test_what_was_deleted_with_its_rollups_is_refused_rather_than_nothing(begin: int) -> None:
    since = OCTOBER + 2 * DAY
    gone = replace(rolled(OCTOBER + 9 * DAY, panes_since=since), rollups_since=since)

    assert parts([Span(since, since + DAY)], gone) == [Part(Grain.DAY, Span(since, since + DAY))]
    with pytest.raises(NotKeptError, match=r"before 2026-10-03T00.* was deleted"):
        parts([Span(begin, since + DAY)], gone)


@pytest.mark.parametrize("seed", range(40))
def test_parts_tile_the_span_once(seed: int) -> None:
    dice = random.Random(seed)
    zones = [
        ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")
    ]
    begin = OCTOBER + dice.randrange(-40 * DAY, 40 * DAY) // MINUTE * MINUTE
    span = Span(begin, begin + dice.randrange(1, 90 * 24) * 60 * MINUTE)
    spans = list(islice(intervals(span, dice.choice(list(Interval)), dice.choice(zones)), 99))
    changed = tuple(
        sorted(
            begin - begin % QUARTER + dice.randrange(3000) * QUARTER
            for _ in range(dice.randrange(4))
        )
    )
    known = rolled(OCTOBER + dice.randrange(-30, 60) * DAY, dice.choice(zones), changed)
    found = parts(spans, known)

    assert (found[0].span.begin, found[-1].span.end) == (spans[0].begin, spans[-1].end)
    assert all(one.span.end == other.span.begin for one, other in pairwise(found))
    for part in found:
        if part.grain is not None:
            assert part.span.end <= known.until[part.grain]
            assert not any(part.span.begin <= quarter < part.span.end for quarter in changed)


def test_a_years_days_are_looked_up_once_and_no_month_where_months_hold_nothing() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    begin = bounds_of(Grain.DAY, OCTOBER - 365 * DAY, zone).begin
    days = RollupReach({Grain.MONTH: 0, Grain.DAY: OCTOBER, Grain.QUARTER: OCTOBER}, zone)
    year = Span(begin, begin + 365 * DAY)
    calendar_bounds.cache_clear()

    assert parts([year], days) == [Part(Grain.DAY, year)]
    assert calendar_bounds.cache_info().misses == 365
    assert parts([year], days) == [Part(Grain.DAY, year)]
    assert calendar_bounds.cache_info().misses == 365
