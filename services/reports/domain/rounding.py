"""Exact fractions as decimals: rounded by a contract's mode, or told with ten places.

Amounts are reckoned as fractions, so nothing is lost on the way: a third of a minute's rate is
exactly that, and a tie is a tie only where it is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

from floorpulse.definitions.domain.contract_terms import RoundingBody
from floorpulse.definitions.domain.contract_words import RoundedBy, RoundingMode

T = TypeVar("T")
TOLD_PLACES = 10
"""Decimal places of amounts and figures that are told before rounding"""
_HALF = Fraction(1, 2)
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])
"""Sums and products of decimals, which have fewer digits; one with more would be refused"""


def rounded(exact: Fraction, places: int, mode: RoundingMode) -> Decimal:
    """A fraction with so many decimal places; modes treat both signs alike."""
    units, rest = divmod(abs(exact) * 10**places, 1)
    whole = int(units) + _one_more(int(units), rest, mode)
    return Decimal(-whole if exact < 0 else whole).scaleb(-places, EXACT)


def _one_more(units: int, rest: Fraction, mode: RoundingMode) -> bool:
    match mode:
        case RoundingMode.UP:
            return rest > 0
        case RoundingMode.DOWN:
            return False
        case RoundingMode.HALF_UP:
            return rest >= _HALF
        case RoundingMode.HALF_DOWN:
            return rest > _HALF
        case RoundingMode.HALF_EVEN:  # pragma: no branch  there is no sixth
            return rest > _HALF or (rest == _HALF and units % 2 == 1)


def told(exact: Fraction) -> Decimal:
    """A fraction as it is shown: ten decimal places at most, without zeros at the end."""
    shown = rounded(exact, TOLD_PLACES, RoundingMode.HALF_EVEN)
    whole = shown.to_integral_value()
    return whole.quantize(Decimal(1), context=EXACT) if shown == whole else shown.normalize(EXACT)


class Carried(NamedTuple, Generic[T]):
    """A line of a statement and the exact amount with which it is added up."""

    line: T
    amount: Fraction


def total_of(lines: Iterable[Carried[T]]) -> Fraction:
    """What lines come to."""
    return sum((one.amount for one in lines), Fraction(0))


@dataclass(frozen=True)
class AmountRounding:
    """How amounts of a contract are rounded: each line, or only the total."""

    terms: RoundingBody

    def carried(self, exact: Fraction) -> Fraction:
        """The amount of a line as it is added up."""
        return self._of_line(exact, self.terms.mode)

    def limit(self, exact: Fraction) -> Fraction:
        """What a cap allows: never more than was agreed."""
        return self._of_line(exact, RoundingMode.DOWN)

    def total(self, exact: Fraction) -> Decimal:
        """What is payable."""
        return rounded(exact, self.terms.places, self.terms.mode)

    def shown(self, carried: Fraction) -> Decimal:
        """A carried amount as a decimal: with the contract's places where lines are rounded."""
        if self.terms.by is RoundedBy.LINE:
            return rounded(carried, self.terms.places, RoundingMode.DOWN)
        return told(carried)

    def _of_line(self, exact: Fraction, mode: RoundingMode) -> Fraction:
        if self.terms.by is RoundedBy.LINE:
            return Fraction(rounded(exact, self.terms.places, mode))
        return exact
