"""What a figure comes to beside that of the period before."""

from floorpulse.kpis.units import Better
from floorpulse.reports.domain.report import Verdict

SAME = 1e-9
"""A difference below it is one of rounding"""


def change(now: float | None, before: float | None) -> float | None:
    """The difference in the figure's own unit; None where one of them is not known."""
    return None if now is None or before is None else now - before


def verdict(difference: float | None, better: Better) -> Verdict:
    """Whether a difference is for the better."""
    if difference is None or better is Better.NEITHER:
        return Verdict.NEITHER
    if abs(difference) < SAME:
        return Verdict.SAME
    rose = difference > 0
    return Verdict.BETTER if rose is (better is Better.HIGHER) else Verdict.WORSE
