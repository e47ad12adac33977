"""Bodies of management by indicators: the rows, as they are written."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.indicators.agent_targets import AgentTargetStatus
from floorpulse.figures.indicators.bindings import IndicatorFigure
from floorpulse.figures.indicators.effect import Caution, Change
from floorpulse.figures.indicators.growth import Event, GrowthFigure, Happening
from floorpulse.figures.indicators.pace import Standing, Yardstick
from floorpulse.figures.indicators.trainings import Found, TrainingEffect
from floorpulse.figures.indicators.vendors import VendorFigure
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.kpis.figures import Value
from floorpulse.query.api.schemas import Next

Number = Annotated[float | None, Meta(examples=[0.83])]


class Figure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base: a figure over a span."""

    time: Annotated[Instant, Meta(description="begin of the span")]
    end: Annotated[Instant, Meta(description="its end, not included")]
    tenant: Annotated[str, Meta(examples=["demo"])]
    kpi: Annotated[str, Meta(examples=["csat"])]
    value: Annotated[
        float | None,
        Meta(description="seconds, ratios 0 to 1, counts; null where undefined", examples=[0.83]),
    ]
    numerator: Annotated[float | None, Meta(examples=[83])]
    denominator: Annotated[float | None, Meta(description="null of counts", examples=[100])]
    low: Annotated[
        float | None, Meta(description="95 % Wilson interval of a proportion", examples=[0.74])
    ]
    high: Annotated[float | None, Meta(examples=[0.89])]
    definition: Annotated[str, Meta(description="what it was computed with", examples=["qa@1"])]
    as_of: Annotated[Instant, Meta(description="the instant the figure speaks of")]


class AgentTargetRow(Figure, frozen=True, kw_only=True, gc=False):
    """How a target of an agent, or of several together, stands."""

    target: Annotated[
        str, Meta(description="id and version of the definition", examples=["calls@1"])
    ]
    window: Annotated[str, Meta(description="day, week or month", examples=["week"])]
    of: Annotated[
        str, Meta(description="agent: each one's own; team: of all together", examples=["agent"])
    ]
    agent: Annotated[
        str | None, Meta(description="null in rows of several together", examples=["a-7"])
    ]
    team: Annotated[str | None, Meta(description="where the agent was then", examples=["east"])]
    comparison: Annotated[str, Meta(examples=["at_least"])]
    aim: Annotated[float, Meta(description="what is to be reached", examples=[400])]
    standing: Annotated[
        Standing,
        Meta(
            description="met, missed: it cannot change; on_pace, behind: by the projected end; "
            "nothing_yet: nothing was counted"
        ),
    ]
    expected: Annotated[
        float | None, Meta(description="of a count: what was due by now", examples=[320])
    ]
    projected: Annotated[
        float | None, Meta(description="where the period ends at this pace", examples=[386])
    ]
    an_hour: Annotated[
        float | None, Meta(description="of a count: so many an hour so far", examples=[9.7])
    ]
    needed: Annotated[
        float | None,
        Meta(
            description="what the rest must bring: of a count so many an hour, else that mean; "
            "beyond what is possible where it is lost",
            examples=[11.5],
        ),
    ]
    elapsed: Annotated[
        float, Meta(description="the share of its hours that has passed", examples=[0.8])
    ]
    hours_left: Annotated[float, Meta(description="hours of it that are left", examples=[7.5])]
    basis: Annotated[
        Yardstick,
        Meta(description="whose hours: the schedule's, or those of the business calendar"),
    ]


class AgentTargetsAnswer(msgspec.Struct):
    """A page of targets of agents."""

    rows: list[AgentTargetRow]
    next: Next


class IndicatorRow(Figure, frozen=True, kw_only=True, gc=False):
    """A KPI of whoever answers for others: theirs, of the days they were bound."""

    interval: Annotated[str, Meta(examples=["1M"])]
    role: Annotated[str, Meta(description="trainer, qa or leader", examples=["leader"])]
    person: Annotated[str, Meta(examples=["Li Na"])]
    teams: Annotated[
        str | None,
        Meta(description="comma-separated; null: agents by name only", examples=["east"]),
    ]
    agents: Annotated[int, Meta(description="how many did anything on those days", examples=[12])]
    days: Annotated[int, Meta(description="days of the interval that were bound", examples=[23])]


class IndicatorsAnswer(msgspec.Struct):
    """A page of interlocked KPIs."""

    rows: list[IndicatorRow]
    next: Next


class GrowthRow(Figure, frozen=True, kw_only=True, gc=False):
    """A KPI of an agent over an interval, beside its team and its target."""

    interval: Annotated[str, Meta(examples=["1w"])]
    agent: Annotated[str, Meta(examples=["a-7"])]
    team: Annotated[str | None, Meta(description="where the agent was then", examples=["east"])]
    change: Annotated[
        float | None, Meta(description="value − that of the interval before", examples=[0.04])
    ]
    team_value: Annotated[
        float | None, Meta(description="of the whole team, the agent included", examples=[0.79])
    ]
    team_numerator: Number
    team_denominator: Number
    teammates: Annotated[
        int, Meta(description="agents of the team who did anything", examples=[11])
    ]
    target: Annotated[
        str | None, Meta(description="the target of the same length", examples=["calls@1"])
    ]
    aim: Annotated[float | None, Meta(examples=[0.85])]
    kept: Annotated[bool | None, Meta(description="whether the value reaches it")]


class GrowthEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A training of the agent, an evaluation, a complaint about it."""

    at: Instant
    kind: Happening
    queue: Annotated[str | None, Meta(examples=["orders"])]
    channel: Annotated[str | None, Meta(examples=["voice"])]
    training: Annotated[str | None, Meta(examples=["refunds@1"])]
    score: Annotated[float | None, Meta(description="points of an evaluation", examples=[92])]
    fatal: bool | None
    passed: Annotated[bool | None, Meta(description="as the evaluator said; null: not said")]
    form: Annotated[str | None, Meta(examples=["voice-2026"])]
    category: Annotated[str | None, Meta(description="of a complaint", examples=["attitude"])]
    liable: bool | None
    closed: Instant | None


class GrowthAnswer(msgspec.Struct):
    """The growth record of an agent."""

    rows: list[GrowthRow]
    events: list[GrowthEvent]
    next: Next


class ChangeBody(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the figure of several agents changed, in the same queues and channels."""

    agents: Annotated[int, Meta(description="who had contacts on both sides", examples=[12])]
    before: Annotated[float | None, Meta(description="of these contacts", examples=[0.71])]
    after: Annotated[float | None, Meta(examples=[0.79])]
    change: Annotated[
        float | None,
        Meta(
            description="mean of the agents' changes within each queue and channel; not after − "
            "before where the mix moved",
            examples=[0.08],
        ),
    ]
    low: Annotated[
        float | None,
        Meta(description="95 % interval over agents; null of fewer than three", examples=[0.02]),
    ]
    high: Annotated[float | None, Meta(examples=[0.14])]


class EffectRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a training changed in a KPI."""

    kpi: Annotated[str, Meta(examples=["qa_mean"])]
    trained: ChangeBody
    untrained: Annotated[
        ChangeBody, Meta(description="agents of the same teams who were not trained")
    ]
    effect: Annotated[
        float | None,
        Meta(description="change of the trained − that of the untrained", examples=[0.06]),
    ]
    low: Annotated[float | None, Meta(description="its 95 % interval", examples=[0.01])]
    high: Annotated[float | None, Meta(examples=[0.11])]
    regression: Annotated[
        float | None,
        Meta(
            description="the change that was to be expected without any training, by regression "
            "to the mean",
            examples=[0.02],
        ),
    ]
    mix_shift: Annotated[
        float,
        Meta(description="share of contacts that moved to other queues and channels", examples=[0]),
    ]
    cautions: Annotated[list[Caution], Meta(description="why it may be no effect")]


class TrainingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A training and its effect."""

    training: Annotated[str, Meta(description="id and version", examples=["refunds@1"])]
    names: Annotated[dict[str, str], Meta(examples=[{"en": "Refunds"}])]
    trainer: Annotated[str | None, Meta(examples=["Li Na"])]
    team: Annotated[str | None, Meta(examples=["east"])]
    agents: Annotated[list[str], Meta(description="named ones", examples=[["a-7"]])]
    begin: Annotated[Instant, Meta(description="first instant of the training's first day")]
    end: Annotated[Instant, Meta(description="that of the day after its last")]
    before: Annotated[Instant, Meta(description="from then to `begin` is before")]
    after: Annotated[Instant, Meta(description="from `end` to then is after")]
    as_of: Instant
    rows: list[EffectRow]


class TrainingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A training that is defined."""

    training: Annotated[str, Meta(examples=["refunds@1"])]
    id: Annotated[str, Meta(examples=["refunds"])]
    names: Annotated[dict[str, str], Meta(examples=[{"en": "Refunds"}])]
    day: Annotated[str, Meta(examples=["2026-11-02"])]
    last: Annotated[str, Meta(description="its last day, included", examples=["2026-11-03"])]
    trainer: Annotated[str | None, Meta(examples=["Li Na"])]
    team: Annotated[str | None, Meta(examples=["east"])]
    agents: Annotated[list[str], Meta(description="named ones", examples=[["a-7"]])]
    metrics: Annotated[list[str], Meta(examples=[["qa_mean"]])]


class TrainingsAnswer(msgspec.Struct):
    """All trainings."""

    rows: list[TrainingRow]
    next: Next


class VendorRow(Figure, frozen=True, kw_only=True, gc=False):
    """A KPI of who answers for a client's queues."""

    client: Annotated[str, Meta(examples=["orchard"])]
    by: Annotated[str, Meta(description="vendor, site or team", examples=["site"])]
    name: Annotated[
        str, Meta(description="which; empty: queues of nobody named", examples=["hangzhou"])
    ]
    queues: Annotated[str, Meta(description="its queues, comma-separated", examples=["orders"])]
    offered: Annotated[float, Meta(description="contacts offered to it", examples=[4200])]
    share: Annotated[float | None, Meta(description="of the client's contacts", examples=[0.6])]
    mix: Annotated[
        dict[str, float],
        Meta(description="its contacts by channel", examples=[{"voice": 0.8, "chat": 0.2}]),
    ]
    like_for_like: Annotated[
        float | None,
        Meta(
            description="the figure had it taken the client's own mix of channels; null of counts "
            "and where it took none of a channel",
            examples=[0.81],
        ),
    ]
    one_definition: Annotated[
        bool, Meta(description="whether all of them were judged by the same definition")
    ]


class VendorsAnswer(msgspec.Struct):
    """A page of vendors."""

    rows: list[VendorRow]
    next: Next


def _parts(value: Value) -> dict[str, float | None]:
    names = ("value", "numerator", "denominator", "low", "high")
    return dict(zip(names, value.cells, strict=True))


def agent_target_row(one: AgentTargetStatus, tenant: str, zone: ZoneInfo) -> AgentTargetRow:
    """A target as it is written."""
    return AgentTargetRow(
        time=text(one.span.begin, zone),
        end=text(one.span.end, zone),
        tenant=tenant,
        kpi=one.kpi.id,
        **_parts(one.value),
        definition=one.definition,
        as_of=text(one.as_of, zone),
        target=one.target,
        window=one.body.window.value,
        of=one.body.of.value,
        agent=one.subject.agent,
        team=one.subject.team,
        comparison=one.body.comparison.value,
        aim=one.body.value,
        standing=one.standing,
        expected=one.pace.expected,
        projected=one.pace.projected,
        an_hour=one.pace.an_hour,
        needed=one.pace.needed,
        elapsed=one.progress.elapsed,
        hours_left=one.progress.left,
        basis=one.progress.basis,
    )


def indicator_row(one: IndicatorFigure, tenant: str, interval: str, zone: ZoneInfo) -> IndicatorRow:
    """An interlocked KPI as it is written."""
    return IndicatorRow(
        time=text(one.span.begin, zone),
        end=text(one.span.end, zone),
        tenant=tenant,
        kpi=one.kpi.id,
        **_parts(one.value),
        definition=one.definition,
        as_of=text(one.as_of, zone),
        interval=interval,
        role=one.who.role.value,
        person=one.who.person,
        teams=",".join(one.teams) or None,
        agents=one.agents,
        days=one.days,
    )


def growth_row(one: GrowthFigure, who: tuple[str, str], interval: str, zone: ZoneInfo) -> GrowthRow:
    """A row of a record as it is written; `who` is the tenant and the agent."""
    value = one.value.value
    told = one.of_team
    return GrowthRow(
        time=text(one.span.begin, zone),
        end=text(one.span.end, zone),
        tenant=who[0],
        kpi=one.kpi.id,
        **_parts(one.value),
        definition=one.definition,
        as_of=text(one.as_of, zone),
        interval=interval,
        agent=who[1],
        team=one.team,
        change=one.change,
        team_value=told and told.value,
        team_numerator=told and told.numerator,
        team_denominator=told and told.denominator,
        teammates=one.teammates,
        target=None if one.target is None else one.target.name,
        aim=None if one.target is None else one.target.aim.value,
        kept=None if one.target is None or value is None else one.target.aim.kept(value),
    )


def growth_event(one: Event, zone: ZoneInfo) -> GrowthEvent:
    """An event as it is written."""
    return GrowthEvent(
        at=text(one.at, zone),
        kind=one.kind,
        queue=one.queue,
        channel=one.channel,
        training=one.training,
        score=one.score,
        fatal=one.fatal,
        passed=one.passed,
        form=one.form,
        category=one.category,
        liable=one.liable,
        closed=text_or_none(one.closed_at, zone),
    )


def training_answer(one: TrainingEffect, zone: ZoneInfo) -> TrainingAnswer:
    """A training and its effect as they are written."""
    return TrainingAnswer(
        training=one.name,
        names=dict(one.body.names),
        trainer=one.body.trainer,
        team=one.body.team,
        agents=list(one.body.agents),
        begin=text(one.windows.during.begin, zone),
        end=text(one.windows.during.end, zone),
        before=text(one.windows.before.begin, zone),
        after=text(one.windows.after.end, zone),
        as_of=text(one.as_of, zone),
        rows=[_effect_row(found) for found in one.found],
    )


def _effect_row(found: Found) -> EffectRow:
    interval = found.effect.interval if found.effect is not None else None
    return EffectRow(
        kpi=found.kpi.id,
        trained=_change(found.trained),
        untrained=_change(found.untrained),
        effect=found.effect.value if found.effect is not None else None,
        low=None if interval is None else interval[0],
        high=None if interval is None else interval[1],
        regression=found.regression,
        mix_shift=found.mix_shift,
        cautions=list(found.cautions),
    )


def _change(one: Change) -> ChangeBody:
    return ChangeBody(
        agents=one.agents,
        before=one.before,
        after=one.after,
        change=one.change,
        low=None if one.interval is None else one.interval[0],
        high=None if one.interval is None else one.interval[1],
    )


def vendor_row(one: VendorFigure, client: str, by: str) -> VendorRow:
    """A vendor's figure as it is written."""
    row = one.row
    return VendorRow(
        time=row.time,
        end=row.end,
        tenant=row.tenant,
        kpi=row.kpi,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        low=row.low,
        high=row.high,
        definition=row.definition,
        as_of=row.as_of,
        client=client,
        by=by,
        name=one.name,
        queues=",".join(one.queues),
        offered=one.offered,
        share=one.share,
        mix=dict(one.mix),
        like_for_like=one.like_for_like,
        one_definition=one.one_definition,
    )
