"""How many contacts came, and what became of them."""

from floorpulse.contracts.cells import LEFT, Cell, Histogram
from floorpulse.contracts.events import LeftReason
from floorpulse.counting.families import Family
from floorpulse.counting.histograms import count_within
from floorpulse.kpis.catalogue.entry import Grows, KpiGauge, SpanKpi, Variant
from floorpulse.kpis.figures import UNKNOWN, SpanFigures, Value, count, counter, share_of
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy
from floorpulse.kpis.units import Better, Group, Unit

_LEFT_ZH: dict[LeftReason, str] = {
    "overflow": "溢出",
    "timeout": "超时",
    "callback": "回呼",
    "key": "按键",
    "closed": "非服务时间",
    "empty": "无坐席",
    "other": "其他",
}


def _short_abandoned(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    if policy.by_visits:
        return UNKNOWN if figures.visits is None else count(figures.visits.short)
    return count(
        count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.short, policy.boundary)
    )


KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="offered",
        en="Offered",
        zh="进线量",
        group=Group.VOLUME,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="contacts that entered the queue",
        family=Family.OFFER,
        measure=counter(Cell.OFFERED),
        grows=Grows.COUNT,
    ),
    SpanKpi(
        id="answered",
        en="Answered",
        zh="接通量",
        group=Group.VOLUME,
        unit=Unit.CONTACTS,
        better=Better.HIGHER,
        formula="contacts an agent took",
        family=Family.OFFER,
        measure=counter(Cell.ANSWERED),
        grows=Grows.COUNT,
        by_agent=True,
    ),
    SpanKpi(
        id="abandoned",
        en="Abandoned",
        zh="放弃量",
        group=Group.VOLUME,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="contacts that gave up waiting",
        family=Family.OFFER,
        measure=counter(Cell.ABANDONED),
        grows=Grows.COUNT,
    ),
    SpanKpi(
        id="short_abandoned",
        en="Short abandons",
        zh="短时放弃量",
        group=Group.VOLUME,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="abandoned within S",
        family=Family.OFFER,
        measure=_short_abandoned,
        judged_by=Policy.SERVICE_LEVEL,
    ),
    SpanKpi(
        id="left",
        en="Left otherwise",
        zh="转出量",
        group=Group.VOLUME,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="contacts that left by another door",
        family=Family.OFFER,
        measure=counter(*LEFT.values()),
        grows=Grows.COUNT,
        variants=tuple(
            Variant(reason, _LEFT_ZH[reason], f"those with reason `{reason}`", counter(cell))
            for reason, cell in LEFT.items()
        ),
    ),
    SpanKpi(
        id="transferred",
        en="Transferred",
        zh="转接量",
        group=Group.VOLUME,
        unit=Unit.CONTACTS,
        better=Better.NEITHER,
        formula="visits passed on by the agent",
        family=Family.COMPLETION,
        measure=counter(Cell.TRANSFERRED),
        grows=Grows.COUNT,
        by_agent=True,
    ),
    SpanKpi(
        id="answer_rate",
        en="Answer rate",
        zh="接通率",
        group=Group.VOLUME,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="answered / offered",
        family=Family.OFFER,
        measure=share_of((Cell.ANSWERED,), (Cell.OFFERED,)),
        grows=Grows.SHARE,
    ),
    SpanKpi(
        id="abandonment_rate",
        en="Abandonment rate",
        zh="放弃率",
        group=Group.VOLUME,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula="abandoned / offered",
        family=Family.OFFER,
        measure=share_of((Cell.ABANDONED,), (Cell.OFFERED,)),
        grows=Grows.SHARE,
        gauge=KpiGauge("contactcenter_abandonment_ratio"),
    ),
)
