"""The calendar grid, also on days when clocks are moved."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.figures.intervals import Interval, intervals
from floorpulse.figures.timestamps import text, text_or_none

ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
]


def at(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp() * 1000)


def begins(since: str, until: str, interval: str, zone: str) -> list[str]:
    tz = ZoneInfo(zone)
    return [
        text(span.begin, tz)
        for span in intervals(Span(at(since), at(until)), Interval(interval), tz)
    ]


def test_half_hours_stand_on_the_clock() -> None:
    found = begins("2026-11-11T09:00:00+08:00", "2026-11-11T10:30:00+08:00", "30m", "Asia/Shanghai")

    assert found == [
        "2026-11-11T09:00:00+08:00",
        "2026-11-11T09:30:00+08:00",
        "2026-11-11T10:00:00+08:00",
    ]


def test_the_first_and_the_last_interval_are_cut_to_the_span() -> None:
    spans = list(
        intervals(
            Span(at("2026-11-11T09:10:00Z"), at("2026-11-11T11:20:00Z")),
            Interval.H1,
            ZoneInfo("UTC"),
        )
    )

    assert [(span.end - span.begin) // MINUTE for span in spans] == [50, 60, 20]


def test_an_hour_that_never_comes_has_no_row_and_one_that_comes_twice_has_two() -> None:
    forward = begins(
        "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "1h", "America/New_York"
    )
    back = begins(
        "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", "1h", "America/New_York"
    )

    assert (len(forward), len(back)) == (23, 25)
    assert forward[1:3] == ["2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"]
    assert back[1:3] == ["2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"]


def test_clocks_that_move_by_half_an_hour_return_to_the_full_hour() -> None:
    forward = begins(
        "2026-10-04T00:00:00+10:30", "2026-10-04T05:00:00+11:00", "1h", "Australia/Lord_Howe"
    )

    assert forward[1:3] == ["2026-10-04T01:00:00+10:30", "2026-10-04T03:00:00+11:00"]


@pytest.mark.parametrize(
    ("interval", "found"),
    [
        ("1d", ["2026-03-28", "2026-03-29", "2026-03-30"]),
        ("1w", ["2026-03-28", "2026-03-30"]),  # a Saturday, then a Monday
        ("1M", ["2026-03-28"]),
        ("all", ["2026-03-28"]),
    ],
)
def test_days_weeks_and_months_begin_at_local_midnight(interval: str, found: list[str]) -> None:
    rows = begins(
        "2026-03-28T00:00:00+01:00", "2026-03-31T00:00:00+02:00", interval, "Europe/Berlin"
    )

    assert [row[:10] for row in rows] == found
    assert all(row[11:19] == "00:00:00" for row in rows)


def test_months_have_their_own_lengths() -> None:
    rows = begins("2027-12-15T00:00:00Z", "2028-03-02T00:00:00Z", "1M", "UTC")

    assert [row[:10] for row in rows] == ["2027-12-15", "2028-01-01", "2028-02-01", "2028-03-01"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(ZONES),
    st.sampled_from(list(Interval)),
    st.integers(at("2015-01-01T00:00:00Z") // MINUTE, at("2026-12-01T00:00:00Z") // MINUTE),
    st.integers(1, 4000),
)
def test_intervals_tile_the_span_exactly(
    zone: str, interval: Interval, since: int, minutes: int
) -> None:
    span = Span(since * MINUTE, (since + minutes) * MINUTE)

    spans = list(intervals(span, interval, ZoneInfo(zone)))

    assert spans[0].begin == span.begin
    assert spans[-1].end == span.end
    assert all(before.end == after.begin for before, after in pairwise(spans))
    assert all(one.begin < one.end for one in spans)
    if interval is Interval.H1:
        assert all(one.end - one.begin <= 2 * HOUR for one in spans)


def test_instants_are_written_with_their_offset_and_no_needless_digits() -> None:
    assert (
        text(at("2026-11-11T01:02:03Z"), ZoneInfo("Asia/Kathmandu")) == "2026-11-11T06:47:03+05:45"
    )
    assert text(at("2026-11-11T01:02:03Z") + 45) == "2026-11-11T01:02:03.045+00:00"
    assert text_or_none(None) is None
