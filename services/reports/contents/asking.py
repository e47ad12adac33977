"""What the parts of a report are asked with: whom, which period, and history's rows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contracts import EVER
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.names import name_in
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
    contract: str | None = None

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
        return Selection(self.tenant, subject.queues, subject.channels, by, contract=self.contract)

    @property
    def asked(self) -> Asked:
        """What its questions have in common."""
        subject = self.subject
        return Asked(*self.span, self.period.zone, subject.queues, subject.channels)

    @property
    def before(self) -> "Scope":
        """The same contacts in the period before."""
        contract = self.subject.id if self.subject.whom is Whom.CONTRACT else None
        return replace(self, period=before(self.period), contract=contract)

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
