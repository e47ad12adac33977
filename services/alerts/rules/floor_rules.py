"""The rules of one tenant at work: looks at what may have changed, and lets its alerts advance.

news of queues ─┐
known instants ─┼─► places to look at ─► row ─► judgement of each alert ─► advance ─► transitions
calendars, age ─┘
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from floorpulse.alerts.domain.alert import TOLD_EVERY, advance, due, withdrawn
from floorpulse.alerts.domain.alert_rule import AlertRule
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState, Firing
from floorpulse.alerts.domain.judgement import Call, Judgement, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.rules.abandons import AbandonsReader
from floorpulse.alerts.rules.agents import EVERYBODY, AgentsByQueue
from floorpulse.alerts.rules.attention import Attention
from floorpulse.alerts.rules.evaluation import Evaluation, Seen, States
from floorpulse.alerts.rules.opening import OpeningHours
from floorpulse.alerts.rules.reading import FiguresLater, PlaceJudged, PlaceReader, earliest, of_all
from floorpulse.alerts.rules.recovery import RecoveryReader
from floorpulse.alerts.rules.staleness import StalenessReader
from floorpulse.alerts.rules.threshold_judge import kpi_of
from floorpulse.alerts.rules.thresholds import ThresholdReader
from floorpulse.alerts.rules.watched import (
    GroupKey,
    Read,
    WatchedAlert,
    WatchedPlace,
    WatchedRule,
    places_of,
    watched_rules,
)
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import MINUTE
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.selection import By
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.turns import Turns
from floorpulse.kpis.inputs import Need

AT_ONCE = 20
"""Places looked at in one turn of the loop: some milliseconds"""


@dataclass(eq=False)
class _Plan:
    """What is watched, and what that holds for."""

    in_force: InForce
    floor: tuple[int, int]
    queue_channels: Sequence[QueueChannel]
    known_since: int | None
    places: Sequence[WatchedPlace]
    by_queue: dict[str, list[WatchedPlace]]
    served: dict[str | None, list[WatchedPlace]]
    readers: Mapping[WatchedPlace, PlaceReader]


class _Look(NamedTuple):
    """A look at a place: what was judged of it, and where it is noted."""

    view: TenantView
    reader: PlaceReader
    judged: PlaceJudged
    evaluation: Evaluation


class FloorRules:
    """The rules of a tenant; `states` is where its alerts stand, and is kept."""

    def __init__(self, tenant: str, live: LiveFigures, turns: Turns, states: States) -> None:
        self._tenant = tenant
        self._live = live
        self._turns = turns
        self._states = states
        self._attention: Attention[WatchedPlace] = Attention()
        self._lively: dict[WatchedPlace, set[int]] = {}
        self._hours = OpeningHours()
        self._plan: _Plan | None = None
        self._agents = AgentsByQueue()
        self._old: tuple[bool, frozenset[str]] = (False, frozenset())

    async def evaluate(
        self,
        view: TenantView,
        told: Iterable[QueueChannel],
        *,
        everything: bool = False,
        seen: Seen | None = None,
    ) -> Evaluation:
        """Look at what may have changed: rows of the queues that were `told`, and what is due.

        `everything`: look at all there is, which comes to the same and takes longer.
        """
        evaluation = Evaluation()
        plan = self._planned(view, evaluation)
        if everything:
            plan.readers = _reader_of_each(self._live, plan.places)
        self._mark(plan, view, told)
        places = self._attention.take(view.as_of if not view.stale else view.now)
        opened: set[PlaceReader] = set()
        async for portion in self._turns.over(plan.places if everything else places, AT_ONCE):
            for place in portion:
                reader = plan.readers[place]
                if reader not in opened:
                    opened.add(reader)
                    await reader.open(view, plan.known_since)
                self._look(view, place, reader, evaluation, seen)
        return evaluation

    # ------------------------------------------------------------- what is watched

    def _planned(self, view: TenantView, evaluation: Evaluation) -> _Plan:
        """The plan, made anew where definitions or the floor's queues changed."""
        in_force = view.known.at(view.now)
        floor = (view.board.floor, view.as_of // MINUTE)
        known = self._plan
        if known is not None and known.in_force is in_force and known.floor == floor:
            return known
        queue_channels = view.board.queue_channels(self._tenant, view.as_of)
        if (
            known is not None
            and known.in_force is in_force
            and known.queue_channels == queue_channels
        ):
            known.floor = floor
            return known
        plan = self._plan = self._made(view, in_force, floor, queue_channels)
        self._attention = Attention()
        self._attention.mark(plan.places)
        self._lively = {place: set(range(len(place.alerts))) for place in plan.places}
        self._withdraw(plan, view.now, evaluation)
        return plan

    def _made(
        self,
        view: TenantView,
        in_force: InForce,
        floor: tuple[int, int],
        queue_channels: list[QueueChannel],
    ) -> _Plan:
        rules = [one for one in watched_rules(in_force) if one.read is not Read.TABLES]
        places = places_of(self._tenant, in_force, rules, queue_channels)
        by_queue: dict[str, list[WatchedPlace]] = {}
        for place in places:
            if place.group.read in (Read.BOARD, Read.ABANDONS):
                for queue in place.queues:
                    by_queue.setdefault(queue, []).append(place)
        first = view.board.first_seen
        known_since = min((first[one] for one in queue_channels if one in first), default=None)
        readers = _reader_of_each(self._live, places)
        served: dict[str | None, list[WatchedPlace]] = {}
        for place in filter(_needs_agents, places):
            for shown in _served(place):
                served.setdefault(shown, []).append(place)
        return _Plan(
            in_force, floor, queue_channels, known_since, places, by_queue, served, readers
        )

    def _withdraw(self, plan: _Plan, at: int, evaluation: Evaluation) -> None:
        """End alerts whose rule is gone, or no longer watches their subject."""
        watched = {alert.subject for place in plan.places for alert in place.alerts}
        elsewhere = {one.id for one in watched_rules(plan.in_force) if one.read is Read.TABLES}
        for subject, state in list(self._states.items()):
            if (
                subject.tenant == self._tenant
                and subject not in watched
                and subject.rule not in elsewhere
            ):
                rule = AlertRule(subject.rule, "")
                evaluation.keep(self._states, subject, withdrawn(rule, subject, state, at))

    # ------------------------------------------------------------- what may have changed

    def _mark(self, plan: _Plan, view: TenantView, told: Iterable[QueueChannel]) -> None:
        for queue in {queue for tenant, queue, _ in told if tenant == self._tenant}:
            self._attention.mark(
                place
                for place in plan.by_queue.get(queue, ())
                if place in self._lively or not plan.readers[place].rests(place)
            )
        old = view.stale, frozenset(view.silent.touched)
        hours_changed = self._hours.settle(
            (alert.calendar for place in plan.places for alert in place.alerts),
            view.now,
            view.zone,
            anew=plan,
        )
        if old != self._old or hours_changed:
            self._old = old
            self._attention.mark(plan.places)
        if plan.served:
            for shown in self._agents.changed(view, plan.served):
                self._attention.mark(plan.served.get(shown, ()))

    # ------------------------------------------------------------- what is looked at

    def _look(
        self,
        view: TenantView,
        place: WatchedPlace,
        reader: PlaceReader,
        evaluation: Evaluation,
        seen: Seen | None,
    ) -> None:
        frozen = place.group.read is not Read.STALENESS and (
            view.stale or view.silent.touches(place.queues)
        )
        active = self._active(place, everyone=seen is not None)
        judged = _stale(place) if frozen else reader.judge(place, active)
        until = judged.until
        for number, judgement in judged.judgements:
            evaluation.judgements.append(judgement)
            if active[number] or judgement.call is Call.BREACH:
                look = _Look(view, reader, judged, evaluation)
                again = self._advance(look, place.alerts[number], judgement)
                until = earliest(until, again)
                self._lively.setdefault(place, set()).add(number)
            if seen is not None:
                alert = place.alerts[number]
                seen(alert, _with_figure(judged.later, alert, judgement), view.now)
        self._attention.settle(place, until)

    def _active(self, place: WatchedPlace, *, everyone: bool) -> Sequence[bool]:
        """Which alerts of a place are not simply inactive; `everyone` counts as such."""
        if everyone:
            return [True] * len(place.alerts)
        lively = self._lively.get(place)
        if lively is None:
            return place.inactive
        known = {number for number in lively if place.alerts[number].subject in self._states}
        if known:
            self._lively[place] = known
        else:
            del self._lively[place]
        return [number in known for number in range(len(place.alerts))]

    def _advance(self, look: _Look, alert: WatchedAlert, judgement: Judgement) -> int | None:
        """Let an alert advance; from when on it does so again under the same judgement."""
        subject = alert.subject
        timing = alert.rule.timing
        now = look.view.now
        before = self._states.get(subject, INACTIVE)
        is_open = self._hours.is_open(alert.calendar)
        after, told = advance(timing, subject, before, judgement, now, is_open=is_open)
        later = look.judged.later
        if told is not None and later is not None:
            figure = later.of(alert)
            is_breach = judgement.call is Call.BREACH
            told = replace(told, figure=later.advised(figure) if is_breach else figure)
        look.evaluation.keep(self._states, subject, (after, told))
        if not is_open:
            return None
        return earliest(
            due(timing, after, judgement), _grown(alert, after, judgement, look.reader, now)
        )


def _stale(place: WatchedPlace) -> PlaceJudged:
    """Nothing is known of a place whose figures are old."""
    return PlaceJudged(of_all([STALE] * len(place.alerts)), None)


STALE = unknown(Reason.STALE)


def _with_figure(
    later: FiguresLater | None, alert: WatchedAlert, judgement: Judgement
) -> Judgement:
    return judgement if later is None else judgement._replace(figure=later.of(alert))


def _grown(
    alert: WatchedAlert, state: AlertState, judgement: Judgement, reader: PlaceReader, now: int
) -> int | None:
    """When a figure that grows by a second a second is so much worse that it is told again."""
    if not isinstance(state, Firing) or judgement.call is not Call.BREACH:
        return None
    if alert.rule.id not in reader.growing:
        return None
    worse = now + int((state.depth - judgement.depth) * 1000)
    return max(now + 1, state.told_at + TOLD_EVERY, worse)


def _needs_agents(place: WatchedPlace) -> bool:
    return place.group.read is Read.BOARD and any(
        Need.AGENTS in kpi_of(alert.rule).needs for alert in place.alerts
    )


def _served(place: WatchedPlace) -> Sequence[str | None]:
    """The queues whose agents a place is about."""
    selection = place.group.selection
    whole = selection.by is By.TOTAL and not selection.queues
    return (EVERYBODY,) if whole else tuple(place.queues)


def _reader_of_each(
    live: LiveFigures, places: Sequence[WatchedPlace]
) -> Mapping[WatchedPlace, PlaceReader]:
    """New readers, which remember nothing."""
    by_group = dict(_readers(live, places))
    return {place: by_group[place.group] for place in places}


def _readers(
    live: LiveFigures, places: Sequence[WatchedPlace]
) -> Iterator[tuple[GroupKey, PlaceReader]]:
    """A reader for each group of places."""
    rules: dict[GroupKey, dict[str, WatchedRule]] = {}
    for place in places:
        theirs = rules.setdefault(place.group, {})
        theirs.update((alert.rule.id, alert.rule) for alert in place.alerts)
    for key, known in rules.items():
        yield key, _reader(live, key, list(known.values()))


def _reader(live: LiveFigures, key: GroupKey, rules: Sequence[WatchedRule]) -> PlaceReader:
    match key.read:
        case Read.RECOVERY:
            return RecoveryReader(live, key)
        case Read.ABANDONS:
            return AbandonsReader(key.selection)
        case Read.STALENESS:
            return StalenessReader(frozenset(one.id for one in rules))
        case _:
            return ThresholdReader(live, key, rules)
