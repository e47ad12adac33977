"""Figures of rules are those of the API, to the digit; looking only at what may have changed comes
to the same as looking at everything.
"""

import random
from collections.abc import Iterator
from functools import cache
from typing import get_args

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from floorpulse.alerts.domain.alert import Transition
from floorpulse.alerts.domain.figures import Figure
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import Version
from floorpulse.definitions.domain.rule_terms import (
    RuleBody,
    RuleScope,
    ThresholdCondition,
    WindowName,
)
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.plan import Slot
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, left, waiting
from tests.fakes.ruled import ABOUT, RuledFloor
from tests.fakes.world import NOW, World, busy_world

NAMES = "names: {en: Rule}"
WINDOWS: tuple[WindowName, ...] = get_args(WindowName)
SHARED = ("value", "numerator", "denominator", "low", "high", "definition")
POLICIES = """
service_levels:
  - {id: fast, formula: V1, threshold: 10, target: 0.9}
  - {id: slow, formula: V6, threshold: 60, boundary: lt, target: 0.7}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice, chat], service_level: fast,
     service_level_of: {chat: slow}}
"""


def rules_on_everything(window: WindowName) -> Iterator[Version]:
    """A rule for each KPI, variant and both kinds of rows; many of them no check would let pass."""
    for number, kpi in enumerate(ASKED):
        for kind, scope in (("q", RuleScope()), ("t", RuleScope(total=True))):
            condition = ThresholdCondition(kpi=kpi, window=window, fire_above=0.123)
            name = f"{kind}{number}"
            body = RuleBody(id=name, names={"en": "Rule"}, scope=scope, threshold=condition)
            yield Version("demo", Kind.RULE, name, 1, body)


def ruled(window: WindowName) -> RuledFloor:
    world = busy_world()
    world.floor.put(
        answered(NOW - 20 * 60 * MINUTE, 1),
        answered(NOW - 3 * MINUTE, 15, channel="chat"),
        waiting(NOW - 45_000, "help"),
        left(NOW - 2 * MINUTE, 30, "help"),
    )
    half = NOW - NOW % (30 * MINUTE)
    world.forecasts.current = {
        "demo": (
            Slot("help", "", half, half + 30 * MINUTE, 20, 120.0, 4),
            Slot("sales", "", half - 30 * MINUTE, half, 40, 90.0, 6),
            Slot("sales", "", half, half + 30 * MINUTE, 50, 100.0, 7),
        )
    }
    world.tell()
    known = definitions(ABOUT + POLICIES).versions
    world.definitions = Definitions([*known, *rules_on_everything(window)])
    return RuledFloor(world)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_figure_of_every_rule_is_the_figure_of_the_api(window: WindowName) -> None:
    floor = ruled(window)
    floor.evaluate()
    client = floor.world.client()
    compared = 0
    for by in ("queue", "total"):
        asked = {"kpi": ",".join(ASKED), "window": window, "by": by}
        for row in client.get("/v1/kpis", asked).json()["rows"]:
            judged = _figure(floor, row)
            if judged is None:  # not filled
                continue
            told = msgspec.to_builtins(judged)
            assert {name: told.get(name) for name in SHARED} | {
                "begin": judged.begin,
                "end": judged.end,
                "as_of": judged.as_of,
                "window": judged.window,
            } == {name: row[name] for name in SHARED} | {
                "begin": row["time"],
                "end": row["end"],
                "as_of": row["as_of"],
                "window": row["window"],
            }, row["kpi"]
            compared += 1
    assert compared == 3 * len(ASKED)


def _figure(floor: RuledFloor, row: dict[str, str]) -> Figure | None:
    number = list(ASKED).index(row["kpi"])
    rule = f"{'q' if row['queue'] else 't'}{number}"
    return next(
        judgement.figure
        for subject, judgement in floor.judged.items()
        if subject.rule == rule and subject.queue == (row["queue"] or "")
    )


# ------------------------------------------------------------- looking at what may have changed


RULES = f"""
calendars:
  - {{id: day, hours: {{wednesday: ["00:00-12:20"]}}}}
queues:
  - {{id: help, names: {{en: Help}}, channels: [voice], calendar: day}}
rules:
  - {{id: level, {NAMES}, for: 30, keep_firing_for: 45,
     threshold: {{kpi: service_level, window: 5m, fire_below: 0.8, min_volume: 2}}}}
  - {{id: level-15, {NAMES}, min_breaches: 2, min_clears: 3,
     threshold: {{kpi: service_level, window: 15m, fire_below: 0.9, clear_above: 0.95,
                 min_volume: 3}}}}
  - {{id: waits, {NAMES}, threshold: {{kpi: longest_wait, fire_above: 20.5, clear_below: 7}}}}
  - {{id: few, {NAMES}, threshold: {{kpi: longest_wait, fire_below: 5, clear_above: 6}}}}
  - {{id: line, {NAMES}, for: 10, threshold: {{kpi: waiting, fire_above: 2}}}}
  - {{id: expected, {NAMES}, threshold: {{kpi: estimated_wait, fire_above: 60}}}}
  - {{id: free, {NAMES}, threshold: {{kpi: 'agents:available', fire_below: 1}}}}
  - {{id: offers, {NAMES}, scope: {{total: true}},
     threshold: {{kpi: offered, window: 5m, fire_above: 6}}}}
  - {{id: gave-up, {NAMES}, threshold: {{kpi: abandoned, window: today, fire_above: 3}}}}
  - {{id: row, {NAMES}, abandons: {{in_a_row: 2}}}}
  - {{id: old, {NAMES}, for: 5, staleness: {{}}}}
"""

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failing floor is told as it was found: making it smaller takes minutes"""
QUEUES = st.sampled_from(["sales", "help"])
VISITS = st.builds(
    lambda kind, ago, wait, queue: (kind, ago, wait, queue),
    st.sampled_from(["answered", "abandoned", "waiting", "left"]),
    st.integers(-50_000, 120_000),
    st.integers(0, 60),
    QUEUES,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([250, 1_000, 5_000, 17_000, 61_000]),
        st.lists(VISITS, max_size=3),
        st.sampled_from(["tell", "tell", "tell", "silence", "agent", "rules"]),
    ),
    min_size=1,
    max_size=25,
)


def visit_of(world: World, kind: str, ago: int, wait: int, queue: str) -> Visit:
    at = world.now - ago
    match kind:
        case "answered":
            return answered(at, wait, 5, queue)
        case "abandoned":
            return abandoned(at, wait, queue)
        case "left":
            return left(at, wait, queue)
        case _:
            return waiting(at, queue)


@cache
def changed_rules() -> Definitions:
    """The rules after a bound was changed."""
    return definitions(ABOUT + RULES, ABOUT + RULES.replace("0.9,", "0.7,"))


@cache
def first_rules() -> Definitions:
    """The rules as they are at first."""
    return definitions(ABOUT + RULES)


class Twins:
    """Two floors that live through the same; one looks at everything, always."""

    def __init__(self) -> None:
        self.both = [self._floor(everything=one) for one in (False, True)]

    def _floor(self, *, everything: bool) -> RuledFloor:
        world = World()
        world.floor.put(answered(NOW - 20 * 60 * MINUTE, 1), answered(NOW - 90_000, 1, 5, "help"))
        world.tell()
        world.definitions = first_rules()
        return RuledFloor(world, everything=everything, heard=everything)

    def step(self, gap: int, visits: list[tuple[str, int, int, str]], how: str) -> None:
        for floor in self.both:
            world = floor.world
            world.now += gap
            world.floor.put(*(visit_of(world, *one) for one in visits))
            if how == "agent":
                state: AgentState = "available" if world.now // 1000 % 2 else "busy"
                world.floor.enter("ann", Entered(world.now, state, ("sales",), "", "", ""))
            if how == "rules":
                world.definitions = changed_rules()
            if how != "silence":
                world.tell()
            floor.evaluate()


@settings(max_examples=40, phases=WITHOUT_SHRINKING)
@given(STEPS)
def test_looking_at_what_may_have_changed_comes_to_the_same(
    steps: list[tuple[int, list[tuple[str, int, int, str]], str]],
) -> None:
    twins = Twins()
    some, everything = twins.both
    for step in steps:
        twins.step(*step)
        assert some.states == everything.states
        assert in_order(some.told) == in_order(everything.told)


# ------------------------------------------------------------- figures that cannot be worse


SHARES = f"""
rules:
  - {{id: five, {NAMES}, threshold: {{kpi: service_level, window: 5m, fire_below: 0.6}}}}
  - {{id: quarter, {NAMES}, for: 20,
     threshold: {{kpi: service_level, window: 15m, fire_below: 0.7, clear_above: 0.75}}}}
  - {{id: hour, {NAMES}, threshold: {{kpi: service_level, window: 60m, fire_below: 0.7}}}}
  - {{id: v1, {NAMES}, threshold: {{kpi: 'service_level:V1', window: 15m, fire_below: 0.75}}}}
  - {{id: gave-up, {NAMES}, threshold: {{kpi: abandonment_rate, window: 15m, fire_above: 0.2}}}}
  - {{id: slow, {NAMES}, threshold: {{kpi: wait_p90, window: 15m, fire_above: 50}}}}
  - {{id: mean, {NAMES}, threshold: {{kpi: asa, window: 15m, fire_above: 20}}}}
  - {{id: handled, {NAMES}, threshold: {{kpi: aht, window: 30m, fire_above: 4.5}}}}
  - {{id: many, {NAMES}, threshold: {{kpi: offered, window: 15m, fire_above: 40}}}}
  - {{id: little, {NAMES}, threshold: {{kpi: answer_rate, window: 30m, fire_below: 0.85}}}}
  - {{id: longest, {NAMES}, threshold: {{kpi: wait_max, window: 5m, fire_above: 68}}}}
  - {{id: waits, {NAMES}, threshold: {{kpi: longest_wait, fire_above: 90}}}}
  - {{id: expected, {NAMES}, threshold: {{kpi: estimated_wait, fire_above: 150, clear_below: 60}}}}
  - {{id: line, {NAMES}, threshold: {{kpi: waiting, fire_above: 3, clear_below: 2}}}}
  - {{id: calls, {NAMES}, scope: {{total: true}},
     threshold: {{kpi: service_level, window: 30m, fire_below: 0.7}}}}
  - {{id: row, {NAMES}, abandons: {{in_a_row: 4}}}}
"""


def busy_twins() -> Twins:
    twins = Twins()
    for floor in twins.both:
        floor.world.definitions = definitions(ABOUT + SHARES)
    return twins


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(2))
def test_shares_that_are_not_worked_out_again_come_to_the_same(seed: int) -> None:
    """Hours in which most is in time, and half hours in which little is; what was told is
    corrected now and then, and now and then a source's clock is ahead.
    """
    twins = busy_twins()
    some, everything = twins.both
    dice = random.Random(seed)
    looked = judged = 0
    for step in range(220):
        bad = step // 40 % 2
        visits = [
            (
                dice.choices(["answered", "abandoned", "waiting"], [16, 4, 1])[0],
                dice.randrange(-40_000 if dice.random() < 0.1 else 0, 40_000),
                dice.randrange(15, 70) if dice.random() < 0.2 + 0.6 * bad else dice.randrange(15),
                dice.choice(["sales", "help"]),
            )
            for _ in range(dice.randrange(5))
        ]
        if step % 7 == 3:
            corrected(twins, dice.randrange(1 << 30), dice.choice([1, 50]))
        before = len(some.told)
        gap = dice.choice([250, 1000, 5000, 20_000])
        for floor in twins.both:
            floor.world.now += gap
            floor.world.floor.put(*(visit_of(floor.world, *one) for one in visits))
            floor.world.tell()
        judged += some.evaluate().judged
        looked += everything.evaluate().judged
        assert some.states == everything.states
        assert in_order(some.told[before:]) == in_order(everything.told[before:])

    rules = {one.subject.rule for one in some.told}
    assert {"five", "quarter", "v1", "calls", "slow", "mean", "many", "expected", "line"} <= rules
    assert judged < 0.7 * looked


def corrected(twins: Twins, number: int, wait: int) -> None:
    """One of the contacts that were answered was answered after another wait."""
    for floor in twins.both:
        known = floor.world.floor.visits_of
        tenant, contact = sorted(known)[number % len(known)]
        visit = known[tenant, contact]
        if visit.answered_at is not None and visit.offered_at is not None:
            changed = answered(visit.offered_at, wait, 5, visit.queue or "")
            floor.world.floor.change(contact, changed, tenant)


def test_a_window_that_turned_and_lost_nothing_is_not_judged_again() -> None:
    world = World()
    world.floor.put(answered(NOW - 20 * 60 * MINUTE, 1), answered(NOW - 90_000, 1))
    world.tell()
    quiet = RuledFloor(world, SHARES, heard=False)
    quiet.evaluate()

    quiet.world.now += MINUTE
    quiet.world.tell()

    assert quiet.evaluate().judged == 2  # the row of abandons, and the estimated wait
    assert quiet.story == []


def in_order(told: list[Transition]) -> list[Transition]:
    """By time and subject: one evaluation looks in any order."""
    return sorted(told, key=lambda one: (one.at, one.subject))
