"""What single visits add to the evidence of a settlement, and the evidence with some of them taken
away and others put in.

A visit counts where the floor counts it: what belongs to the offer at its offer, what belongs to
its handling when it was done with.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

import msgspec

from floorpulse.contracts.visits import Outcome, Visit, completed_at
from floorpulse.counting.contributions import handle_cells, offer_cells
from floorpulse.counting.families import Family
from floorpulse.definitions.domain.contract_terms import Per
from floorpulse.definitions.domain.contracts import BillingRule, Metric
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import CountedVisits, SpanFigures
from floorpulse.kpis.policies import Boundary, ServiceLevelPolicy
from floorpulse.reports.domain.comparison.claims import Claim
from floorpulse.reports.domain.comparison.listing import ListedVisit
from floorpulse.reports.domain.evidence import (
    BillingEvidence,
    DayQuantity,
    Evidence,
    MetricEvidence,
    PartEvidence,
    Slice,
)
from floorpulse.reports.domain.periods import Part

MINUTE = 60_000
MILLISECOND = Decimal("0.001")


@dataclass(frozen=True)
class CountedScope:
    """Which queues metrics and billing rules are about, by their ids; all where none is named."""

    queues: Mapping[str, frozenset[str]]

    def holds(self, owner: str, visit: ListedVisit) -> bool:
        """Whether a visit is one of a metric's or a rule's."""
        queues = self.queues.get(owner)
        return queues is None or visit.queue in queues


def claimed(
    evidence: Evidence, parts: Sequence[Part], claims: Iterable[Claim], scope: CountedScope
) -> Evidence:
    """The evidence as claims would have it."""
    changes = [_PartChange(part, kept, scope) for part, kept in zip(parts, evidence.parts, strict=True)]
    for claim in claims:
        for change in changes:
            if claim.instead_of is not None:
                change.add(claim.instead_of, -1)
            if claim.counts is not None:
                change.add(claim.counts, 1)
    return msgspec.structs.replace(evidence, parts=tuple(one.changed() for one in changes))


class _PartChange:
    """What visits change in the evidence of a part."""

    def __init__(self, part: Part, kept: PartEvidence, scope: CountedScope) -> None:
        metrics = {one.id: one for one in part.terms.metrics.get(part.phase.id, ())}
        rules = {one.id: one for one in part.terms.billing}
        self._kept = kept
        self._scope = scope
        self._metrics = [(metrics[one.metric], _Slices(one)) for one in kept.metrics]
        self._billing = [(rules[one.rule], _Days(one)) for one in kept.billing]

    def add(self, visit: ListedVisit, sign: int) -> None:
        """Count a visit in, or out where `sign` is −1."""
        stay = visit_of(visit)
        for metric, slices in self._metrics:
            if self._scope.holds(metric.id, visit):
                slices.add(metric, visit, stay, sign)
        for rule, days in self._billing:
            if self._scope.holds(rule.id, visit):
                days.add(rule, visit, stay, sign)

    def changed(self) -> PartEvidence:
        """The evidence with what was added."""
        return msgspec.structs.replace(
            self._kept,
            metrics=tuple(slices.changed() for _, slices in self._metrics),
            billing=tuple(days.changed() for _, days in self._billing),
        )


class _Slices:
    def __init__(self, kept: MetricEvidence) -> None:
        self._kept = kept
        self._begins = [one.begin for one in kept.slices]
        self._added: dict[int, tuple[Decimal, Decimal, int]] = {}

    def add(self, metric: Metric, visit: ListedVisit, stay: Visit, sign: int) -> None:
        kpi = OVER_SPANS[metric.kpi]
        policy = metric.policy or ServiceLevelPolicy()
        if kpi.family is Family.OFFER:
            figures = SpanFigures(offer_cells(stay), visits=_judged(visit, policy))
            self._put(visit.offered, kpi.measure(figures, policy)[1:3], sign)
        done = completed_at(stay)
        if kpi.family is Family.COMPLETION and done is not None:
            self._put(done, kpi.measure(SpanFigures(handle_cells(stay)), policy)[1:3], sign)
        self._put(visit.offered, (0, 0), sign, volume=1)

    def _put(
        self, at: int, parts: tuple[float | None, float | None], sign: int, volume: int = 0
    ) -> None:
        place = bisect_right(self._begins, at) - 1
        if place < 0 or at >= self._kept.slices[place].end:
            return
        numerator, denominator, contacts = self._added.get(place, (Decimal(0), Decimal(0), 0))
        self._added[place] = (
            numerator + sign * _exact(parts[0]),
            denominator + sign * _exact(parts[1]),
            contacts + sign * volume,
        )

    def changed(self) -> MetricEvidence:
        slices = list(self._kept.slices)
        for place, added in self._added.items():
            slices[place] = _added_to(slices[place], added)
        return msgspec.structs.replace(self._kept, slices=tuple(slices))


def _added_to(kept: Slice, added: tuple[Decimal, Decimal, int]) -> Slice:
    return msgspec.structs.replace(
        kept,
        numerator=kept.numerator + added[0],
        denominator=kept.denominator + added[1],
        volume=kept.volume + added[2],
    )


class _Days:
    def __init__(self, kept: BillingEvidence) -> None:
        self._kept = kept
        self._begins = [one.begin for one in kept.days]
        self._added: dict[int, tuple[Fraction, int]] = {}

    def add(self, rule: BillingRule, visit: ListedVisit, stay: Visit, sign: int) -> None:
        at = billed_at(rule, stay)
        if at is None or not is_billable(rule, visit):
            return
        place = bisect_right(self._begins, at) - 1
        if place < 0 or at >= self._kept.days[place].end:
            return
        quantity, contacts = self._added.get(place, (Fraction(0), 0))
        self._added[place] = quantity + sign * billed(rule, visit), contacts + sign

    def changed(self) -> BillingEvidence:
        days = list(self._kept.days)
        for place, (quantity, contacts) in self._added.items():
            days[place] = _more(days[place], quantity, contacts)
        return msgspec.structs.replace(self._kept, days=tuple(days))


def _more(kept: DayQuantity, quantity: Fraction, contacts: int) -> DayQuantity:
    total = Fraction(kept.numerator, kept.denominator) + quantity
    return msgspec.structs.replace(
        kept,
        numerator=total.numerator,
        denominator=total.denominator,
        contacts=kept.contacts + contacts,
    )


def visit_of(visit: ListedVisit) -> Visit:
    """A listed visit as the floor would have stored it; what its list does not say took no time."""
    wait = visit.wait or 0
    at = visit.offered + wait
    stay = Visit(offered_at=visit.offered, queue=visit.queue)
    match visit.outcome:
        case Outcome.ANSWERED:
            stay.answered_at, stay.answered_wait = at, wait
            stay.talk, stay.hold, stay.wrap = visit.talk or 0, visit.hold or 0, visit.wrap or 0
            stay.ended_at = at + stay.talk + stay.hold
            stay.wrapped_at = stay.ended_at + stay.wrap
        case Outcome.ABANDONED:
            stay.abandoned_at, stay.abandoned_wait = at, wait
        case Outcome.LEFT:
            stay.left_at, stay.left_wait, stay.left_reason = at, wait, "overflow"
        case None:
            pass
    return stay


def _judged(visit: ListedVisit, policy: ServiceLevelPolicy) -> CountedVisits:
    """A visit under a policy; where its list says whether it was in time, by that."""
    wait = visit.wait or 0
    answered = visit.outcome is Outcome.ANSWERED
    abandoned = visit.outcome is Outcome.ABANDONED
    within = is_within(wait, policy.threshold, policy.boundary)
    in_time = within if visit.within is None else visit.within
    return CountedVisits(
        answered=int(answered),
        in_time=int(answered and in_time),
        abandoned=int(abandoned),
        early=int(abandoned and in_time),
        short=int(abandoned and is_within(wait, policy.short, policy.boundary)),
        left=int(visit.outcome is Outcome.LEFT),
    )


def is_within(wait: int, threshold: int, boundary: Boundary) -> bool:
    """Whether a wait of so many milliseconds is within so many seconds."""
    return wait <= threshold * 1000 if boundary == "le" else wait < threshold * 1000


def billed_at(rule: BillingRule, stay: Visit) -> int | None:
    """When a visit is billed: handled ones when they were done with, all others at their offer;
    None: never.
    """
    by_contact = rule.per in (Per.CONTACT, Per.HANDLED_MINUTE)
    if not by_contact:
        return None
    return completed_at(stay) if rule.billable.contacts == "handled" else stay.offered_at


def is_billable(rule: BillingRule, visit: ListedVisit) -> bool:
    """Whether a rule bills a visit; where its list says so or not, by that."""
    if visit.billable is not None:
        return visit.billable
    terms = rule.billable
    short = (
        visit.outcome is Outcome.ABANDONED
        and terms.without_short is not None
        and (visit.wait or 0) <= terms.without_short * 1000
    )
    served = terms.contacts == "offered" or visit.outcome is Outcome.ANSWERED
    return served and not short and (visit.talk or 0) >= (terms.least_talk or 0) * 1000


def billed(rule: BillingRule, visit: ListedVisit) -> Fraction:
    """The quantity of a visit that a rule bills: 1 contact, or minutes as the rule rounds them."""
    if rule.per is Per.CONTACT:
        return Fraction(1)
    times = {
        "talk": (visit.talk,),
        "conversation": (visit.talk, visit.hold),
        "handle": (visit.talk, visit.hold, visit.wrap),
    }
    time = sum(span or 0 for span in times[rule.time])
    if rule.increment is not None:
        step = rule.increment * 1000
        time = ceil(time / step) * step
    return Fraction(max(time, (rule.least or 0) * 1000), MINUTE)


def _exact(number: float | None) -> Decimal:
    """A count, or a sum of seconds, which is one of milliseconds."""
    return Decimal(0) if number is None else Decimal(round(number * 1000)) * MILLISECOND
