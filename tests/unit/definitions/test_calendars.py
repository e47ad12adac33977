"""Business calendars: holidays, make-up workdays, and days on which clocks are moved, in many
zones.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.counting.days import first_instant
from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.calendars import (
    Calendar,
    Hours,
    calendar_of,
    hours_of,
    is_open,
    open_spans,
)

HOUR = 3_600_000
OFFICE = CalendarBody(
    id="office",
    hours={
        day: ["09:00-12:00", "13:30-18:00"]
        for day in ("monday", "tuesday", "wednesday", "thursday")
    }
    | {"friday": ["09:00-17:00"]},
    holidays={"2026-10-01": "国庆节", "2026-10-02": "国庆节"},
    workdays={"2026-10-10": "friday"},
    exceptions={"2026-11-11": ["00:00-24:00"]},
)
ALWAYS = Calendar(((Hours(0, 1440),),) * 7)
SHANGHAI = ZoneInfo("Asia/Shanghai")

# zone, day on which clocks are moved, its length in hours, hours open of 01:00-05:00 and of
# 00:00-24:00
MOVED = [
    ("America/New_York", "2026-03-08", 23.0, 3.0),
    ("America/New_York", "2026-11-01", 25.0, 5.0),
    ("Europe/Berlin", "2026-03-29", 23.0, 3.0),
    ("Europe/Berlin", "2026-10-25", 25.0, 5.0),
    ("Australia/Lord_Howe", "2026-10-04", 23.5, 3.5),
    ("Australia/Lord_Howe", "2026-04-05", 24.5, 4.5),
    ("America/Santiago", "2026-09-06", 23.0, 4.0),
    ("America/Santiago", "2026-04-04", 25.0, 4.0),
    ("Africa/Casablanca", "2026-02-15", 25.0, 5.0),
    ("Africa/Casablanca", "2026-03-22", 23.0, 3.0),
    ("Pacific/Apia", "2011-12-30", 0.0, 0.0),
]


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def open_hours(calendar: Calendar, day: str, zone: ZoneInfo) -> float:
    begin = date.fromisoformat(day)
    spans = open_spans(
        calendar, first_instant(begin, zone), first_instant(begin + timedelta(days=1), zone), zone
    )
    return sum(span.end - span.begin for span in spans) / HOUR


@pytest.mark.parametrize(("zone", "day", "whole", "early"), MOVED)
def test_days_with_moved_clocks_are_as_long_as_they_are(
    zone: str, day: str, whole: float, early: float
) -> None:
    night = Calendar(((Hours(60, 300),),) * 7)

    assert open_hours(ALWAYS, day, ZoneInfo(zone)) == whole
    assert open_hours(night, day, ZoneInfo(zone)) == early


def test_a_time_that_clocks_skip_opens_at_the_end_of_the_skip() -> None:
    zone = ZoneInfo("Europe/Berlin")
    calendar = Calendar(((Hours(150, 300),),) * 7)

    [span] = open_spans(calendar, at("2026-03-29T00:00", zone), at("2026-03-30T00:00", zone), zone)

    assert datetime.fromtimestamp(span.begin / 1000, UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_opens_once_and_closes_at_its_last_end() -> None:
    zone = ZoneInfo("Europe/Berlin")
    calendar = Calendar(((Hours(150, 165),),) * 7)

    [span] = open_spans(calendar, at("2026-10-25T00:00", zone), at("2026-10-26T00:00", zone), zone)

    assert (span.end - span.begin) / 60_000 == 75


def test_a_split_shift_is_two_spans() -> None:
    spans = open_spans(
        calendar_of(OFFICE), at("2026-10-08T00:00"), at("2026-10-09T00:00"), SHANGHAI
    )

    assert spans == [
        (at("2026-10-08T09:00"), at("2026-10-08T12:00")),
        (at("2026-10-08T13:30"), at("2026-10-08T18:00")),
    ]


def test_a_chinese_make_up_workday_works_another_weekdays_hours() -> None:
    """Saturday 2026-10-10 is worked for the National Day holidays: notice of the State Council's
    General Office of 2025-11-04, no. 7.
    """
    calendar = calendar_of(OFFICE)

    assert open_hours(calendar, "2026-10-10", SHANGHAI) == 8.0
    assert open_hours(calendar, "2026-10-17", SHANGHAI) == 0.0
    assert is_open(calendar, at("2026-10-10T16:59"), SHANGHAI)
    assert not is_open(calendar, at("2026-10-10T17:00"), SHANGHAI)


def test_holidays_are_closed_and_exceptions_have_hours_of_their_own() -> None:
    calendar = calendar_of(OFFICE)

    assert open_hours(calendar, "2026-10-01", SHANGHAI) == 0.0
    assert open_hours(calendar, "2026-11-11", SHANGHAI) == 24.0


def test_spans_that_touch_at_midnight_are_one() -> None:
    [span] = open_spans(ALWAYS, at("2026-10-08T10:00"), at("2026-10-20T10:00"), SHANGHAI)

    assert span == (at("2026-10-08T10:00"), at("2026-10-20T10:00"))


NIGHT = CalendarBody(
    id="night",
    hours={
        "friday": ["20:00-24:00"],
        "saturday": ["00:00-02:00", "20:00-24:00"],
        "sunday": ["00:00-02:00"],
    },
)
"""Two nights a week; 25 December 2026 is a Friday"""


def nights(body: CalendarBody) -> list[tuple[int, int]]:
    begin, end = at("2026-12-25T12:00"), at("2026-12-27T12:00")
    return [(one.begin, one.end) for one in open_spans(calendar_of(body), begin, end, SHANGHAI)]


def test_a_holiday_closes_its_own_parts_of_two_nights() -> None:
    body = msgspec.structs.replace(NIGHT, holidays={"2026-12-26": "Boxing Day"})

    assert nights(body) == [
        (at("2026-12-25T20:00"), at("2026-12-26T00:00")),
        (at("2026-12-27T00:00"), at("2026-12-27T02:00")),
    ]


def test_exceptions_leave_the_night_before_a_free_day_whole() -> None:
    exceptions = {"2026-12-26": ["00:00-02:00"], "2026-12-27": []}
    body = msgspec.structs.replace(NIGHT, exceptions=exceptions)

    assert nights(body) == [(at("2026-12-25T20:00"), at("2026-12-26T02:00"))]


@pytest.mark.parametrize("text", ["18:00-09:00", "09:00-09:00", "23:00-24:01", "09:60-10:00"])
def test_hours_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not end|no time of day"):
        hours_of(text)


@given(
    st.sampled_from([zone for zone, *_ in MOVED]),
    st.integers(0, 1_700_000_000_000),
    st.integers(1, 10 * 24 * HOUR),
    st.floats(0, 1),
)
def test_open_spans_add_up_wherever_a_span_is_cut(
    zone: str, begin: int, length: int, cut: float
) -> None:
    calendar = calendar_of(OFFICE)
    own = ZoneInfo(zone)
    middle = begin + round(length * cut)
    end = begin + length

    whole, first, second = (
        open_spans(calendar, *ends, own) for ends in ((begin, end), (begin, middle), (middle, end))
    )

    assert sum(span.end - span.begin for span in whole) == sum(
        span.end - span.begin for span in (*first, *second)
    )
