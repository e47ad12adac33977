"""The evidence of a settlement with some visits taken away and others put in: both are counted as
the settlement's own visits were, and the difference goes to its slices and days.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from msgspec import structs

from floorpulse.contracts.cells import Cells
from floorpulse.contracts.visits import Outcome, Visit, completed_at
from floorpulse.counting.contributions import handle_cells, offer_cells
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.domain.comparison.claims import Claim
from floorpulse.reports.domain.comparison.listing import ListedVisit
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.evidence import (
    BillingEvidence,
    DayQuantity,
    Evidence,
    MetricEvidence,
    PartEvidence,
    Slice,
)
from floorpulse.reports.domain.pane_tally import NOTHING, PaneTally
from floorpulse.reports.domain.part_tally import BillingTally, MetricTally, PartTally, exact
from floorpulse.reports.domain.periods import Part
from floorpulse.reports.domain.visit_records import VisitRecord

VOICE = "voice"
"""The channel of visits whose channel nothing tells"""
ZERO = Decimal(0)
BEYOND_ALL = 10**10
"""Milliseconds: later than every threshold"""


@dataclass(frozen=True)
class Grounds:
    """What visits are counted on: the parts of the period in the order of the evidence, what was
    defined, the hours of calendars; `as_of` as it was settled, epoch milliseconds.
    """

    parts: Sequence[Part]
    known: TenantDefinitions
    hours: ContractHours
    as_of: int


def claimed(evidence: Evidence, grounds: Grounds, claims: Iterable[Claim]) -> Evidence:
    """The evidence as claims would have it."""
    gone = _Counted(grounds)
    come = _Counted(grounds)
    for claim in claims:
        if claim.instead_of is not None:
            gone.take(claim.instead_of)
        if claim.counts is not None:
            come.take(claim.counts)
    parts = tuple(_changed(index, kept, come, gone) for index, kept in enumerate(evidence.parts))
    return structs.replace(evidence, parts=parts)


class _Counted:
    """Visits, counted. Metrics see those of `billed` and `unbilled`, billing those of `billed` and
    `charged`: a list may say of a visit that it is billed, or is not, against the terms.
    """

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self.billed = self._tallies()
        self._panes = PaneTally(self.billed, grounds.known, grounds.hours)
        self._begins = [one.begin for one in self._panes.spans]

    @cached_property
    def unbilled(self) -> list[PartTally]:
        """Visits that count, and are not billed."""
        return self._tallies()

    @cached_property
    def charged(self) -> list[PartTally]:
        """Visits as they are billed against the terms."""
        return self._tallies()

    def _tallies(self) -> list[PartTally]:
        on = self._grounds
        return [PartTally(part, on.known, on.hours, on.as_of) for part in on.parts]

    def take(self, visit: ListedVisit) -> None:
        """Count a visit."""
        record = record_of(visit)
        if visit.billable is None:
            self._take(self.billed, record)
        else:
            self._take(self.unbilled, record)
        if visit.billable:
            self._take(self.charged, _charged(record))
        if self._begins:
            self._count_panes(visit, record)

    def _count_panes(self, visit: ListedVisit, record: VisitRecord) -> None:
        for at, cells in _panes_of(visit):
            number = bisect_right(self._begins, at) - 1
            if number >= 0 and at < self._panes.spans[number].end:
                self._panes.add(number, record.queue, record.channel, [cells])

    def _take(self, tallies: Sequence[PartTally], record: VisitRecord) -> None:
        for tally in tallies:
            if tally.part.begin <= record.offered_at < tally.part.end:
                tally.take(record)

    def metric(self, part: int, name: str) -> Iterator[Slice]:
        """The slices of a metric in which anything was counted."""
        tallies = [one for of in (self.billed, self.unbilled) for one in _metrics(of[part], name)]
        panes = self._panes.counts()
        touched = {place for of, metric, place in panes if (of, metric) == (part, name)}
        for tally in tallies:
            touched.update(place for place, volume in enumerate(tally.volume) if volume)
        for place in sorted(touched):
            cut = self.billed[part].slices[place]
            seen = panes.get((part, name, place), NOTHING)
            yield Slice(
                begin=cut.begin,
                end=cut.end,
                numerator=exact(sum(one.numerator[place] for one in tallies) + seen.numerator),
                denominator=exact(
                    sum(one.denominator[place] for one in tallies) + seen.denominator
                ),
                volume=sum(one.volume[place] for one in tallies),
            )

    def rule(self, part: int, name: str) -> dict[tuple[int, int], tuple[Fraction, int]]:
        """The days of a billing rule on which anything is billed: quantity and contacts."""
        found: dict[tuple[int, int], tuple[Fraction, int]] = {}
        for tallies in (self.billed, self.charged):
            for tally in _rules(tallies[part], name):
                for one in tally.quantities(tallies[part].days):
                    quantity, contacts = found.get((one.begin, one.end), NO_QUANTITY)
                    found[one.begin, one.end] = (
                        quantity + Fraction(one.numerator, one.denominator),
                        contacts + one.contacts,
                    )
        return found


NO_QUANTITY = (Fraction(0), 0)


def _metrics(tally: PartTally, name: str) -> list[MetricTally]:
    return [one for one in tally.metrics if one.metric.id == name]


def _rules(tally: PartTally, name: str) -> list[BillingTally]:
    return [one for one in tally.billing if one.rule.id == name]


def _changed(index: int, kept: PartEvidence, come: _Counted, gone: _Counted) -> PartEvidence:
    return structs.replace(
        kept,
        metrics=tuple(_metric(index, one, come, gone) for one in kept.metrics),
        billing=tuple(_billing(index, one, come, gone) for one in kept.billing),
    )


def _metric(index: int, kept: MetricEvidence, come: _Counted, gone: _Counted) -> MetricEvidence:
    slices = {one.begin: one for one in kept.slices}
    for sign, counted in ((1, come), (-1, gone)):
        for one in counted.metric(index, kept.metric):
            slices[one.begin] = _added(slices.get(one.begin), one, sign)
    return structs.replace(kept, slices=tuple(slices[begin] for begin in sorted(slices)))


def _added(kept: Slice | None, change: Slice, sign: int) -> Slice:
    before = kept or Slice(
        begin=change.begin, end=change.end, numerator=ZERO, denominator=ZERO, volume=0
    )
    return structs.replace(
        before,
        numerator=before.numerator + sign * change.numerator,
        denominator=before.denominator + sign * change.denominator,
        volume=before.volume + sign * change.volume,
    )


def _billing(index: int, kept: BillingEvidence, come: _Counted, gone: _Counted) -> BillingEvidence:
    days = {(one.begin, one.end): one for one in kept.days}
    more = come.rule(index, kept.rule)
    less = gone.rule(index, kept.rule)
    for day in more.keys() | less.keys():
        before = days.get(day) or DayQuantity(begin=day[0], end=day[1], numerator=0)
        plus = more.get(day, NO_QUANTITY)
        minus = less.get(day, NO_QUANTITY)
        total = Fraction(before.numerator, before.denominator) + plus[0] - minus[0]
        days[day] = structs.replace(
            before,
            numerator=total.numerator,
            denominator=total.denominator,
            contacts=before.contacts + plus[1] - minus[1],
        )
    return structs.replace(kept, days=tuple(days[day] for day in sorted(days)))


def record_of(visit: ListedVisit) -> VisitRecord:
    """A listed visit as a settlement counts one. What its list does not say took no time; one that
    its list judges itself did not wait at all, or longer than any threshold.
    """
    answered = visit.outcome is Outcome.ANSWERED
    wait = visit.wait or 0
    if visit.within is not None:
        wait = 0 if visit.within else BEYOND_ALL
    return VisitRecord(
        offered_at=visit.offered,
        contact=visit.contact,
        visit=1,
        queue=visit.queue or "",
        channel=visit.channel or VOICE,
        outcome=visit.outcome,
        wait=None if visit.outcome is None else wait,
        completed_at=completed_at(_stay(visit)),
        talk=(visit.talk or 0) if answered else 0,
        hold=(visit.hold or 0) if answered else 0,
        wrap=(visit.wrap or 0) if answered else 0,
    )


def _charged(record: VisitRecord) -> VisitRecord:
    """A visit that its list bills: it was answered, and is done with."""
    return structs.replace(record, outcome=Outcome.ANSWERED, completed_at=record.offered_at)


def _panes_of(visit: ListedVisit) -> Iterator[tuple[int, Cells]]:
    """What a visit adds to panes, and when."""
    stay = _stay(visit)
    yield visit.offered, offer_cells(stay)
    done = completed_at(stay)
    if done is not None:
        yield done, handle_cells(stay)


def _stay(visit: ListedVisit) -> Visit:
    wait = visit.wait or 0
    at = visit.offered + wait
    stay = Visit(offered_at=visit.offered, queue=visit.queue)
    match visit.outcome:
        case Outcome.ANSWERED:
            stay.answered_at = at
            stay.answered_wait = wait
            stay.talk = visit.talk or 0
            stay.hold = visit.hold or 0
            stay.wrap = visit.wrap or 0
            stay.ended_at = at + stay.talk + stay.hold
            stay.wrapped_at = stay.ended_at + stay.wrap
        case Outcome.ABANDONED:
            stay.abandoned_at = at
            stay.abandoned_wait = wait
        case Outcome.LEFT:
            stay.left_at = at
            stay.left_wait = wait
            stay.left_reason = "overflow"
        case None:  # pragma: no branch  there is no fifth
            pass
    return stay
