"""Seat hours of a running part: who was there so far, and who is planned for the rest.

day         ├────── so far ──────│now ────── rest ──────┤
present      agents who were there    agents of the plan
scheduled    agents of the plan       agents of the plan

Days are read as the settlement reads them, and kept: one that ended long ago is read again after a
24th of its age, the running one after five minutes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contract_terms import Per, Window
from floorpulse.definitions.domain.contracts import BillingRule
from floorpulse.figures.contracts.counting import SOONEST, stands_until
from floorpulse.figures.lookup.lookup import staff_over
from floorpulse.figures.ports import AgentHistory
from floorpulse.figures.staff.by_span import StaffBySpan
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot
from floorpulse.reports.domain.contract_scope import ScopeReach
from floorpulse.reports.domain.evidence import DayQuantity
from floorpulse.reports.domain.part_evidence import present, queues_on, scheduled, slots_of
from floorpulse.reports.domain.part_tally import HOUR, Cut, cuts
from floorpulse.reports.domain.periods import Part

MOST_KEPT = 2000
"""Days of tenants; the oldest read go first"""


@dataclass(frozen=True)
class SeatDay:
    """A rule's seats on a day, in milliseconds: so far, and what may be expected of its rest."""

    day: Cut
    so_far: int
    rest: int


def seat_hours(days: Iterable[SeatDay], *, expected: bool) -> tuple[DayQuantity, ...]:
    """The hours that are billed; of days without any there is nothing."""
    told = ((one.day, one.so_far + (one.rest if expected else 0)) for one in days)
    return tuple(
        DayQuantity(begin=day.begin, end=day.end, numerator=time, denominator=HOUR)
        for day, time in told
        if time
    )


def begun(days: Iterable[Cut], now: int) -> list[Cut]:
    """The days that have begun, the last one cut to now."""
    return [Cut(day.begin, min(day.end, now)) for day in days if day.begin < now]


@dataclass(frozen=True)
class _Read:
    """A day as it was read (`place` of `staff`), until when it is not read again."""

    staff: StaffBySpan
    place: int
    until: int


class _Counting:
    """What the rules of a part are counted with; `read` are the days that have begun."""

    def __init__(
        self,
        view: TenantView,
        part: Part,
        slots: Sequence[Slot],
        days: Sequence[Cut],
        read: Sequence[_Read],
    ) -> None:
        self._known = view.known
        self._as_of = view.as_of
        self._part = part
        self._reach = ScopeReach(part.terms)
        self._slots = slots
        self._days = days
        self._read = read

    def days_of(self, rule: BillingRule) -> list[SeatDay]:
        """The days of a rule."""
        slots = slots_of(rule.scope, self._part, self._reach, self._known, self._slots)
        planned = scheduled(self._days, slots)
        passed = scheduled(begun(self._days, self._as_of), slots)
        there = dict(self._there(rule)) if rule.seats == "present" else passed
        return [
            SeatDay(day, there.get(place, 0), planned.get(place, 0) - passed.get(place, 0))
            for place, day in enumerate(self._days)
        ]

    def _there(self, rule: BillingRule) -> Iterator[tuple[int, int]]:
        """Of each day that has begun (its index) how long agents were there."""
        for place, (day, read) in enumerate(zip(self._days, self._read, strict=False)):
            queues = queues_on(rule.scope, self._reach, self._known.at(day.begin))
            yield place, present(read.staff.time(read.place, queues))


class LiveSeats:
    """Counts seats of running parts; one a process, the days it read are kept in it."""

    def __init__(self, agents: AgentHistory, turns: Turns) -> None:
        self._agents = agents
        self._turns = turns
        self._kept: dict[tuple[str, Cut], _Read] = {}

    async def counted(
        self, view: TenantView, part: Part, slots: Sequence[Slot]
    ) -> Mapping[str, Sequence[SeatDay]]:
        """The days of each rule of a part that bills seats. Raises StoreUnavailable."""
        rules = [one for one in part.terms.billing if one.per is Per.SEAT_HOUR]
        days = cuts(part, Window.DAY)
        by_presence = any(one.seats == "present" for one in rules)
        read = await self._days(view, days) if by_presence else []
        counting = _Counting(view, part, slots, days, read)
        return {one.id: counting.days_of(one) for one in rules}

    async def _days(self, view: TenantView, days: Sequence[Cut]) -> list[_Read]:
        """The days that have begun, in their order."""
        there = [one for one in days if one.begin < view.as_of]
        for missing in _together(place for place, one in enumerate(there) if self._old(view, one)):
            await self._read(view, [there[place] for place in missing])
        found = [self._kept[view.tenant, one] for one in there]
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return found

    def _old(self, view: TenantView, day: Cut) -> bool:
        kept = self._kept.get((view.tenant, day))
        return kept is None or kept.until <= view.as_of

    async def _read(self, view: TenantView, days: Sequence[Cut]) -> None:
        now = view.as_of
        spans = [Span(*one) for one in days]
        staff = await staff_over(self._agents, view.tenant, spans, now, self._turns)
        for place, day in enumerate(days):
            until = max(stands_until(day.end, now), now + SOONEST)
            self._kept.pop((view.tenant, day), None)
            self._kept[view.tenant, day] = _Read(staff, place, until)


def _together(places: Iterable[int]) -> Iterator[list[int]]:
    """Ascending numbers in runs that follow one another: 1 2 5 gives 1 2 and 5."""
    for _, run in groupby(enumerate(places), key=lambda one: one[1] - one[0]):
        yield [place for _, place in run]
