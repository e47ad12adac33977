"""How a threshold rule judges a row of now: by which KPI and bounds, and what a gauge takes."""

from collections.abc import Callable
from dataclasses import dataclass

from floorpulse.alerts.domain.thresholds import Bounds, bounds_of
from floorpulse.alerts.rules.watched import WatchedRule
from floorpulse.figures.enrich import RowSource
from floorpulse.kpis.catalogue import ASKED, Kpi, MomentKpi, SpanKpi
from floorpulse.kpis.figures import MomentFigures
from floorpulse.kpis.inputs import STAFF, Need
from floorpulse.kpis.units import Unit


def kpi_of(rule: WatchedRule) -> Kpi:
    """The KPI of a threshold rule."""
    condition = rule.body.threshold
    assert condition is not None  # noqa: S101  for the type checker: the rule is one of thresholds
    return ASKED[condition.kpi]


def bounds(rule: WatchedRule) -> Bounds:
    """The bounds of a threshold rule."""
    condition = rule.body.threshold
    assert condition is not None  # noqa: S101  as above
    return bounds_of(condition, counted=counted(ASKED[condition.kpi]))


def counted(kpi: Kpi) -> bool:
    """Whether a KPI's denominator is a number of contacts: not time, agents or a pace."""
    return not (isinstance(kpi, MomentKpi) or kpi.needs & STAFF or kpi.unit is Unit.AGENTS)


def _as_they_are(present: MomentFigures, _: RowSource) -> MomentFigures:
    return present


def _with_throughput(present: MomentFigures, source: RowSource) -> MomentFigures:
    return present._replace(handled=source.handled_before())


def _with_agents(present: MomentFigures, source: RowSource) -> MomentFigures:
    return present._replace(staff=source.staff_then())


Completed = Callable[[MomentFigures, RowSource], MomentFigures]
COMPLETED: dict[Need, Completed] = {
    Need.NOTHING: _as_they_are,
    Need.THROUGHPUT: _with_throughput,
    Need.AGENTS: _with_agents,
}
"""The figures of a moment with the one thing more that a gauge needs and the board knows, as the
stages of a row have it
"""


@dataclass(eq=False, slots=True)
class ThresholdJudge:
    """How a rule judges a row of now; `of_span`: by nothing but what was counted in its span.
    `completed` makes what a gauge looks at; None where that takes the whole row. `filled` where the
    floor is known for as long as it looks back.
    """

    kpi: Kpi
    bounds: Bounds
    of_span: bool
    completed: Completed | None
    filled: bool = False


def judge_of(rule: WatchedRule) -> ThresholdJudge:
    """How a threshold rule judges."""
    kpi = kpi_of(rule)
    of_span = isinstance(kpi, SpanKpi) and kpi.needs is Need.NOTHING
    return ThresholdJudge(kpi, bounds(rule), of_span, COMPLETED.get(kpi.needs))
