"""A queue is known before its first contact: by its agents, its definition or its forecast."""

import asyncio

import pytest

from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.kpis.plan import Slot
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, answered
from tests.fakes.world import LEADER, NOW, SPAN, Client, World

DEFINED = """
tenant: demo
about: [{names: {en: Demo}}]
queues: [{id: defined, names: {en: Defined}, channels: [voice]}]
"""
NEW = ("defined", "staffed", "planned")
ROUTES = {
    "live": ("/v1/kpis", {}),
    "history": ("/v1/kpis/history", {**SPAN, "interval": "all"}),
}


@pytest.fixture(scope="module")
def world() -> World:
    """Calls for sales; three queues that never had one."""
    world = World()
    world.floor.put(answered(NOW - 5 * MINUTE, 5, 60, "sales"))
    world.tell()
    world.definitions = definitions(DEFINED)
    world.board.agents.take(AgentNow("demo", "ann", Entered(NOW, "available", ("staffed",))))
    begin = NOW - NOW % (30 * MINUTE)
    slot = Slot("planned", "", begin, begin + 30 * MINUTE, 4.0, 180.0)
    asyncio.run(world.forecasts.put("demo", [slot], "planner", "plan"))
    return world


@pytest.mark.parametrize("queue", NEW)
@pytest.mark.parametrize("route", ROUTES)
def test_a_queue_without_a_contact_has_counts_of_0_and_ratios_of_null(
    world: World, route: str, queue: str
) -> None:
    path, asked = ROUTES[route]
    answer = world.client().get(path, {**asked, "queue": queue})
    assert answer.status_code == 200, answer.text
    rows = {row["kpi"]: row["value"] for row in answer.json()["rows"] if row["queue"] == queue}
    assert (rows["offered"], rows["waiting"], rows["in_progress"]) == (0, 0, 0)
    assert (rows["service_level"], rows["asa"], rows["aht"]) == (None, None, None)


@pytest.mark.parametrize("queue", NEW)
@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/visits", SPAN),
        ("/v1/corrections", SPAN),
        ("/v1/agents", {}),
        ("/v1/agents/kpis", {**SPAN, "interval": "all"}),
        ("/v1/kpis", {"by": "total", "formula": "V3"}),
        ("/v1/kpis", {"by": "queue,channel", "channel": "voice"}),
        ("/v1/kpis/history", {**SPAN, "interval": "30m", "by": "channel"}),
    ],
)
def test_every_route_knows_it(world: World, path: str, asked: dict[str, str], queue: str) -> None:
    answer = Client(world.app, LEADER).get(path, {**asked, "queue": queue})
    assert answer.status_code == 200, answer.text


def test_an_unknown_queue_is_refused_with_the_one_that_was_meant(world: World) -> None:
    answer = world.client().get("/v1/kpis", {"queue": "plannd"})
    assert answer.status_code == 422
    detail = "unknown queue: plannd; known are: defined, planned, sales, staffed"
    assert answer.json()["detail"] == f"{detail}; did you mean planned?"
    assert world.client().get("/v1/kpis", {"queue": "xyz"}).json()["detail"].endswith("staffed")


def test_of_very_many_queues_nobody_looks_for_the_nearest(world: World) -> None:
    names = [f"q{number}" for number in range(2_001)]
    world.board.agents.take(AgentNow("demo", "bob", Entered(NOW, "available", tuple(names))))
    detail = world.client().get("/v1/kpis", {"queue": "plannd"}).json()["detail"]
    assert "did you mean" not in detail


@pytest.mark.parametrize("queue", NEW)
def test_staffing_says_why_it_reckons_nothing_with_it(world: World, queue: str) -> None:
    answer = world.client().get("/v1/staffing/lendable", {"to": queue})
    assert answer.status_code in (200, 422)
    assert "Unknown queue" not in answer.text
