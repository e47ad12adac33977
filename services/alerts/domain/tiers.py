"""Whether a penalty tier of a contract is about to be reached.

target 80 %, tier 1 below 78 %, tier 2 below 75 %      margin 0.5 points

expected   81 %     78.3 %    77 %     74 %
           clear    breach    breach   breach, and deeper: it is told again
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import msgspec

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement, breach, clear, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.contracts import Metric, Tier
from floorpulse.definitions.domain.terms import Comparison

GONE = Judgement(Call.CLEAR, Reason.CLEARED)
"""What is promised no longer"""


@dataclass(frozen=True)
class RunningWindow:
    """A running window as it is expected to end: its figure, the exact value, its contacts."""

    figure: Figure
    value: Decimal | None
    volume: int


def judge(metric: Metric, window: RunningWindow, margin: float) -> Judgement:
    """A breach where a tier holds for the expected value, or for one worse by the margin."""
    if window.value is None:
        return unknown(Reason.UNDEFINED, window.figure)
    if window.volume < metric.minimum_volume:
        return unknown(Reason.TOO_FEW, window.figure)
    upper = metric.comparison is Comparison.AT_LEAST
    near = Fraction(str(margin))
    value = Fraction(window.value)
    found = _reached(metric, value - near if upper else value + near)
    if found is None:
        return clear(window.figure)
    number, tier = found
    bound = tier.high if upper else tier.low
    details = {**window.figure.details, "tier": number + 1}
    figure = msgspec.structs.replace(
        window.figure, bound=None if bound is None else float(bound), details=details
    )
    distance = Fraction(metric.target) - value if upper else value - Fraction(metric.target)
    return breach(figure, float(distance))


def _reached(metric: Metric, value: Fraction) -> tuple[int, Tier] | None:
    held = ((number, one) for number, one in enumerate(metric.penalties) if one.holds(value))
    return next(held, None)
