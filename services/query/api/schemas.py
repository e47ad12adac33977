"""Bodies as OpenAPI shows them. Answers are encoded by msgspec; these models describe them and are checked by a test."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.contracts.events import AgentState

Instant = Annotated[str, Field(description="RFC 3339", examples=["2026-11-11T09:30:00+08:00"])]


class FigureRow(BaseModel):
    """One figure with its parts, its definition and how far it can be believed."""

    time: Annotated[Instant, Field(description="begin of the span; gauges of the past are their value at this instant")]
    end: Annotated[Instant, Field(description="end of the span, not included")]
    tenant: Annotated[str, Field(examples=["demo"])]
    queue: Annotated[str | None, Field(description="null where summed over", examples=["sales"])]
    channel: Annotated[str | None, Field(description="null where summed over", examples=["voice"])]
    kpi: Annotated[str, Field(examples=["service_level"])]
    value: Annotated[float | None, Field(description="seconds, ratios 0 to 1, counts; null where undefined", examples=[0.8190])]
    numerator: Annotated[float | None, Field(examples=[860])]
    denominator: Annotated[float | None, Field(description="null of counts; of a quantile its sample", examples=[1050])]
    low: Annotated[float | None, Field(description="95 % Wilson interval of a proportion", examples=[0.7947])]
    high: Annotated[float | None, Field(examples=[0.8412])]
    definition: Annotated[str, Field(examples=["default@1", "adhoc:V3,20,le,5"])]
    as_of: Annotated[Instant, Field(description="the instant the figure speaks of; in the past where the floor fell silent")]
    watermark: Annotated[Instant | None, Field(description="event time that all partitions have passed")]
    complete: Annotated[
        bool,
        Field(description="final: all partitions have passed the span by 15 minutes (offers) or 2 (completions); a change is a correction"),
    ]
    revision: Annotated[int, Field(description="highest revision that went in")]


class LiveFigureRow(FigureRow):
    """A figure of a window up to now."""

    window: Annotated[str, Field(examples=["15m"])]


class HistoryFigureRow(FigureRow):
    """A figure of a past interval."""

    interval: Annotated[str, Field(examples=["30m"])]


class LiveAnswer(BaseModel):
    """Live figures."""

    rows: list[LiveFigureRow]
    next: None = None


class HistoryAnswer(BaseModel):
    """A page of history."""

    rows: list[HistoryFigureRow]
    next: Annotated[str | None, Field(description="cursor of the next page")]


class QueueRow(BaseModel):
    """A queue now, over all its channels."""

    queue: str
    channels: list[str]
    state: Literal["ok", "stale", "closed", "low_volume"]
    waiting: int
    longest_wait: Annotated[float, Field(description="seconds")]
    in_progress: int
    unresolved: int
    agents: Annotated[dict[AgentState, int], Field(description="agents who serve the queue, by state", examples=[{"available": 4}])]
    target: Annotated[float, Field(description="promised service level")]
    as_of: Instant


class QueuesAnswer(BaseModel):
    """The floor's queues."""

    rows: list[QueueRow]
    next: None = None


class Opinion(BaseModel):
    """Surveys, evaluations or complaints of a visit, in brief."""

    kind: str
    id: str
    at: Instant | None
    score: float | None = None
    verdict: str | None = None


class VisitRow(BaseModel):
    """One stay of one contact in one queue. `agent` is there with the scope agents:read only."""

    contact: str
    visit: int
    queue: str | None
    channel: str
    agent: str | None = None
    offered: Instant
    answered: Instant | None
    abandoned: Instant | None
    left: Instant | None
    ended: Instant | None
    wait: Annotated[float | None, Field(description="seconds; null while there is no outcome")]
    talk: float
    hold: float
    wrap: float
    outcome: Literal["answered", "abandoned", "left"] | None
    reason: Annotated[str | None, Field(description="why it left by another door")]
    missed: Annotated[bool, Field(description="whether it lowers the service level under the definition")]
    definition: str
    surveys: list[Opinion]
    evaluations: list[Opinion]
    complaints: list[Opinion]


class VisitsAnswer(BaseModel):
    """A page of visits."""

    rows: list[VisitRow]
    next: str | None


class CorrectionFigureRow(BaseModel):
    """A figure that changed after it was final."""

    time: Annotated[Instant, Field(description="begin of the quarter hour")]
    end: Instant
    tenant: Annotated[str, Field(examples=["demo"])]
    queue: Annotated[str, Field(examples=["sales"])]
    channel: Annotated[str, Field(examples=["voice"])]
    kpi: Annotated[str, Field(examples=["service_level"])]
    old_value: Annotated[float | None, Field(description="what it was", examples=[0.75])]
    old_numerator: Annotated[float | None, Field(examples=[15])]
    old_denominator: Annotated[float | None, Field(examples=[20])]
    new_value: Annotated[float | None, Field(description="what it became", examples=[0.7619])]
    new_numerator: Annotated[float | None, Field(examples=[16])]
    new_denominator: Annotated[float | None, Field(examples=[21])]
    source: Annotated[str, Field(description="of the event that did it", examples=["asterisk:pbx1"])]
    event: Annotated[str, Field(description="its id; the last one where several did", examples=["1762840020.17-answered"])]
    type: Annotated[
        str, Field(description="its type; `partition.joined` where a part of the log came in late", examples=["contact.answered"])
    ]
    recorded_at: Annotated[Instant, Field(description="when it was noticed")]
    definition: Annotated[str, Field(examples=["default@1"])]


class CorrectionsAnswer(BaseModel):
    """A page of corrections."""

    rows: list[CorrectionFigureRow]
    next: Annotated[str | None, Field(description="cursor of the next page")]


class PipelineTotal(BaseModel):
    """All partitions together."""

    applied: Annotated[int, Field(description="records counted since the log began")]
    dead: Annotated[int, Field(description="records that went to dead letters")]
    lag: Annotated[int, Field(description="records that live or history answers do not include yet")]
    watermark: Instant | None


class PipelinePartition(PipelineTotal):
    """One partition of the log."""

    partition: int
    log_id: str | None
    generation: int | None
    next_offset: Annotated[int | None, Field(description="first record that history does not include")]
    live_offset: Annotated[int | None, Field(description="first record that live answers do not include")]
    end_offset: int
    updated_at: Instant | None
    stale: bool


class PipelineAnswer(BaseModel):
    """How far counting is behind what was accepted."""

    total: PipelineTotal
    partitions: list[PipelinePartition]


class DefinitionRow(BaseModel):
    """A definition in force."""

    definition: str
    formula: str
    threshold: int
    short: int
    boundary: str
    flow_outs: bool
    waiting_past_threshold: bool
    target: float


class KpiRow(BaseModel):
    """An entry of the catalogue."""

    kpi: str
    en: str
    zh: str
    group: str
    unit: str
    better: str
    formula: str


class DefinitionsAnswer(BaseModel):
    """What figures mean."""

    rows: list[DefinitionRow]
    kpis: list[KpiRow]
    variants: list[KpiRow]
    next: None = None


class SessionBody(BaseModel):
    """A key, handed over once."""

    key: Annotated[str, Field(min_length=1, max_length=256, examples=["fp_0123456789abcdef_…"])]
