"""The content of a report: what HTML, PDF and JSON show alike. Every figure carries the question
that answers it anew.

Instants are RFC 3339 in the report's zone, spans seconds, ratios 0 to 1; names are by language.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from floorpulse.definitions.domain.contract_terms import PeriodKind
from floorpulse.kpis.figures import NoValue
from floorpulse.kpis.units import Better, Unit

FORMAT = 1
"""The version of this structure, in the field `report`"""

Names = Annotated[dict[str, str], Meta(description="by language", examples=[{"en": "Orders"}])]
Question = Annotated[
    str,
    Meta(
        description="the address that answers it anew, with its parts, definition and revision",
        examples=["/v1/kpis/history?kpi=service_level&from=2026-11-27&to=2026-11-27&interval=all"],
    ),
]
Instant = Annotated[str, Meta(description="RFC 3339", examples=["2026-11-27T00:00:00+08:00"])]


class Whom(StrEnum):
    """Of whom a report tells."""

    TENANT = "tenant"
    QUEUE = "queue"
    CONTRACT = "contract"


class Verdict(StrEnum):
    """What a change against the period before, or a promise, comes to."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NEITHER = "neither"
    """There is no good direction, or nothing to compare with"""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all that a report is made of."""


class Subject(Part, frozen=True, kw_only=True):
    """Of whom it tells; `queues` and `channels` are those that count, empty: all."""

    whom: Whom
    id: str
    names: Names
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class PeriodTold(Part, frozen=True, kw_only=True):
    """Its period: `label` is 2026-11-27, 2026-W48 or 2026-11; `hours` are 23 or 25 on days when
    clocks change.
    """

    kind: PeriodKind
    label: Annotated[str, Meta(examples=["2026-11-27"])]
    begin: Instant
    end: Instant
    hours: int


class Figure(Part, frozen=True, kw_only=True):
    """A figure with its parts, the definition it was computed with, and its question."""

    value: float | None
    question: Question
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    definition: str = ""
    complete: bool = True
    revision: int = 0
    reason: NoValue | None = None


class Line(Part, frozen=True, kw_only=True):
    """A KPI of the period beside that of the period before; `change` is the difference of the
    values.
    """

    kpi: str
    names: Names
    unit: Unit
    better: Better
    figure: Figure
    before: Figure
    change: float | None
    verdict: Verdict


class Group(Part, frozen=True, kw_only=True):
    """KPIs that tell of one thing."""

    id: str
    names: Names
    lines: tuple[Line, ...]


class Row(Part, frozen=True, kw_only=True):
    """Some KPIs of one queue."""

    queue: str
    names: Names
    figures: dict[str, Figure]


class Piece(Part, frozen=True, kw_only=True):
    """Some KPIs of one day of the period; of a report of a day, of one hour."""

    begin: Instant
    end: Instant
    figures: dict[str, Figure]


class Promise(Part, frozen=True, kw_only=True):
    """A target over the stretches of the period: how many were met, missed, or had no contacts."""

    target: str
    metric: str
    names: Names
    unit: Unit
    comparison: str
    promised: float
    window: str
    scope: str
    met: int
    missed: int
    without: int
    worst: float | None
    worst_begin: Instant | None
    question: Question
    visits: str | None = None


class MissedVisit(Part, frozen=True, kw_only=True):
    """A visit that lowered the service level, and why; `wait` is seconds."""

    contact: str
    visit: int
    queue: str
    channel: str
    offered_at: Instant
    wait: float | None
    reason: str
    definition: str
    question: Question


class WorstSpan(Part, frozen=True, kw_only=True):
    """A half hour with many misses, and some of its visits."""

    begin: Instant
    end: Instant
    figure: Figure
    missed: int
    visits: tuple[MissedVisit, ...]
    question: Question


class Misses(Part, frozen=True, kw_only=True):
    """What lowered the service level: how many visits, and the half hours with most of them."""

    total: int
    spans: tuple[WorstSpan, ...]
    question: Question


class IncidentTold(Part, frozen=True, kw_only=True):
    """An incident that opened in the period; seconds until somebody took it, and until it was
    over.
    """

    id: str
    rule: str
    names: Names
    queue: str
    severity: str
    state: str
    opened_at: Instant
    question: Question
    to_acknowledge: float | None = None
    to_resolve: float | None = None


class Incidents(Part, frozen=True, kw_only=True):
    """All incidents of the period; means are seconds over those that were acknowledged or
    resolved, `rows` the latest of them.
    """

    total: int
    acknowledged: int
    resolved: int
    mean_to_acknowledge: float | None
    mean_to_resolve: float | None
    rows: tuple[IncidentTold, ...]
    question: Question


class CorrectionTold(Part, frozen=True, kw_only=True):
    """A figure of the period that changed after it was final."""

    begin: Instant
    queue: str
    channel: str
    kpi: str
    names: Names
    unit: Unit
    old: float | None
    new: float | None
    why: str
    recorded_at: Instant


class CorrectionsTold(Part, frozen=True, kw_only=True):
    """Corrections of the period's figures; `more` says that there are others."""

    rows: tuple[CorrectionTold, ...]
    more: bool
    question: Question


class AnnotationTold(Part, frozen=True, kw_only=True):
    """What was done: an interval, a text, who wrote it."""

    begin: Instant
    end: Instant
    text: str
    author: str
    queue: str | None = None


class Staffing(Part, frozen=True, kw_only=True):
    """Agents on average: scheduled by the forecast, required for the target, present at work."""

    scheduled: Figure
    required: Figure
    present: Figure


class DefinitionTold(Part, frozen=True, kw_only=True):
    """A definition of the version that figures name, and what it says."""

    name: Annotated[str, Meta(examples=["voice-80-20@1"])]
    said: dict[str, Any]
    question: Question


class MetricTold(Part, frozen=True, kw_only=True):
    """A promise of the contract: how it was kept in the period. Amounts and values are exact
    decimals; `question` is answered with a row for each window, `missed_question` with the visits
    that lowered a service level; both are empty where nothing is to be asked.
    """

    metric: str
    phase: str
    kpi: str
    names: Names
    unit: Unit
    comparison: str
    target: Decimal
    window: str
    kept: int
    missed: int
    not_judged: int
    penalties: Decimal
    bonuses: Decimal
    value: Decimal | None = None
    question: Question = ""
    missed_question: Question = ""


class ContractTold(Part, frozen=True, kw_only=True):
    """What settling the period would come to as figures stand now: a preview, not the settlement;
    amounts are exact decimals in the contract's currency.
    """

    currency: str
    metrics: tuple[MetricTold, ...]
    fees: Decimal
    minimum: Decimal
    penalties: Decimal
    bonuses: Decimal
    total: Decimal
    question: Question


class Report(Part, frozen=True, kw_only=True):
    """A report. `complete` says that its figures are final, but for what is said of contacts later:
    surveys, evaluations, complaints; `contract` is there where the period is one that the
    contract is settled by; `definitions` are those that they were computed with; `link`
    is the public address that questions stand behind, if any; `audit_anchor` is where the
    audit log ended, for `floorpulse audit verify --anchor`.
    """

    report: int
    tenant: str
    tenant_names: Names
    subject: Subject
    zone: str
    period: PeriodTold
    before: PeriodTold
    as_of: Instant
    watermark: Instant | None
    complete: bool
    groups: tuple[Group, ...]
    queues: tuple[Row, ...]
    pieces: tuple[Piece, ...]
    promises: tuple[Promise, ...]
    misses: Misses
    staffing: Staffing
    incidents: Incidents
    corrections: CorrectionsTold
    annotations: tuple[AnnotationTold, ...]
    definitions: tuple[DefinitionTold, ...]
    contract: ContractTold | None = None
    link: str = ""
    audit_anchor: Annotated[str, Meta(examples=["17:" + "3f" * 32])] = ""

    def line(self, kpi: str) -> Line | None:
        """The line of a KPI, where the report has it."""
        return next((one for group in self.groups for one in group.lines if one.kpi == kpi), None)
