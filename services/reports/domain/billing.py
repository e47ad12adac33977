"""What is billed: quantities times rates, the fixed fees' days, and what is missing to the minimum
charge.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import lcm

from floorpulse.counting.days import local_day
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import BillingRule, ContractTerms
from floorpulse.reports.domain.evidence import DayQuantity, PartEvidence
from floorpulse.reports.domain.periods import Part, Period
from floorpulse.reports.domain.rounding import AmountRounding, Carried, told, total_of
from floorpulse.reports.domain.statement import BillingLine, MinimumLine


@dataclass(frozen=True)
class Quantity:
    """A quantity as it was counted: numerator / denominator, behind it so many contacts."""

    numerator: int
    denominator: int
    contacts: int = 0

    @property
    def exact(self) -> Fraction:
        """The quotient."""
        return Fraction(self.numerator, self.denominator)


def billed(part: Part, evidence: PartEvidence) -> list[Carried[BillingLine]]:
    """A line for each billing rule of a part."""
    days = {one.rule: one.days for one in evidence.billing}
    quantities = [
        (rule, quantity_of(rule, part, days, part.begin, part.end)) for rule in part.terms.billing
    ]
    return [_line(part.terms, rule, quantity) for rule, quantity in quantities]


def quantity_of(
    rule: BillingRule, part: Part, days: Mapping[str, Sequence[DayQuantity]], begin: int, end: int
) -> Quantity:
    """What is billed under a rule of the days that begin in [begin, end)."""
    if rule.per is Per.MONTH:
        return _months(part, begin, end)
    return _summed(one for one in days[rule.id] if begin <= one.begin < end)


def _summed(days: Iterable[DayQuantity]) -> Quantity:
    known = list(days)
    denominator = lcm(*(one.denominator for one in known))
    numerator = sum(one.numerator * (denominator // one.denominator) for one in known)
    return Quantity(numerator, denominator, sum(one.contacts for one in known))


def _months(part: Part, begin: int, end: int) -> Quantity:
    """The days of a span over those of their month; of several months over a common one."""
    lengths = Counter(_lengths(part, begin, end))
    denominator = lcm(*lengths)
    days = sum(count * (denominator // length) for length, count in lengths.items())
    return Quantity(days, denominator)


def _lengths(part: Part, begin: int, end: int) -> Iterable[int]:
    """For each day of a span how many days its month has."""
    day = local_day(begin, part.terms.zone)
    for _ in range(days_in(part.terms, begin, end)):
        yield monthrange(day.year, day.month)[1]
        day += timedelta(days=1)


def days_in(terms: ContractTerms, begin: int, end: int) -> int:
    """How many local days a span of whole days has."""
    return (local_day(end, terms.zone) - local_day(begin, terms.zone)).days


def _line(terms: ContractTerms, rule: BillingRule, quantity: Quantity) -> Carried[BillingLine]:
    rounding = AmountRounding(terms.rounding)
    exact = quantity.exact * Fraction(rule.rate)
    carried = rounding.carried(exact)
    line = BillingLine(
        rule=rule.id,
        per=rule.per,
        numerator=quantity.numerator,
        denominator=quantity.denominator,
        quantity=told(quantity.exact),
        rate=rule.rate,
        exact=told(exact),
        amount=rounding.shown(carried),
        contacts=quantity.contacts,
    )
    return Carried(line, carried)


def minimum_line(
    terms: ContractTerms,
    period: Period,
    parts: Sequence[Part],
    lines: Sequence[Carried[BillingLine]],
) -> Carried[MinimumLine] | None:
    """What is missing to the minimum charge of a version over its parts of a period; None where it
    has no minimum, or nothing is missing.
    """
    if terms.minimum is None:
        return None
    rules = terms.minimum.rules
    fees = total_of(one for one in lines if not rules or one.line.rule in rules)
    days = sum(days_in(terms, part.begin, part.end) for part in parts)
    exact = Fraction(terms.minimum.amount) * Fraction(days, period.days) - fees
    if exact <= 0:
        return None
    rounding = AmountRounding(terms.rounding)
    carried = rounding.carried(exact)
    line = MinimumLine(
        terms=terms.name,
        minimum=Decimal(terms.minimum.amount),
        days=days,
        of_days=period.days,
        fees=rounding.shown(fees),
        exact=told(exact),
        amount=rounding.shown(carried),
        rules=rules,
    )
    return Carried(line, carried)
