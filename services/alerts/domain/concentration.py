"""Judges whether one agent or one reason holds too large a share of the complaints."""

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement, between, breach, clear
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.rule_terms import ConcentrationCondition


def judge(condition: ConcentrationCondition, figure: Figure) -> Judgement:
    """`figure` is a share: the complaints of one of all. Where there are none, none stands out."""
    if figure.value is None or figure.value <= condition.share:
        return clear(figure)
    if (figure.denominator or 0) < condition.min_volume:
        return between(Reason.TOO_FEW, figure)
    return breach(figure, figure.value - condition.share)
