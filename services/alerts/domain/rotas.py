"""Rotas: who is on call at an instant, and in which shifts.

    starts    hand-over 09:00 on the rota's wall clock, each day or each week
    ├── ann ──┼── bo ───┼── ann ──┼── bo ───┼──
                   ├─ cy ─┤                        an override: somebody else
    ─ ─ ─ ┤closed├ ─ ─ ─                           outside the calendar nobody is on call

Where clocks skip the hand-over time it happens at the end of the skip, where they show it twice at
the first; turns are then 23 or 25 hours.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from floorpulse.counting.days import local_day
from floorpulse.definitions.domain.calendars import Calendar, instant, open_spans
from floorpulse.definitions.domain.on_call import RotaBody

WEEK = 7


class Cause(StrEnum):
    """Why a shift is as it is."""

    TURN = "turn"
    OVERRIDE = "override"
    FEED = "feed"
    CLOSED = "closed"
    """The rota's calendar: nobody is meant to be on call"""
    NOT_BEGUN = "not_begun"
    """Before the first member's first day: a gap"""
    FEED_EMPTY = "feed_empty"
    """The iCal feed names nobody: a gap"""


GAPS = frozenset({Cause.NOT_BEGUN, Cause.FEED_EMPTY})


@dataclass(frozen=True)
class Span:
    """`member` is on call within [begin, end), epoch milliseconds."""

    begin: int
    end: int
    member: str


@dataclass(frozen=True)
class Shift:
    """A stretch [begin, end) with one member, or with nobody and why."""

    begin: int
    end: int
    member: str | None
    cause: Cause


@dataclass(frozen=True)
class Rota:
    """A rota as it is at an instant: its turns or its feed, and what supervisors arranged.

    `feed` is what an iCal feed says instead of turns; None where the rota has turns. Of overrides
    that overlap the last of the sequence holds.
    """

    body: RotaBody
    zone: ZoneInfo
    calendar: Calendar | None = None
    overrides: Sequence[Span] = ()
    feed: Sequence[Span] | None = None

    def at(self, instant_: int) -> Shift:
        """The shift of an instant, at least a millisecond of it."""
        return next(self.shifts(instant_, instant_ + 1))

    def shifts(self, begin: int, end: int) -> Iterator[Shift]:
        """All shifts of [begin, end), without holes; neighbours differ."""
        if begin >= end:
            return
        edges = sorted({begin, *self._edges(begin, end)})
        held = Shift(begin, end, *self._who(begin))
        for edge in edges[1:]:
            member, cause = self._who(edge)
            if (held.member, held.cause) != (member, cause):
                yield replace(held, end=edge)
                held = Shift(edge, end, member, cause)
        yield held

    def gaps(self, begin: int, end: int) -> list[Shift]:
        """The shifts in which nobody is on call though somebody should be."""
        return [one for one in self.shifts(begin, end) if one.cause in GAPS]

    def _edges(self, begin: int, end: int) -> Iterator[int]:
        """Instants within (begin, end) at which anything may change."""
        spans = [*self.overrides, *(self.feed or ())]
        edges = [edge for one in spans for edge in (one.begin, one.end)]
        if self.calendar is not None:
            opening = open_spans(self.calendar, begin, end, self.zone)
            edges += [edge for one in opening for edge in one]
        if self.feed is None:
            edges += self._handovers(begin, end)
        yield from (edge for edge in edges if begin < edge < end)

    def _who(self, at: int) -> tuple[str | None, Cause]:
        if self.calendar is not None and not open_spans(self.calendar, at, at + 1, self.zone):
            return None, Cause.CLOSED
        for one in reversed(self.overrides):
            if one.begin <= at < one.end:
                return one.member, Cause.OVERRIDE
        return self._turn(at) if self.feed is None else self._of_feed(self.feed, at)

    def _of_feed(self, feed: Sequence[Span], at: int) -> tuple[str | None, Cause]:
        for one in reversed(feed):
            if one.begin <= at < one.end:
                return one.member, Cause.FEED
        return None, Cause.FEED_EMPTY

    def _turn(self, at: int) -> tuple[str | None, Cause]:
        number = self._number(at)
        if number < 0:
            return None, Cause.NOT_BEGUN
        return self.body.members[number % len(self.body.members)], Cause.TURN

    def _number(self, at: int) -> int:
        """The turn of an instant, counted from 0; negative before the first."""
        days = (local_day(at, self.zone) - self._starts).days
        guess = days // self._days
        near = [self._handover(number) for number in range(guess - 1, guess + 3)]
        return guess - 2 + bisect_right(near, at)

    def _handovers(self, begin: int, end: int) -> Iterator[int]:
        number = max(0, self._number(begin))
        while (at := self._handover(number)) < end:
            yield at
            number += 1

    def _handover(self, number: int) -> int:
        """When a turn begins, epoch milliseconds."""
        day = self._starts + timedelta(days=number * self._days)
        return instant(day, minutes(self.body.handover), self.zone, last=False)

    @property
    def _starts(self) -> date:
        return date.fromisoformat(self.body.starts)

    @property
    def _days(self) -> int:
        return WEEK if self.body.turn == "week" else 1


def minutes(wall_clock: str) -> int:
    """Minutes from midnight of a wall-clock time `HH:MM`."""
    hour, _, minute = wall_clock.partition(":")
    return int(hour) * 60 + int(minute)


def written_overrides(body: RotaBody, zone: ZoneInfo) -> list[Span]:
    """The overrides that the definition itself names, as instants of its zone."""
    return [
        Span(_instant(one.begin, zone), _instant(one.end, zone), one.member)
        for one in body.overrides
    ]


def _instant(local: str, zone: ZoneInfo) -> int:
    day, _, time = local.partition("T")
    return instant(date.fromisoformat(day), minutes(time), zone, last=False)


def now_and_next(rota: Rota, now: int, horizon: int) -> tuple[Shift, Shift | None]:
    """Who is on call now, and the next shift with somebody else that begins within `horizon`
    milliseconds.
    """
    shifts = list(rota.shifts(now, now + horizon))
    later = (one for one in shifts[1:] if one.member is not None)
    return shifts[0], next(later, None)
