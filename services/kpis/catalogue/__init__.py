"""The KPI catalogue: every figure's names, unit, direction, formula, policy and variants, one entry
each, a module a group.

API, metrics, wallboard and docs read this table; a formula changes here and nowhere else.
"""

from floorpulse.kpis.catalogue import (
    complaints,
    contract,
    handling,
    now,
    plan,
    quality,
    satisfaction,
    speed,
    volume,
    whole_contacts,
)
from floorpulse.kpis.catalogue.entry import Grows, Kpi, Mixed, MomentKpi, SpanKpi

__all__ = ["ASKED", "BY_AGENT", "CATALOGUE", "GAUGED", "OVER_SPANS", "QUALITIES", "VARIANTS"]
__all__ += ["Grows", "Kpi", "Mixed", "MomentKpi", "SpanKpi"]

KPIS: tuple[Kpi, ...] = (
    *now.KPIS,
    *volume.KPIS,
    *speed.KPIS,
    *whole_contacts.KPIS,
    *handling.KPIS,
    *satisfaction.KPIS,
    *quality.KPIS,
    *complaints.KPIS,
    *plan.KPIS,
    *contract.KPIS,
)
CATALOGUE: dict[str, Kpi] = {kpi.id: kpi for kpi in KPIS}
"""Every KPI by its id, in the order documents and pages show them."""
VARIANTS: dict[str, Kpi] = {variant.id: variant for kpi in KPIS for variant in kpi.in_variants()}
"""Variants by `KPI:VARIANT`"""
ASKED: dict[str, Kpi] = CATALOGUE | VARIANTS
"""All that may be asked for"""
OVER_SPANS: dict[str, SpanKpi] = {
    name: kpi for name, kpi in ASKED.items() if isinstance(kpi, SpanKpi)
}
"""Those that are counted over a span"""
BY_AGENT: dict[str, SpanKpi] = {name: kpi for name, kpi in OVER_SPANS.items() if kpi.by_agent}
"""KPIs that are an agent's doing: nobody answers for who waits or gives up before an answer."""
QUALITIES: dict[str, SpanKpi] = {
    name: kpi for name, kpi in BY_AGENT.items() if kpi.quality and name in CATALOGUE
}
"""KPIs by which agents may be compared"""
GAUGED: tuple[SpanKpi, ...] = tuple(
    kpi for kpi in KPIS if isinstance(kpi, SpanKpi) and kpi.gauge is not None
)
"""KPIs with a metric for each queue"""
