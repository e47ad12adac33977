"""What-if against the model contact centre: the same floor with the agents moved, run again, fares
about as was foretold.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest

from floorpulse.simulator.domain.scenarios import NORMAL, Scenario, Team
from floorpulse.simulator.domain.spans import MINUTE
from tests.fakes.simulated import SimulatedFloor

pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]  # days, which tracing makes long

OPENS, SINCE, UNTIL = 8, 10, 18
MOVED = 4


def two_queues(orders: float, chat: float) -> Scenario:
    """Orders and chat, as many of them at any hour, each with a team of its own; the numbers are
    the teams' agents for each that the forecast asks for.
    """
    queues = tuple(
        replace(NORMAL.queue(name), share=share, transfers=0.0, onward=())
        for name, share in (("orders", 0.6), ("chat", 0.4), ("callback", 0.0))
    )
    teams = (
        Team("east", "hangzhou", ("orders",), reserve=orders),
        Team("west", "chengdu", ("chat", "callback"), reserve=chat),
    )
    return Scenario("two-queues", 10_000, queues, teams, (1.0,) * 24, safety=0.0)


class Day:
    """The hours of a floor: what was foretold every ten minutes, and what came of it."""

    def __init__(self, scenario: Scenario) -> None:
        floor = SimulatedFloor(scenario, 3, OPENS)
        client = floor.world.client()
        floor.reach(SINCE)
        self.told: list[Any] = []
        for now in floor.run(UNTIL):
            if now % (10 * MINUTE) == 0:
                asked = {"from": "chat", "to": "orders", "agents": str(MOVED)}
                self.told.append(client.get("/v1/staffing/what-if", asked).json())
        rows = client.get(
            "/v1/kpis", {"kpi": "service_level,abandonment_rate,asa", "window": "today"}
        ).json()["rows"]
        self.came = {(row["queue"], row["kpi"]): row["value"] for row in rows}

    def mean(self, *path: str) -> float:
        """The mean of what was foretold at that place of the answers."""
        return fmean(_at(one, path) for one in self.told)


def _at(answer: Any, path: Sequence[str]) -> float:
    for step in path:
        answer = answer[step]
    return float(answer)


def test_the_same_floor_with_the_agents_moved_fares_as_foretold() -> None:
    before = Day(two_queues(0.92, 1.3))
    orders = before.mean("taker", "before", "agents")
    chat = before.mean("giver", "before", "agents")
    after = Day(two_queues(0.92 * (1 + MOVED / orders), 1.3 * (1 - MOVED / chat)))

    assert after.mean("taker", "before", "agents") == pytest.approx(orders + MOVED, abs=1)
    assert after.mean("giver", "before", "agents") == pytest.approx(chat - MOVED, abs=1)
    for side, queue in (("taker", "orders"), ("giver", "chat")):
        for kpi, field, within in (
            ("service_level", "service_level", 0.06),
            ("abandonment_rate", "abandonment", 0.03),
        ):
            as_is = before.mean(side, "before", field)
            moved = before.mean(side, "after", field)
            came = before.came[queue, kpi]
            assert as_is == pytest.approx(came, abs=within)
            assert moved - as_is == pytest.approx(after.came[queue, kpi] - came, abs=within)
    assert after.came["orders", "service_level"] > before.came["orders", "service_level"] + 0.1
