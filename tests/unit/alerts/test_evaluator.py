"""The evaluator: whom it tells, what it does while nobody answers, where it begins."""

import asyncio
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.domain.alert_states import Pending
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.metrics import RuleMetrics
from floorpulse.alerts.rules import evaluator as module
from floorpulse.alerts.rules.evaluator import Evaluator
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.live.figures import LiveFigures
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, answered
from tests.fakes.ruled import ABOUT, MemoryIncidents
from tests.fakes.world import NOW, World

LEVEL = """
rules:
  - {id: level, names: {en: Level}, threshold: {kpi: service_level, fire_below: 0.8}}
"""
PATIENT = LEVEL.replace("id: level,", "id: level, for: 60,")
SALES = Subject("demo", "level", "sales")


class Evaluating:
    """An evaluator on a floor whose service level is 0.6."""

    def __init__(self, rules: str = LEVEL) -> None:
        self.world = World()
        self.world.floor.put(
            answered(NOW - 20 * 60 * MINUTE, 1),
            *[answered(NOW - 5 * MINUTE + one, 90 if one < 8 else 1) for one in range(20)],
        )
        self.world.tell()
        self.world.definitions = definitions(ABOUT + rules)
        self.registry = CollectorRegistry()
        self.metrics = RuleMetrics(self.registry)
        self.incidents = MemoryIncidents()
        self.is_ready = True
        self.evaluator = self.new()

    def new(self) -> Evaluator:
        return Evaluator(
            self.world.floors,
            self.world.query.of(LiveFigures),
            self.world.turns,
            self.metrics,
            lambda: self.is_ready,
            lambda: self.world.now / 1000,
        )

    async def evaluate(self) -> None:
        await self.evaluator.evaluate(self.incidents)

    def after(self, seconds: int) -> None:
        self.world.now += 1000 * seconds
        self.world.tell()

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"floorpulse_alerts_{name}", labels)


async def test_a_breach_is_handed_over_with_the_state_of_its_alert() -> None:
    one = Evaluating()

    await one.evaluate()

    assert [batch.transitions[0].subject for batch in one.incidents.batches] == [SALES]
    assert one.incidents.states == one.evaluator.states
    assert one.incidents.states[SALES].phase == "firing"


async def test_where_nothing_changed_nobody_is_told() -> None:
    one = Evaluating()
    await one.evaluate()

    one.after(1)
    await one.evaluate()

    assert len(one.incidents.batches) == 1


async def test_a_state_without_a_transition_is_handed_over_too() -> None:
    one = Evaluating(PATIENT)

    await one.evaluate()

    assert list(one.incidents.transitions) == []
    assert one.incidents.states == {SALES: Pending(NOW, one.incidents.states[SALES].condition)}  # type: ignore[union-attr]


async def test_what_was_not_stored_is_given_again() -> None:
    one = Evaluating()
    one.incidents.away = True
    await one.evaluate()
    one.after(5)
    await one.evaluate()
    assert one.evaluator.age() == 5

    one.incidents.away = False
    one.after(1)
    await one.evaluate()

    assert [told.at for told in one.incidents.transitions] == [NOW]
    assert one.incidents.states[SALES].phase == "firing"
    assert one.evaluator.age() == 0


async def test_a_pending_alert_goes_on_where_the_last_process_left_it() -> None:
    one = Evaluating(PATIENT)
    await one.evaluate()
    one.after(45)
    restarted = one.new()
    restarted.states.update(await one.incidents.load())
    await restarted.evaluate(one.incidents)
    assert list(one.incidents.transitions) == []

    one.after(15)
    await restarted.evaluate(one.incidents)

    assert [(told.reason, told.at) for told in one.incidents.transitions] == [
        ("held", NOW + 60_000)
    ]


async def test_alerts_of_a_tenant_without_definitions_resolve() -> None:
    one = Evaluating()
    await one.evaluate()
    one.world.definitions = NOTHING

    one.after(1)
    await one.evaluate()

    assert [told.reason for told in one.incidents.transitions] == ["breached", "rule_changed"]


async def test_metrics_tell_alerts_judgements_and_age() -> None:
    one = Evaluating()
    await one.evaluate()
    one.after(3)

    assert one.value("alerts", tenant="demo", rule="level", phase="firing") == 1
    assert one.value("judgements_total", reason="breached") == 1
    assert one.value("judgements_total", reason="stale") == 0
    assert one.value("evaluation_seconds_count") == 1
    assert one.value("evaluation_age_seconds") == 3


# ------------------------------------------------------------- running


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    for pause in ("NOT_BEFORE", "NOT_AFTER", "RETRY"):
        monkeypatch.setattr(module, pause, 0.001)


async def running(one: Evaluating, until: Callable[[], object]) -> None:
    """Run until a condition holds."""
    task = asyncio.create_task(one.evaluator.run(one.incidents, one.incidents, asyncio.Event()))
    async with asyncio.timeout(10):
        while not until():  # noqa: ASYNC110  the evaluator is looked at from outside
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.usefixtures("_quickly")
async def test_it_evaluates_without_news_too() -> None:
    one = Evaluating()

    await running(one, lambda: one.incidents.batches)

    assert one.incidents.states[SALES].phase == "firing"


@pytest.mark.usefixtures("_quickly")
async def test_nothing_is_judged_before_board_and_definitions_are_loaded() -> None:
    one = Evaluating()
    one.is_ready = False
    looks = 0

    def looked() -> bool:
        nonlocal looks
        looks += 1
        return looks > 200

    await running(one, looked)

    assert one.incidents.batches == []


@pytest.mark.usefixtures("_quickly")
async def test_it_waits_for_states_that_cannot_be_read() -> None:
    one = Evaluating(PATIENT)
    await one.evaluate()
    one.evaluator = one.new()
    one.incidents.away = True
    looks = 0

    def back() -> bool:
        nonlocal looks
        looks += 1
        one.incidents.away = looks < 50
        return bool(one.evaluator.states)

    await running(one, back)

    assert one.evaluator.states[SALES].phase == "pending"
