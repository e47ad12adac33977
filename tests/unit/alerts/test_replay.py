"""A rule replayed over what a floor left behind tells what it told when it was live.

live     every second, from events folded as they come
replay   every minute, from the visits that are stored in the end
"""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from floorpulse.alerts.domain.alert import Transition, TransitionKind
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.alerts.rules.past_tables import PastTables
from floorpulse.alerts.rules.replay import ReplayLimits, ReplayQuery, RuleReplay
from floorpulse.alerts.rules.replay_answer import AlertRow, FiringRow, ReplayAnswer
from floorpulse.alerts.rules.under_test import under_test
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot
from floorpulse.simulator.domain.floor import ModelFloor
from floorpulse.simulator.domain.foretold import foretold
from floorpulse.simulator.domain.scenarios import SCENARIOS
from tests.fakes.floor import MemoryFloor, MemoryHistory
from tests.fakes.folded_floor import FoldedFloor
from tests.fakes.forecasts import MemoryForecasts

pytestmark = pytest.mark.no_cover  # every second, which tracing makes long

TENANT = "demo"
NOON = 1_794_398_400_000  # 2026-11-11T12:00:00Z
SECOND = 1000
SPAN = Span(NOON + 140 * MINUTE, NOON + 175 * MINUTE)
RULES = Rules(ZoneInfo("UTC"))
GENEROUS = ReplayLimits(looks=10_000_000)
SCENARIO = SCENARIOS["normal"]
FILE = """
tenant: demo
queues:
  - {id: orders, names: {en: Orders}, channels: [voice]}
  - {id: delivery, names: {en: Delivery}, channels: [voice]}
  - {id: returns, names: {en: Returns}, channels: [voice]}
  - {id: vip, names: {en: VIP}, channels: [voice]}
  - {id: chat, names: {en: Chat}, channels: [chat]}
rules:
  - id: low
    names: {en: Service level low}
    threshold: {kpi: service_level, window: 5m, fire_below: 0.8, min_volume: 5}
    keep_firing_for: 120
  - id: wait
    names: {en: Long wait}
    scope: {channels: [voice]}
    threshold: {kpi: longest_wait, fire_above: 75, clear_below: 30}
    for: 20
  - id: nobody
    names: {en: Nobody free}
    scope: {queues: [orders, vip]}
    threshold: {kpi: "agents:available", fire_below: 1}
    for: 60
    keep_firing_for: 60
  - id: crowd
    names: {en: Many wait}
    scope: {total: true}
    threshold: {kpi: waiting, fire_above: 12, clear_below: 6}
  - id: risk
    names: {en: At risk}
    scope: {queues: [orders]}
    recovery: {when: at_risk}
    for: 30
  - id: gone
    names: {en: They give up}
    abandons: {in_a_row: 4}
"""
TRIED = under_test("rules.yaml", FILE, NOTHING, TENANT)


@dataclass
class Live:
    """What the rules told while it happened."""

    transitions: list[Transition] = field(default_factory=list)


def slots(begin: int) -> list[Slot]:
    """What was forecast for the scenario."""
    return [
        Slot(
            one.queue.id,
            "",
            one.begin,
            one.begin + 30 * MINUTE,
            one.volume,
            one.aht,
            one.staffed,
            1,
        )
        for one in foretold(SCENARIO, begin, 12 * HOUR, begin + 6 * HOUR)
    ]


async def lived() -> tuple[Live, MemoryFloor]:
    """A floor that opened two hours before, lived through second by second."""
    floor = FoldedFloor(RULES, TENANT, NOON)
    model = ModelFloor(SCENARIO, 3, NOON, 12 * HOUR)
    floor.take(told.event for told in model.advance(SPAN.end + MINUTE))
    floors = Floors(floor.board, lambda: floor.now, lambda: TRIED.definitions)
    history = MemoryHistory(MemoryFloor())
    lookup = Lookup(history, history, lambda: floor.now / 1000)
    planned = slots(NOON)
    live = LiveFigures(floors, lookup, Turns(), lambda: {TENANT: planned})
    states: dict[Subject, AlertState] = {}
    rules = FloorRules(TENANT, live, Turns(), states)
    found = Live()
    floor.advance(SPAN.begin - SECOND)
    for at in range(SPAN.begin, SPAN.end + 1, SECOND):
        floor.advance(at)
        told = floor.board.known_queue_channels(TENANT)
        evaluation = await rules.evaluate(floors.view(TENANT), told)
        found.transitions += evaluation.transitions
    return found, floor.stored()


def replay_of(stored: MemoryFloor, limits: ReplayLimits | None = None) -> RuleReplay:
    history = MemoryHistory(stored)
    forecasts = MemoryForecasts()
    asyncio.run(forecasts.save(TENANT, slots(NOON), Said("planner", "", NOON)))
    return RuleReplay(PastTables(history, history, history, forecasts), RULES, Turns(), limits)


@cache
def lived_through() -> tuple[Live, MemoryFloor]:
    return asyncio.run(lived())


@cache
def replayed(every: int) -> ReplayAnswer:
    _, stored = lived_through()
    asked = ReplayQuery(SPAN, every)
    return asyncio.run(replay_of(stored, GENEROUS).replay(TRIED, asked))


def told_live() -> list[tuple[object, ...]]:
    """What fired and resolved, as it was told."""
    live, _ = lived_through()
    return sorted(
        (one.subject.rule, one.subject.queue, one.at, one.kind.value, one.reason, one.figure)
        for one in live.transitions
        if one.kind is not TransitionKind.UPDATE
    )


def told_by(answer: ReplayAnswer) -> list[tuple[object, ...]]:
    """The same of a replay."""
    return sorted(
        step
        for alert in answer.alerts
        for firing in alert.firings
        for step in _steps(alert, firing)
    )


def _steps(alert: AlertRow, firing: FiringRow) -> list[tuple[object, ...]]:
    subject = alert.rule, alert.queue or ""
    fired = (*subject, parse_instant(firing.fired_at), "fire", firing.reason, firing.figure)
    if firing.resolved_at is None:
        return [fired]
    until = parse_instant(firing.resolved_at)
    return [fired, (*subject, until, "resolve", firing.resolved_by, firing.last)]


def test_looking_every_second_tells_the_very_same() -> None:
    told = told_live()

    assert told_by(replayed(SECOND)) == told
    assert {rule for rule, *_ in told} >= {"low", "nobody"}


def test_looking_every_few_seconds_tells_the_same_within_a_pane() -> None:
    told = told_by(replayed(5 * SECOND))

    assert [(*one[:2], *one[3:5]) for one in told] == [(*one[:2], *one[3:5]) for one in told_live()]
    for mine, theirs in zip(told, told_live(), strict=True):
        assert abs(int(str(mine[2])) - int(str(theirs[2]))) <= MINUTE
