"""How quickly contacts were answered."""

from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.counting.families import Family
from floorpulse.counting.histograms import bucket_seconds, buckets
from floorpulse.kpis.catalogue.entry import Grows, KpiGauge, SpanKpi, Variant
from floorpulse.kpis.figures import Quantile, SpanFigures, Value, mean_of
from floorpulse.kpis.formulas.service_level import service_level, under
from floorpulse.kpis.policies import Formula, Policy, ServiceLevelPolicy
from floorpulse.kpis.units import Better, Group, Unit


def _wait_max(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    ordered = buckets(figures.cells, Histogram.ANSWERED_WAIT)
    longest = bucket_seconds(ordered[-1][0]) if ordered else None
    return Value(longest, longest, sum(number for _, number in ordered))


KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="service_level",
        en="Service level",
        zh="服务水平",
        group=Group.SPEED,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="formulas V1 to V6",
        family=Family.OFFER,
        measure=service_level,
        judged_by=Policy.SERVICE_LEVEL,
        visits=True,
        grows=Grows.SHARE_OF_SOME,
        gauge=KpiGauge("contactcenter_service_level_ratio"),
        variants=tuple(
            Variant(
                formula, formula, f"{formula}, all else as the definition has it", under(formula)
            )
            for formula in Formula
        ),
    ),
    SpanKpi(
        id="asa",
        en="Average speed of answer",
        zh="平均应答速度",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="Σ wait of answered / answered",
        family=Family.OFFER,
        measure=mean_of((Cell.ANSWERED_WAIT,), Cell.ANSWERED),
        grows=Grows.MEAN,
        gauge=KpiGauge("contactcenter_average_speed_of_answer_seconds"),
    ),
    SpanKpi(
        id="wait_p50",
        en="Median wait",
        zh="等待中位数",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="nearest rank of answered waits",
        family=Family.OFFER,
        measure=Quantile(Histogram.ANSWERED_WAIT, 0.5),
        grows=Grows.QUANTILE,
        gauge=KpiGauge("contactcenter_wait_quantile_seconds", quantile="0.5"),
    ),
    SpanKpi(
        id="wait_p90",
        en="90th percentile wait",
        zh="等待九十分位",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="nearest rank of answered waits",
        family=Family.OFFER,
        measure=Quantile(Histogram.ANSWERED_WAIT, 0.9),
        grows=Grows.QUANTILE,
        gauge=KpiGauge("contactcenter_wait_quantile_seconds", quantile="0.9"),
    ),
    SpanKpi(
        id="wait_p95",
        en="95th percentile wait",
        zh="等待九十五分位",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="nearest rank of answered waits",
        family=Family.OFFER,
        measure=Quantile(Histogram.ANSWERED_WAIT, 0.95),
        grows=Grows.QUANTILE,
        gauge=KpiGauge("contactcenter_wait_quantile_seconds", quantile="0.95"),
    ),
    SpanKpi(
        id="wait_p99",
        en="99th percentile wait",
        zh="等待九十九分位",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="nearest rank of answered waits",
        family=Family.OFFER,
        measure=Quantile(Histogram.ANSWERED_WAIT, 0.99),
        grows=Grows.QUANTILE,
        gauge=KpiGauge("contactcenter_wait_quantile_seconds", quantile="0.99"),
    ),
    SpanKpi(
        id="wait_max",
        en="Longest answered wait",
        zh="最长应答等待",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.LOWER,
        formula="largest answered wait, to the second",
        family=Family.OFFER,
        measure=_wait_max,
    ),
    SpanKpi(
        id="abandon_wait",
        en="Average time to abandon",
        zh="平均放弃等待",
        group=Group.SPEED,
        unit=Unit.SECONDS,
        better=Better.NEITHER,
        formula="Σ wait of abandoned / abandoned",
        family=Family.OFFER,
        measure=mean_of((Cell.ABANDONED_WAIT,), Cell.ABANDONED),
        grows=Grows.MEAN,
    ),
)
