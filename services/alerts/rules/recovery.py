"""The half hour in progress as recovery rules see it: what counted so far, what is forecast for the
rest, who is at work; and who else could help.

What is to come is the forecast of the rest at the pace of now: times what came in the last half
hour over what was forecast for it. A floor that gets 20,000 contacts where 15,000 were planned is
short of agents for 20,000.

An agent who serves several queues is counted for one of them, as `GET /v1/staffing/what-if` does:
whoever counted for each would have twice the floor.
"""

from collections.abc import Collection, Sequence
from functools import partial
from math import fsum

from msgspec.structs import replace

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.domain.recovery import HalfHour, judge, together, with_agents
from floorpulse.alerts.rules.reading import PlaceJudged
from floorpulse.alerts.rules.thresholds import looked_at_again
from floorpulse.alerts.rules.watched import GroupKey, WatchedAlert, WatchedPlace
from floorpulse.board.domain.windows import Span, Window
from floorpulse.contracts.cells import Cell
from floorpulse.figures.by_policy import Parted, definition_of, summed
from floorpulse.figures.intervals import Interval, next_edge, previous_edge
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures, OpenAnswer
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question, RowInput
from floorpulse.figures.staffing.queues import StaffedFloor
from floorpulse.figures.staffing.reading import StaffKeptAwhile
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import text
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.figures import Plan, SpanFigures, Value
from floorpulse.kpis.formulas.planning import HANDLE
from floorpulse.kpis.formulas.service_level import past_threshold, service_level

LEVEL = ASKED["service_level"]
KPIS = tuple(ASKED[name] for name in ("service_level_projected", "forecast_variance"))
"""They need all that a half hour consists of"""
INTERVAL = Interval.M30
ENOUGH = 10
"""Contacts forecast, or handled, from which on what came says something of what comes"""
MOST_LENDERS = 3
"""Queues with agents to lend that a message names"""
SLOWEST = 0.25
QUICKEST = 4.0


class RecoveryReader:
    """Judges the places of recovery rules of the same channels."""

    def __init__(self, live: LiveFigures, key: GroupKey) -> None:
        self.growing: frozenset[str] = frozenset()
        self._live = live
        self._staff = StaffKeptAwhile(live)
        self._query = LiveQuery(key.selection, Window.M30, Question(KPIS, AS_IN_FORCE))
        self._answer: OpenAnswer | None = None
        self._span = Span(0, 0)
        self._known_since: int | None = None
        self._floor: StaffedFloor | None = None

    async def open(self, view: TenantView, known_since: int | None) -> None:
        """Make ready the half hour's plans."""
        self._answer = await self._live.open(self._query, view)
        self._known_since = known_since
        self._span = Span(
            previous_edge(view.as_of, INTERVAL, view.zone),
            next_edge(view.as_of, INTERVAL, view.zone),
        )
        self._floor = await self._staff.floor(view)

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:  # noqa: ARG002  figures cost little
        """Judge the alerts of a place by its half hour."""
        assert self._answer is not None  # noqa: S101  opened before
        context = self._answer.context
        seen = self._live.read(self._answer, place.row_key)
        zone = context.view.zone
        levels = [service_level(_so_far(part.figures), part.policy) for part in seen.parts]
        queues = self._queues(place)
        half_hour = self._half_hour(seen, levels, queues)
        figure = Figure(
            LEVEL.id,
            *summed(levels).cells,
            definition=definition_of(LEVEL, [part.policy for part in seen.parts]),
            window=INTERVAL.value,
            begin=text(self._span.begin, zone),
            end=text(self._span.end, zone),
            as_of=context.frame.as_of,
            bound=max(part.policy.target for part in seen.parts),
        )
        return PlaceJudged(
            [_judged(one, half_hour, figure) for one in place.alerts],
            looked_at_again(context.as_of, place),
            partial(self._advised, half_hour, queues),
        )

    def _queues(self, place: WatchedPlace) -> Collection[str]:
        """The queues of a place: one, or all that have agents."""
        if place.row_key.queue:
            return (place.row_key.queue,)
        chosen = self._query.selection.queues
        return chosen or (self._floor.staffed if self._floor else ())

    def _advised(
        self, half_hour: HalfHour | None, queues: Collection[str], figure: Figure
    ) -> Figure:
        """A breach says how many agents are missing, and which queues have some to lend."""
        if half_hour is not None:
            figure = with_agents(figure, half_hour)
        floor = self._floor
        if floor is None:
            return figure
        details = dict(figure.details)
        if details.get("agents_missing") is None:
            details["agents_missing"] = sum(
                floor.queues[one].missing for one in queues if one in floor.queues
            )
        if len(queues) == 1:
            [taker] = queues
            details["lenders"] = [
                {"queue": one.queue, "agents": number}
                for one, number in floor.lenders(taker)[:MOST_LENDERS]
            ]
        return replace(figure, details=details)

    def _half_hour(
        self, seen: RowInput, levels: Sequence[Value], queues: Collection[str]
    ) -> HalfHour | None:
        """None where the half hour, or what is to come of it, is not known, and where contacts
        may wait for hours.
        """
        known = self._known_since is not None and self._known_since <= self._span.begin
        if not known or not any(part.figures.plan.ahead for part in seen.parts):
            return None
        if any(part.policy.by_visits for part in seen.parts):
            return None
        floor = self._floor
        agents = None if floor is None else sum(map(floor.agents, queues))
        pace = _pace(seen.counted.plan)
        measured = _aht(seen.counted)
        parts = zip(seen.parts, levels, strict=True)
        return together([_part(one, level, agents, pace, measured) for one, level in parts])


def _judged(alert: WatchedAlert, half_hour: HalfHour | None, figure: Figure) -> Judgement:
    condition = alert.rule.body.recovery
    assert condition is not None  # noqa: S101  for the type checker: the rule is one of recovery
    return judge(condition.when, half_hour, figure)


def _so_far(figures: SpanFigures) -> SpanFigures:
    return figures.plan.so_far or figures


def _part(
    part: Parted, level: Value, agents: int | None, pace: float, measured: float | None
) -> HalfHour:
    """What contacts of one policy, whose service level so far is `level`, make of the half hour."""
    policy = part.policy
    so_far = _so_far(part.figures)
    counted = policy.waiting_past_threshold
    undecided = [one for one in so_far.waits if not (counted and past_threshold(one, policy))]
    ahead = part.figures.plan.ahead
    volume = fsum(one.volume for one in ahead)
    seconds = max((one.end for one in ahead), default=0) - min(
        (one.begin for one in ahead), default=0
    )
    planned = fsum(one.volume * one.aht for one in ahead)
    staffed = [one.staffed for one in ahead if one.staffed is not None]
    return HalfHour(
        policy,
        int(level.numerator or 0),
        int(level.denominator or 0),
        len(undecided),
        volume * pace,
        1000 * volume * pace / seconds if seconds else 0.0,
        measured or (planned / volume if volume else None),
        min(staffed, default=None) if agents is None else agents,
        pace,
        len(so_far.waits),
    )


def _pace(plan: Plan) -> float:
    """What came over what was forecast, of the last half hour; as forecast where that was
    little.
    """
    expected = fsum(one.expected for one in plan.elapsed)
    came = sum(one.offered for one in plan.elapsed)
    return min(QUICKEST, max(SLOWEST, came / expected)) if expected >= ENOUGH else 1.0


def _aht(figures: SpanFigures) -> float | None:
    """The mean handle time of the last half hour, seconds; None where few were handled."""
    handled = figures.of(Cell.HANDLED)
    return figures.of(*HANDLE) / 1000 / handled if handled >= ENOUGH else None
