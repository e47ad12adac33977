"""Business calendars: when a floor is open, between any two instants, also on days of 23, 24½ or 25
hours.

hours        09:00 ├────┤ 12:00   13:30 ├─────┤ 18:00            on the wall clock of the tenant's
zone
a holiday    ─────────────────── closed ───────────────
a make-up workday works the hours of another weekday; an exception has hours of its own and outranks
both

Clocks that skip an opening time open at the first instant after the skip. Where an hour comes
twice, it opens when the clock first shows the time of opening, and closes when it last shows the
time of closing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.terms import HOURS_PATTERN, Weekday

MIDNIGHT = 24 * 60
WEEKDAYS: tuple[str, ...] = get_args(Weekday)


class Hours(NamedTuple):
    """Opening hours of one day, minutes of the wall clock from midnight; `until` is at most
    24:00.
    """

    since: int
    until: int


class Open(NamedTuple):
    """The instants [begin, end), epoch milliseconds."""

    begin: int
    end: int


@dataclass(frozen=True)
class Calendar:
    """The hours of a week (from Monday), and the days that have others."""

    week: tuple[tuple[Hours, ...], ...]
    holidays: frozenset[date] = frozenset()
    workdays: Mapping[date, int] = field(default_factory=dict)
    exceptions: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)

    def hours(self, day: date) -> tuple[Hours, ...]:
        """The opening hours of a day, ascending."""
        if day in self.exceptions:
            return self.exceptions[day]
        if day in self.workdays:
            return self.week[self.workdays[day]]
        return () if day in self.holidays else self.week[day.weekday()]


def hours_of(text: str) -> Hours:
    """`09:00-12:30` as minutes; ValueError where it is no time of day, or ends before it begins."""
    if not re.fullmatch(HOURS_PATTERN, text):
        message = f"{text!r} is no span of hours, such as 09:00-18:00"
        raise ValueError(message)
    since, until = (_minutes(part) for part in text.split("-"))
    if since >= until:
        message = f"{text} does not end after it begins"
        raise ValueError(message)
    return Hours(since, until)


def _minutes(text: str) -> int:
    hour = int(text[:2])
    minute = int(text[3:])
    if minute >= 60 or hour * 60 + minute > MIDNIGHT:  # noqa: PLR2004  minutes of an hour
        message = f"{text} is no time of day from 00:00 to 24:00"
        raise ValueError(message)
    return hour * 60 + minute


def calendar_of(body: CalendarBody) -> Calendar:
    """The calendar that a checked body describes."""
    return Calendar(
        tuple(_opening(body.hours.get(day, [])) for day in get_args(Weekday)),
        frozenset(map(date.fromisoformat, body.holidays)),
        {date.fromisoformat(day): WEEKDAYS.index(like) for day, like in body.workdays.items()},
        {date.fromisoformat(day): _opening(hours) for day, hours in body.exceptions.items()},
    )


def _opening(hours: Sequence[str]) -> tuple[Hours, ...]:
    return tuple(sorted(map(hours_of, hours)))


def open_spans(calendar: Calendar, begin: int, end: int, zone: ZoneInfo) -> list[Open]:
    """When it is open between two instants, ascending; spans that touch are one."""
    found: list[Open] = []
    for span in _spans(calendar, begin, end, zone):
        if found and found[-1].end >= span.begin:
            found[-1] = Open(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _spans(calendar: Calendar, begin: int, end: int, zone: ZoneInfo) -> Iterator[Open]:
    day = local_day(begin, zone)
    last = local_day(end, zone)
    while day <= last:
        for hours in calendar.hours(day):
            span = Open(
                max(begin, instant(day, hours.since, zone, last=False)),
                min(end, instant(day, hours.until, zone, last=True)),
            )
            if span.begin < span.end:
                yield span
        day += timedelta(days=1)


def opens(calendar: Calendar | None, day: date) -> bool:
    """Whether it is open on a day at all; without a calendar on every day."""
    return calendar is None or bool(calendar.hours(day))


def is_open(calendar: Calendar, at: int, zone: ZoneInfo) -> bool:
    """Whether it is open at an instant."""
    return bool(open_spans(calendar, at, at + 1, zone))


@lru_cache(maxsize=4096)
def instant(day: date, minute: int, zone: ZoneInfo, *, last: bool) -> int:
    """When a zone's clock shows a minute of a day, epoch milliseconds: the first time, or the last;
    after a skip of it, its end.
    """
    if minute in (0, MIDNIGHT):
        return first_instant(day + timedelta(days=minute // MIDNIGHT), zone)
    shown = datetime.combine(day, time(*divmod(minute, 60)), zone)
    first, second = (_epoch(shown.replace(fold=fold)) for fold in (0, 1))
    if second < first:
        return _end_of_skip(second, first, zone)
    return second if last else first


def _end_of_skip(low: int, high: int, zone: ZoneInfo) -> int:
    """The instant in (low, high] from which the zone's offset is that of `high`."""
    after = _offset(high, zone)
    while high - low > 1000:  # noqa: PLR2004  milliseconds: zones move their clocks on whole seconds
        middle = (low + high) // 2000 * 1000
        low, high = (low, middle) if _offset(middle, zone) == after else (middle, high)
    return high


def _epoch(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


def _offset(at: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(at / 1000, zone).utcoffset()
