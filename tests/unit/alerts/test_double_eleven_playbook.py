"""The playbook of double-eleven, replayed: the demo's rules on the model floor in virtual time warn
before the hour's service level is below what was promised, say how many agents are missing where,
and who has some to lend.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from floorpulse.alerts.domain.alert import Transition, TransitionKind
from floorpulse.simulator.domain.scenarios import DOUBLE_ELEVEN
from floorpulse.simulator.domain.spans import MINUTE, SECOND
from tests.fakes.ruled import RuledFloor
from tests.fakes.simulated import SimulatedFloor

pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]  # hours, which tracing makes long

SEEDS = (1, 11, 23)
OPENS, SINCE, UNTIL = 14.5, 15.75, 20.5
PROMISED = 0.8
RULE = "half-hour-at-risk"
VOICE = ("orders", "delivery", "returns")


@dataclass
class Evening:
    """What the rules told of an evening, and when the floor's hour fell below the promise for the
    first time (epoch milliseconds).
    """

    warnings: list[Transition] = field(default_factory=list)
    fell_at: int = 0


@cache
def evening(seed: int) -> Evening:
    floor = SimulatedFloor(DOUBLE_ELEVEN, seed, OPENS)
    floor.reach(SINCE)
    ruled = RuledFloor(floor.world)
    found = Evening()
    for now in floor.run(UNTIL, 60 * SECOND):
        told = ruled.evaluate().transitions
        found.warnings += [
            one for one in told if one.kind is TransitionKind.FIRE and one.subject.rule == RULE
        ]
        if level(floor) < PROMISED:
            found.fell_at = now
            break
    return found


def level(floor: SimulatedFloor) -> float:
    """The floor's service level of the last hour, as a wall shows it."""
    asked = {"by": "total", "window": "60m", "kpi": "service_level"}
    [row] = floor.world.client().get("/v1/kpis", asked).json()["rows"]
    return float(row["value"])


def before(seed: int) -> list[Transition]:
    """The warnings of the 45 minutes before the hour fell."""
    found = evening(seed)
    return [one for one in found.warnings if 0 < found.fell_at - one.at <= 45 * MINUTE]


def details(warning: Transition) -> dict[str, Any]:
    assert warning.figure is not None
    return warning.figure.details


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hour_falls_below_the_promise_and_is_warned_of_five_minutes_before(seed: int) -> None:
    found = evening(seed)
    warned = [found.fell_at - one.at for one in before(seed)]

    assert found.fell_at
    assert warned
    assert max(warned) >= 5 * MINUTE


@pytest.mark.parametrize("seed", SEEDS)
def test_a_warning_says_how_many_agents_are_missing_where(seed: int) -> None:
    assert {one.subject.queue for one in before(seed)} <= set(VOICE)
    for one in before(seed):
        told = details(one)
        assert 1 <= told["agents_missing"] <= 15
        assert told["agents_required"] == told["agents"] + told["agents_missing"]
        assert told["required"] > told["achievable"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_warning_says_which_queues_have_agents_to_lend(seed: int) -> None:
    for one in before(seed):
        lenders = {one["queue"]: one["agents"] for one in details(one)["lenders"]}

        assert lenders["chat"] >= details(one)["agents_missing"]
        assert one.subject.queue not in lenders
