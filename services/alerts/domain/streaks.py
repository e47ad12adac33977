"""Judges a KPI over finished business days: beyond its bound on each of the last so many."""

from collections.abc import Sequence

from msgspec.structs import replace

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement, between, breach, clear, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds
from floorpulse.alerts.domain.thresholds import judge as judge_day


def judge(bounds: Bounds, days: int, figures: Sequence[Figure]) -> Judgement:
    """`figures` are those of the last business days, the newest last; fewer than `days` are known
    where the floor is young.
    """
    last = figures[-days:]
    if len(last) < days:
        return unknown(Reason.NOT_FILLED, last[-1] if last else None)
    judged = [judge_day(bounds, figure) for figure in last]
    told = replace(last[-1], details={"days": [_day(figure) for figure in last]})
    calls = {one.call for one in judged}
    if calls == {Call.BREACH}:
        return breach(told, judged[-1].depth)
    if Call.CLEAR in calls:
        return clear(told)
    undecided = next(one for one in judged if one.call is not Call.BREACH)
    known = Call.UNKNOWN not in calls
    return between(undecided.reason, told) if known else unknown(undecided.reason, told)


def _day(figure: Figure) -> dict[str, object]:
    return {
        "begin": figure.begin,
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
    }
