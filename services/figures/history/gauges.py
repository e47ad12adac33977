"""Gauges of past instants, out of the visits themselves.

    offered ├──── waits ────┤ answered ├── talk ──┤ ended ├── wrap-up ──┤ wrapped
    instants       │             │           │                  │
    waiting        1             0           0                  0
    in progress    0             1           1                  1

A visit waits in [offered, offered + wait) and is in progress in [answered, done): to the end of a
wrap-up that was told, else to the end of the conversation. What has no end yet lasts to now, but
never longer than its channel's longest wait, or longest conversation: live gauges forget at the
same age. A wrap-up, too, is believed for no longer than a conversation. Calls are looked for some
hours back, contacts of other channels, which wait for weeks, as far back as these.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Longest, Visit, offer_at, queue_of, wait_of
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.visit_waits import Clocks
from floorpulse.kpis.figures import MomentFigures

HorizonsAt = Callable[[int], Horizons]
"""How long visits are believed at an instant, epoch milliseconds"""
DRIFT = HOUR
"""How far an answer may be stamped before its offer by a source with two clocks."""


def _reach(horizons: Iterable[Longest]) -> int:
    """How far back an offer matters: a wait and a conversation."""
    return max((one.wait + one.conversation for one in horizons), default=0)


@dataclass(eq=False)
class PresentThen:
    """Who was there at one instant; waits with the queues that they were in."""

    waits: list[tuple[str, int]] = field(default_factory=list)
    in_progress: int = 0


class PastGauges:
    """Gauges of one selection at ascending `instants`, as known at `now`."""

    def __init__(
        self, selection: Selection, instants: Sequence[int], horizons: HorizonsAt, now: int
    ) -> None:
        """`horizons` tells how long visits are believed at an instant."""
        self._selection = selection
        self._instants = instants
        self._horizons = [horizons(instant) for instant in instants]
        self._now = now
        self._moments: defaultdict[tuple[int, RowKey], PresentThen] = defaultdict(PresentThen)

    @property
    def offered_within(self) -> Span:
        """The offers that may matter at any of the instants: of calls a longest wait and as long a
        conversation back.
        """
        calls = [known.calls for known in self._horizons]
        return Span(self._instants[0] - _reach(calls), self._instants[-1] + DRIFT)

    @property
    def earlier(self) -> Span:
        """The offers before these that may matter, of channels on which contacts wait longer."""
        longest = [known.longest for known in self._horizons]
        until = self.offered_within.begin
        return Span(min(until, self._instants[0] - _reach(longest)), until)

    def add(self, visit: Visit) -> None:
        """Note a visit at every instant it covers."""
        queue = queue_of(visit)
        offered = offer_at(visit)
        if queue is None or not self._selection.includes(queue, visit.channel):
            return
        row_key = self._selection.row_key(queue, visit.channel)
        if offered is not None:
            wait = wait_of(visit)
            for index in self._covered(offered, wait):
                waited = self._instants[index] - offered
                if wait is not None or waited < self._horizons[index].of(visit.channel).wait:
                    self._moments[index, row_key].waits.append((queue, waited))
        if visit.answered_at is not None:
            self._handle(visit, visit.answered_at, row_key)

    def _handle(self, visit: Visit, answered: int, row_key: RowKey) -> None:
        """Note a visit while it is handled: what is told to go on is believed for as long as
        conversations last.
        """
        ended = visit.ended_at
        done = None if ended is None else max(ended, visit.wrapped_at or ended)
        for index in self._covered(answered, None if done is None else done - answered):
            instant = self._instants[index]
            longest = self._horizons[index].of(visit.channel).conversation
            talks = ended is not None and instant < ended
            since = answered if ended is None else ended
            self._moments[index, row_key].in_progress += talks or instant - since < longest

    def _covered(self, since: int, lasted: int | None) -> Iterator[int]:
        until = self._now + 1 if lasted is None else since + lasted
        return iter(range(bisect_left(self._instants, since), bisect_left(self._instants, until)))

    def in_hours(self, instant: int, row_keys: Sequence[RowKey], clocks: Clocks) -> tuple[int, ...]:
        """The waits of the instant with this index, as far as they lie in business hours."""
        at = self._instants[instant]
        moments = [self._moments.get((instant, row_key)) or PresentThen() for row_key in row_keys]
        return tuple(
            clocks.wait(queue, at - wait, wait)
            for moment in moments
            for queue, wait in moment.waits
        )

    def figures(self, instant: int, row_keys: Sequence[RowKey], unresolved: int) -> MomentFigures:
        """The figures of the instant with this index, over some subjects of the selection."""
        moments = [self._moments.get((instant, row_key)) or PresentThen() for row_key in row_keys]
        waits = tuple(wait for moment in moments for _, wait in moment.waits)
        return MomentFigures(waits, sum(moment.in_progress for moment in moments), unresolved)
