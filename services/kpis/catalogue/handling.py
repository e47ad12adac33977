"""How contacts were handled, and how busy agents were with them."""

from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import SETTLED, KpiGauge, SpanKpi, Variant
from floorpulse.kpis.figures import counter, mean_of, quantile_of, share_of
from floorpulse.kpis.formulas.handling import after_contact_work
from floorpulse.kpis.formulas.repeats import HOURS, WITHIN_HOURS, repeated_within
from floorpulse.kpis.formulas.staffing import break_time, occupancy, utilisation
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.units import Better, Group, Unit


def _returned(hours: int) -> str:
    return (
        f"customer had another contact in the queue within {hours} h / visits with a known "
        "customer, callbacks apart"
    )


KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="handled",
        en="Handled",
        zh="处理量",
        group=Group.HANDLING,
        unit=Unit.CONTACTS,
        better=Better.HIGHER,
        formula="answered contacts that were completed",
        family=Family.COMPLETION,
        measure=counter(Cell.HANDLED),
        by_agent=True,
    ),
    SpanKpi(
        id="aht",
        en="Average handle time",
        zh="平均处理时长",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="(talk + hold + wrap) / handled; wrap of those that told one",
        family=Family.COMPLETION,
        measure=mean_of((Cell.TALK, Cell.HOLD, Cell.WRAP), Cell.HANDLED),
        by_agent=True,
        gauge=KpiGauge("contactcenter_average_handle_seconds"),
    ),
    SpanKpi(
        id="att",
        en="Average talk time",
        zh="平均通话时长",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.NEITHER,
        formula="talk / handled",
        family=Family.COMPLETION,
        measure=mean_of((Cell.TALK,), Cell.HANDLED),
        by_agent=True,
    ),
    SpanKpi(
        id="hold_time",
        en="Average hold time",
        zh="平均保持时长",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="hold / handled",
        family=Family.COMPLETION,
        measure=mean_of((Cell.HOLD,), Cell.HANDLED),
        by_agent=True,
    ),
    SpanKpi(
        id="acw",
        en="Average after-contact work",
        zh="平均话后时长",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="wrap / handled whose wrap-up was told",
        family=Family.COMPLETION,
        measure=after_contact_work,
        by_agent=True,
    ),
    SpanKpi(
        id="aht_p50",
        en="Median handle time",
        zh="处理时长中位数",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="nearest rank of handle times",
        family=Family.COMPLETION,
        measure=quantile_of(Histogram.HANDLE_TIME, 0.5),
        by_agent=True,
    ),
    SpanKpi(
        id="aht_p90",
        en="90th percentile handle time",
        zh="处理时长九十分位",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="nearest rank of handle times",
        family=Family.COMPLETION,
        measure=quantile_of(Histogram.HANDLE_TIME, 0.9),
        by_agent=True,
    ),
    SpanKpi(
        id="occupancy",
        en="Occupancy",
        zh="占用率",
        group=Group.HANDLING,
        unit=Unit.RATIO,
        better=Better.NEITHER,
        formula="(busy + wrap-up) / (busy + wrap-up + available) time",
        family=SETTLED,
        measure=occupancy,
        needs=Need.AGENT_TIME,
        by_agent=True,
    ),
    SpanKpi(
        id="utilisation",
        en="Utilisation",
        zh="利用率",
        group=Group.HANDLING,
        unit=Unit.RATIO,
        better=Better.NEITHER,
        formula="(busy + wrap-up) / logged-in time",
        family=SETTLED,
        measure=utilisation,
        needs=Need.AGENT_TIME,
        by_agent=True,
    ),
    SpanKpi(
        id="break_time",
        en="Time on break",
        zh="小休时长",
        group=Group.HANDLING,
        unit=Unit.SECONDS,
        better=Better.NEITHER,
        formula="time agents were on break, of the reasons asked for",
        family=SETTLED,
        measure=break_time,
        needs=Need.AGENT_TIME,
        by_agent=True,
    ),
    SpanKpi(
        id="missed",
        en="Not taken",
        zh="未接次数",
        group=Group.HANDLING,
        unit=Unit.CONTACTS,
        better=Better.LOWER,
        formula="times a contact rang at an agent who did not take it",
        family=Family.COMPLETION,
        measure=counter(Cell.MISSED),
        by_agent=True,
    ),
    SpanKpi(
        id="hold_rate",
        en="Hold rate",
        zh="保持率",
        group=Group.HANDLING,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula="handled with a hold / handled",
        family=Family.COMPLETION,
        measure=share_of((Cell.HELD,), (Cell.HANDLED,)),
        by_agent=True,
    ),
    SpanKpi(
        id="transfer_rate",
        en="Transfer rate",
        zh="转接率",
        group=Group.HANDLING,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula="transferred / handled",
        family=Family.COMPLETION,
        measure=share_of((Cell.TRANSFERRED,), (Cell.HANDLED,)),
        by_agent=True,
    ),
    SpanKpi(
        id="repeat_rate",
        en="Repeat contacts",
        zh="重复来电率",
        group=Group.HANDLING,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula=_returned(WITHIN_HOURS),
        family=Family.OFFER,
        measure=repeated_within(WITHIN_HOURS),
        needs=Need.RETURNS,
        variants=tuple(
            Variant(f"{hours}h", f"{hours} 小时内", _returned(hours), repeated_within(hours))
            for hours in HOURS
        ),
    ),
)
