"""Fractions as decimals, by every mode, without a tie that is none."""

from decimal import Decimal
from fractions import Fraction

import pytest

from floorpulse.definitions.domain.contract_terms import RoundingBody
from floorpulse.definitions.domain.contract_words import RoundedBy, RoundingMode
from floorpulse.reports.domain.rounding import AmountRounding, rounded, told

TABLE = [
    # exact            half up  half even half down up       down
    ("0.005", ["0.01", "0.00", "0.00", "0.01", "0.00"]),
    ("0.015", ["0.02", "0.02", "0.01", "0.02", "0.01"]),
    ("-0.005", ["-0.01", "0.00", "0.00", "-0.01", "0.00"]),
    ("0.0049999999999", ["0.00", "0.00", "0.00", "0.01", "0.00"]),
    ("0.0050000000001", ["0.01", "0.01", "0.01", "0.01", "0.00"]),
    ("7", ["7.00", "7.00", "7.00", "7.00", "7.00"]),
]
MODES = ["half_up", "half_even", "half_down", "up", "down"]


@pytest.mark.parametrize(("exact", "wanted"), TABLE)
def test_every_mode_rounds_as_on_paper(exact: str, wanted: list[str]) -> None:
    found = [rounded(Fraction(exact), 2, RoundingMode(mode)) for mode in MODES]

    assert found == [Decimal(one) for one in wanted]
    assert all(-one.as_tuple().exponent == 2 for one in found)  # type: ignore[operator]  # finite


def test_nearly_a_tie_is_none_however_near() -> None:
    nearly = Fraction(1, 200) - Fraction(1, 10**40)

    assert rounded(nearly, 2, RoundingMode.HALF_UP) == 0


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(2, 3), "0.6666666667"),
        (Fraction(1200), "1200"),
        (Fraction("9319.7500"), "9319.75"),
        (Fraction(0), "0"),
        (Fraction(-1, 3), "-0.3333333333"),
        (Fraction(10**20 + 1, 10), "10000000000000000000.1"),
    ],
)
def test_a_fraction_is_told_with_ten_places_at_most(exact: Fraction, shown: str) -> None:
    assert str(told(exact)) == shown


def test_by_line_each_amount_is_rounded_and_a_limit_never_up() -> None:
    rounding = AmountRounding(RoundingBody())

    assert rounding.carried(Fraction("1.005")) == Fraction("1.01")
    assert rounding.limit(Fraction("1.009")) == 1
    assert str(rounding.shown(Fraction(1))) == "1.00"


def test_by_total_only_the_total_is_rounded() -> None:
    rounding = AmountRounding(RoundingBody(by=RoundedBy.TOTAL))

    assert rounding.carried(Fraction(1, 3)) == Fraction(1, 3)
    assert rounding.limit(Fraction(2, 3)) == Fraction(2, 3)
    assert str(rounding.shown(Fraction(2, 3))) == "0.6666666667"
    assert str(rounding.total(Fraction(2, 3))) == "0.67"
