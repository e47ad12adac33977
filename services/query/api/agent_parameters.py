"""The parameters of agents' routes."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from floorpulse.access.parameters import (
    FROM,
    TO,
    AnswerZone,
    Cursor,
    Limit,
    List,
    PageParameters,
    names_of,
    refuse_strangers,
)
from floorpulse.contracts.agents import UNKNOWN
from floorpulse.contracts.events import AgentState
from floorpulse.figures.agents.benchmark import Minimum
from floorpulse.figures.agents.comparison import Contest
from floorpulse.figures.agents.figures import AgentQuery, AgentsQuery
from floorpulse.figures.agents.peers import ALL_ALIKE
from floorpulse.figures.agents.rows import ByAgent
from floorpulse.figures.intervals import Interval
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.catalogue import BY_AGENT, CATALOGUE, QUALITIES, SpanKpi
from floorpulse.query.api.asked import refuse_unknown_queues, selection, span_of, zone_of
from floorpulse.query.api.parameters import BEGIN, END, Channels, Queues, Restated
from floorpulse.query.api.queue_groups import Clients, groups
from floorpulse.query.api.taken import TakenFigures

EVERYBODY = "all"
STATES: tuple[str, ...] = (*get_args(AgentState), UNKNOWN)
if TYPE_CHECKING:
    Quality = str
else:
    Quality = Literal[tuple(QUALITIES)]
Agents = Annotated[
    List,
    Field(description="agents, comma-separated; all where nothing is said", examples=["a-7,a-9"]),
]


class AgentsParameters(PageParameters):
    """Parameters of the list of agents."""

    agent: Agents = None
    queue: Annotated[
        List, Field(description="those who serve any of these queues", examples=["sales,help"])
    ] = None
    state: Annotated[
        List, Field(description="those in any of these states", examples=["available,busy"])
    ] = None
    team: Annotated[
        List, Field(description="those of any of these teams", examples=["orders-east"])
    ] = None
    site: Annotated[
        List, Field(description="those at any of these sites", examples=["hangzhou"])
    ] = None
    client: Annotated[
        List,
        Field(description="those who serve a queue of any of these clients", examples=["acme"]),
    ] = None

    def query(self, view: TenantView) -> AgentsQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        refuse_strangers("state", names_of(self.state), STATES)
        refuse_unknown_queues(view, names_of(self.queue))
        groups(view, client=self.client)
        told = (self.agent, self.queue, self.state, self.team, self.site, self.client)
        return AgentsQuery(view.tenant, *map(names_of, told))


class AgentKpiParameters(TakenFigures, Restated):
    """Parameters of agents' figures."""

    kpi: Annotated[
        List,
        Field(
            description="KPI ids, or `KPI:VARIANT`, comma-separated; all that agents have where "
            "nothing is said",
            examples=["aht,csat"],
        ),
    ] = None
    agent: Agents = None
    queue: Queues = None
    channel: Channels = None
    client: Clients = None
    reason: Annotated[
        List,
        Field(
            description="reasons of breaks that `break_time` counts, comma-separated, as sources "
            "told them; all where nothing is said",
            examples=["lunch,training"],
        ),
    ] = None
    by: Annotated[
        ByAgent,
        Field(
            description="what each row stands for; an agent's team and site are those of that time"
        ),
    ] = ByAgent.AGENT
    since: Annotated[str, Field(alias="from", description=FROM, examples=[BEGIN])]
    until: Annotated[str, Field(alias="to", description=TO, examples=[END])]
    interval: Annotated[
        Interval,
        Field(
            description="length of a row on the calendar of `tz`; `all`: one row over everything"
        ),
    ] = Interval.D1
    tz: Annotated[
        str | None,
        Field(
            description="IANA zone of the calendar and of the answer's times; the tenant's where "
            "nothing is said",
            examples=["UTC"],
        ),
    ] = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> AgentQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        chosen = _chosen(view, self)
        zone = zone_of(self.tz, view)
        span = span_of(self.since, self.until, zone)
        question = Question(kpis_of_agents(self.kpi), self.basis(view, chosen))
        return AgentQuery(
            chosen,
            names_of(self.agent),
            span,
            self.interval,
            zone,
            self.by,
            question,
            names_of(self.reason),
        )


class BenchmarkParameters(TakenFigures, Restated):
    """Parameters of the comparison with the benchmark."""

    kpi: Annotated[
        List,
        Field(
            description="KPIs to compare, comma-separated; all that agents have where nothing is "
            "said",
            examples=["aht,csat"],
        ),
    ] = None
    queue: Queues = None
    channel: Channels = None
    client: Clients = None
    since: Annotated[str, Field(alias="from", description=FROM, examples=[BEGIN])]
    until: Annotated[str, Field(alias="to", description=TO, examples=[END])]
    among: Annotated[
        List,
        Field(
            description="what peers have in common, comma-separated: client, team, channel; all "
            "three where nothing is said, `all`: everybody is compared with everybody",
            examples=["client,channel"],
        ),
    ] = None
    quality: Annotated[
        Quality,
        Field(description="the KPI that quality is judged by"),
    ] = "csat"
    handled: Annotated[
        int, Field(ge=1, description="fewest contacts handled by an agent who is judged")
    ] = Minimum.handled
    answers: Annotated[
        int,
        Field(
            ge=1,
            description="fewest answers or evaluations behind the quality of an agent who is "
            "judged",
        ),
    ] = Minimum.answers
    tz: AnswerZone = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> AgentQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        chosen = _chosen(view, self)
        zone = zone_of(self.tz, view)
        span = span_of(self.since, self.until, zone)
        question = Question(kpis_of_agents(self.kpi), self.basis(view, chosen))
        return AgentQuery(chosen, (), span, Interval.ALL, zone, ByAgent.AGENT, question)

    def contest(self) -> Contest:
        """How agents are judged."""
        names = names_of(self.among)
        refuse_strangers("among", names, (*ALL_ALIKE, EVERYBODY))
        wanted = () if EVERYBODY in names else names or ALL_ALIKE
        among = tuple(one for one in ALL_ALIKE if one in wanted)
        return Contest(QUALITIES[self.quality], Minimum(self.handled, self.answers), among)


def _chosen(view: TenantView, asked: AgentKpiParameters | BenchmarkParameters) -> Selection:
    """The contacts that count."""
    plain = selection(view, asked.queue, asked.channel, By.TOTAL)
    return replace(plain, groups=groups(view, client=asked.client))


def kpis_of_agents(text: str | None) -> tuple[SpanKpi, ...]:
    """The KPIs and variants named, in that order; all KPIs that agents have where none is."""
    names = names_of(text) or tuple(name for name in CATALOGUE if name in BY_AGENT)
    refuse_strangers("KPI of agents", names, BY_AGENT)
    return tuple(BY_AGENT[name] for name in names)
