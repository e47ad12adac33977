"""What is billed, told from counts: a rule's quantity is what a KPI counts.

contact           answered, handled or offered contacts
handled_minute    talk, talk and hold, or talk, hold and wrap-up, in seconds

Counts do not know each contact by itself: what a rule says of single contacts (rounded up, at
least so long) is left to the settlement, and the rule is told as approximate.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from floorpulse.counting.days import local_day
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import BillingRule, Metric
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.figures.contracts.slices import CountedSlice
from floorpulse.reports.domain.evidence import DayQuantity

TIMES = {
    "talk": ("att",),
    "conversation": ("att", "hold_time"),
    "handle": ("aht",),
}
"""The means whose sums are the time"""
MILLISECONDS = 1000
MINUTE = 60 * MILLISECONDS


def counted_as(rule: BillingRule) -> list[Metric]:
    """The counts that a rule by the contact or the handled minute is made of."""
    by_contact = rule.per is Per.CONTACT
    kpis = (rule.billable.contacts,) if by_contact else TIMES[rule.time]
    return [
        Metric(
            id=f"billing {rule.id} {kpi}",
            names={},
            kpi=kpi,
            comparison=Comparison.AT_LEAST,
            target=Decimal(0),
            scope=rule.scope,
            is_count=by_contact,
        )
        for kpi in kpis
    ]


def is_approximate(rule: BillingRule) -> bool:
    """Whether single contacts decide on a rule's quantity."""
    billable = rule.billable
    of_contacts = (rule.increment, rule.least, billable.least_talk, billable.without_short)
    return any(one is not None for one in of_contacts)


def by_day(
    rule: BillingRule, counts: Iterable[Sequence[CountedSlice]], zone: ZoneInfo
) -> Iterator[DayQuantity]:
    """A rule's quantity by the days of a zone, of the half hours of all its counts."""
    slices = sorted((one for each in counts for one in each), key=lambda one: one.begin)
    for _, theirs in groupby(slices, key=lambda one: local_day(one.begin, zone)):
        yield _quantity(rule, list(theirs))


def _quantity(rule: BillingRule, slices: Sequence[CountedSlice]) -> DayQuantity:
    begin = slices[0].begin
    end = max(one.end for one in slices)
    amount = sum((one.numerator for one in slices), Decimal(0))
    if rule.per is Per.CONTACT:
        return DayQuantity(begin=begin, end=end, numerator=round(amount), contacts=round(amount))
    contacts = sum((one.denominator for one in slices), Decimal(0)) / len(TIMES[rule.time])
    return DayQuantity(
        begin=begin,
        end=end,
        numerator=round(amount * MILLISECONDS),
        denominator=MINUTE,
        contacts=round(contacts),
    )
