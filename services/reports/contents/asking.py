"""What the parts of a report are asked with: whom, which period, and history's rows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.names import name_in
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.figures import PastFigures, RowPlace
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import HistoryRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.kpis.catalogue import ASKED
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.questions import Asked
from floorpulse.reports.domain.report import Figure, Names, Subject
from floorpulse.reports.domain.report_periods import before

ROWS = 5000
"""Rows of history that are read at once"""


@dataclass(frozen=True)
class Scope:
    """Whose contacts of which period count; `in_force` are the definitions at its end."""

    tenant: str
    subject: Subject
    period: Period
    in_force: InForce

    @property
    def span(self) -> Span:
        """The period as a span."""
        return Span(self.period.begin, self.period.end)

    def selection(self, by: By) -> Selection:
        """Its contacts, told apart by queue or not."""
        return Selection(self.tenant, self.subject.queues, self.subject.channels, by)

    @property
    def asked(self) -> Asked:
        """What its questions have in common."""
        period = self.period
        subject = self.subject
        return Asked(period.begin, period.end, period.zone, subject.queues, subject.channels)

    @property
    def before(self) -> "Scope":
        """The same contacts in the period before."""
        return replace(self, period=before(self.period))

    def names_of(self, queue: str) -> Names:
        """What a queue is called."""
        known = self.in_force.queue(queue)
        names = known.names if known is not None else {}
        return {language: name_in(language, names, queue) for language in ("en", "zh")}


async def rows_of(
    past: PastFigures, scope: Scope, kpis: Sequence[str], by: By, interval: Interval
) -> list[HistoryRow]:
    """All rows of some KPIs over the period, in the order of time, queue and KPI."""
    question = Question(tuple(ASKED[name] for name in kpis), AS_IN_FORCE)
    asked = HistoryQuery(scope.selection(by), scope.span, interval, scope.period.zone, question)
    found: list[HistoryRow] = []
    after: RowPlace | None = None
    while True:
        rows, after = await past.page(asked, after, ROWS)
        found += rows
        if after is None:
            return found


def figure_of(row: HistoryRow, question: str) -> Figure:
    """A row as a figure of a report."""
    return Figure(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        low=row.low,
        high=row.high,
        definition=row.definition,
        complete=row.complete,
        revision=row.revision,
        reason=row.reason,
        question=question,
    )
