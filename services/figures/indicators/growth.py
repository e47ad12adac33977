"""The growth record of an agent: KPIs by day, week or month beside the team's and the target, and
what happened in between: trainings, evaluations, complaints.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit, queue_of
from floorpulse.counting.days import first_instant
from floorpulse.definitions.domain.indicator_terms import Period, Together, bound_of
from floorpulse.definitions.domain.indicators_in_force import agent_targets, trainings
from floorpulse.figures.agents.membership import Membership
from floorpulse.figures.agents.performance import Performance, Work
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.indicators.pace import Aim
from floorpulse.figures.indicators.periods import periods
from floorpulse.figures.indicators.tally import tally_of
from floorpulse.figures.intervals import Interval, intervals
from floorpulse.figures.policies_in_force import PoliciesOverTime
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.kpis.catalogue import SpanKpi
from floorpulse.kpis.figures import Value

WINDOWS = {Interval.D1: Period.DAY, Interval.W1: Period.WEEK, Interval.MONTH: Period.MONTH}


@dataclass(frozen=True)
class GrowthQuery:
    """Whose record, over which intervals of the tenant's zone; `zone` is that of the answer."""

    selection: Selection
    agent: str
    span: Span
    interval: Interval
    zone: ZoneInfo
    question: Question


@dataclass(frozen=True)
class AimOfAgent:
    """A target that holds for the agent over an interval: its name, `id@number`, and what it aims
    at.
    """

    name: str
    aim: Aim


@dataclass(frozen=True)
class GrowthFigure:
    """A KPI of the agent over an interval, beside the same of its team (all of it, the agent
    included) and the target.
    """

    span: Span
    team: str | None
    kpi: SpanKpi
    value: Value
    definition: str
    of_team: Value | None
    teammates: int
    target: AimOfAgent | None
    change: float | None
    as_of: int


class Happening(StrEnum):
    """What a record tells beside figures."""

    TRAINING = "training"
    EVALUATION = "evaluation"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Event:
    """Something that happened to an agent; `at` is epoch milliseconds."""

    at: int
    kind: Happening
    queue: str | None = None
    channel: str | None = None
    training: str | None = None
    score: float | None = None
    fatal: bool | None = None
    passed: bool | None = None
    form: str | None = None
    category: str | None = None
    liable: bool | None = None
    closed_at: int | None = None


@dataclass(frozen=True)
class GrowthRecord:
    """The rows, in the order of time and question, and the events, in that of time."""

    rows: list[GrowthFigure]
    events: list[Event]


class Growth:
    """Answers from the visits and states of agents."""

    def __init__(self, floors: Floors, reading: AgentReading) -> None:
        self._floors = floors
        self._reading = reading

    async def record(self, query: GrowthQuery) -> GrowthRecord:
        """The record of an agent."""
        view = self._floors.view(query.selection.tenant)
        spans = list(intervals(query.span, query.interval, view.zone))
        seen: list[Event] = []

        def look(visits: Sequence[Visit]) -> None:
            seen.extend(one for visit in visits for one in _events(query, visit))

        performance = await self._reading.performance(query.selection, spans, look=look)
        rows = list(_rows(view, query, spans, performance))
        trained = _trainings(view, query, {row.team for row in rows})
        events = [one for one in (*seen, *trained) if _within(query.span, one.at)]
        return GrowthRecord(rows, sorted(events, key=lambda one: (one.at, one.kind)))


def _within(span: Span, at: int) -> bool:
    return span.begin <= at < span.end


def _rows(
    view: TenantView, query: GrowthQuery, spans: Sequence[Span], performance: Performance
) -> Iterator[GrowthFigure]:
    terms = PoliciesOverTime(query.question.basis, view.known)
    before: dict[str, float | None] = {}
    for number, span in enumerate(spans):
        did = {agent: (membership, work) for agent, membership, work in performance.of(number)}
        membership, work = did.get(query.agent, (Membership(), Work()))
        mates = [work for own, work in did.values() if own.team == membership.team]
        policies = terms.at(span.begin)
        mine = tally_of([work], policies)
        ours = tally_of(mates, policies)
        for kpi in query.question.kpis:
            if isinstance(kpi, SpanKpi):  # pragma: no branch  agents have no gauges
                value = mine.value(kpi)
                earlier = before.get(kpi.id)
                before[kpi.id] = value.value
                yield GrowthFigure(
                    span=span,
                    team=membership.team or None,
                    kpi=kpi,
                    value=value,
                    definition=mine.definition(kpi),
                    of_team=ours.value(kpi) if membership.team else None,
                    teammates=len(mates) if membership.team else 0,
                    target=_target(query, view, span, membership.team, kpi),
                    change=_change(earlier, value.value),
                    as_of=view.as_of,
                )


def _change(earlier: float | None, now: float | None) -> float | None:
    return None if earlier is None or now is None else now - earlier


def _target(
    query: GrowthQuery, view: TenantView, span: Span, team: str, kpi: SpanKpi
) -> AimOfAgent | None:
    """The target of each agent for the same contacts over the very span, whole; the first by id of
    several.
    """
    window = WINDOWS[query.interval]
    if periods(span, window, view.zone) != [span]:
        return None
    in_force = view.known.at(span.begin)
    selection = query.selection
    asked = (set(selection.queues), set(selection.channels))
    for _, (name, body) in sorted(agent_targets(in_force).items()):
        same = (set(body.queues), {str(one) for one in body.channels}) == asked
        mine = body.of is Together.AGENT and bound_of(body).holds(query.agent, team)
        if same and mine and body.metric == kpi.id and body.window is window:
            return AimOfAgent(name, Aim(body.value, body.comparison))
    return None


def _trainings(view: TenantView, query: GrowthQuery, teams: set[str | None]) -> Iterator[Event]:
    for name, body in trainings(view.known).values():
        bound = bound_of(body)
        if any(bound.holds(query.agent, team or "") for team in teams):
            yield Event(first_instant(body.day_held, view.zone), Happening.TRAINING, training=name)


def _events(query: GrowthQuery, visit: Visit) -> Iterator[Event]:
    """The evaluations of the agent in a visit, and complaints about it, as figures count them."""
    own = visit.agent == query.agent
    queue = queue_of(visit)
    for score in (visit.evaluations or {}).values():
        where = score.queue or queue
        mine = own if score.agent is None else score.agent == query.agent
        if mine and not score.retracted and not score.calibration and _asked(query, where, visit):
            yield Event(
                score.at,
                Happening.EVALUATION,
                where,
                visit.channel,
                score=score.score,
                fatal=score.fatal,
                passed=score.passed,
                form=score.form,
            )
    for complaint in (visit.complaints or {}).values():
        named = complaint.last("agent")
        where = complaint.last("queue") or queue
        mine = own if named is None else named == query.agent
        opened = complaint.opened_at
        if mine and opened is not None and _asked(query, where, visit):
            yield Event(
                opened,
                Happening.COMPLAINT,
                where,
                visit.channel,
                category=complaint.last("category"),
                liable=complaint.last("liable"),
                closed_at=complaint.settled_at,
            )


def _asked(query: GrowthQuery, queue: str | None, visit: Visit) -> bool:
    return queue is not None and query.selection.includes(queue, visit.channel)
