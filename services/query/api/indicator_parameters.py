"""The parameters of management by indicators."""

from typing import Annotated

from pydantic import Field

from floorpulse.access.parameters import (
    FROM,
    TO,
    Cursor,
    Limit,
    List,
    Parameters,
    names_of,
    refuse_strangers,
)
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.indicator_terms import LONGEST_WINDOW, Period, Role
from floorpulse.definitions.domain.indicators_in_force import trainings
from floorpulse.figures.indicators.agent_targets import AgentTargetQuery
from floorpulse.figures.indicators.bindings import IndicatorQuery
from floorpulse.figures.indicators.growth import GrowthQuery
from floorpulse.figures.indicators.trainings import TrainingQuery
from floorpulse.figures.indicators.vendors import ByVendor, VendorQuery
from floorpulse.figures.intervals import Interval
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import By
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import CATALOGUE, OVER_SPANS
from floorpulse.query.api.agent_parameters import Agents, kpis_of_agents
from floorpulse.query.api.asked import selection, span_of, span_of_panes, zone_of
from floorpulse.query.api.parameters import BEGIN, END, Channels, Queues, Restated
from floorpulse.runtime.problems import Problem

LONGEST_DAYS = 400
DAYS_OF = "days of the tenant's zone"
Zone = Annotated[
    str | None,
    Field(
        description="IANA zone of the answer's times; periods are those of the tenant's zone",
        examples=["Asia/Shanghai"],
    ),
]
From = Annotated[str, Field(alias="from", description=FROM, examples=[BEGIN])]
To = Annotated[str, Field(alias="to", description=TO, examples=[END])]


def bounded(span: Span) -> Span:
    """The span; problem 422 where it is longer than an answer can be counted over."""
    if span.end - span.begin > LONGEST_DAYS * 24 * HOUR:
        raise Problem(
            422, "Time range too long", f"from= and to= span more than {LONGEST_DAYS} days"
        )
    return span


class AgentTargetParameters(Parameters):
    """Parameters of agents' targets."""

    target: Annotated[
        List,
        Field(
            description="ids of targets, comma-separated; all where nothing is said",
            examples=["sales-week"],
        ),
    ] = None
    agent: Agents = None
    team: Annotated[
        List, Field(description="only agents in these teams then", examples=["orders-east"])
    ] = None
    window: Annotated[
        List, Field(description="only targets over a day, week or month", examples=["week,month"])
    ] = None
    since: Annotated[
        str | None,
        Field(
            alias="from",
            description=f"periods from then on; those running now where nothing is said: {FROM}",
            examples=[BEGIN],
        ),
    ] = None
    until: Annotated[
        str | None,
        Field(
            alias="to", description=f"periods that begin before; with `from`: {TO}", examples=[END]
        ),
    ] = None
    tz: Zone = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> AgentTargetQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        targets = names_of(self.target)
        windows = names_of(self.window)
        refuse_strangers("target", targets, view.known.ids.get(Kind.AGENT_TARGET, ()))
        refuse_strangers("window", windows, [one.value for one in Period])
        if (self.since is None) != (self.until is None):
            raise Problem(
                422,
                "Incomplete time range",
                "give both from= and to=, or neither for the periods that are running now",
            )
        span = (
            None
            if self.since is None or self.until is None
            else bounded(span_of(self.since, self.until, view.zone))
        )
        return AgentTargetQuery(
            view.tenant,
            targets,
            names_of(self.agent),
            names_of(self.team),
            tuple(Period(one) for one in windows),
            span,
            zone_of(self.tz, view),
        )


class _AgentFigureParameters(Restated):
    """Figures of agents over intervals of the tenant's calendar."""

    kpi: Annotated[
        List,
        Field(
            description="KPIs that agents have, comma-separated; all where nothing is said",
            examples=["aht,csat"],
        ),
    ] = None
    queue: Queues = None
    channel: Channels = None
    since: From
    until: To
    tz: Zone = None
    limit: Limit = None
    cursor: Cursor = None

    def question_of(self, view: TenantView) -> Question:
        """The KPIs and their definitions."""
        chosen = selection(view, self.queue, self.channel, By.TOTAL)
        return Question(kpis_of_agents(self.kpi), self.basis(view, chosen))


class IndicatorParameters(_AgentFigureParameters):
    """Parameters of interlocked KPIs."""

    role: Annotated[
        List,
        Field(
            description="trainer, qa, leader; all where nothing is said", examples=["trainer,qa"]
        ),
    ] = None
    person: Annotated[
        List, Field(description="who, as the bindings name them", examples=["Li Na"])
    ] = None
    interval: Annotated[
        Interval,
        Field(description=f"length of a row, of {DAYS_OF}; `all`: one row over everything"),
    ] = Interval.MONTH

    def query(self, view: TenantView) -> IndicatorQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        roles = names_of(self.role)
        refuse_strangers("role", roles, [one.value for one in Role])
        _refuse_short(self.interval, (Interval.D1, Interval.W1, Interval.MONTH, Interval.ALL))
        return IndicatorQuery(
            selection(view, self.queue, self.channel, By.TOTAL),
            bounded(span_of(self.since, self.until, view.zone)),
            self.interval,
            zone_of(self.tz, view),
            self.question_of(view),
            roles,
            names_of(self.person),
        )


class GrowthParameters(_AgentFigureParameters):
    """Parameters of a growth record."""

    interval: Annotated[
        Interval, Field(description=f"length of a row: 1d, 1w or 1M, of {DAYS_OF}")
    ] = Interval.W1

    def query(self, view: TenantView, agent: str) -> GrowthQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        _refuse_short(self.interval, (Interval.D1, Interval.W1, Interval.MONTH))
        return GrowthQuery(
            selection(view, self.queue, self.channel, By.TOTAL),
            agent,
            bounded(span_of(self.since, self.until, view.zone)),
            self.interval,
            zone_of(self.tz, view),
            self.question_of(view),
        )


def _refuse_short(interval: Interval, known: tuple[Interval, ...]) -> None:
    refuse_strangers("interval", [interval.value], [one.value for one in known])


class TrainingsParameters(Parameters):
    """Parameters of the list of trainings."""


class TrainingParameters(Parameters):
    """Parameters of a training's effect."""

    before: Annotated[
        int | None,
        Field(
            ge=1,
            le=LONGEST_WINDOW,
            description="days before; as registered where nothing is said",
            examples=[28],
        ),
    ] = None
    after: Annotated[
        int | None,
        Field(ge=1, le=LONGEST_WINDOW, description="days after, likewise", examples=[28]),
    ] = None
    tz: Zone = None

    def query(self, view: TenantView, training: str) -> TrainingQuery:
        """The question; problem 404 where there is no such training."""
        self.refuse_unknown()
        if training not in trainings(view.known):
            raise Problem(404, "Unknown training", f"{training}: no such id under `trainings:`")
        return TrainingQuery(view.tenant, training, self.before, self.after, zone_of(self.tz, view))


class VendorParameters(Restated):
    """Parameters of the comparison of vendors."""

    client: Annotated[str, Field(description="whose queues", examples=["acme"])]
    by: Annotated[ByVendor, Field(description="what is put side by side")] = ByVendor.SITE
    kpi: Annotated[
        List,
        Field(
            description="KPIs counted over a span, comma-separated; all where nothing is said",
            examples=["csat,aht"],
        ),
    ] = None
    since: From
    until: To
    tz: Zone = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> VendorQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        refuse_strangers("client", [self.client], view.known.ids.get(Kind.CLIENT, ()))
        zone = zone_of(self.tz, view)
        known = {name: kpi for name, kpi in OVER_SPANS.items() if not kpi.needs}
        names = names_of(self.kpi) or tuple(name for name in known if name in CATALOGUE)
        refuse_strangers("KPI of vendors", names, known)
        chosen = selection(view, None, None, By.TOTAL)
        return VendorQuery(
            view.tenant,
            self.client,
            self.by,
            bounded(span_of_panes(self.since, self.until, zone, view.board.rules.pane)),
            zone,
            tuple(known[name] for name in names),
            self.basis(view, chosen),
        )
