"""The clock of business hours, against paper, against the wall clock, and against somebody who
looks every minute whether it is open.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.business_time import MOST_DAYS, BusinessClock
from floorpulse.definitions.domain.calendars import Calendar, Hours, calendar_of, is_open

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
OFFICE = calendar_of(
    CalendarBody(
        id="office",
        hours={
            day: ["09:00-12:00", "13:30-18:00"]
            for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        },
        holidays={"2026-10-01": "国庆节", "2026-10-02": "国庆节"},
        workdays={"2026-10-10": "friday"},
        exceptions={"2026-11-11": ["00:00-24:00"]},
    )
)
ALWAYS = Calendar(((Hours(0, 1440),),) * 7)
ODD = Calendar(
    tuple(
        (Hours(60 * day, 60 * day + 150), Hours(60 * day + 200, 60 * day + 700)) for day in range(7)
    )
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-06T17:30", "2026-11-09T09:15", 0.75),  # a weekend between
        ("2026-11-06T19:00", "2026-11-09T08:00", 0.0),  # all of it closed
        ("2026-11-05T11:30", "2026-11-05T14:00", 1.0),  # a break for lunch
        ("2026-09-30T17:00", "2026-10-05T10:00", 2.0),  # two holidays and a weekend
        ("2026-10-09T17:00", "2026-10-10T10:00", 2.0),  # a make-up workday on a Saturday
        ("2026-11-10T18:00", "2026-11-12T09:00", 24.0),  # a day with hours of its own
        ("2026-11-05T10:00", "2026-11-05T10:00", 0.0),
        ("2026-11-05T11:00", "2026-11-05T10:00", 0.0),  # an end before the begin
    ],
)
def test_only_open_hours_pass(begin: str, end: str, hours: float) -> None:
    clock = BusinessClock(OFFICE, SHANGHAI)

    assert clock.between(at(begin), at(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "begin", "end", "hours"),
    [
        ("Europe/Berlin", "2026-10-24T23:00", "2026-10-25T06:00", 8.0),
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29T06:00", 6.0),
    ],
)
def test_a_day_on_which_clocks_are_moved_has_its_own_length(
    zone: str, begin: str, end: str, hours: float
) -> None:
    there = ZoneInfo(zone)

    assert BusinessClock(ALWAYS, there).between(at(begin, there), at(end, there)) == hours * HOUR


def test_more_days_than_are_remembered_are_counted_too() -> None:
    there = ZoneInfo("UTC")
    clock = BusinessClock(ODD, there)
    begin = at("2015-01-01T00:00", there)
    days = MOST_DAYS + 10

    assert clock.between(begin, begin + days * DAY) == days * 650 * MINUTE
    assert clock.between(begin, begin + 20 * DAY) == 20 * 650 * MINUTE


def test_a_day_that_is_remembered_counts_again() -> None:
    there = ZoneInfo("UTC")
    clock = BusinessClock(ODD, there)
    begin, end = at("2026-03-02T00:00", there), at("2026-03-05T00:00", there)

    assert [clock.between(begin, end) for _ in range(2)] == [3 * 650 * MINUTE] * 2


instants = st.integers(at("2026-03-01T00:00"), at("2026-12-01T00:00"))


@given(instants, st.integers(-DAY, 40 * DAY), st.sampled_from(ZONES))
def test_a_calendar_that_is_always_open_is_the_wall_clock(begin: int, span: int, zone: str) -> None:
    assert BusinessClock(ALWAYS, ZoneInfo(zone)).between(begin, begin + span) == max(0, span)


@given(instants, st.integers(0, 9 * DAY), st.integers(0, 9 * DAY), st.sampled_from(ZONES))
def test_two_spans_that_follow_one_another_add_up(
    begin: int, first: int, second: int, zone: str
) -> None:
    clock = BusinessClock(ODD, ZoneInfo(zone))
    middle = begin + first
    end = middle + second

    assert clock.between(begin, end) == clock.between(begin, middle) + clock.between(middle, end)


@settings(max_examples=15, deadline=None)
@given(
    instants, st.integers(0, 2 * 24 * 60), st.sampled_from(ZONES), st.sampled_from([ODD, OFFICE])
)
def test_it_counts_the_minutes_at_which_it_is_open(
    begin: int, minutes: int, zone: str, calendar: Calendar
) -> None:
    there = ZoneInfo(zone)
    first = begin - begin % MINUTE
    seen = [first + number * MINUTE for number in range(minutes)]

    assert BusinessClock(calendar, there).between(first, first + minutes * MINUTE) == MINUTE * sum(
        is_open(calendar, one, there) for one in seen
    )
