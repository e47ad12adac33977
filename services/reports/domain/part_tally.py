"""Counts the visits of one part of a period: each metric by half hours under the contract's own
terms, each billing rule by days.

part     ├──────────────── operation, contract@2 ────────────────┤
slices   ├─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┤   numerator, denominator, volume
days     ├───────────────────┼───────────────────┼───────────────┤   contacts, milliseconds

A visit belongs to the half hour and the day in which it was offered, with all that comes of it
later: so each visit is in one period, and counts once. Records come in any order.
"""

from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from floorpulse.definitions.domain.contract_words import Per, Window
from floorpulse.definitions.domain.contracts import BillingRule, Metric
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.contract_scope import ScopeReach
from floorpulse.reports.domain.evidence import DayQuantity
from floorpulse.reports.domain.judged_visits import billed_time, hit_and_total, is_billable
from floorpulse.reports.domain.periods import Part, window_of
from floorpulse.reports.domain.visit_records import VisitRecord

MINUTE = 60_000
"""Milliseconds"""
HOUR = 60 * MINUTE


class Cut(NamedTuple):
    """The instants [begin, end), epoch milliseconds."""

    begin: int
    end: int


def cuts(part: Part, window: Window) -> list[Cut]:
    """The half hours, or days, of a part; the first and last are cut to it."""
    return list(_cuts(part, window))


def _cuts(part: Part, window: Window) -> Iterator[Cut]:
    at = part.begin
    while at < part.end:
        begin, end = window_of(window, at, part.terms.zone)
        yield Cut(max(begin, part.begin), min(end, part.end))
        at = end


class MetricTally:
    """The counts of one metric, by slice."""

    def __init__(self, metric: Metric, slices: int) -> None:
        self.metric = metric
        self.numerator = [0] * slices
        self.denominator = [0] * slices
        self.volume = [0] * slices

    def add(self, place: int, record: VisitRecord, wait: int) -> None:
        """Count a visit of a slice; `wait` by the clock of the metric's policy."""
        self.volume[place] += 1
        policy = self.metric.policy
        if policy is not None:
            hit, total = hit_and_total(record.outcome, wait, policy)
            self.numerator[place] += hit
            self.denominator[place] += total


class BillingTally:
    """The quantities of one billing rule, by day."""

    def __init__(self, rule: BillingRule, days: int) -> None:
        self.rule = rule
        self.contacts = [0] * days
        self.time = [0] * days

    def add(self, place: int, record: VisitRecord) -> bool:
        """Count a visit of a day; whether it is paid for."""
        billed = is_billable(record, self.rule.billable)
        if billed:
            self.contacts[place] += 1
            self.time[place] += billed_time(record, self.rule)
        return billed

    def quantities(self, days: list[Cut]) -> tuple[DayQuantity, ...]:
        """What is billed of each day on which there is anything."""
        return tuple(
            self._quantity(place, day) for place, day in enumerate(days) if self.contacts[place]
        )

    def _quantity(self, place: int, day: Cut) -> DayQuantity:
        contacts = self.contacts[place]
        if self.rule.per is Per.CONTACT:
            return DayQuantity(begin=day.begin, end=day.end, numerator=contacts, contacts=contacts)
        return DayQuantity(
            begin=day.begin,
            end=day.end,
            numerator=self.time[place],
            denominator=MINUTE,
            contacts=contacts,
        )


class _Concerned(NamedTuple):
    """The tallies that contacts of a queue and channel may count in."""

    metrics: tuple[MetricTally, ...]
    billing: tuple[BillingTally, ...]


class PartTally:
    """The counts of a part; `as_of` is the instant, epoch milliseconds, up to which visits without
    an outcome have waited.
    """

    def __init__(
        self, part: Part, known: TenantDefinitions, hours: ContractHours, as_of: int
    ) -> None:
        self.part = part
        self.reach = ScopeReach(part.terms)
        self.slices = cuts(part, Window.INTERVAL)
        self.days = cuts(part, Window.DAY)
        metrics = part.terms.metrics.get(part.phase.id, ())
        self.metrics = tuple(MetricTally(one, len(self.slices)) for one in metrics)
        self.billing = tuple(
            BillingTally(one, len(self.days)) for one in part.terms.billing if by_contacts(one)
        )
        self._known = known
        self._hours = hours
        self._as_of = as_of
        self._slice_begins = [one.begin for one in self.slices]
        self._day_begins = [one.begin for one in self.days]
        self._concerned: dict[tuple[int, str, str], _Concerned] = {}

    def take(self, record: VisitRecord) -> bool:
        """Count a visit that was offered in the part; whether it counts anywhere."""
        at = record.offered_at
        metrics, billing = self._of(self._known.at(at), record.queue, record.channel)
        counted = False
        place = bisect_right(self._slice_begins, at) - 1
        for tally in metrics:
            if self._hours.is_open(tally.metric.calendar, at):
                tally.add(place, record, self._wait(tally.metric, record))
                counted = True
        place = bisect_right(self._day_begins, at) - 1
        for rule in billing:
            counted = rule.add(place, record) or counted
        return counted

    def _wait(self, metric: Metric, record: VisitRecord) -> int:
        wait = record.wait
        if wait is None:
            wait = max(0, self._as_of - record.offered_at)
        if metric.policy is None or metric.policy.clock == "wall":
            return wait
        return self._hours.wait(record.queue, metric.calendar, record.offered_at, wait)

    def _of(self, in_force: InForce, queue: str, channel: str) -> _Concerned:
        key = id(in_force), queue, channel
        known = self._concerned.get(key)
        if known is None:
            has = self.reach.has
            known = self._concerned[key] = _Concerned(
                tuple(
                    one for one in self.metrics if has(one.metric.scope, in_force, queue, channel)
                ),
                tuple(one for one in self.billing if has(one.rule.scope, in_force, queue, channel)),
            )
        return known


def by_contacts(rule: BillingRule) -> bool:
    """Whether contacts tell what a rule charges for."""
    return rule.per in (Per.CONTACT, Per.HANDLED_MINUTE)


def exact(number: float) -> Decimal:
    """A count, or a sum of seconds with three decimals, as a decimal number."""
    return Decimal(repr(round(number, 3))) if number % 1 else Decimal(int(number))
