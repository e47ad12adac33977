"""Queues that the definitions do not know stand apart, and no total loses them."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from floorpulse.query.prometheus.exposition import Exposition
from floorpulse.query.unknown_queues import NAMED, UnknownQueues
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, answered
from tests.fakes.world import NOW, SPAN, World

TENANT = "tenant: demo\nabout:\n  - {names: {en: Demo}}\n"
QUEUES = TENANT + "queues:\n  - {id: sales, names: {en: Sales}, channels: [voice]}\n"


@pytest.fixture
def world() -> World:
    """Two calls for sales, one for a queue that is mistyped."""
    world = World()
    world.floor.put(
        *(answered(NOW - 5 * MINUTE, 5, 60, name) for name in ("sales", "sales", "slaes"))
    )
    world.tell()
    world.definitions = definitions(QUEUES)
    return world


def told(world: World, path: str, **asked: str) -> dict[str | None, Any]:
    answer = world.client().get(path, asked)
    assert answer.status_code == 200, answer.text
    return {row["queue"]: row.get("value", row.get("known")) for row in answer.json()["rows"]}


@pytest.mark.parametrize(
    ("unknown", "by_queue", "total"),
    [
        ({}, {"sales": 2, "slaes": 1}, 3),
        ({"unknown": "include"}, {"sales": 2, "slaes": 1}, 3),
        ({"unknown": "exclude"}, {"sales": 2}, 2),
        ({"unknown": "only"}, {"slaes": 1}, 1),
    ],
)
def test_unknown_queues_are_left_in_or_out_as_asked_and_totals_have_them_unless_told(
    world: World, unknown: dict[str, str], by_queue: dict[str, int], total: int
) -> None:
    for path, span in (("/v1/kpis", {}), ("/v1/kpis/history", {**SPAN, "interval": "all"})):
        assert told(world, path, **span, **unknown, kpi="offered") == by_queue
        assert told(world, path, **span, **unknown, kpi="offered", by="total") == {None: total}


def test_queues_say_whether_the_definitions_know_them(world: World) -> None:
    assert told(world, "/v1/queues") == {"sales": True, "slaes": False}
    assert told(world, "/v1/queues", unknown="only") == {"slaes": False}
    assert told(world, "/v1/queues", unknown="exclude") == {"sales": True}


def test_where_no_queue_is_defined_none_is_unknown(world: World) -> None:
    world.definitions = definitions(TENANT)

    assert told(world, "/v1/queues") == {"sales": True, "slaes": True}
    assert told(world, "/v1/kpis", unknown="only", kpi="offered") == {}
    assert gauge(world) == 0


def gauge(world: World) -> int:
    exposition = Exposition(world.floors, 10_000)
    page = exposition.text(NOW, exposition.folds(NOW))
    [line] = [one for one in page.splitlines() if one.startswith("contactcenter_unknown_queues{")]
    return int(line.split()[-1])


def test_a_metric_counts_them(world: World) -> None:
    assert gauge(world) == 1


def test_the_log_tells_each_of_them_once_and_anew_when_it_comes_back(world: World) -> None:
    watch = UnknownQueues(world.floors)
    with capture_logs() as lines:
        watch.look()
        watch.look()
        world.definitions = definitions(QUEUES.replace("sales", "slaes"))
        watch.look()
        world.definitions = definitions(QUEUES)
        watch.look()

    assert [(line["event"], line["tenant"], line["queues"]) for line in lines] == [
        ("queues_not_defined", "demo", [queue]) for queue in ("slaes", "sales", "slaes")
    ]


def test_a_line_of_the_log_names_some_and_counts_all(world: World) -> None:
    world.floor.put(*(answered(NOW - MINUTE, 1, 60, f"x-{number:02}") for number in range(50)))
    world.tell()
    with capture_logs() as lines:
        UnknownQueues(world.floors).look()

    assert (len(lines[0]["queues"]), lines[0]["number"]) == (NAMED, 51)
