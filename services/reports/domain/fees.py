"""The fee that percentages are taken of: a part's billing lines with its days' share of what was
missing to the minimum charge, or what was billed of one window.
"""

from dataclasses import dataclass
from fractions import Fraction

from floorpulse.reports.domain.billing import days_in, quantity_of
from floorpulse.reports.domain.evidence import PartEvidence
from floorpulse.reports.domain.periods import Part
from floorpulse.reports.domain.rounding import Carried, total_of
from floorpulse.reports.domain.statement import BillingLine, MinimumLine


@dataclass(frozen=True)
class PartFees:
    """What is billed of a part; `minimum` is that of its whole version, of so many `days`."""

    part: Part
    evidence: PartEvidence
    lines: tuple[Carried[BillingLine], ...]
    minimum: Carried[MinimumLine] | None

    def whole(self, rules: tuple[str, ...]) -> Fraction:
        """The fee of the part; of some rules only, it has no share of the minimum charge."""
        if rules:
            return total_of(one for one in self.lines if one.line.rule in rules)
        return total_of(self.lines) + self._share_of_minimum()

    def of_window(self, begin: int, end: int, rules: tuple[str, ...]) -> Fraction:
        """What was billed of the days that begin in a window, before rounding."""
        days = {one.rule: one.days for one in self.evidence.billing}
        wanted = (one for one in self.part.terms.billing if not rules or one.id in rules)
        fees = (
            quantity_of(one, self.part, days, begin, end).exact * Fraction(one.rate)
            for one in wanted
        )
        return sum(fees, Fraction(0))

    def _share_of_minimum(self) -> Fraction:
        if self.minimum is None:
            return Fraction(0)
        days = days_in(self.part.terms, self.part.begin, self.part.end)
        return self.minimum.amount * Fraction(days, self.minimum.line.days)
