"""Calendars side by side: whether they are ever open together, and how long one is open at most."""

from datetime import date, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.calendars import Calendar, Hours, calendar_of
from floorpulse.definitions.domain.openings import longest, meet

HOUR = 3600
DAY = calendar_of(CalendarBody(id="day", hours={"monday": ["09:00-12:00", "13:00-18:00"]}))
NIGHT = calendar_of(
    CalendarBody(id="night", hours={"monday": ["18:00-24:00"], "tuesday": ["00:00-09:00"]})
)
NOON = calendar_of(CalendarBody(id="noon", hours={"monday": ["12:00-13:00"]}))
SUNDAY = calendar_of(CalendarBody(id="sunday", hours={"sunday": ["22:00-24:00"]}))
MONDAY = calendar_of(CalendarBody(id="monday", hours={"monday": ["00:00-02:00"]}))
ALWAYS = Calendar(((Hours(0, 1440),),) * 7)


def with_exception(calendar: Calendar, day: str, *hours: Hours) -> Calendar:
    return Calendar(calendar.week, exceptions={date.fromisoformat(day): hours})


def test_hours_that_only_touch_do_not_meet() -> None:
    assert not meet([DAY, NIGHT])
    assert not meet([DAY, NOON])


def test_a_calendar_meets_itself_and_one_that_is_always_open() -> None:
    assert meet([DAY, DAY])
    assert meet([DAY, None])
    assert meet([])


def test_two_that_meet_a_third_need_not_meet_it_together() -> None:
    wide = calendar_of(CalendarBody(id="wide", hours={"monday": ["11:00-14:00"]}))

    assert meet([wide, DAY])
    assert meet([wide, NOON])
    assert not meet([wide, DAY, NOON])


def test_an_exception_of_one_day_is_enough_to_meet() -> None:
    assert meet([DAY, with_exception(NIGHT, "2026-01-05", Hours(600, 660))])
    assert not meet([DAY, with_exception(NIGHT, "2026-01-06", Hours(600, 660))])


def test_a_make_up_workday_can_meet_what_its_weekday_does_not() -> None:
    saturday = calendar_of(CalendarBody(id="saturday", hours={"saturday": ["09:00-18:00"]}))
    made_up = Calendar(DAY.week, workdays={date(2026, 1, 10): 0})

    assert not meet([DAY, saturday])
    assert meet([made_up, saturday])


@pytest.mark.parametrize(
    ("calendar", "seconds"),
    [
        (DAY, 5 * HOUR),
        (NIGHT, 15 * HOUR),
        (Calendar(tuple(a or b for a, b in zip(SUNDAY.week, MONDAY.week, strict=True))), 4 * HOUR),
        (with_exception(DAY, "2026-11-11", Hours(0, 1440)), 24 * HOUR),
        (with_exception(NIGHT, "2026-01-06", Hours(0, 1440)), 30 * HOUR),
        (Calendar(((),) * 7), 0),
        (ALWAYS, inf),
        (None, inf),
    ],
)
def test_the_longest_opening_runs_over_midnight_and_special_days(
    calendar: Calendar | None, seconds: float
) -> None:
    assert longest(calendar) == seconds


def test_a_fortnight_without_a_break_counts_as_without_end() -> None:
    days = {date(2026, 11, 1) + timedelta(n): (Hours(0, 1440),) for n in range(14)}

    assert longest(Calendar(((),) * 7, exceptions=days)) == inf


def test_a_week_without_a_break_is_the_least_that_counts_so() -> None:
    days = {date(2026, 11, 1) + timedelta(n): (Hours(0, 1440),) for n in range(7)}
    short = days | {date(2026, 11, 7): (Hours(0, 1439),)}

    assert longest(Calendar(((),) * 7, exceptions=days)) == inf
    assert longest(Calendar(((),) * 7, exceptions=short)) == 7 * 24 * HOUR - 60


def test_the_last_days_of_all_time_are_no_trouble() -> None:
    assert longest(with_exception(DAY, "9999-12-31", Hours(0, 1440))) == 5 * HOUR


weeks = st.lists(
    st.lists(st.tuples(st.integers(0, 1430), st.integers(1, 300)), max_size=2),
    min_size=7,
    max_size=7,
)


def week_of(spans: list[list[tuple[int, int]]]) -> Calendar:
    return Calendar(
        tuple(
            tuple(Hours(begin, min(1440, begin + length)) for begin, length in day) for day in spans
        )
    )


@given(weeks, weeks)
def test_meeting_is_what_minute_by_minute_comparison_finds(
    one: list[list[tuple[int, int]]], other: list[list[tuple[int, int]]]
) -> None:
    both = [week_of(one), week_of(other)]
    minutes = [
        {
            (day, minute)
            for day, hours in enumerate(calendar.week)
            for span in hours
            for minute in range(*span)
        }
        for calendar in both
    ]

    assert meet(both) is bool(minutes[0] & minutes[1])
