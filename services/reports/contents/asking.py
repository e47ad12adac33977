"""What the parts of a report are asked with: whom, which period, and history's rows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contracts import EVER
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.names import name_in
from floorpulse.figures.contract_limits import NO_QUEUES, covers_queue
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.figures import PastFigures, RowPlace
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import HistoryRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import ASKED
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.questions import Asked
from floorpulse.reports.domain.report import Figure, Names, Subject, Whom
from floorpulse.reports.domain.report_periods import before

ROWS = 5000
"""Rows of history that are read at once"""
ALWAYS = Span(0, EVER)


@dataclass(frozen=True)
class Scope:
    """Whose contacts of which period count: those of the subject, of a contract from its first day
    to its last. Of the period before only those that were the contract's then.

    month        ├──────────────────────────────┤
    lifetime              ├───────────────────────────
    span                  ├─────────────────────┤         of the queues that are its when it begins
    """

    view: TenantView
    subject: Subject
    period: Period
    lifetime: Span = ALWAYS

    @property
    def tenant(self) -> str:
        """Whose floor it is."""
        return self.view.tenant

    @property
    def as_its_client(self) -> TenantView:
        """The floor as a key of the contract, the subject, sees it."""
        return replace(self.view, contract=self.subject.id)

    @property
    def in_force(self) -> InForce:
        """The definitions at the end of the period."""
        return self.view.known.at(self.period.end - 1)

    @property
    def span(self) -> Span:
        """What counts of the period; all of it where the contract had no day in it, of which
        nothing counts.
        """
        whole = self.period.span
        own = Span(max(whole.begin, self.lifetime.begin), min(whole.end, self.lifetime.end))
        return own if own.begin < own.end else whole

    def selection(self, by: By) -> Selection:
        """Its contacts, told apart by queue or not."""
        subject = self.subject
        return Selection(self.tenant, subject.queues, subject.channels, by)

    @property
    def gone(self) -> list[str]:
        """The queues that a contract lost within the span; their contacts count up to its end."""
        subject = self.subject
        if subject.whom is not Whom.CONTRACT:
            return []
        states = self.view.known.during(*self.span)
        return [
            queue
            for queue in subject.queues
            if not all(covers_queue(one, subject.id, queue) for one in states)
        ]

    @property
    def reaches(self) -> bool:
        """Whether any queue counts."""
        return self.subject.queues != NO_QUEUES

    @property
    def asked(self) -> Asked:
        """What its questions have in common."""
        subject = self.subject
        return Asked(*self.span, self.period.zone, subject.queues, subject.channels)

    @property
    def before(self) -> "Scope":
        """The period before; of a contract's queues those that were its own when that began."""
        scope = replace(self, period=before(self.period))
        subject = self.subject
        if subject.whom is not Whom.CONTRACT:
            return scope
        then = self.view.known.at(scope.span.begin)
        mine = tuple(one for one in subject.queues if covers_queue(then, subject.id, one))
        return replace(scope, subject=structs.replace(subject, queues=mine or NO_QUEUES))

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
