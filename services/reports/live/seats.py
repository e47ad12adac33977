"""Seat hours of a running part: who was there so far, and who is planned for the rest.

day         ├────── so far ──────│now ────── rest ──────┤
present      agents who were there    agents of the plan
scheduled    agents of the plan       agents of the plan

Days are read as the settlement reads them, and kept: one that ended long ago is read again after a
24th of its age, the running one after five minutes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contract_words import Per, Window
from floorpulse.definitions.domain.contracts import BillingRule
from floorpulse.figures.contracts.counting import SOONEST, stands_until
from floorpulse.figures.lookup.lookup import staff_over
from floorpulse.figures.ports import AgentHistory
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot
from floorpulse.reports.domain.contract_scope import ScopeReach
from floorpulse.reports.domain.evidence import DayQuantity
from floorpulse.reports.domain.part_evidence import present, queues_on, scheduled, slots_of
from floorpulse.reports.domain.part_tally import HOUR, Cut, cuts
from floorpulse.reports.domain.periods import Part

MOST_KEPT = 40_000
"""Days of rules; the oldest read go first"""


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


class _Asked(NamedTuple):
    """Whose agents' time is asked for, and of which day."""

    tenant: str
    day: Cut
    queues: tuple[str, ...]


class _Read(NamedTuple):
    """How long they were there, in milliseconds, and until when that is not read again."""

    time: int
    until: int


class _Counting:
    """What the rules of a part are counted with."""

    def __init__(self, view: TenantView, part: Part, slots: Sequence[Slot]) -> None:
        self._view = view
        self._part = part
        self._slots = slots
        self._reach = ScopeReach(part.terms)
        self._days = cuts(part, Window.DAY)
        self._begun = begun(self._days, view.as_of)

    def asked(self, rule: BillingRule) -> list[_Asked]:
        """What a rule asks for, a day that has begun after the other."""
        known = self._view.known
        return [
            _Asked(
                self._view.tenant,
                day,
                tuple(queues_on(rule.scope, self._reach, known.at(day.begin))),
            )
            for day in self._days[: len(self._begun)]
        ]

    def days_of(self, rule: BillingRule, there: Sequence[int] | None) -> list[SeatDay]:
        """The days of a rule; `there` is the time of those that have begun, None where the plan is
        billed.
        """
        slots = slots_of(rule.scope, self._part, self._reach, self._view.known, self._slots)
        planned = scheduled(self._days, slots)
        passed = scheduled(self._begun, slots)
        so_far = passed if there is None else dict(enumerate(there))
        return [
            SeatDay(day, so_far.get(place, 0), planned.get(place, 0) - passed.get(place, 0))
            for place, day in enumerate(self._days)
        ]


class CountedSeats:
    """What the rules of a part that bill seats counted; a month's forecast has thousands of
    intervals, so `days` is asked for in a thread.
    """

    def __init__(
        self, counting: _Counting, rules: Sequence[BillingRule], there: Mapping[str, Sequence[int]]
    ) -> None:
        self._counting = counting
        self._rules = rules
        self._there = there

    @cached_property
    def days(self) -> Mapping[str, Sequence[SeatDay]]:
        """The days of each rule."""
        return {one.id: self._counting.days_of(one, self._there.get(one.id)) for one in self._rules}


class LiveSeats:
    """Counts seats of running parts; one a process, what it read is kept in it."""

    def __init__(self, agents: AgentHistory, turns: Turns) -> None:
        self._agents = agents
        self._turns = turns
        self._kept: dict[_Asked, _Read] = {}

    async def counted(self, view: TenantView, part: Part, slots: Sequence[Slot]) -> CountedSeats:
        """What the rules of a part that bill seats counted. Raises StoreUnavailable."""
        counting = _Counting(view, part, slots)
        rules = [one for one in part.terms.billing if one.per is Per.SEAT_HOUR]
        asked = {one.id: counting.asked(one) for one in rules if one.seats == "present"}
        return CountedSeats(counting, rules, await self._times(view, asked))

    async def _times(
        self, view: TenantView, asked: Mapping[str, Sequence[_Asked]]
    ) -> dict[str, list[int]]:
        """The time of each day of each rule; days that are old are read for all rules at once."""
        by_day = list(zip(*asked.values(), strict=True))
        old = [at for at, day in enumerate(by_day) if any(self._is_old(view, one) for one in day)]
        for run in _together(old):
            await self._read(view, [by_day[place] for place in run])
        found = {rule: [self._kept[one].time for one in days] for rule, days in asked.items()}
        for oldest in list(self._kept)[:-MOST_KEPT]:
            del self._kept[oldest]
        return found

    def _is_old(self, view: TenantView, asked: _Asked) -> bool:
        kept = self._kept.get(asked)
        return kept is None or kept.until <= view.as_of

    async def _read(self, view: TenantView, by_day: Sequence[Sequence[_Asked]]) -> None:
        now = view.as_of
        spans = [Span(*day[0].day) for day in by_day]
        staff = await staff_over(self._agents, view.tenant, spans, now, self._turns)
        for place, day in enumerate(by_day):
            until = max(stands_until(spans[place].end, now), now + SOONEST)
            for one in day:
                self._kept.pop(one, None)
                self._kept[one] = _Read(present(staff.time(place, one.queues)), until)


def _together(places: Iterable[int]) -> Iterator[list[int]]:
    """Ascending numbers in runs that follow one another: 1 2 5 gives 1 2 and 5."""
    for _, run in groupby(enumerate(places), key=lambda one: one[1] - one[0]):
        yield [place for _, place in run]
