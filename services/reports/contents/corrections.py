"""Corrections of a report's figures: what changed after it was final, and why."""

from floorpulse.figures.corrections.figures import CorrectionQuery, Corrections
from floorpulse.figures.corrections.rows import CorrectionRow
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import By
from floorpulse.kpis.catalogue import ASKED
from floorpulse.reports.contents.asking import Scope
from floorpulse.reports.domain.report import CorrectionsTold, CorrectionTold

KPIS = ("offered", "answered", "abandoned", "service_level", "aht", "csat", "qa_mean", "complaints")
TOLD = 20


async def corrections(history: Corrections, scope: Scope) -> CorrectionsTold:
    """The first of them, and whether there are more."""
    question = Question(tuple(ASKED[name] for name in KPIS), AS_IN_FORCE)
    selection = scope.selection(By.QUEUE_AND_CHANNEL)
    asked = CorrectionQuery(selection, scope.span, 0, scope.period.zone, question)
    rows, more = await history.page(asked, None, TOLD)
    return CorrectionsTold(
        rows=tuple(map(_told, rows)),
        more=more is not None,
        question=scope.asked.corrections(KPIS),
    )


def _told(row: CorrectionRow) -> CorrectionTold:
    kpi = ASKED[row.kpi]
    return CorrectionTold(
        begin=row.time,
        queue=row.queue,
        channel=row.channel,
        kpi=row.kpi,
        names={"en": kpi.en, "zh": kpi.zh},
        unit=kpi.unit,
        old=row.old_value,
        new=row.new_value,
        why=row.type,
        recorded_at=row.recorded_at,
    )
