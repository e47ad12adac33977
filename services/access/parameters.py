"""Parameters of questions over HTTP: what all routes that answer with rows have in common."""

import re
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from floorpulse.contracts.instants import parse_instant
from floorpulse.counting.days import first_instant
from floorpulse.runtime.problems import Problem

EARLIEST = parse_instant("1970-01-01T00:00:00Z")
LATEST = parse_instant("2100-01-01T00:00:00Z")
LONGEST_LIST = 4096
ITEM = re.compile(r'\s*"((?:[^"]|"")+)"\s*(?=,|$)|([^,]+)')
"""A name of a list: in quotes, or all up to the comma"""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
"""A plain day"""
OR_DAY = ", or a plain day, such as 2026-11-11"
FROM = "RFC 3339 with offset, or a plain day: from its first instant on"
TO = "RFC 3339 with offset, itself not included; or a plain day, which is included"
"""What `from` and `to` may be, for descriptions"""
List = Annotated[str | None, Field(max_length=LONGEST_LIST)]
Cursor = Annotated[
    List, Field(description="`next` of the last answer", examples=["k8QIjTkxNzQ2MA"])
]
AnswerZone = Annotated[
    str | None, Field(description="IANA zone of the answer's times", examples=["Asia/Shanghai"])
]
Limit = Annotated[int | None, Field(ge=1, description="rows of one answer", examples=[500])]
USUAL_LIST = 2000
"""Characters of a list whose names are remembered"""
MOST_CHOICES = 200
"""Known names that a refusal lists: a floor may have a hundred thousand queues"""
MOST_COMPARED = 2000
"""Known names among which the nearest to an unknown one is looked for"""


PLAIN = r"^[^\x00]*$"
"""Any text that PostgreSQL can hold"""


class Parameters(BaseModel):
    """Base: a parameter that is not known is refused, with those that are."""

    model_config = ConfigDict(extra="allow")

    def refuse_unknown(self) -> None:
        """Problem 422 naming the parameters that no question has."""
        known = [field.alias or name for name, field in type(self).model_fields.items()]
        refuse_strangers("parameter", self.model_extra or (), known)


class PageParameters(Parameters):
    """Parameters of an answer that is a list and nothing else."""

    limit: Limit = None
    cursor: Cursor = None


def names_of(text: str | None) -> tuple[str, ...]:
    """The names of a comma-separated list, each once, in order; in double quotes (doubled inside) a
    name may hold anything.
    """
    if not text:
        return ()
    return _usual_names(text) if len(text) <= USUAL_LIST else _names(text)


def _names(text: str) -> tuple[str, ...]:
    told = (
        quoted.replace('""', '"') if quoted else plain.strip()
        for quoted, plain in ITEM.findall(text)
    )
    return tuple(dict.fromkeys(name for name in told if name))


_usual_names = lru_cache(maxsize=2048)(_names)
"""Walls name the same queues again and again"""


def begin_of(name: str, text: str, zone: ZoneInfo) -> int:
    """The instant from which a parameter asks, epoch milliseconds: its own, or the first one of the
    plain day that it names, in the zone; problem 422 where it is neither.
    """
    return _midnight(name, text, zone, 0) if DAY.fullmatch(text) else instant_of(name, text, OR_DAY)


def end_of(name: str, text: str, zone: ZoneInfo) -> int:
    """The instant before which a parameter asks, epoch milliseconds: its own, or the first one
    after the plain day that it names, in the zone; problem 422 where it is neither.
    """
    return _midnight(name, text, zone, 1) if DAY.fullmatch(text) else instant_of(name, text, OR_DAY)


def bounds_of(since: str, until: str, zone: ZoneInfo) -> tuple[int, int]:
    """Begin and end of what `from` and `to` ask for, epoch milliseconds, the end not included;
    problems 422.
    """
    begin = begin_of("from", since, zone)
    end = end_of("to", until, zone)
    if begin >= end:
        detail = f"from={since} is not before to={until}; {_of_the_end(until)}"
        raise Problem(422, "Empty time range", detail)
    return begin, end


def _of_the_end(until: str) -> str:
    if DAY.fullmatch(until) is None:
        return "an instant as `to` is not included, a plain day is"
    return "a plain day as `to` is included"


def _midnight(name: str, text: str, zone: ZoneInfo, later: int) -> int:
    """When the day that many days later begins."""
    try:
        day = date.fromisoformat(text)
        return _within_bounds(name, text, first_instant(day + timedelta(days=later), zone))
    except (ValueError, OverflowError) as wrong:
        raise Problem(422, "Invalid time", f"{name}={text} is no day: {wrong}") from wrong


def instant_of(name: str, text: str, also: str = "") -> int:
    """The instant of a parameter, epoch milliseconds; problem 422 where it is none, which tells
    what `also` would do.
    """
    try:
        at = parse_instant(text)
    except (ValueError, OverflowError) as wrong:
        detail = f"{name}: {wrong}{also}; in a URL write + as %2B"
        raise Problem(422, "Invalid time", detail) from wrong
    return _within_bounds(name, text, at)


def _within_bounds(name: str, text: str, at: int) -> int:
    if not EARLIEST <= at < LATEST:
        raise Problem(422, "Invalid time", f"{name}={text} is outside 1970 to 2099")
    return at


def _meant(strangers: Iterable[str], known: Collection[str]) -> list[str]:
    """The nearest known names; of very many nobody looks for them."""
    if len(known) > MOST_COMPARED:
        return []
    return [near[0] for name in strangers if (near := get_close_matches(name, known, n=1))]


def refuse_strangers(what: str, names: Iterable[str], known: Collection[str]) -> None:
    """Problem 422 that lists what is known, where a name is not among it; of very many the first
    ones.
    """
    strangers = [name for name in names if name not in known]
    if strangers:
        choices = (
            nsmallest(MOST_CHOICES, known)
            if isinstance(known, AbstractSet)
            else list(islice(known, MOST_CHOICES))
        )
        more = len(known) - len(choices)
        listed = ", ".join(choices) + (f" and {more} more" if more else "")
        detail = f"unknown {what}: {', '.join(strangers)}; known are: {listed or 'none'}"
        meant = _meant(strangers, known)
        if meant:
            detail += f"; did you mean {', '.join(meant)}?"
        raise Problem(422, f"Unknown {what}", detail, known=choices)
