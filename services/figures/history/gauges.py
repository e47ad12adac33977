"""Gauges of past instants, out of the visits themselves.

    offered ├──── waits ────┤ answered ├── in progress ──┤ ended
    instants       │             │               │
    waiting        1             0               0
    in progress    0             1               1

A visit waits in [offered, offered + wait) and is in progress in [answered, ended). What has no end
yet lasts to now, but never longer than the longest wait, or the longest conversation: the engine's
live gauges forget at the same age.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.visits import Longest, Visit, offer_at, queue_of, wait_of
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.kpis.figures import MomentFigures

DRIFT = HOUR
"""How far an answer may be stamped before its offer by a source with two clocks."""


@dataclass(eq=False)
class PresentThen:
    """Who was there at one instant."""

    waits: list[int] = field(default_factory=list)
    in_progress: int = 0


class PastGauges:
    """Gauges of one selection at ascending `instants`, as known at `now`."""

    def __init__(
        self, selection: Selection, instants: Sequence[int], longest: Longest, now: int
    ) -> None:
        self._selection = selection
        self._instants = instants
        self._longest = longest
        self._now = now
        self._moments: defaultdict[tuple[int, RowKey], PresentThen] = defaultdict(PresentThen)

    @property
    def offered_within(self) -> Span:
        """The offers that may matter at any of the instants: a longest wait and as long a
        conversation back.
        """
        return Span(
            self._instants[0] - self._longest.wait - self._longest.conversation,
            self._instants[-1] + DRIFT,
        )

    def add(self, visit: Visit) -> None:
        """Note a visit at every instant it covers."""
        queue = queue_of(visit)
        offered = offer_at(visit)
        if queue is None or not self._selection.includes(queue, visit.channel):
            return
        row_key = self._selection.row_key(queue, visit.channel)
        if offered is not None:
            for index in self._covered(
                offered, self._until(offered, wait_of(visit), self._longest.wait)
            ):
                self._moments[index, row_key].waits.append(self._instants[index] - offered)
        if visit.answered_at is not None:
            talked = None if visit.ended_at is None else visit.ended_at - visit.answered_at
            for index in self._covered(
                visit.answered_at,
                self._until(visit.answered_at, talked, self._longest.conversation),
            ):
                self._moments[index, row_key].in_progress += 1

    def _until(self, since: int, lasted: int | None, longest: int) -> int:
        return min(since + longest, self._now + 1) if lasted is None else since + lasted

    def _covered(self, since: int, until: int) -> Iterator[int]:
        return iter(range(bisect_left(self._instants, since), bisect_left(self._instants, until)))

    def figures(self, instant: int, row_keys: Sequence[RowKey], unresolved: int) -> MomentFigures:
        """The figures of the instant with this index, over some subjects of the selection."""
        moments = [self._moments.get((instant, row_key)) or PresentThen() for row_key in row_keys]
        waits = tuple(wait for moment in moments for wait in moment.waits)
        return MomentFigures(waits, sum(moment.in_progress for moment in moments), unresolved)
