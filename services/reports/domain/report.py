"""The content of a report: what HTML, PDF and JSON show alike. Every figure carries the question
that answers it anew.

Instants are RFC 3339 in the report's zone, spans seconds, ratios 0 to 1; names are by language.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from floorpulse.definitions.domain.contract_words import PeriodKind
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
    id: Annotated[str, Meta(examples=["orders"])]
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
    hours: Annotated[int, Meta(examples=[24])]


class Figure(Part, frozen=True, kw_only=True):
    """A figure with its parts, the definition it was computed with, and its question."""

    value: Annotated[float | None, Meta(examples=[0.819])]
    question: Question
    numerator: Annotated[float | None, Meta(examples=[860])] = None
    denominator: Annotated[float | None, Meta(examples=[1050])] = None
    low: Annotated[float | None, Meta(examples=[0.7947])] = None
    high: Annotated[float | None, Meta(examples=[0.8412])] = None
    definition: str = ""
    complete: bool = True
    revision: int = 0
    reason: NoValue | None = None


class Line(Part, frozen=True, kw_only=True):
    """A KPI of the period beside that of the period before; `change` is the difference of the
    values.
    """

    kpi: Annotated[str, Meta(examples=["service_level"])]
    names: Names
    unit: Unit
    better: Better
    figure: Figure
    before: Figure
    change: Annotated[float | None, Meta(examples=[-0.031])]
    verdict: Verdict


class Group(Part, frozen=True, kw_only=True):
    """KPIs that tell of one thing."""

    id: Annotated[str, Meta(examples=["orders"])]
    names: Names
    lines: tuple[Line, ...]


class Row(Part, frozen=True, kw_only=True):
    """Some KPIs of one queue."""

    queue: Annotated[str, Meta(examples=["orders"])]
    names: Names
    figures: Annotated[
        dict[str, Figure],
        Meta(examples=[{"service_level": {"value": 0.819, "numerator": 860, "denominator": 1050}}]),
    ]


class Piece(Part, frozen=True, kw_only=True):
    """Some KPIs of one day of the period; of a report of a day, of one hour."""

    begin: Instant
    end: Instant
    figures: Annotated[
        dict[str, Figure],
        Meta(examples=[{"service_level": {"value": 0.819, "numerator": 860, "denominator": 1050}}]),
    ]


class Promise(Part, frozen=True, kw_only=True):
    """A target over the stretches of the period: how many were met, missed, or had no contacts."""

    target: Annotated[str, Meta(examples=["orders-level"])]
    metric: Annotated[str, Meta(examples=["service_level"])]
    names: Names
    unit: Unit
    comparison: Annotated[str, Meta(examples=["at_least"])]
    promised: Annotated[float, Meta(examples=[0.8])]
    window: Annotated[str, Meta(examples=["month"])]
    scope: Annotated[str, Meta(examples=["orders"])]
    met: Annotated[int, Meta(examples=[27])]
    missed: Annotated[int, Meta(examples=[3])]
    without: Annotated[int, Meta(examples=[0])]
    worst: Annotated[float | None, Meta(examples=[0.61])]
    worst_begin: Instant | None
    question: Question
    visits: Annotated[str | None, Meta(examples=["/v1/visits?queue=orders&missed=true"])] = None


class MissedVisit(Part, frozen=True, kw_only=True):
    """A visit that lowered the service level, and why; `wait` is seconds."""

    contact: Annotated[str, Meta(examples=["c-20261111-0042"])]
    visit: Annotated[int, Meta(examples=[1])]
    queue: Annotated[str, Meta(examples=["orders"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    offered_at: Instant
    wait: Annotated[float | None, Meta(examples=[18.0])]
    reason: Annotated[str, Meta(examples=["answered_late"])]
    definition: Annotated[str, Meta(examples=["default@1"])]
    question: Question


class WorstSpan(Part, frozen=True, kw_only=True):
    """A half hour with many misses, and some of its visits."""

    begin: Instant
    end: Instant
    figure: Figure
    missed: Annotated[int, Meta(examples=[41])]
    visits: tuple[MissedVisit, ...]
    question: Question


class Misses(Part, frozen=True, kw_only=True):
    """What lowered the service level: how many visits, and the half hours with most of them."""

    total: Annotated[int, Meta(examples=[3])]
    spans: tuple[WorstSpan, ...]
    question: Question


class IncidentTold(Part, frozen=True, kw_only=True):
    """An incident that opened in the period; seconds until somebody took it, and until it was
    over.
    """

    id: Annotated[str, Meta(examples=["01K9X3T7"])]
    rule: Annotated[str, Meta(examples=["level"])]
    names: Names
    queue: Annotated[str, Meta(examples=["orders"])]
    severity: Annotated[str, Meta(examples=["critical"])]
    state: Annotated[str, Meta(examples=["resolved"])]
    opened_at: Instant
    question: Question
    to_acknowledge: Annotated[float | None, Meta(examples=[74.0])] = None
    to_resolve: Annotated[float | None, Meta(examples=[812.0])] = None


class Incidents(Part, frozen=True, kw_only=True):
    """All incidents of the period; means are seconds over those that were acknowledged or
    resolved, `rows` the latest of them.
    """

    total: Annotated[int, Meta(examples=[6])]
    acknowledged: Annotated[int, Meta(examples=[4])]
    resolved: Annotated[int, Meta(examples=[5])]
    mean_to_acknowledge: Annotated[float | None, Meta(examples=[74.0])]
    mean_to_resolve: Annotated[float | None, Meta(examples=[812.0])]
    rows: tuple[IncidentTold, ...]
    question: Question


class CorrectionTold(Part, frozen=True, kw_only=True):
    """A figure of the period that changed after it was final."""

    begin: Instant
    queue: Annotated[str, Meta(examples=["orders"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    kpi: Annotated[str, Meta(examples=["service_level"])]
    names: Names
    unit: Unit
    old: Annotated[float | None, Meta(examples=[0.812])]
    new: Annotated[float | None, Meta(examples=[0.809])]
    why: Annotated[str, Meta(examples=["contact.amended"])]
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
    text: Annotated[str, Meta(examples=["two agents lent by care"])]
    author: Annotated[str, Meta(examples=["Zhang Wei"])]
    queue: Annotated[str | None, Meta(examples=["orders"])] = None


class Staffing(Part, frozen=True, kw_only=True):
    """Agents on average: scheduled by the forecast, required for the target, present at work."""

    scheduled: Figure
    required: Figure
    present: Figure


class DefinitionTold(Part, frozen=True, kw_only=True):
    """A definition of the version that figures name, and what it says."""

    name: Annotated[str, Meta(examples=["voice-80-20@1"])]
    said: Annotated[dict[str, Any], Meta(examples=[{"id": "default", "threshold": 20}])]
    question: Question


class MetricTold(Part, frozen=True, kw_only=True):
    """A promise of the contract: how it was kept in the period. Amounts and values are exact
    decimals; `question` is answered with a row for each window, `missed_question` with the visits
    that lowered a service level; both are empty where nothing is to be asked.
    """

    metric: Annotated[str, Meta(examples=["service_level"])]
    phase: Annotated[str, Meta(examples=["operation"])]
    kpi: Annotated[str, Meta(examples=["service_level"])]
    names: Names
    unit: Unit
    comparison: Annotated[str, Meta(examples=["at_least"])]
    target: Annotated[Decimal, Meta(examples=["0.80"])]
    window: Annotated[str, Meta(examples=["month"])]
    kept: Annotated[int, Meta(examples=[28])]
    missed: Annotated[int, Meta(examples=[1])]
    not_judged: Annotated[int, Meta(examples=[1])]
    penalties: Annotated[Decimal, Meta(examples=["3124.59"])]
    bonuses: Annotated[Decimal, Meta(examples=["0.00"])]
    value: Annotated[Decimal | None, Meta(examples=["0.819"])] = None
    question: Question = ""
    missed_question: Question = ""


class ContractTold(Part, frozen=True, kw_only=True):
    """What settling the period would come to as figures stand now: a preview, not the settlement;
    amounts are exact decimals in the contract's currency.
    """

    currency: Annotated[str, Meta(examples=["CNY"])]
    metrics: tuple[MetricTold, ...]
    fees: Annotated[Decimal, Meta(examples=["72420.00"])]
    minimum: Annotated[Decimal, Meta(examples=["0.00"])]
    penalties: Annotated[Decimal, Meta(examples=["3124.59"])]
    bonuses: Annotated[Decimal, Meta(examples=["0.00"])]
    total: Annotated[Decimal, Meta(examples=["69295.41"])]
    question: Question


class Report(Part, frozen=True, kw_only=True):
    """A report. `complete` says that its figures are final, but for what is said of contacts later:
    surveys, evaluations, complaints; `contract` is there where the period is one that the
    contract is settled by; `definitions` are those that they were computed with; `link`
    is the public address that questions stand behind, if any; `audit_anchor` is where the
    audit log ended, for `floorpulse audit verify --anchor`.
    """

    report: Annotated[int, Meta(examples=[1])]
    tenant: Annotated[str, Meta(examples=["demo"])]
    tenant_names: Names
    subject: Subject
    zone: Annotated[str, Meta(examples=["Asia/Shanghai"])]
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
