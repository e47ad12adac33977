"""Judges a count against the same weekday and interval of the weeks before.

weeks before   2  3  1  4        median 2.5
now                      5       twice the median, and at least `min_volume`: a spike
"""

from collections.abc import Sequence
from statistics import median

from msgspec.structs import replace

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement, between, breach, clear, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.rule_terms import SpikeCondition

CLEARS = 0.75
"""Share of the bound below which a spike is over"""


def judge(condition: SpikeCondition, figure: Figure, before: Sequence[float]) -> Judgement:
    """`before` are the counts of the weeks before that are known; none at all decides nothing."""
    if not before:
        return unknown(Reason.NOT_FILLED, figure)
    if figure.value is None:
        return unknown(Reason.UNDEFINED, figure)
    usual = median(before)
    bound = max(condition.times * usual, float(condition.min_volume))
    told = replace(figure, bound=bound, details={"usual": usual, "before": list(before)})
    if figure.value >= bound:
        return breach(told, figure.value - bound)
    return clear(told) if figure.value < CLEARS * bound else between(Reason.BETWEEN, told)
