"""Which values a KPI can have, and what it is counted over: bounds beyond them never hold or always
do.
"""

from math import inf
from typing import NamedTuple

from floorpulse.kpis.catalogue import Kpi, MomentKpi
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.statistics import Z95
from floorpulse.kpis.units import Unit


class KpiRange(NamedTuple):
    """The least and the greatest value of a KPI, in its unit."""

    least: float
    most: float


SHARE = KpiRange(0.0, 1.0)
_COUNTED = KpiRange(0.0, inf)
_OTHERWISE = {
    "forecast_variance": KpiRange(-1.0, inf),
    "wape": _COUNTED,
    "sla_attainment": _COUNTED,
    # answers come later than the surveys that were offered
    "survey_response_rate": _COUNTED,
    "nps": KpiRange(-100.0, 100.0),
    "agents_gap": KpiRange(-inf, inf),
}
_BY_UNIT = {Unit.RATIO: SHARE, Unit.POINTS: KpiRange(0.0, 100.0)}


def range_of(kpi: Kpi) -> KpiRange:
    """The values that a KPI or variant can have."""
    base = kpi.id.partition(":")[0]
    return _OTHERWISE.get(base, _BY_UNIT.get(kpi.unit, _COUNTED))


def is_share(kpi: Kpi) -> bool:
    """Whether it is a part of a whole."""
    return kpi.unit is Unit.RATIO and range_of(kpi) == SHARE


def has_volume(kpi: Kpi) -> bool:
    """Whether its value has a denominator of contacts; that of time shares is seconds."""
    counts = kpi.unit in (Unit.CONTACTS, Unit.AGENTS)
    return not (counts or isinstance(kpi, MomentKpi) or Need.AGENT_TIME in kpi.needs)


def is_count(kpi: Kpi) -> bool:
    """Whether it counts contacts over a span."""
    return kpi.unit is Unit.CONTACTS and not isinstance(kpi, MomentKpi)


def fewest_to_fall_below(bound: float) -> int:
    """The fewest contacts whose 95 % Wilson interval can lie below a bound in (0, 1]: none of n
    reaches up to z² / (n + z²).
    """
    return int(Z95 * Z95 * (1 - bound) / bound) + 1


def fewest_to_rise_above(bound: float) -> float:
    """The fewest contacts whose interval can lie above a bound in [0, 1]: all of n reach down to
    n / (n + z²); inf for 1.
    """
    return inf if bound >= 1 else int(Z95 * Z95 * bound / (1 - bound)) + 1
