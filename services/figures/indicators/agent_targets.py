"""How targets of agents and teams stand: attainment so far, and where the period will end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.events import Channel
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.indicator_terms import (
    AgentTargetBody,
    Period,
    Together,
    bound_of,
)
from floorpulse.definitions.domain.indicators_in_force import agent_targets
from floorpulse.figures.agents.performance import Performance, Work
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.indicators.pace import Aim, Pace, Progress, Standing, pace, standing
from floorpulse.figures.indicators.periods import by_calendar, by_schedule, periods
from floorpulse.figures.indicators.tally import Tally, tally_of
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesOverTime
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.kpis.catalogue import BY_AGENT, SpanKpi
from floorpulse.kpis.figures import Value


@dataclass(frozen=True)
class AgentTargetQuery:
    """Which targets of whom; `span` None: the periods running now. Empty names mean all."""

    tenant: str
    targets: tuple[str, ...]
    agents: tuple[str, ...]
    teams: tuple[str, ...]
    windows: tuple[Period, ...]
    span: Span | None
    zone: ZoneInfo

    def wants(self, name: str, body: AgentTargetBody) -> bool:
        """Whether a target is asked for."""
        windowed = not self.windows or body.window in self.windows
        return windowed and (not self.targets or name in self.targets)

    def shows(self, subject: "Subject") -> bool:
        """Whether whoever it is about is."""
        return all(
            not asked or own in asked
            for asked, own in ((self.agents, subject.agent), (self.teams, subject.team))
        )


class Subject(NamedTuple):
    """Whom a row is about: an agent with its team then, or all of a target together."""

    agent: str | None
    team: str | None


class _Reading(NamedTuple):
    """Targets that are read together: of the same window, queues and channels."""

    window: Period
    queues: tuple[str, ...]
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class AgentTargetStatus:
    """How a target of an agent or a team stands; instants are epoch milliseconds."""

    span: Span
    target: str
    body: AgentTargetBody
    kpi: SpanKpi
    subject: Subject
    value: Value
    definition: str
    standing: Standing
    pace: Pace
    progress: Progress
    as_of: int


class AgentTargets:
    """Answers from the visits and states of agents."""

    def __init__(self, floors: Floors, reading: AgentReading) -> None:
        self._floors = floors
        self._reading = reading

    async def rows(self, query: AgentTargetQuery) -> list[AgentTargetStatus]:
        """The rows, in the order of time, target and whom it is about."""
        view = self._floors.view(query.tenant)
        span = query.span or Span(view.as_of, view.as_of + 1)
        found: list[AgentTargetStatus] = []
        for reading in _readings(view.known, query):
            spans = [
                one for one in periods(span, reading.window, view.zone) if one.begin <= view.as_of
            ]
            if spans:
                found += await self._read(view, query, reading, spans)
        return sorted(found, key=_order)

    async def _read(
        self, view: TenantView, query: AgentTargetQuery, reading: _Reading, spans: list[Span]
    ) -> list[AgentTargetStatus]:
        selection = Selection(view.tenant, reading.queues, tuple(reading.channels), By.TOTAL)
        performance = await self._reading.performance(selection, spans)
        terms = PoliciesOverTime(AS_IN_FORCE, view.known)
        found: list[AgentTargetStatus] = []
        for number, span in enumerate(spans):
            for name, body in agent_targets(view.known.at(span.begin)).values():
                if _reading_of(body) == reading and query.wants(body.id, body):
                    for subject, works in _subjects(body, performance, number):
                        if query.shows(subject):
                            tally = tally_of(works, terms.at(span.begin))
                            found.append(_row(view, (name, body), span, subject, tally, len(works)))
        return found


def _readings(known: TenantDefinitions, query: AgentTargetQuery) -> list[_Reading]:
    bodies = (
        body
        for state in known.states
        for _, body in agent_targets(state).values()
        if query.wants(body.id, body)
    )
    return sorted({_reading_of(body) for body in bodies})


def _reading_of(body: AgentTargetBody) -> _Reading:
    return _Reading(body.window, tuple(sorted(body.queues)), tuple(sorted(body.channels)))


def _subjects(
    body: AgentTargetBody, performance: Performance, number: int
) -> Iterator[tuple[Subject, list[Work]]]:
    """Whom a target is about in a span; agents named by it also where they did nothing."""
    bound = bound_of(body)
    held = {name: (None, Work()) for name in body.agents}
    told: dict[str, tuple[str | None, Work]] = {
        **held,
        **{
            agent: (membership.team or None, work)
            for agent, membership, work in performance.of(number)
            if bound.holds(agent, membership.team)
        },
    }
    if body.of is Together.TEAM:
        yield Subject(None, body.team), [work for _, work in told.values()]
        return
    for agent, (team, work) in sorted(told.items(), key=lambda one: one[0]):
        yield Subject(agent, team), [work]


def _row(
    view: TenantView,
    target: tuple[str, AgentTargetBody],
    span: Span,
    subject: Subject,
    tally: Tally,
    agents: int,
) -> AgentTargetStatus:
    name, body = target
    kpi = BY_AGENT[body.metric]
    value = tally.value(kpi)
    over = view.as_of >= span.end
    hours = None if body.hours is None else body.hours * agents
    progress = (
        None if hours is None else by_schedule(hours, tally.logged_in, over)
    ) or by_calendar(span, view.as_of, view.known.at(span.begin), view.zone)
    aim = Aim(body.value, body.comparison)
    going = pace(value, aim, progress)
    return AgentTargetStatus(
        span=span,
        target=name,
        body=body,
        kpi=kpi,
        subject=subject,
        value=value,
        definition=tally.definition(kpi),
        standing=standing(value, aim, going.projected, over=over),
        pace=going,
        progress=progress,
        as_of=view.as_of,
    )


def _order(row: AgentTargetStatus) -> tuple[int, str, str, str]:
    return row.span.begin, row.target, row.subject.team or "", row.subject.agent or ""
