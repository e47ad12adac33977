"""Agents: who is in which state now, and what each did in any past span."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from floorpulse.board.domain.positions import lowest_watermark
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import Entered
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.agents.benchmark import Record, ranking
from floorpulse.figures.agents.comparison import (
    BenchmarkRow,
    Contest,
    Field,
    PeerPlace,
    compared,
    record_of,
    span_kpis,
)
from floorpulse.figures.agents.peers import peer_groups
from floorpulse.figures.agents.performance import Performance
from floorpulse.figures.agents.reading import AgentReading, Wanted
from floorpulse.figures.agents.rows import AgentRow, ByAgent, Who, agent_rows, grouped, seen
from floorpulse.figures.agents.spread import Samples
from floorpulse.figures.intervals import Interval, intervals
from floorpulse.figures.pages import PageOfRows
from floorpulse.figures.policies_in_force import PoliciesOverTime
from floorpulse.figures.ports import AgentHistory, Positions
from floorpulse.figures.rows import Question, frame_of
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpis.inputs import Need

AGENTS = 500
"""Agents looked at in one turn of the loop"""
ROWS = 50
"""Rows computed in one turn"""
JUDGED = 20
"""Agents judged in one turn"""
FEWEST = 32
MOST = 256
"""Intervals that are read together: few at first, for the rest of a page may not be wanted"""


@dataclass(frozen=True)
class AgentQuery:
    """What is asked of agents' figures; `agents` names some, none means all, and `reasons` those
    of breaks.
    """

    selection: Selection
    agents: tuple[str, ...]
    span: Span
    interval: Interval
    zone: ZoneInfo
    by: ByAgent
    question: Question
    reasons: tuple[str, ...] = ()

    @property
    def asks_visits(self) -> bool:
        """Whether it needs the visits that agents took."""
        return any(Need.AGENT_TIME not in kpi.needs for kpi in self.question.kpis)

    @property
    def asks_states(self) -> bool:
        """Whether it needs the states that agents entered: for time, or for where they belong."""
        return Need.AGENT_TIME in self.question.needs or self.by in (ByAgent.TEAM, ByAgent.SITE)


@dataclass(frozen=True, order=True)
class AgentPlace:
    """Where a row stands in an answer: the interval's begin, whose it is, the KPI's number in the
    question.
    """

    begin: int
    who: Who
    kpi: int


@dataclass(frozen=True)
class AgentsQuery:
    """Which agents are asked for; empty means any."""

    tenant: str
    agents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()

    def wants(self, agent: str, entered: Entered, in_force: InForce) -> bool:
        """Whether this agent in this state is; one is of every client whose queues it serves."""
        told = (
            (self.agents, agent),
            (self.states, entered.state),
            (self.teams, entered.team),
            (self.sites, entered.site),
        )
        served = [
            queue
            for queue in entered.queues
            if not self.clients or in_force.group(Grouping.CLIENT, queue) in self.clients
        ]
        serves = (
            not set(self.queues).isdisjoint(served)
            if self.queues
            else bool(served) or not self.clients
        )
        return serves and all(not asked or own in asked for asked, own in told)


class AgentFigures:
    """Answers from the board for now, from stored visits and states for the past."""

    def __init__(
        self, floors: Floors, turns: Turns, agents: AgentHistory, positions: Positions
    ) -> None:
        self._floors = floors
        self._turns = turns
        self._reading = AgentReading(floors, turns, agents)
        self._positions = positions

    async def now(
        self, query: AgentsQuery, after: str | None, limit: int
    ) -> tuple[int, list[tuple[str, Entered]], str | None]:
        """The instant the answer speaks of; up to `limit` agents behind one of them, sorted, with
        their states, nobody who is forgotten; and the last one's name if more follow. Who is
        named is told also where the tenant has too many to list.
        """
        agents = self._floors.board.agents
        view = self._floors.view(query.tenant)
        as_of = view.as_of
        in_force = view.known.at(as_of)
        named = [one for one in sorted(query.agents) if after is None or one > after]
        names = named if query.agents else agents.listed(query.tenant, after)
        found: list[tuple[str, Entered]] = []
        async for portion in self._turns.over(names, AGENTS):
            known = ((agent, agents.state(query.tenant, agent, as_of)) for agent in portion)
            found += [
                (agent, entered)
                for agent, entered in known
                if entered is not None and query.wants(agent, entered, in_force)
            ]
            if len(found) > limit:
                return as_of, found[:limit], found[limit - 1][0]
        return as_of, found, None

    async def page(
        self, query: AgentQuery, after: AgentPlace | None, limit: int
    ) -> tuple[list[AgentRow], AgentPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time, agent and question; and the last
        one's place if more follow.
        """
        told = PageOfRows[AgentPlace, AgentRow](after, limit)
        watermark = lowest_watermark(await self._positions.positions())
        for spans in _portions(query, after):
            performance = await self._performance(query, spans)
            async for portion in self._turns.over(
                self._rows(query, spans, performance, watermark, after), ROWS
            ):
                if told.full(portion):
                    return told.rows, told.following
        return told.rows, None

    async def compared(
        self, query: AgentQuery, contest: Contest, after: PeerPlace | None, limit: int
    ) -> tuple[list[BenchmarkRow], PeerPlace | None]:
        """Up to `limit` rows behind `after` of a query by agent over one interval, each agent
        beside the benchmark of its peers; in the order of peers and agents.
        """
        span = query.span
        view = self._floors.view(query.selection.tenant)
        terms = query.question.basis.terms(view.known, span.begin)
        samples = Samples(terms, span_kpis(query.question))
        performance = await self._reading.performance(
            query.selection, [span], (), heard=samples.take
        )
        watermark = lowest_watermark(await self._positions.positions())
        frame = frame_of(span, view.tenant, query.zone, view.as_of, watermark)
        told = PageOfRows[PeerPlace, BenchmarkRow](after, limit)
        for peers, works in peer_groups(performance, terms.in_force, contest.among).items():
            if after is not None and peers < after.peers:
                continue
            field = Field(query.selection, terms, peers, works, samples)
            records: dict[str, Record] = {}
            async for judged in self._turns.over(field.works, JUDGED):
                records |= {agent: record_of(field, contest, agent) for agent in judged}
            rows = compared(frame, query.question, field, ranking(records, contest.minimum))
            async for portion in self._turns.over(rows, ROWS):
                if told.full(portion):
                    return told.rows, told.following
        return told.rows, None

    async def _performance(self, query: AgentQuery, spans: list[Span]) -> Performance:
        """What the agents did in spans (contiguous, ascending), as far as the query needs it."""
        wanted = Wanted(visits=query.asks_visits, states=query.asks_states)
        return await self._reading.performance(query.selection, spans, query.agents, wanted)

    def _rows(
        self,
        query: AgentQuery,
        spans: list[Span],
        performance: Performance,
        watermark: int | None,
        after: AgentPlace | None,
    ) -> Iterator[tuple[AgentPlace, AgentRow]]:
        """The rows from about `after` on."""
        view = self._floors.view(query.selection.tenant)
        terms = PoliciesOverTime(query.question.basis, view.known)
        for number, span in enumerate(spans):
            frame = frame_of(span, view.tenant, query.zone, view.as_of, watermark)
            for who, work in grouped(performance, number, query.by).items():
                if after is not None and (span.begin, who) < (after.begin, after.who):
                    continue
                shown = seen(query.selection, who, work, terms.at(span.begin), query.reasons)
                for kpi, row in enumerate(
                    agent_rows(frame, query.interval, query.question, who, shown)
                ):
                    yield AgentPlace(span.begin, who, kpi), row


def _portions(query: AgentQuery, after: AgentPlace | None) -> Iterator[list[Span]]:
    """The intervals from `after` on, more together each time: rows come only where somebody
    worked.
    """
    begin = query.span.begin if after is None else after.begin
    rest = intervals(Span(begin, query.span.end), query.interval, query.zone)
    size = FEWEST
    while portion := list(islice(rest, size)):
        yield portion
        size = min(2 * size, MOST)
