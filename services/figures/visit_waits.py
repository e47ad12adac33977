"""How long the visits of some queues waited, one by one: what panes cannot tell of policies whose
thresholds are hours, or whose clock runs in business hours only.

    offered Fri 17:50 ├───────── by the wall clock 63.5 h ─────────┤ answered Mon 09:20
    business hours    ├ 10 min ┤         closed           ├ 20 min ┤ 30 min

The hours are those of the queue's calendar that was in force when the visit was offered. A wait is
the source's own figure, where it told one: business hours are looked for from the offer on, for so
long. Instants are epoch milliseconds, spans milliseconds.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Outcome, Visit, offer_at, outcome, queue_of, wait_of
from floorpulse.definitions.domain.business_time import BusinessClock
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.figures.ports import VisitHistory
from floorpulse.figures.selection import Selection
from floorpulse.figures.turns import Turns
from floorpulse.kpis.figures import CountedVisits
from floorpulse.kpis.policies import Clock, ServiceLevelPolicy


@dataclass(frozen=True)
class Clocks:
    """The business hours of a tenant's queues over time, by the clocks of a zone."""

    known: TenantDefinitions
    zone: ZoneInfo

    def of(self, queue: str, at: int) -> BusinessClock | None:
        """The clock of a queue as defined at an instant; None where it is always open."""
        return self.known.at(at).clock(queue, self.zone)

    def wait(self, queue: str, offered: int, wait: int) -> int:
        """How much of a wait that began at `offered` lies in business hours."""
        clock = self.of(queue, offered)
        return wait if clock is None else clock.between(offered, offered + wait)


class Now(NamedTuple):
    """The instant of which figures speak, and how long visits are believed at it."""

    at: int
    horizons: Horizons


@dataclass(eq=False)
class _Waits:
    """Waits of one outcome, by the wall clock and in business hours; sorted once all are there."""

    wall: list[int] = field(default_factory=list)
    calendar: list[int] = field(default_factory=list)

    def add(self, wall: int, calendar: int) -> None:
        """Note a wait by both clocks."""
        self.wall.append(wall)
        self.calendar.append(calendar)

    def sort(self) -> None:
        """All waits are there."""
        self.wall.sort()
        self.calendar.sort()

    def within(self, clock: Clock, limit: int) -> int:
        """How many are no longer than `limit`."""
        return bisect_right(self.wall if clock == "wall" else self.calendar, limit)


@dataclass(eq=False)
class _Visits:
    """The visits of one queue and channel that were offered in one span."""

    answered: _Waits = field(default_factory=_Waits)
    abandoned: _Waits = field(default_factory=_Waits)
    left: int = 0
    open: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.answered.wall) + len(self.abandoned.wall) + self.left + len(self.open)


class VisitWaits:
    """The waits of visits offered in `spans` (ascending, without overlap), in any order."""

    def __init__(self, spans: Sequence[Span], clocks: Clocks) -> None:
        self._spans = spans
        self._begins = [span.begin for span in spans]
        self._clocks = clocks
        self._visits: dict[tuple[int, str, str], _Visits] = {}

    def take(self, visits: Iterable[Visit]) -> None:
        """Note some of the visits; those of no span, or of an unknown queue, count nowhere."""
        for visit in visits:
            queue = queue_of(visit)
            offered = offer_at(visit)
            if queue is None or offered is None:
                continue
            interval = bisect_right(self._begins, offered) - 1
            if interval >= 0 and offered in self._spans[interval]:
                theirs = self._visits.setdefault((interval, queue, visit.channel), _Visits())
                self._note(theirs, visit, queue, offered)

    def _note(self, theirs: _Visits, visit: Visit, queue: str, offered: int) -> None:
        ended = outcome(visit)
        if ended is None:
            theirs.open.append(offered)
            return
        wait = wait_of(visit) or 0
        match ended:
            case Outcome.ANSWERED:
                theirs.answered.add(wait, self._clocks.wait(queue, offered, wait))
            case Outcome.ABANDONED:
                theirs.abandoned.add(wait, self._clocks.wait(queue, offered, wait))
            case Outcome.LEFT:  # pragma: no branch  there is no fourth
                theirs.left += 1

    def close(self) -> None:
        """All visits are there."""
        for theirs in self._visits.values():
            theirs.answered.sort()
            theirs.abandoned.sort()

    def counted(
        self,
        interval: int,
        places: Iterable[tuple[str, str]],
        policy: ServiceLevelPolicy,
        now: Now,
        least: int = 0,
    ) -> CountedVisits | None:
        """The visits of queues and channels in the span with this index, under a policy.

        None where they cannot be told: queues that are folded into one have no visits of their
        own, and of `least` visits that were counted some may be deleted by now.
        """
        names = list(places)
        if any(queue == OTHER for queue, _ in names):
            return None
        found = [(queue, self._visits.get((interval, queue, one))) for queue, one in names]
        if sum(len(theirs) for _, theirs in found if theirs is not None) < least:
            return None
        tallies = [
            self._tallied(theirs, queue, channel, policy, now)
            for (queue, theirs), (_, channel) in zip(found, names, strict=True)
            if theirs is not None
        ]
        return added(tallies)

    def _tallied(
        self, theirs: _Visits, queue: str, channel: str, policy: ServiceLevelPolicy, now: Now
    ) -> CountedVisits:
        strict = policy.boundary == "lt"
        limit = 1000 * policy.threshold - strict
        late = (self._late(queue, channel, offered, policy, now, limit) for offered in theirs.open)
        return CountedVisits(
            answered=len(theirs.answered.wall),
            in_time=theirs.answered.within(policy.clock, limit),
            abandoned=len(theirs.abandoned.wall),
            early=theirs.abandoned.within(policy.clock, limit),
            short=theirs.abandoned.within(policy.clock, 1000 * policy.short - strict),
            left=theirs.left,
            late=sum(late),
        )

    def _late(
        self,
        queue: str,
        channel: str,
        offered: int,
        policy: ServiceLevelPolicy,
        now: Now,
        limit: int,
    ) -> bool:
        """Whether a visit without an outcome has waited beyond the threshold, or for longer than is
        believed.
        """
        wait = max(0, now.at - offered)
        if wait > now.horizons.of(channel).wait:
            return True
        if policy.clock == "calendar":
            wait = self._clocks.wait(queue, offered, wait)
        return wait > limit


def added(tallies: Sequence[CountedVisits]) -> CountedVisits:
    """Several counts as one."""
    return CountedVisits(*map(sum, zip(*tallies, strict=True))) if tallies else CountedVisits()


async def waits_over(
    visits: VisitHistory,
    selection: Selection,
    spans: Sequence[Span],
    clocks: Clocks,
    turns: Turns | None = None,
) -> VisitWaits:
    """The waits of the selected queues' visits over spans (ascending, without overlap)."""
    found = VisitWaits(spans, clocks)
    async for portion in visits.visits(selection, Span(spans[0].begin, spans[-1].end)):
        found.take(one.visit for one in portion)
        await (asyncio.sleep(0) if turns is None else turns.next())
    found.close()
    return found
