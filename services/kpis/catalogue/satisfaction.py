"""What customers said."""

from floorpulse.contracts.cells import Cell
from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import Grows, KpiGauge, SpanKpi
from floorpulse.kpis.figures import mean_of, share_of
from floorpulse.kpis.formulas.satisfaction import csat, nps
from floorpulse.kpis.policies import Policy
from floorpulse.kpis.units import Better, Group, Unit

KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="csat",
        en="Customer satisfaction",
        zh="满意度",
        group=Group.SATISFACTION,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="satisfied answers / answers",
        family=Family.COMPLETION,
        measure=csat,
        grows=Grows.SHARE,
        judged_by=Policy.CSAT,
        by_agent=True,
        by_contact=Family.MATURING,
        quality=True,
        gauge=KpiGauge("contactcenter_satisfaction_ratio"),
    ),
    SpanKpi(
        id="csat_mean",
        en="Mean satisfaction score",
        zh="满意度均分",
        group=Group.SATISFACTION,
        unit=Unit.POINTS,
        better=Better.HIGHER,
        formula="Σ score / answers",
        family=Family.COMPLETION,
        measure=mean_of((Cell.CSAT_SUM,), Cell.CSAT_COUNT),
        by_agent=True,
        by_contact=Family.MATURING,
        quality=True,
    ),
    SpanKpi(
        id="survey_response_rate",
        en="Survey response rate",
        zh="参评率",
        group=Group.SATISFACTION,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="answered / offered surveys",
        family=Family.COMPLETION,
        measure=share_of(
            (Cell.CSAT_COUNT, Cell.NPS_COUNT, Cell.FCR_COUNT, Cell.CES_COUNT),
            (Cell.SURVEY_OFFERED,),
        ),
        by_agent=True,
        by_contact=Family.MATURING,
    ),
    SpanKpi(
        id="nps",
        en="Net promoter score",
        zh="净推荐值",
        group=Group.SATISFACTION,
        unit=Unit.POINTS,
        better=Better.HIGHER,
        formula="100 × (promoters − detractors) / answers",
        family=Family.COMPLETION,
        measure=nps,
        by_agent=True,
        by_contact=Family.MATURING,
        quality=True,
    ),
    SpanKpi(
        id="fcr",
        en="First contact resolution",
        zh="首次解决率",
        group=Group.SATISFACTION,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="resolved / answers",
        family=Family.COMPLETION,
        measure=share_of((Cell.FCR_RESOLVED,), (Cell.FCR_COUNT,)),
        by_agent=True,
        by_contact=Family.MATURING,
        quality=True,
    ),
)
