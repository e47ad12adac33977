"""What calendars have in common: whether they are ever open together, and for how long at a
stretch.

one       ├──────┤        ├──────┤
other         ├──────┤                  they meet
third                         ├──┤      it meets the first, not the second

A calendar that is not given (None) is always open. Hours are those of the wall clock: where clocks
are moved, an hour more or less decides nothing here.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import inf

from floorpulse.definitions.domain.calendars import MIDNIGHT, Calendar, Hours

WEEK = 7
AROUND = WEEK + 1
"""Days before and after a special day in which a stretch of a week can lie"""
_PLAIN = date(2001, 1, 1)
"""A Monday; of a calendar without special days every week is the same"""
_ALL_DAY = (Hours(0, MIDNIGHT),)


def meet(calendars: Sequence[Calendar | None]) -> bool:
    """Whether there is a minute at which all of them are open."""
    given = [one for one in calendars if one is not None]
    plain = [Calendar(one.week) for one in given]
    regular = any(common([one.hours(day) for one in plain]) for day in _days(_PLAIN, WEEK))
    return regular or any(common([one.hours(day) for one in given]) for day in _special(given))


def common(days: Iterable[Sequence[Hours]]) -> tuple[Hours, ...]:
    """The hours that days have in common, ascending; the whole day where there is none."""
    shared: tuple[Hours, ...] = _ALL_DAY
    for hours in days:
        overlaps = (
            Hours(max(one.since, other.since), min(one.until, other.until))
            for one in shared
            for other in hours
        )
        shared = tuple(sorted(one for one in overlaps if one.since < one.until))
    return shared


def longest(calendar: Calendar | None) -> float:
    """The seconds of its longest opening; inf where it is open for a week and more at a stretch."""
    if calendar is None:
        return inf
    plain = Calendar(calendar.week)
    stretches = [_longest(plain, _days(_PLAIN, 2 * WEEK))]
    stretches += [
        _longest(calendar, _days(day - timedelta(AROUND), 2 * AROUND + 1))
        for day in _special([calendar])
    ]
    most = max(stretches)
    return inf if most >= WEEK * MIDNIGHT else 60.0 * most


def _longest(calendar: Calendar, days: Iterable[date]) -> int:
    """The minutes of the longest opening within days that follow one another."""
    most = since = until = 0
    for number, day in enumerate(days):
        for hours in calendar.hours(day):
            begin = number * MIDNIGHT + hours.since
            since = since if begin <= until else begin
            until = number * MIDNIGHT + hours.until
            most = max(most, until - since)
    return most


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(number) for number in range(count))


def _special(calendars: Iterable[Calendar]) -> list[date]:
    """Days that are not as their weekday is; not the very first and last ones of all time."""
    edge = timedelta(AROUND)
    found = {day for one in calendars for day in (*one.holidays, *one.workdays, *one.exceptions)}
    return sorted(day for day in found if date.min + edge < day < date.max - edge)
