"""Bodies of an agent's growth."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.indicators.growth import Event, GrowthFigure, Happening
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.query.api.indicator_bodies import Figure, Number, _parts
from floorpulse.query.api.schemas import Next


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
