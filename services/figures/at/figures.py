"""Live figures of a past instant: the floor is put together as it stood, and asked as if it were
now.

visits, panes, agents ──► one snapshot ──► a board of that instant ──► live figures and queues
"""

from collections.abc import Callable
from dataclasses import dataclass

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.windows import Span, Window
from floorpulse.figures.at.floor import FloorThen, board_then, seen_before
from floorpulse.figures.at.ports import MomentHistory, MomentReading
from floorpulse.figures.at.readers import AgentsUntil, VisitsUntil
from floorpulse.figures.at.spans import Moment, spans_of
from floorpulse.figures.at.visits_then import VisitsThen
from floorpulse.figures.forecasts.keeper import NO_HISTORY, ForecastHistory
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.queues import Queues
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.ports import AgentHistory, VisitHistory
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import offered_before
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.units import Group

PATIENCE = 60.0
"""Seconds that an answer waits for what only the tables know: it is looked at, not watched"""


class NotYetError(Exception):
    """An instant that is still to come is asked for; now is `now`, epoch milliseconds."""

    def __init__(self, now: int) -> None:
        super().__init__(f"it is {now}")
        self.now = now


class BeforeFirstError(Exception):
    """An instant before the tenant's first contact is asked for, which came in the minute of
    `first`, epoch milliseconds.
    """

    def __init__(self, first: int) -> None:
        super().__init__(f"the first contact came at {first}")
        self.first = first


@dataclass(frozen=True)
class MomentTables:
    """The tables that the floor at a past instant is read from."""

    moments: MomentHistory
    visits: VisitHistory
    agents: AgentHistory
    forecasts: ForecastHistory = NO_HISTORY


class PastFloors:
    """The floors of all tenants at past instants; `monotonic` tells seconds."""

    def __init__(
        self, floors: Floors, turns: Turns, tables: MomentTables, monotonic: Callable[[], float]
    ) -> None:
        self._floors = floors
        self._turns = turns
        self._tables = tables
        self._monotonic = monotonic

    async def figures(self, query: LiveQuery, at: int) -> LiveFigures:
        """What answers a question about live figures as of an instant, epoch milliseconds.

        Raises NotYetError, BeforeFirstError, BeyondRetentionError and StoreUnavailable.
        """
        tenant = query.selection.tenant
        view = self._floors.view(tenant)
        _refuse_beyond(view.now, view.board.began(tenant), at)
        moment = Moment(at, view.board.rules.pane, view.zone)
        slots = (
            await self._tables.forecasts.in_force(tenant, moment.planned(query.window))
            if Need.PLAN in query.question.needs
            else ()
        )
        spans = spans_of(moment, query.window, slots)
        floors = await self._floors_then(query, moment, spans)
        visits = VisitsUntil(self._tables.visits, lambda: at)
        agents = AgentsUntil(self._tables.agents, lambda: at)
        lookup = Lookup(visits, agents, self._monotonic, PATIENCE)
        return LiveFigures(floors, lookup, self._turns, lambda: {tenant: slots})

    async def queues(self, chosen: Selection, at: int) -> Queues:
        """What tells the chosen queues as of an instant. Raises the same."""
        live = await self.figures(_about_queues(chosen), at)
        return Queues(live.floors, live, self._turns)

    async def _floors_then(self, query: LiveQuery, moment: Moment, spans: list[Span]) -> Floors:
        """The floor as it stood, with no more of it than the question needs."""
        now = self._floors
        tenant = query.selection.tenant
        rules = now.board.rules
        reading = query.selection.finest
        horizons = now.view(tenant).horizons(moment.at)
        visits = VisitsThen(reading, moment.at, rules.pane, horizons)
        then = FloorThen(tenant, visits, [*spans, moment.in_progress])
        whole = Span(spans[0].begin, moment.at + 1) if _about_contacts(query.question) else None
        asked = MomentReading(reading, spans, visits.offered_within, visits.earlier, whole)
        async for portion in self._tables.moments.moment(asked):
            then.take(portion)
            await self._turns.next()
        seen = seen_before(now.board, tenant, moment.current)
        board = board_then(now.board, moment.at, seen)
        for _ in board.taking(then.update(), moment.at, live=False):
            await self._turns.next()
        if Need.AGENTS in query.question.needs:
            await self._attend(board, tenant, moment.at)
        return Floors(board, lambda: moment.at, now.definitions)

    async def _attend(self, board: Board, tenant: str, at: int) -> None:
        """Let a board know the agents as they were: what they had told and what they had taken."""
        for agent in await self._tables.moments.agents_at(tenant, at):
            board.agents.take(agent)
        async for taken in self._tables.agents.contacts(tenant, offered_before(at, at)):
            board.agents.attend(tenant, [one for one in taken if one.contact.since <= at], at)
            await self._turns.next()


def _about_contacts(question: Question) -> bool:
    """Whether a figure counts contacts as a whole."""
    return any(kpi.group is Group.WHOLE_CONTACTS for kpi in question.kpis)


def _about_queues(chosen: Selection) -> LiveQuery:
    """What the listing of queues needs of a floor."""
    question = Question((CATALOGUE["agents"],), AS_IN_FORCE)
    return LiveQuery(chosen.finest, Window.M30, question)


def _refuse_beyond(now: int, first: int | None, at: int) -> None:
    """Refuse what is still to come, and what was before the first contact."""
    if at > now:
        raise NotYetError(now)
    if first is not None and at < first:
        raise BeforeFirstError(first)
