"""What evaluators said."""

from floorpulse.contracts.cells import Cell
from floorpulse.counting.families import Family
from floorpulse.kpis.catalogue.entry import KpiGauge, SpanKpi, Variant
from floorpulse.kpis.figures import mean_of, share_of
from floorpulse.kpis.formulas.satisfaction import qa_coverage, qa_pass_rate
from floorpulse.kpis.policies import Policy
from floorpulse.kpis.units import Better, Group, Unit

KPIS: tuple[SpanKpi, ...] = (
    SpanKpi(
        id="qa_mean",
        en="QA score",
        zh="质检得分",
        group=Group.QUALITY,
        unit=Unit.POINTS,
        better=Better.HIGHER,
        formula="Σ score / evaluations",
        family=Family.COMPLETION,
        measure=mean_of((Cell.QA_SUM,), Cell.QA_COUNT),
        by_agent=True,
        by_contact=Family.MATURING,
        quality=True,
        gauge=KpiGauge("contactcenter_qa_score_ratio", scale=0.01),
        variants=(
            Variant(
                "calibration",
                "校准",
                "Σ score / calibration evaluations",
                mean_of((Cell.QA_CALIBRATION_SUM,), Cell.QA_CALIBRATION_COUNT),
            ),
        ),
    ),
    SpanKpi(
        id="qa_pass_rate",
        en="QA pass rate",
        zh="合格率",
        group=Group.QUALITY,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="passed / judged evaluations",
        family=Family.COMPLETION,
        measure=qa_pass_rate,
        judged_by=Policy.QA,
        by_agent=True,
        by_contact=Family.MATURING,
        quality=True,
    ),
    SpanKpi(
        id="qa_fatal_rate",
        en="QA fatal error rate",
        zh="致命错误率",
        group=Group.QUALITY,
        unit=Unit.RATIO,
        better=Better.LOWER,
        formula="fatal / evaluations",
        family=Family.COMPLETION,
        measure=share_of((Cell.QA_FATAL,), (Cell.QA_COUNT,)),
        by_agent=True,
        by_contact=Family.MATURING,
    ),
    SpanKpi(
        id="qa_coverage",
        en="QA coverage",
        zh="抽检率",
        group=Group.QUALITY,
        unit=Unit.RATIO,
        better=Better.HIGHER,
        formula="evaluations / handled",
        family=Family.COMPLETION,
        measure=qa_coverage,
        by_agent=True,
        by_contact=Family.MATURING | Family.COMPLETION,
    ),
)
