"""What was forecast beside what came, and the agents that it takes."""

from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import SETTLED, Mixed, SpanKpi, Variant
from floorpulse.kpis.formulas.planning import (
    agents_gap,
    agents_required,
    agents_required_erlang_c,
    forecast_variance,
    gap_to_plan,
    required_ahead,
    wape,
)
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import Policy
from floorpulse.kpis.units import Better, Group, Unit

KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="forecast_variance",
        en="Forecast variance",
        zh="预测偏差",
        group=Group.PLAN,
        unit=Unit.RATIO,
        better=Better.NEITHER,
        formula="(came − forecast) / forecast, so far",
        family=Family.OFFER,
        measure=forecast_variance,
        needs=Need.PLAN | Need.ARRIVALS,
    ),
    SpanKpi(
        id="wape",
        en="Forecast error",
        zh="预测误差",
        group=Group.PLAN,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula="Σ |came − forecast| / Σ forecast, by forecast interval",
        family=Family.OFFER,
        measure=wape,
        needs=Need.PLAN | Need.ARRIVALS,
    ),
    SpanKpi(
        id="agents_required",
        en="Agents required",
        zh="所需坐席",
        group=Group.PLAN,
        unit=Unit.AGENTS,
        better=Better.NEITHER,
        formula="fewest for the target, Erlang A",
        family=SETTLED,
        measure=agents_required,
        needs=Need.PLAN,
        judged_by=Policy.SERVICE_LEVEL,
        mixed=Mixed.GIVEN,
        variants=(
            Variant(
                "erlang_c",
                "Erlang C",
                "the same, Erlang C: nobody gives up",
                agents_required_erlang_c,
            ),
            Variant(
                "rest",
                "剩余时段",
                "the most that a forecast interval of the rest takes, Erlang A",
                required_ahead,
                needs=Need.PLAN | Need.REST,
            ),
        ),
    ),
    SpanKpi(
        id="agents_gap",
        en="Agents gap",
        zh="坐席缺口",
        group=Group.PLAN,
        unit=Unit.AGENTS,
        better=Better.HIGHER,
        formula="agents at work on average − agents required",
        family=SETTLED,
        measure=agents_gap,
        needs=Need.PLAN | Need.AGENT_TIME,
        judged_by=Policy.SERVICE_LEVEL,
        mixed=Mixed.GIVEN,
        variants=(
            Variant(
                "planned",
                "按排班",
                "agents planned on average − agents required",
                gap_to_plan,
                needs=Need.PLAN,
            ),
        ),
    ),
)
