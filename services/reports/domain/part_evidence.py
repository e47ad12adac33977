"""From what was counted of a part to its evidence: slices in which anything happened or was
forecast, days on which anything is billed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from floorpulse.contracts.agents import UNKNOWN, StateNow
from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import BillingRule
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.kpis.plan import Slot
from floorpulse.reports.domain.contract_scope import ScopeReach
from floorpulse.reports.domain.evidence import (
    BillingEvidence,
    DayQuantity,
    MetricEvidence,
    PartEvidence,
    Slice,
)
from floorpulse.reports.domain.pane_tally import NOTHING, PaneCounts
from floorpulse.reports.domain.part_tally import HOUR, Cut, MetricTally, PartTally, exact
from floorpulse.reports.domain.periods import Part

SeatTime = Callable[[int, Iterable[str]], int]
"""The milliseconds that agents who serve any of some queues were there on the day with an index"""
Missed = Mapping[str, int]
"""By metric, how many windows right before a part were missed one after the other"""


def slots_of(
    scope: ContractScope,
    part: Part,
    reach: ScopeReach,
    known: TenantDefinitions,
    slots: Iterable[Slot],
) -> list[Slot]:
    """The forecast intervals of a scope, in the order of time; one for a whole queue counts whole,
    whatever channels the scope names.
    """
    mine = [
        slot
        for slot in slots
        if slot.end > part.begin
        and slot.begin < part.end
        and _is_of(scope, reach, known.at(slot.begin), slot)
    ]
    return sorted(mine, key=lambda slot: (slot.begin, slot.queue, slot.channel))


def _is_of(scope: ContractScope, reach: ScopeReach, in_force: InForce, slot: Slot) -> bool:
    if slot.channel:
        return reach.has(scope, in_force, slot.queue, slot.channel)
    return slot.queue in reach.queues(scope, in_force)


def queues_on(scope: ContractScope, reach: ScopeReach, in_force: InForce) -> list[str]:
    """The queues whose agents' seats count while definitions are in force."""
    return sorted(reach.queues(scope, in_force))


def present(states: Mapping[StateNow, int]) -> int:
    """How long agents were there, of the times that they spent in each state: all that is known."""
    return sum(lasted for state, lasted in states.items() if state != UNKNOWN)


def forecasts(cuts: Sequence[Cut], slots: Sequence[Slot]) -> dict[int, Decimal]:
    """What was forecast for each slice (its index), the share of time of intervals that reach
    beyond it; slices of which nothing was forecast are not there.
    """
    found: dict[int, Fraction] = {}
    for place, overlap, slot in _overlaps(cuts, slots):
        share = Fraction(overlap, slot.end - slot.begin)
        found[place] = found.get(place, Fraction(0)) + Fraction(Decimal(repr(slot.volume))) * share
    return {
        place: Decimal(one.numerator) / Decimal(one.denominator) for place, one in found.items()
    }


def scheduled(cuts: Sequence[Cut], slots: Sequence[Slot]) -> dict[int, int]:
    """The milliseconds of planned agents on each day (its index)."""
    found: dict[int, int] = {}
    for place, overlap, slot in _overlaps(cuts, slots):
        found[place] = found.get(place, 0) + overlap * (slot.staffed or 0)
    return found


def _overlaps(cuts: Sequence[Cut], slots: Sequence[Slot]) -> Iterator[tuple[int, int, Slot]]:
    """Each part of a slot that lies in a cut: the cut's index, milliseconds, the slot; both sorted
    by begin.
    """
    first = 0
    for slot in slots:
        while first < len(cuts) and cuts[first].end <= slot.begin:
            first += 1
        place = first
        while place < len(cuts) and cuts[place].begin < slot.end:
            overlap = min(cuts[place].end, slot.end) - max(cuts[place].begin, slot.begin)
            yield place, overlap, slot
            place += 1


class PartFacts:
    """All that is known of a part beside its visits: what panes counted by metric and slice, its
    forecasts, its seats, and the runs of misses before it.
    """

    def __init__(
        self,
        known: TenantDefinitions,
        panes: Mapping[tuple[str, int], PaneCounts],
        slots: Sequence[Slot],
        seats: SeatTime,
        missed: Missed,
    ) -> None:
        self.known = known
        self.panes = panes
        self.slots = slots
        self.seats = seats
        self.missed = missed


def part_evidence(tally: PartTally, facts: PartFacts) -> PartEvidence:
    """The evidence of a part."""
    part = tally.part
    billed = {one.rule.id: one.quantities(tally.days) for one in tally.billing}
    for rule in part.terms.billing:
        if rule.per is Per.SEAT_HOUR:
            billed[rule.id] = _seat_hours(rule, tally, facts)
    return PartEvidence(
        terms=part.terms.name,
        phase=part.phase.id,
        begin=part.begin,
        end=part.end,
        metrics=tuple(_metric_evidence(one, tally, facts) for one in tally.metrics),
        billing=tuple(
            BillingEvidence(rule=rule.id, days=billed[rule.id])
            for rule in part.terms.billing
            if rule.id in billed
        ),
    )


def _metric_evidence(counted: MetricTally, tally: PartTally, facts: PartFacts) -> MetricEvidence:
    metric = counted.metric
    slots = slots_of(metric.scope, tally.part, tally.reach, facts.known, facts.slots)
    expected = forecasts(tally.slices, slots)
    found = []
    for place, cut in enumerate(tally.slices):
        panes = facts.panes.get((metric.id, place), NOTHING)
        one = Slice(
            begin=cut.begin,
            end=cut.end,
            numerator=exact(counted.numerator[place] + panes.numerator),
            denominator=exact(counted.denominator[place] + panes.denominator),
            volume=counted.volume[place],
            forecast=expected.get(place),
        )
        if one.volume or one.numerator or one.denominator or one.forecast is not None:
            found.append(one)
    return MetricEvidence(
        metric=metric.id, slices=tuple(found), missed_before=facts.missed.get(metric.id, 0)
    )


def _seat_hours(rule: BillingRule, tally: PartTally, facts: PartFacts) -> tuple[DayQuantity, ...]:
    if rule.seats == "scheduled":
        slots = slots_of(rule.scope, tally.part, tally.reach, facts.known, facts.slots)
        times = scheduled(tally.days, slots)
    else:
        times = {
            place: facts.seats(place, queues_on(rule.scope, tally.reach, facts.known.at(day.begin)))
            for place, day in enumerate(tally.days)
        }
    return tuple(
        DayQuantity(begin=day.begin, end=day.end, numerator=times[place], denominator=HOUR)
        for place, day in enumerate(tally.days)
        if times.get(place)
    )
