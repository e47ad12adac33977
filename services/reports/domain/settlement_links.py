"""The addresses of a settlement's figures: for each window of a metric and each billing line the
question that the floor's API answers with its numerator and denominator, the visits behind it, what
changed of it since, and the text of the contract's version.

They stand beside the document, never in it: what is signed names no address. Where the API counts
otherwise than the contract, the link says why; the evidence that was frozen always counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.contract_words import Per, Window
from floorpulse.definitions.domain.contracts import BillingRule, ContractTerms, Metric
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.figures.links import (
    WHOLE_SPAN,
    LinkedFigure,
    corrections_link,
    history_link,
    named_definition_link,
    visits_link,
)
from floorpulse.figures.restate import Restatement
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.reports.domain.contract_scope import ScopeReach
from floorpulse.reports.domain.document import SettlementDocument
from floorpulse.reports.domain.questions import HALF_HOURS
from floorpulse.reports.domain.statement import Attainment, BillingLine, PartStatement, WindowResult

CONTRACT = "contract"
INTERVALS = {
    Window.INTERVAL: HALF_HOURS,
    Window.DAY: "1d",
    Window.WEEK: "1w",
    Window.MONTH: "1M",
}
"""By window: the interval of history that is cut like it"""
BY_CONTACT = {"answered": "answered", "handled": "answered", "offered": "offered"}
"""By which contacts are billed: the KPI that counts them when they were offered"""
BY_MINUTE = {"talk": "att"}
"""By which time is billed: the KPI whose numerator it is; else it is handling's"""


class LinkedLine(StrEnum):
    """What a link is of."""

    METRIC = "metric"
    BILLING = "billing"


class Inexact(StrEnum):
    """Why the floor's API does not answer with the very figure."""

    CALENDAR = "calendar"
    """The contract counts business hours only, the API all"""
    EXEMPT = "exempt"
    """Half hours that do not count for the contract are in the API's figure"""
    QUEUES = "queues"
    """Which queues count changed in the span, or none does"""
    NOT_COMPLETED = "not_completed"
    """Completed contacts are billed, the API counts all that were answered"""
    CONDITIONS = "conditions"
    """Not all contacts are billed"""
    WHEN_COMPLETED = "when_completed"
    """Minutes are billed when a contact was offered, the API counts them when it was completed"""
    NO_CONTACTS = "no_contacts"
    """Seats and months are billed, no contacts"""


@dataclass(frozen=True, kw_only=True)
class FigureLink:
    """The links of a figure over [begin, end), epoch milliseconds, in the part of the statement
    with this number (from 1). Numerator and denominator are those of the statement; a link
    without is answered with a row for each window. Links are None where there is nothing to
    ask.
    """

    part: int
    line: LinkedLine
    name: str
    begin: int
    end: int
    definition: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    figure: str | None = None
    visits: str | None = None
    missed: str | None = None
    corrections: str | None = None
    inexact: Inexact | None = None


def figure_links(document: SettlementDocument, known: TenantDefinitions) -> list[FigureLink]:
    """The links of a settlement, in the order of its statement; `known` tells which queues its
    scopes reach.
    """
    terms = {one.name: one for one in document.settled_contract.versions}
    return [
        link
        for number, part in enumerate(document.statement.parts, 1)
        for link in PartLinks(number, part, terms[part.terms], known).all()
    ]


@dataclass(frozen=True)
class _Asked:
    """A figure as the API is asked for it, and why its answer is another."""

    figure: LinkedFigure
    inexact: Inexact | None

    @property
    def reaches(self) -> bool:
        """Whether any queue counts; a question without queues would ask for all."""
        return bool(self.figure.queues)


class PartLinks:
    """The links of one part, the statement's with this number."""

    def __init__(
        self, number: int, part: PartStatement, terms: ContractTerms, known: TenantDefinitions
    ) -> None:
        self._number = number
        self._part = part
        self._terms = terms
        self._known = known
        self._reach = ScopeReach(terms)

    def all(self) -> Iterator[FigureLink]:
        """Billing lines first, as in the statement."""
        rules = {one.id: one for one in self._terms.billing}
        for line in self._part.billing:
            yield self._of_billing(line, rules[line.rule])
        for attainment in self._part.attainments:
            if attainment.window is Window.INTERVAL:
                yield self.by_window(attainment)
            else:
                metric = self._metric(attainment)
                yield from (self._of_window(one, metric) for one in attainment.windows)

    def by_window(self, attainment: Attainment) -> FigureLink:
        """All windows of a metric in one answer: each is a row."""
        metric = self._metric(attainment)
        span = (self._part.begin, self._part.end)
        asked = self._of_metric(metric, *span, attainment.windows)
        interval = INTERVALS[attainment.window]
        return self._told(LinkedLine.METRIC, metric.id, asked, (None, None), interval)

    def _metric(self, attainment: Attainment) -> Metric:
        known = self._terms.metrics[self._part.phase]
        return next(one for one in known if one.id == attainment.metric)

    def _of_window(self, window: WindowResult, metric: Metric) -> FigureLink:
        asked = self._of_metric(metric, window.begin, window.end, [window])
        counts = window.numerator, None if metric.is_count else window.denominator
        return self._told(LinkedLine.METRIC, metric.id, asked, counts)

    def _of_metric(
        self, metric: Metric, begin: int, end: int, windows: Iterable[WindowResult]
    ) -> _Asked:
        asked = self._asked(metric.kpi, metric.scope, (begin, end), _restated(metric.policy))
        why = Inexact.EXEMPT if any(one.exempt for one in windows) else asked.inexact
        return _Asked(asked.figure, Inexact.CALENDAR if metric.calendar else why)

    def _of_billing(self, line: BillingLine, rule: BillingRule) -> FigureLink:
        by_minute = rule.per is Per.HANDLED_MINUTE
        billed = BY_CONTACT[rule.billable.contacts]
        kpi = BY_MINUTE.get(rule.time, "aht") if by_minute else billed
        asked = self._asked(kpi, rule.scope, (self._part.begin, self._part.end), Restatement())
        counts = Decimal(line.numerator), None if line.denominator == 1 else line.denominator
        why = _of_rule(rule) or asked.inexact
        outcome = None if billed == "offered" else Outcome.ANSWERED
        return self._told(
            LinkedLine.BILLING,
            rule.id,
            _Asked(asked.figure, why),
            (counts[0], None if counts[1] is None else Decimal(counts[1])),
            outcome=outcome,
        )

    def _asked(
        self, kpi: str, scope: ContractScope, span: tuple[int, int], restated: Restatement
    ) -> _Asked:
        states = {self._reach.queues(scope, one) for one in self._known.during(*span)}
        queues = tuple(sorted(frozenset[str]().union(*states)))
        channels = tuple(str(one) for one in scope.channels)
        zone = self._terms.zone
        figure = LinkedFigure(kpi, *span, zone, queues, channels, restated=restated)
        return _Asked(figure, None if len(states) == 1 and queues else Inexact.QUEUES)

    def _told(
        self,
        line: LinkedLine,
        name: str,
        asked: _Asked,
        counts: tuple[Decimal | None, Decimal | None],
        interval: str = WHOLE_SPAN,
        outcome: Outcome | None = None,
    ) -> FigureLink:
        figure = asked.figure
        there = asked.reaches and asked.inexact is not Inexact.NO_CONTACTS
        judged = there and figure.restated.formula is not None
        return FigureLink(
            part=self._number,
            line=line,
            name=name,
            begin=figure.begin,
            end=figure.end,
            definition=named_definition_link(CONTRACT, self._part.terms),
            numerator=counts[0],
            denominator=counts[1],
            figure=history_link(figure, interval) if there else None,
            visits=visits_link(figure, outcome=outcome) if there else None,
            missed=visits_link(figure, missed=True) if judged else None,
            corrections=corrections_link(figure) if there else None,
            inexact=asked.inexact,
        )


def _restated(policy: ServiceLevelPolicy | None) -> Restatement:
    """What a metric's own policy says, all of it."""
    if policy is None:
        return Restatement()
    return Restatement(
        formula=policy.formula,
        threshold=policy.threshold,
        boundary=policy.boundary,
        short=policy.short,
        flow_outs=policy.flow_outs,
        waiting_past_threshold=policy.waiting_past_threshold,
        clock=policy.clock,
    )


def _of_rule(rule: BillingRule) -> Inexact | None:
    """What a rule bills otherwise than the API counts."""
    if rule.per in (Per.SEAT_HOUR, Per.MONTH):
        return Inexact.NO_CONTACTS
    if rule.billable.least_talk is not None or rule.billable.without_short is not None:
        return Inexact.CONDITIONS
    if rule.per is Per.HANDLED_MINUTE:
        return Inexact.WHEN_COMPLETED
    return Inexact.NOT_COMPLETED if rule.billable.contacts == "handled" else None
