"""Bodies as OpenAPI shows them. Answers are encoded by msgspec; these models describe them and are
checked by a test.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.contracts.events import AgentState

Instant = Annotated[str, Field(description="RFC 3339", examples=["2026-11-11T09:30:00+08:00"])]

Next = Annotated[
    str | None,
    Field(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
]


class FigureRow(BaseModel):
    """One figure with its parts, its definition and how far it can be believed."""

    time: Annotated[
        Instant,
        Field(description="begin of the span; gauges of the past are their value at this instant"),
    ]
    end: Annotated[Instant, Field(description="end of the span, not included")]
    tenant: Annotated[str, Field(examples=["demo"])]
    queue: Annotated[str | None, Field(description="null where summed over", examples=["sales"])]
    channel: Annotated[str | None, Field(description="null where summed over", examples=["voice"])]
    team: Annotated[str | None, Field(description="in rows by team", examples=["orders-east"])] = (
        None
    )
    site: Annotated[str | None, Field(description="in rows by site", examples=["hangzhou"])] = None
    kpi: Annotated[str, Field(examples=["service_level"])]
    value: Annotated[
        float | None,
        Field(
            description="seconds, ratios 0 to 1, counts; null where undefined", examples=[0.8190]
        ),
    ]
    numerator: Annotated[float | None, Field(examples=[860])]
    denominator: Annotated[
        float | None, Field(description="null of counts; of a quantile its sample", examples=[1050])
    ]
    low: Annotated[
        float | None, Field(description="95 % Wilson interval of a proportion", examples=[0.7947])
    ]
    high: Annotated[float | None, Field(examples=[0.8412])]
    definition: Annotated[
        str,
        Field(
            description="what it was computed with; over queues with different ones up to three "
            "names, or `mixed`",
            examples=["default@1", "vip@2", "adhoc:V3,20,le,5", "chat@1+voice@1"],
        ),
    ]
    as_of: Annotated[
        Instant,
        Field(
            description="the instant the figure speaks of; in the past where the floor fell silent"
        ),
    ]
    watermark: Annotated[
        Instant | None, Field(description="event time that all partitions have passed")
    ]
    complete: Annotated[
        bool,
        Field(
            description="final: all partitions have passed the span by 15 minutes (offers) or 2 "
            "(completions); a change is a correction"
        ),
    ]
    revision: Annotated[
        int, Field(description="highest revision that went in", examples=[140737488355336])
    ]


class LiveFigureRow(FigureRow):
    """A figure of a window up to now."""

    window: Annotated[str, Field(examples=["15m"])]


class HistoryFigureRow(FigureRow):
    """A figure of a past interval."""

    interval: Annotated[str, Field(examples=["30m"])]


class LiveAnswer(BaseModel):
    """A page of live figures."""

    rows: list[LiveFigureRow]
    next: Next


class HistoryAnswer(BaseModel):
    """A page of history."""

    rows: list[HistoryFigureRow]
    next: Next


class QueueRow(BaseModel):
    """A queue now, over all its channels; `en` and `zh` are its names, or its id where it is not
    defined.
    """

    queue: Annotated[str, Field(examples=["sales"])]
    en: Annotated[str, Field(examples=["Sales"])]
    zh: Annotated[str, Field(examples=["销售"])]
    channels: Annotated[list[str], Field(examples=[["voice", "chat"]])]
    team: Annotated[
        str | None, Field(description="the team that answers for it", examples=["sellers"])
    ]
    site: Annotated[str | None, Field(description="where that team works", examples=["east"])]
    state: Literal["ok", "stale", "closed", "low_volume"]
    waiting: Annotated[int, Field(examples=[3])]
    longest_wait: Annotated[float, Field(description="seconds", examples=[41.2])]
    in_progress: Annotated[int, Field(examples=[17])]
    unresolved: Annotated[
        int, Field(description="visits without an outcome that no longer wait", examples=[0])
    ]
    agents: Annotated[
        dict[AgentState, int],
        Field(description="agents who serve the queue, by state", examples=[{"available": 4}]),
    ]
    target: Annotated[float, Field(description="promised service level", examples=[0.8])]
    as_of: Instant


class QueuesAnswer(BaseModel):
    """A page of the floor's queues."""

    rows: list[QueueRow]
    next: Next


class Opinion(BaseModel):
    """Surveys, evaluations or complaints of a visit, in brief."""

    kind: Annotated[str, Field(examples=["csat"])]
    id: Annotated[str, Field(examples=["s-1"])]
    at: Instant | None
    score: Annotated[float | None, Field(examples=[4])] = None
    verdict: Annotated[
        str | None, Field(description="of evaluations and complaints", examples=["passed"])
    ] = None


class VisitRow(BaseModel):
    """One stay of one contact in one queue. `agent` is there with the scope agents:read only."""

    contact: Annotated[str, Field(examples=["c-1"])]
    visit: Annotated[int, Field(description="number of the contact's stay", examples=[1])]
    queue: Annotated[str | None, Field(examples=["sales"])]
    channel: Annotated[str, Field(examples=["voice"])]
    agent: Annotated[str | None, Field(examples=["a-7"])] = None
    offered: Instant
    answered: Instant | None
    abandoned: Instant | None
    left: Instant | None
    ended: Instant | None
    wait: Annotated[
        float | None, Field(description="seconds; null while there is no outcome", examples=[12.5])
    ]
    talk: Annotated[float, Field(description="seconds", examples=[180])]
    hold: Annotated[float, Field(description="seconds", examples=[0])]
    wrap: Annotated[float, Field(description="seconds", examples=[25])]
    outcome: Literal["answered", "abandoned", "left"] | None
    reason: Annotated[
        str | None, Field(description="why it left by another door", examples=["overflow"])
    ]
    missed: Annotated[
        bool, Field(description="whether it lowers the service level under the definition")
    ]
    definition: Annotated[str, Field(examples=["default@1"])]
    surveys: list[Opinion]
    evaluations: list[Opinion]
    complaints: list[Opinion]


class VisitsAnswer(BaseModel):
    """A page of visits."""

    rows: list[VisitRow]
    next: Next


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
    source: Annotated[
        str, Field(description="of the event that did it", examples=["asterisk:pbx1"])
    ]
    event: Annotated[
        str,
        Field(
            description="its id; the last one where several did",
            examples=["1762840020.17-answered"],
        ),
    ]
    type: Annotated[
        str,
        Field(
            description="its type; `partition.joined` where a part of the log came in late",
            examples=["contact.answered"],
        ),
    ]
    recorded_at: Annotated[Instant, Field(description="when it was noticed")]
    definition: Annotated[str, Field(examples=["default@1"])]


class CorrectionsAnswer(BaseModel):
    """A page of corrections."""

    rows: list[CorrectionFigureRow]
    next: Next


class PipelineTotal(BaseModel):
    """All partitions together."""

    applied: Annotated[
        int, Field(description="records counted since the log began", examples=[120_435])
    ]
    dead: Annotated[int, Field(description="records that went to dead letters", examples=[0])]
    lag: Annotated[
        int,
        Field(description="records that live or history answers do not include yet", examples=[0]),
    ]
    watermark: Instant | None


class PipelinePartition(PipelineTotal):
    """One partition of the log."""

    partition: Annotated[int, Field(examples=[0])]
    log_id: Annotated[
        str | None, Field(description="identity of the log", examples=["Zm9vYmFyYmF6cXV4MTIzNA"])
    ]
    generation: Annotated[
        int | None, Field(description="how often the log began anew", examples=[1])
    ]
    next_offset: Annotated[
        int | None,
        Field(description="first record that history does not include", examples=[10_036]),
    ]
    live_offset: Annotated[
        int | None,
        Field(description="first record that live answers do not include", examples=[10_036]),
    ]
    end_offset: Annotated[int, Field(examples=[10_036])]
    updated_at: Annotated[
        Instant | None, Field(description="when history was last written, by the database's clock")
    ]
    stale: Annotated[
        bool,
        Field(
            description="live figures lack what came to this partition more than a few seconds ago"
        ),
    ]
    age: Annotated[
        float | None,
        Field(
            description="seconds since all that the partition then held was counted, by this "
            "server's clock",
            examples=[0.4],
        ),
    ]
    clock_skew: Annotated[
        float | None,
        Field(
            description="by how many seconds the engine's clock is ahead of this server's; "
            "figures do not depend on it",
            examples=[-0.1],
        ),
    ]


class Folded(BaseModel):
    """What live figures of the caller's tenant do not tell apart, because there are more than the
    settings allow.
    """

    queues: Annotated[
        int,
        Field(
            description="queues counted together in `__other__`; history tells each apart",
            examples=[0],
        ),
    ]
    agents: Annotated[
        int, Field(description="agents that are counted and not listed", examples=[0])
    ]


class PipelineAnswer(BaseModel):
    """How far counting is behind what was accepted."""

    total: PipelineTotal
    partitions: list[PipelinePartition]
    folded: Folded


class DefinitionRow(BaseModel):
    """A definition in force."""

    definition: Annotated[str, Field(examples=["default@1"])]
    formula: Annotated[str, Field(examples=["V5"])]
    threshold: Annotated[int, Field(description="T, seconds", examples=[20])]
    short: Annotated[int, Field(description="S, seconds", examples=[5])]
    boundary: Annotated[str, Field(examples=["le"])]
    flow_outs: bool
    waiting_past_threshold: bool
    target: Annotated[float, Field(examples=[0.8])]
    patience: Annotated[
        int, Field(description="mean seconds until customers give up waiting", examples=[120])
    ]


class VersionRow(BaseModel):
    """A version of a definition."""

    kind: Literal[
        "tenant",
        "calendar",
        "site",
        "team",
        "queue",
        "service_level",
        "csat",
        "qa",
        "target",
        "source",
    ]
    id: Annotated[str, Field(description="empty: the tenant itself", examples=["vip"])]
    version: Annotated[int, Field(examples=[2])]
    valid_from: Annotated[
        str | None,
        Field(
            description="first day in the tenant's zone; null: ever since", examples=["2026-01-01"]
        ),
    ]
    standing: Annotated[
        bool,
        Field(description="false: no longer among the definitions, kept for figures that name it"),
    ]
    in_force: Annotated[bool, Field(description="holds now")]
    says: Annotated[
        dict[str, object],
        Field(
            description="its fields as in the file", examples=[{"formula": "V3", "threshold": 10}]
        ),
    ]


class Loading(BaseModel):
    """Which set of definitions is in force, and how the last reading of its files went."""

    set: Annotated[
        int, Field(description="number of the stored set; 0: the defaults hold", examples=[7])
    ]
    loaded_at: Annotated[Instant | None, Field(description="when it was stored")]
    ok: Annotated[
        bool, Field(description="false: the files are wrong now, the last good definitions hold")
    ]
    good_at: Annotated[
        Instant | None,
        Field(description="when files were last found right by this process; null: it reads none"),
    ]
    mistakes: Annotated[
        int, Field(description="how many mistakes there are in the files", examples=[0])
    ]
    details: Annotated[
        list[str],
        Field(
            description="the mistakes, with the scope admin",
            examples=[["demo.yaml:9: queues[orders].team: there is no team 'eest'"]],
        ),
    ]


class KpiRow(BaseModel):
    """An entry of the catalogue."""

    kpi: Annotated[str, Field(examples=["asa"])]
    en: Annotated[str, Field(examples=["average speed of answer"])]
    zh: Annotated[str, Field(examples=["平均应答速度"])]
    group: Annotated[str, Field(examples=["speed"])]
    unit: Annotated[str, Field(examples=["seconds"])]
    better: Annotated[str, Field(examples=["lower"])]
    formula: Annotated[str, Field(examples=["Σ wait of the answered / answered"])]


class DefinitionsAnswer(BaseModel):
    """What figures mean."""

    rows: Annotated[list[DefinitionRow], Field(description="service-level policies in force")]
    versions: Annotated[
        list[VersionRow],
        Field(description="a page of all versions; all else is whole on every page"),
    ]
    loading: Loading
    kpis: list[KpiRow]
    variants: list[KpiRow]
    next: Next


class SessionBody(BaseModel):
    """A key, handed over once."""

    key: Annotated[str, Field(min_length=1, max_length=256, examples=["fp_0123456789abcdef_…"])]
