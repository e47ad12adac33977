"""Bodies of management by indicators: the rows, as they are written."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.indicators.agent_targets import AgentTargetStatus
from floorpulse.figures.indicators.bindings import IndicatorFigure
from floorpulse.figures.indicators.pace import Standing, Yardstick
from floorpulse.figures.indicators.vendors import VendorFigure
from floorpulse.figures.timestamps import Instant, text
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
