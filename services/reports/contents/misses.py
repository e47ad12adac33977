"""What lowered the service level: the half hours with most misses, and visits of each."""

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import queue_of, wait_of
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import HistoryRow
from floorpulse.figures.selection import By
from floorpulse.figures.timestamps import text
from floorpulse.figures.visits.drilldown import Drilldown, JudgedVisit, VisitQuery
from floorpulse.reports.contents.asking import Scope, figure_of, rows_of
from floorpulse.reports.domain import questions
from floorpulse.reports.domain.report import MissedVisit, Misses, WorstSpan

SPANS = 5
"""Half hours that are told"""
VISITS = 5
"""Visits that are told of each"""


async def misses(past: PastFigures, drilldown: Drilldown, scope: Scope) -> Misses:
    """All misses of the period by number, the worst half hours by their visits."""
    rows = await rows_of(past, scope, ("service_level",), By.TOTAL, Interval.M30)
    bad = sorted((row for row in rows if _missed(row)), key=lambda row: (-_missed(row), row.time))
    return Misses(
        total=sum(map(_missed, bad)),
        spans=tuple([await _span(drilldown, scope, row) for row in bad[:SPANS]]),
        question=scope.asked.visits(missed=True),
    )


def _missed(row: HistoryRow) -> int:
    return round((row.denominator or 0) - (row.numerator or 0))


async def _span(drilldown: Drilldown, scope: Scope, row: HistoryRow) -> WorstSpan:
    begin = parse_instant(row.time)
    asked = VisitQuery(
        selection=scope.selection(By.QUEUE),
        span=Span(begin, parse_instant(row.end)),
        outcome=None,
        only_missed=True,
        basis=AS_IN_FORCE,
    )
    try:
        found, _ = await drilldown.page(asked, None, VISITS)
    except NotKeptError:
        found = []
    questions_then = scope.asked.during(row.time, row.end)
    return WorstSpan(
        begin=row.time,
        end=row.end,
        figure=figure_of(row, questions_then.history("service_level")),
        missed=_missed(row),
        visits=tuple(_visit(scope, one) for one in found),
        question=questions_then.visits(missed=True),
    )


def _visit(scope: Scope, judged: JudgedVisit) -> MissedVisit:
    stored = judged.stored
    wait = wait_of(stored.visit)
    return MissedVisit(
        contact=stored.contact,
        visit=stored.number,
        queue=queue_of(stored.visit) or "",
        channel=stored.visit.channel or "",
        offered_at=text(stored.offered_at, scope.period.zone),
        wait=None if wait is None else wait / 1000,
        reason="" if judged.miss is None else judged.miss.reason,
        definition=judged.definition,
        question=questions.contact(stored.contact),
    )
