"""What a promise still needs, and how far the next tier is: in contacts, in whole numbers.

target 80 %      hit 70 of 100          50 in time bring it back: 120 of 150 = 80 %
tier below 75 %  hit 80 of 100           7 late ones reach it:     80 of 107 < 75 %
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from floorpulse.definitions.domain.contracts import Metric, Tier
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.units import Unit


@dataclass(frozen=True)
class NextTier:
    """The penalty tier that is reached next: its number in the contract's list, the bound, how far
    the value is from it, and how many contacts in a row would have to go wrong (None of what is no
    share).
    """

    tier: int
    bound: Decimal
    distance: Decimal
    contacts: int | None


def is_share(metric: Metric) -> bool:
    """Whether a metric is a share of contacts, so that contacts can bring it back."""
    return not metric.is_count and OVER_SPANS[metric.kpi].unit is Unit.RATIO


def to_recover(metric: Metric, numerator: Decimal, denominator: Decimal) -> int | None:
    """The fewest contacts in a row that must go well for the target to be kept; None of what is no
    share, where none would do, and of 0/0.
    """
    if not is_share(metric) or denominator <= 0:
        return None
    target = Fraction(metric.target)
    hit = Fraction(numerator)
    total = Fraction(denominator)
    if metric.comparison is Comparison.AT_LEAST:
        missing = target * total - hit
        return _whole(missing, 1 - target)
    return _whole(hit - target * total, target)


def _whole(missing: Fraction, each: Fraction) -> int | None:
    """How many of `each` make up for what is missing."""
    if missing <= 0:
        return 0
    return None if each <= 0 else -int(-missing // each)


def next_tier(
    metric: Metric, value: Decimal | None, counts: tuple[Decimal, Decimal] | None
) -> NextTier | None:
    """The nearest penalty tier that a value has not reached; None where there is none, or no value.
    `counts` are numerator and denominator where contacts can be told.
    """
    if value is None:
        return None
    upper = metric.judged_comparison is Comparison.AT_LEAST
    ahead = [
        (abs(Fraction(value) - Fraction(bound)), number, tier, bound)
        for number, tier in enumerate(metric.penalties)
        if (bound := tier.high if upper else tier.low) is not None
        and not tier.holds(Fraction(value))
        and (bound <= value if upper else bound >= value)
    ]
    if not ahead:
        return None
    _, number, tier, bound = min(ahead, key=lambda one: one[:2])
    told = None if counts is None or not is_share(metric) else misses_to(tier, counts, upper=upper)
    return NextTier(number, bound, abs(value - bound), told)


def misses_to(tier: Tier, counts: tuple[Decimal, Decimal], *, upper: bool) -> int | None:
    """The fewest contacts in a row that go wrong until a tier holds; None where none reach it."""
    hit = Fraction(counts[0])
    total = Fraction(counts[1])
    if upper:
        bound = Fraction(tier.high or 0)
        return _first(hit / bound - total if bound else None, within=tier.high_within)
    bound = Fraction(tier.low or 0)
    short = (bound * total - hit) / (1 - bound) if bound < 1 else None
    return _first(short, within=tier.low_within)


def _first(edge: Fraction | None, *, within: bool) -> int | None:
    """The first whole number at an edge, or beyond it; None where there is no edge."""
    if edge is None:
        return None
    at_least = -int(-edge // 1)
    return max(0, at_least if within or at_least != edge else at_least + 1)
