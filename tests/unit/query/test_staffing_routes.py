"""Asking over HTTP what moving agents would do, and who has some to lend."""

import asyncio
from typing import Any

import pytest

from floorpulse.board.domain.windows import MINUTE
from floorpulse.contracts.agents import Entered
from floorpulse.kpis.formulas.lending import Demand, predicted, required
from floorpulse.kpis.plan import Slot
from floorpulse.kpis.policies import ServiceLevelPolicy
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered, waiting
from tests.fakes.world import NOW, World

NOON = NOW - 440_000
HALF_HOUR = 30 * MINUTE
MOVE = {"from": "chat", "to": "orders", "agents": "2"}
TWO_POLICIES = """
tenant: demo
about:
  - {names: {en: Demo}, zone: UTC}
queues:
  - id: orders
    names: {en: Orders}
    channels: [voice, chat]
    service_level: voice
    service_level_of: {chat: chat}
service_levels:
  - {id: voice, threshold: 20}
  - {id: chat, threshold: 60}
"""


def floor(**agents: int) -> World:
    """Forty orders and twenty chats of three minutes each in the last half hour; agents by what
    they serve: `orders_chat` serves both.
    """
    world = World()
    for number in range(40):
        world.floor.put(answered(NOW - HALF_HOUR + number * 40_000, 5, 175, "orders"))
    for number in range(20):
        world.floor.put(answered(NOW - HALF_HOUR + number * 80_000, 5, 175, "chat"))
    for skills, number in agents.items():
        queues = tuple(sorted(skills.split("_")))
        for one in range(number):
            entered = Entered(NOW - HALF_HOUR, "available", queues, "", "east", "hangzhou")
            world.floor.enter(f"{skills}-{one}", entered)
    world.tell()
    return world


def ask(world: World, path: str, **asked: str) -> Any:
    answer = world.client().get(f"/v1/staffing/{path}", asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(world: World, path: str, **asked: str) -> tuple[int, str, str]:
    answer = world.client().get(f"/v1/staffing/{path}", asked)
    return answer.status_code, answer.json()["title"], answer.json()["detail"]


def foretell(world: World, queue: str, volume: float, aht: float = 180, channel: str = "") -> None:
    slots = [
        Slot(queue, channel, NOON - HALF_HOUR, NOON, volume, aht),
        Slot(queue, channel, NOON, NOON + HALF_HOUR, volume, aht),
        Slot(queue, channel, NOON + HALF_HOUR, NOON + 2 * HALF_HOUR, volume, aht),
    ]
    asyncio.run(world.forecasts.put("demo", slots, "5", ""))


def test_both_sides_are_told_before_and_after() -> None:
    told = ask(floor(orders=4, chat=9), "what-if", **MOVE)
    orders = told["taker"]
    seconds = 30 * 60 + 20  # whole minutes, and the twenty seconds of the current one
    demand = Demand(orders["arrivals"]["expected"] / 3600, orders["aht"])

    assert (told["giver"]["queue"], orders["queue"], told["agents"]) == ("chat", "orders", 2)
    assert orders["arrivals"]["measured"] == pytest.approx(3600 * 40 / seconds)
    assert orders["aht"] == 175
    assert [side["agents"] for side in (orders["before"], orders["after"])] == [4, 6]
    for side in (orders["before"], orders["after"]):
        like = predicted(demand, side["agents"], ServiceLevelPolicy())
        assert side == {
            **like._asdict(),
            "keeps_promise": (like.service_level or 0) >= 0.8,
        }
    assert orders["required"] == required(demand, ServiceLevelPolicy())
    assert orders["missing"] == orders["required"] - 4
    assert told["giver"]["after"]["service_level"] < told["giver"]["before"]["service_level"]


def test_without_a_forecast_it_reckons_with_what_came_and_says_so() -> None:
    plain = ask(floor(orders=4, chat=9), "what-if", **MOVE)["taker"]
    world = floor(orders=4, chat=9)
    foretell(world, "orders", 30)
    planned = ask(world, "what-if", **MOVE)["taker"]["arrivals"]

    assert plain["arrivals"]["basis"] == "measured"
    assert plain["arrivals"]["forecast"] is None
    assert plain["arrivals"]["expected"] == plain["arrivals"]["measured"]
    assert planned["basis"] == "forecast_scaled"
    assert planned["forecast"] == pytest.approx(60)
    assert planned["expected"] == pytest.approx(planned["measured"])


def test_a_forecast_of_channels_is_that_of_all_of_them() -> None:
    world = floor(orders=4, chat=9)
    foretell(world, "orders", 30, channel="voice")

    assert ask(world, "what-if", **MOVE)["taker"]["arrivals"]["forecast"] == pytest.approx(60)


def test_a_handle_time_that_was_not_measured_is_that_of_the_forecast() -> None:
    world = floor(orders=4, chat=9, help=2)
    world.floor.put(waiting(NOW - 30_000, "help"))
    world.tell()
    foretell(world, "help", 30, 240)
    told = ask(world, "what-if", **{**MOVE, "to": "help"})["taker"]

    assert (told["aht"], told["aht_basis"]) == (240, "forecast")
    assert told["arrivals"]["basis"] == "forecast_scaled"


def test_lenders_are_told_with_what_they_can_spare() -> None:
    told = ask(floor(orders=4, chat=9, help=3), "lendable", to="orders")

    assert told["to"]["missing"] == told["to"]["required"] - 4 > 0
    (chat,) = told["rows"]
    assert chat["queue"] == "chat"
    assert chat["lendable"] == chat["spare"] == 9 - chat["required"]
    assert chat["after"]["agents"] == chat["required"]
    assert chat["after"]["keeps_promise"]


def test_an_agent_who_serves_both_queues_is_nobody_to_lend() -> None:
    told = ask(floor(orders=4, orders_chat=9), "lendable", to="orders")

    assert told["rows"] == []


def test_a_queue_with_two_policies_has_that_of_the_channel_with_more_contacts() -> None:
    world = floor(orders=4, chat=9)
    world.definitions = definitions(TWO_POLICIES)
    world.floor.put(answered(NOW - 60_000, 5, 20, "orders", channel="chat"))
    world.tell()

    assert ask(world, "lendable", to="orders")["to"]["definition"] == "voice@1"


@pytest.mark.parametrize(
    ("asked", "title", "says"),
    [
        ({"to": "ordres"}, "Unknown queue", "known are: chat, orders"),
        ({"to": "chat"}, "No move", "name two queues"),
        ({"agents": "10"}, "More agents than there are", "chat has 9 agents at work who do not"),
        ({"agents": "0"}, "Invalid request", "agents"),
        ({"until": "1"}, "Unknown parameter", "agents"),
    ],
)
def test_a_move_that_cannot_be_made_is_refused(
    asked: dict[str, str], title: str, says: str
) -> None:
    status, told, detail = refusal(floor(orders=4, chat=9), "what-if", **MOVE | asked)

    assert (status, told) == (422, title)
    assert says in detail


def test_a_floor_whose_agents_tell_nothing_cannot_be_reckoned() -> None:
    for path, asked in (("what-if", MOVE), ("lendable", {"to": "orders"})):
        status, title, detail = refusal(floor(), path, **asked)

        assert (status, title) == (422, "No agents known")
        assert "agent.state" in detail


def test_a_queue_without_handle_time_or_contacts_cannot_be_reckoned() -> None:
    world = floor(orders=4, chat=9, help=2)
    world.floor.put(waiting(NOW - 30_000, "help"))
    world.tell()
    status, title, detail = refusal(world, "lendable", to="help")

    assert (status, title) == (422, "Nothing to reckon with")
    assert "handle time is not known" in detail


def test_a_queue_that_has_been_idle_cannot_be_reckoned() -> None:
    world = floor(orders=4, chat=9)
    world.floor.put(answered(NOW - 36 * 24 * 60 * MINUTE, 1, 1, "old"))
    world.tell()
    status, title, detail = refusal(world, "lendable", to="old")

    assert (status, title) == (422, "Nothing to reckon with")
    assert "nothing came lately" in detail
