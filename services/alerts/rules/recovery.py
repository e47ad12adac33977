"""The half hour in progress as recovery rules see it: what counted so far, what is forecast for the
rest, who is at work; and who else could help.

What is to come is the forecast of the rest at the pace of now: times what came in the last half
hour over what was forecast for it. A floor that gets 20,000 contacts where 15,000 were planned is
short of agents for 20,000.

An agent who serves several queues is counted for one of them, as `GET /v1/staffing/what-if` does:
whoever counted for each would have twice the floor.
"""

from collections.abc import Collection, Iterator, Sequence
from math import fsum
from typing import NamedTuple

from msgspec.structs import replace

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.recovery import HalfHour, judge, together, told, with_agents
from floorpulse.alerts.rules.reading import PlaceJudged, of_all
from floorpulse.alerts.rules.thresholds import looked_at_again
from floorpulse.alerts.rules.watched import GroupKey, WatchedAlert, WatchedPlace
from floorpulse.board.domain.windows import Span, Window
from floorpulse.contracts.cells import HANDLING, Cell, Cells
from floorpulse.definitions.domain.rule_terms import RecoveryCondition
from floorpulse.figures.by_policy import definition_of, summed
from floorpulse.figures.forecasts.in_force import cut, part, touching
from floorpulse.figures.forecasts.plans import slots_by_policy, to_come
from floorpulse.figures.intervals import Interval, next_edge, previous_edge
from floorpulse.figures.live.context import LiveContext, LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.layout import RowLayout
from floorpulse.figures.live.opened import OpenAnswer
from floorpulse.figures.live.plans import LivePlans
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import RowKey
from floorpulse.figures.staffing.queues import StaffedFloor
from floorpulse.figures.staffing.reading import StaffKeptAwhile
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import text
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.figures import SpanFigures, Value
from floorpulse.kpis.formulas.service_level import late_of, service_level
from floorpulse.kpis.plan import Ahead, Slot
from floorpulse.kpis.policies import ServiceLevelPolicy

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


class _Part(NamedTuple):
    """Contacts of one policy: what the half hour counted so far, the service level of that, and
    what is forecast for the rest.
    """

    policy: ServiceLevelPolicy
    so_far: SpanFigures
    level: Value
    ahead: Sequence[Ahead]


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

    def rests(self, place: WatchedPlace) -> bool:  # noqa: ARG002  no place of it is marked by news
        """No."""
        return False

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:  # noqa: ARG002  figures are made later
        """Judge the alerts of a place by its half hour."""
        answer = self._answer
        assert answer is not None  # noqa: S101  opened before
        context = answer.context
        row = answer.layout.of(place.row_key)
        parts = list(self._parts(context, row))
        queues = self._queues(place)
        half_hour = self._half_hour(context, row, parts, queues)
        return PlaceJudged(
            of_all(judge(_condition(one).when, half_hour) for one in place.alerts),
            looked_at_again(context.as_of, place),
            _Figures(context, self._span, parts, half_hour, queues, self._floor),
        )

    def _queues(self, place: WatchedPlace) -> Collection[str]:
        """The queues of a place: one, or all that have agents."""
        if place.row_key.queue:
            return (place.row_key.queue,)
        chosen = self._query.selection.queues
        return chosen or (self._floor.staffed if self._floor else ())

    def _parts(self, context: LiveContext, row: RowLayout) -> Iterator[_Part]:
        plans = _plans(context)
        slots = plans.slots.get(row.row_key, ())
        policies = [share.policy for share in row.shares]
        theirs = [slots] if len(policies) == 1 else slots_by_policy(policies, slots, plans.terms)
        for share, mine in zip(row.shares, theirs, strict=True):
            so_far = plans.so_far(share.series_keys)
            level = service_level(so_far, share.policy)
            yield _Part(share.policy, so_far, level, to_come(mine, plans.times))

    def _half_hour(
        self,
        context: LiveContext,
        row: RowLayout,
        parts: Sequence[_Part],
        queues: Collection[str],
    ) -> HalfHour | None:
        """None where the half hour, or what is to come of it, is not known, and where contacts
        may wait for hours.
        """
        known = self._known_since is not None and self._known_since <= self._span.begin
        if not known or not any(part.ahead for part in parts):
            return None
        if any(part.policy.by_visits for part in parts):
            return None
        floor = self._floor
        agents = None if floor is None else sum(map(floor.agents, queues))
        plans = _plans(context)
        lately = plans.board.cells(row.series_keys, context.span, Window.M30.value)
        pace = _pace(plans, row.row_key, lately)
        measured = _aht(lately)
        return together([_of_part(one, agents, pace, measured) for one in parts])


class _Figures(NamedTuple):
    """The figures of a place's judgements, made where somebody is told."""

    context: LiveContext
    span: Span
    parts: Sequence[_Part]
    half_hour: HalfHour | None
    queues: Collection[str]
    floor: StaffedFloor | None

    def of(self, alert: WatchedAlert) -> Figure:
        """The service level so far, with what the alert was judged by."""
        policies = [part.policy for part in self.parts]
        zone = self.context.view.zone
        figure = Figure(
            LEVEL.id,
            *summed([part.level for part in self.parts]).cells,
            definition=definition_of(LEVEL, policies),
            window=INTERVAL.value,
            begin=text(self.span.begin, zone),
            end=text(self.span.end, zone),
            as_of=self.context.frame.as_of,
            bound=max(policy.target for policy in policies),
        )
        return told(_condition(alert).when, self.half_hour, figure)

    def advised(self, figure: Figure) -> Figure:
        """A breach says how many agents are missing, and which queues have some to lend."""
        if self.half_hour is not None:
            figure = with_agents(figure, self.half_hour)
        floor = self.floor
        if floor is None:
            return figure
        details = dict(figure.details)
        if details.get("agents_missing") is None:
            details["agents_missing"] = sum(
                floor.queues[one].missing for one in self.queues if one in floor.queues
            )
        if len(self.queues) == 1:
            [taker] = self.queues
            details["lenders"] = [
                {"queue": one.queue, "agents": number}
                for one, number in floor.lenders(taker)[:MOST_LENDERS]
            ]
        return replace(figure, details=details)


def _condition(alert: WatchedAlert) -> RecoveryCondition:
    condition = alert.rule.body.recovery
    assert condition is not None  # noqa: S101  for the type checker: the rule is one of recovery
    return condition


def _plans(context: LiveContext) -> LivePlans:
    plans = context.plans
    assert plans is not None  # noqa: S101  for the type checker: the KPIs that are asked for need them
    return plans


def _of_part(one: _Part, agents: int | None, pace: float, measured: float | None) -> HalfHour:
    """What contacts of one policy make of the half hour."""
    policy = one.policy
    waits = one.so_far.waits
    counted = policy.waiting_past_threshold
    undecided = len(waits) - (late_of(waits, policy) if counted else 0)
    ahead = one.ahead
    volume = fsum(slot.volume for slot in ahead)
    seconds = max((slot.end for slot in ahead), default=0) - min(
        (slot.begin for slot in ahead), default=0
    )
    planned = fsum(slot.volume * slot.aht for slot in ahead)
    staffed = [slot.staffed for slot in ahead if slot.staffed is not None]
    return HalfHour(
        policy,
        int(one.level.numerator or 0),
        int(one.level.denominator or 0),
        undecided,
        volume * pace,
        1000 * volume * pace / seconds if seconds else 0.0,
        measured or (planned / volume if volume else None),
        min(staffed, default=None) if agents is None else agents,
        pace,
        len(waits),
    )


def _pace(plans: LivePlans, row_key: RowKey, lately: Cells) -> float:
    """What came over what was forecast, of the last half hour; as forecast where that was
    little.
    """
    passed = plans.times.passed
    slots = touching(plans.slots.get(row_key, ()), passed)
    expected = fsum([part(slot, passed).volume for slot in slots])
    if expected < ENOUGH:
        return 1.0
    whole = _is_whole(slots, row_key.queue, plans)
    came = lately.get(Cell.OFFERED, 0) if whole else sum(_came(slots, plans))
    return min(QUICKEST, max(SLOWEST, came / expected))


def _came(slots: Sequence[Slot], plans: LivePlans) -> Iterator[int]:
    """How many contacts came in what has passed of some slots."""
    return (plans.came(cut(slot, plans.times.passed)) for slot in slots)


def _is_whole(slots: Sequence[Slot], queue: str, plans: LivePlans) -> bool:
    """Whether slots tell of all contacts of a queue in the last half hour, so that those who came
    are those that it counted: each begins where the one before ends, the first before it, the last
    not before now. A pane that only begins now is counted, but no slot's.
    """
    times = plans.times
    until = times.passed.begin
    for slot in slots:
        if slot.channel or slot.queue != queue or max(slot.begin, times.passed.begin) != until:
            return False
        until = min(slot.end, times.now)
    return until == times.now and times.now % plans.board.rules.pane > 0


def _aht(cells: Cells) -> float | None:
    """The mean handle time of the last half hour, seconds; None where few were handled."""
    handled = cells.get(Cell.HANDLED, 0)
    if handled < ENOUGH:
        return None
    return sum(cells.get(one, 0) for one in HANDLING) / 1000 / handled
