"""The calendar grid of history: where intervals begin and end in a time zone, also on days of 23 or
25 hours.

30m   01:00 ├────┤ 01:30 ├────┤ 02:00 ├────┤ 03:30 …      (clocks go forward: 02:30 never comes)
The first and the last interval are cut to the span that was asked for, so the rows tile it exactly.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.counting.days import first_instant, local_day
from floorpulse.figures.timestamps import offset_at


class Interval(StrEnum):
    """How long a row of history is."""

    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    D1 = "1d"
    W1 = "1w"
    MONTH = "1M"
    ALL = "all"


_STEPS = {
    Interval.M5: 5 * MINUTE,
    Interval.M15: 15 * MINUTE,
    Interval.M30: 30 * MINUTE,
    Interval.H1: HOUR,
}


def intervals(span: Span, interval: Interval, zone: ZoneInfo) -> Iterator[Span]:
    """The intervals of `span` in order; made one by one, so a century of minutes costs nothing
    until it is read.
    """
    for begin, end in pairwise(_edges(span, interval, zone)):
        yield Span(begin, end)


def cut(spans: Iterable[Span], edges: Sequence[int]) -> Iterator[Span]:
    """The same spans, cut where an edge, of ascending ones, lies within."""
    for begin, end in spans:
        inner = edges[bisect_right(edges, begin) : bisect_left(edges, end)]
        for one in pairwise((begin, *inner, end)):
            yield Span(*one)


def _edges(span: Span, interval: Interval, zone: ZoneInfo) -> Iterator[int]:
    at = span.begin
    while at < span.end:
        yield at
        at = span.end if interval is Interval.ALL else next_edge(at, interval, zone)
    yield span.end


def next_edge(at: int, interval: Interval, zone: ZoneInfo) -> int:
    """The first instant after `at` where an interval begins."""
    if interval in _STEPS:
        return _next_of_clock(at, _STEPS[interval], zone)
    return first_instant(_next_of_calendar(local_day(at, zone), interval), zone)


def previous_edge(at: int, interval: Interval, zone: ZoneInfo) -> int:
    """The last instant, not after `at`, where an interval begins; of intervals up to a day."""
    edge = first_instant(local_day(at, zone), zone)
    if interval not in _STEPS:
        return edge
    while (following := next_edge(edge, interval, zone)) <= at:
        edge = following
    return edge


def _next_of_clock(at: int, step: int, zone: ZoneInfo) -> int:
    """Where the wall clock next shows a multiple of `step`; looked at twice, because it may have
    been moved in between.
    """
    ahead = at + step - (at + offset_at(at, zone)) % step
    return ahead + -(ahead + offset_at(ahead, zone)) % step


def _next_of_calendar(day: date, interval: Interval) -> date:
    if interval is Interval.D1:
        return day + timedelta(days=1)
    if interval is Interval.W1:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
