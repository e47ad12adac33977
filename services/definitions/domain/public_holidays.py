"""A business calendar made of a country's public holidays and make-up workdays, as text of a file
of definitions.

Dec 31 │ Jan 1 │ Jan 2    │ Jan 3 │ Jan 4
Wed    │ Thu   │ Fri      │ Sat   │ Sun
open   │ 元旦  │ day off  │ closed│ works the hours of Friday, for which it stands in

Which days are off is announced year by year in some countries. Beyond what is announced nothing is
written: a guess would look like a fact.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from floorpulse.definitions.domain.calendars import WEEKDAYS

ANNOUNCED: Mapping[str, int] = MappingProxyType({"CN": 2026})
"""The last year whose days off and make-up workdays a government has announced, of countries that
announce them year by year. China: notice of the State Council's General Office of 2025-11-04."""
MOST = 80
"""Characters of a holiday's name"""
_ESTIMATED = "estimated"
_STANDS_IN = re.compile(r"substituted from (\d{2})/(\d{2})/(\d{4})")


class NotAnnouncedError(Exception):
    """A calendar is not known for that year; the message says what to do."""


@dataclass(frozen=True)
class PublicHolidays:
    """What is known of a country's days around one year.

    `names` are days off as readers call them, `english` the same in English, where a day off says
    which workday stands in for it. `workdays` are days of the weekend that are worked, `weekend`
    the weekdays (0: Monday) that are not.
    """

    names: Mapping[date, str]
    english: Mapping[date, str]
    workdays: frozenset[date] = frozenset()
    weekend: frozenset[int] = field(default=frozenset({5, 6}))


def refuse_unannounced(country: str, year: int) -> None:
    """NotAnnouncedError of years whose days nobody can know."""
    last = ANNOUNCED.get(country)
    if last is not None and year > last:
        message = (
            f"the holidays and make-up workdays of {country} are known until {last}, those of "
            f"{year} would be a guess: upgrade Floorpulse once they are announced, or write the "
            "announced days into the calendar by hand"
        )
        raise NotAnnouncedError(message)


def refuse_estimated(country: str, year: int, found: PublicHolidays) -> None:
    """NotAnnouncedError where a day depends on a moon that nobody has seen yet."""
    guessed = [day for day, name in found.english.items() if _ESTIMATED in name.lower()]
    mine = sorted(day for day in guessed if day.year == year)
    if mine:
        message = (
            f"{len(mine)} holidays of {country} in {year} are estimates, such as "
            f"{mine[0].isoformat()} {found.english[mine[0]]}: write the days into the calendar by "
            "hand once they are announced"
        )
        raise NotAnnouncedError(message)


def calendar_text(
    name: str, year: int, hours: Sequence[str], found: PublicHolidays
) -> Iterator[str]:
    """The lines of a section `calendars` with one calendar, which is open for `hours` on each
    weekday that is no weekend.
    """
    yield "calendars:"
    yield f"  - id: {name}"
    yield "    hours:"
    opening = json.dumps(list(hours))
    for number, weekday in enumerate(WEEKDAYS):
        if number not in found.weekend:
            yield f"      {weekday}: {opening}"
    yield from _section("holidays", _closed(year, found))
    yield from _section("workdays", _worked(year, found))


def _section(title: str, days: Mapping[date, str]) -> Iterator[str]:
    if days:
        yield f"    {title}:"
        yield from (f"      {day.isoformat()}: {days[day]}" for day in sorted(days))


def _closed(year: int, found: PublicHolidays) -> dict[date, str]:
    """Days off that would be open without a word."""
    return {
        day: json.dumps(name[:MOST], ensure_ascii=False)
        for day, name in found.names.items()
        if day.year == year and day.weekday() not in found.weekend
    }


def _worked(year: int, found: PublicHolidays) -> dict[date, str]:
    """Make-up workdays, and the weekday whose hours they work: that of the day off that they stand
    in for; NotAnnouncedError where that is not told.
    """
    instead_of = {}
    for day, name in found.english.items():
        for month, number, of_year in _STANDS_IN.findall(name):
            instead_of[date(int(of_year), int(month), int(number))] = day
    mine = [day for day in found.workdays if day.year == year]
    for day in sorted(mine):
        if day not in instead_of:
            message = (
                f"nothing tells which weekday's hours {day.isoformat()} works: write the calendar "
                "by hand"
            )
            raise NotAnnouncedError(message)
    return {day: WEEKDAYS[instead_of[day].weekday()] for day in mine}
