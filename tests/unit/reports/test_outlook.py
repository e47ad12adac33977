"""What a promise still needs and how far the next tier is, by hand."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.definitions.domain.contract_words import Judged
from floorpulse.definitions.domain.contracts import Cap, Charge, Metric, Tier
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.reports.domain.outlook import NextTier, misses_to, next_tier, to_recover
from floorpulse.reports.domain.standing import Money, budget_of

TWO = Charge(amount=Decimal(2))


def under(high: str, low: str | None = None, *, within: bool = False) -> Tier:
    return Tier(TWO, None if low is None else Decimal(low), high=Decimal(high), high_within=within)


def over(low: str, *, within: bool = True) -> Tier:
    return Tier(TWO, low=Decimal(low), low_within=within)


LEVEL = Metric("level", {}, "service_level", Comparison.AT_LEAST, Decimal("0.8"))
LOSSES = Metric("losses", {}, "abandonment_rate", Comparison.AT_MOST, Decimal("0.05"))
TIME = Metric("time", {}, "aht", Comparison.AT_MOST, Decimal(300))


def with_tiers(metric: Metric, *tiers: Tier, judged: Judged = Judged.EACH) -> Metric:
    return replace(metric, penalties=tiers, judged=judged)


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "needed"),
    [
        (LEVEL, 70, 100, 50),  # 120 of 150
        (LEVEL, 80, 100, 0),
        (LEVEL, 79, 100, 5),  # 84 of 105
        (LEVEL, 0, 0, None),
        (LOSSES, 6, 100, 20),  # 6 of 120
        (LOSSES, 5, 100, 0),
        (TIME, 40_000, 100, None),
    ],
)
def test_contacts_to_recover(
    metric: Metric, numerator: int, denominator: int, needed: int | None
) -> None:
    assert to_recover(metric, Decimal(numerator), Decimal(denominator)) == needed


@pytest.mark.parametrize("target", ["1", "0"])
def test_where_no_number_would_do_none_is_told(target: str) -> None:
    comparison = Comparison.AT_LEAST if target == "1" else Comparison.AT_MOST
    metric = Metric("m", {}, "abandonment_rate", comparison, Decimal(target))
    hit = 9 if target == "1" else 1
    assert to_recover(metric, Decimal(hit), Decimal(10)) is None


@given(st.integers(0, 400), st.integers(1, 400), st.integers(1, 99))
def test_the_number_to_recover_is_the_smallest(hit: int, total: int, percent: int) -> None:
    hit = min(hit, total)
    target = Fraction(percent, 100)
    metric = Metric("m", {}, "service_level", Comparison.AT_LEAST, Decimal(percent) / 100)
    needed = to_recover(metric, Decimal(hit), Decimal(total))
    assert needed is not None
    assert Fraction(hit + needed, total + needed) >= target
    assert needed == 0 or Fraction(hit + needed - 1, total + needed - 1) < target


def test_the_next_tier_is_the_nearest_that_is_not_reached() -> None:
    """80 of 100; below 78 %: 80 / 103 = 77.7 %; 79.9 % of a tier that 80 of 101 reaches."""
    metric = with_tiers(LEVEL, under("0.78", "0.75"), under("0.75"))
    counts = Decimal(80), Decimal(100)
    found = next_tier(metric, Decimal("0.8"), counts)
    assert found == NextTier(0, Decimal("0.78"), Decimal("0.02"), 3)
    within = next_tier(metric, Decimal("0.76"), (Decimal(76), Decimal(100)))
    assert within == NextTier(1, Decimal("0.75"), Decimal("0.01"), 2)
    assert next_tier(metric, Decimal("0.7"), counts) is None
    assert next_tier(metric, None, counts) is None


def test_of_at_most_so_much_the_next_tier_lies_above() -> None:
    """4 of 100 given up; from 5 % on: (4 + 2) / (100 + 2) = 5.88 %, one more is 4.95 %."""
    metric = with_tiers(LOSSES, over("0.05"), Tier(TWO))
    found = next_tier(metric, Decimal("0.04"), (Decimal(4), Decimal(100)))
    assert found == NextTier(0, Decimal("0.05"), Decimal("0.01"), 2)
    assert next_tier(with_tiers(TIME, over("330")), Decimal(310), (Decimal(1), Decimal(1))) == (
        NextTier(0, Decimal(330), Decimal(20), None)
    )


@pytest.mark.parametrize(
    ("tier", "counts", "upper", "misses"),
    [
        (under("0.5"), (5, 9), True, 2),  # 5 of 10 is no less than a half
        (under("0.5", within=True), (5, 9), True, 1),
        (under("0"), (5, 9), True, None),
        (over("0.5"), (4, 9), False, 1),
        (over("0.5", within=False), (4, 9), False, 2),
        (over("1"), (4, 9), False, None),
        (over("0.5"), (9, 9), False, 0),
    ],
)
def test_contacts_until_a_tier(
    tier: Tier,
    counts: tuple[int, int],
    upper: bool,  # noqa: FBT001  a case of the table
    misses: int | None,
) -> None:
    hit, total = map(Decimal, counts)
    assert misses_to(tier, (hit, total), upper=upper) == misses


@pytest.mark.parametrize(
    ("cap", "budget"),
    [
        (None, None),
        (Cap(), None),
        (Cap(percent=Decimal(10)), Decimal(120)),
        (Cap(amount=Decimal(100)), Decimal(100)),
        (Cap(Decimal(10), Decimal(100)), Decimal(100)),
    ],
)
def test_the_budget_is_the_smaller_of_what_a_cap_says(
    cap: Cap | None, budget: Decimal | None
) -> None:
    assert budget_of(cap, Decimal(1200)) == budget


def test_what_is_burned_is_a_share_of_the_budget() -> None:
    def burned(budget: Decimal | None) -> Decimal | None:
        return Money(Decimal(9), Decimal(3), Decimal(0), Decimal(6), budget).burned

    assert [burned(Decimal(12)), burned(None), burned(Decimal(0))] == [Decimal("0.25"), None, None]
