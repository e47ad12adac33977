"""Complaints, and how they were dealt with."""

from floorpulse.contracts.cells import COMPLAINTS, Cell
from floorpulse.contracts.events import Severity
from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import Grows, KpiGauge, SpanKpi, Variant
from floorpulse.kpis.figures import SpanFigures, Value, counter, share_of
from floorpulse.kpis.formulas.complaints import CLOSED_WITHIN, DAYS, closed_within
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.kpis.units import Better, Group, Unit

_SEVERITY_ZH: dict[Severity, str] = {
    "low": "轻微",
    "normal": "一般",
    "high": "严重",
    "critical": "重大",
}


def _per_10k(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    complaints = figures.of(*COMPLAINTS.values())
    handled = figures.of(Cell.HANDLED)
    return Value(10_000 * complaints / handled if handled else None, complaints, handled)


def _in_time(days: int) -> str:
    return f"closed within {days} d of receipt / (closed + open for longer)"


KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="complaints",
        en="Complaints",
        zh="投诉量",
        group=Group.COMPLAINTS,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="complaints received",
        family=Family.COMPLETION,
        measure=counter(*COMPLAINTS.values()),
        grows=Grows.COUNT,
        by_agent=True,
        variants=tuple(
            Variant(
                severity, _SEVERITY_ZH[severity], f"those of severity `{severity}`", counter(cell)
            )
            for severity, cell in COMPLAINTS.items()
        ),
    ),
    SpanKpi(
        id="complaints_per_10k",
        en="Complaints per 10,000 handled",
        zh="万投比",
        group=Group.COMPLAINTS,
        unit=Unit.PER_10K,
        better=Better.LOWER,
        formula="10,000 × complaints / handled",
        family=Family.COMPLETION,
        measure=_per_10k,
        by_agent=True,
        gauge=KpiGauge("contactcenter_complaints_per_10k_handled"),
    ),
    SpanKpi(
        id="complaint_liable_rate",
        en="Liable complaints",
        zh="有责投诉率",
        group=Group.COMPLAINTS,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula="liable / judged complaints",
        family=Family.MATURING,
        measure=share_of((Cell.COMPLAINTS_LIABLE,), (Cell.COMPLAINTS_JUDGED,)),
        by_agent=True,
    ),
    SpanKpi(
        id="complaints_closed_in_time",
        en="Complaints closed in time",
        zh="投诉及时结案率",
        group=Group.COMPLAINTS,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula=_in_time(CLOSED_WITHIN),
        family=Family.MATURING,
        measure=closed_within(CLOSED_WITHIN),
        needs=Need.COMPLAINTS,
        variants=tuple(
            Variant(f"{days}d", f"{days} 天内", _in_time(days), closed_within(days))
            for days in DAYS
        ),
    ),
)
