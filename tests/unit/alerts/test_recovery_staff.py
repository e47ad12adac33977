"""A half hour at risk: who is counted for it, how many are missing, who has some to lend."""

import asyncio
from typing import Any

import pytest

from floorpulse.alerts.domain.judgement import Call, Judgement
from floorpulse.board.domain.windows import MINUTE
from floorpulse.contracts.agents import Entered
from floorpulse.kpis.plan import Slot
from tests.fakes.floor import answered
from tests.fakes.ruled import RuledFloor
from tests.fakes.world import NOW, World

NOON = NOW - 440_000
HALF_HOUR = 30 * MINUTE
RULES = """
queues:
  - {id: orders, names: {en: Orders}, channels: [voice]}
  - {id: chat, names: {en: Chat}, channels: [voice]}
rules:
  - {id: risk, names: {en: At risk}, scope: {queues: [orders]}, recovery: {when: at_risk}}
  - {id: all, names: {en: At risk}, scope: {total: true}, recovery: {when: at_risk}}
"""


def slots(*begins: int, volume: float = 60.0, channel: str = "") -> list[Slot]:
    """Half hours of orders that are forecast."""
    return [Slot("orders", channel, one, one + HALF_HOUR, volume, 180) for one in begins]


BOTH = slots(NOON - HALF_HOUR, NOON)


@pytest.mark.parametrize(
    ("forecast", "later", "pace"),
    [
        # 60 in the 1,820 s up to now, for which two a minute were forecast
        (BOTH, 0, 60 / (1820 / 30)),
        (slots(NOON - HALF_HOUR, NOON, channel="voice"), 0, 60 / (1820 / 30)),
        # only the first 1,380 s, or the last 440, are forecast
        ([*BOTH[:1], Slot("orders", "", NOON + HALF_HOUR // 2, NOON + HALF_HOUR, 30, 180)], 0, 1.0),
        (BOTH[1:], 0, 14 / (440 / 30)),
        # who comes as the minute begins belongs to no part that is over
        (BOTH, 40_000, 58 / 60),
    ],
    ids=["whole", "of the channel", "ends early", "begins late", "at the minute"],
)
def test_the_pace_is_what_came_over_what_was_forecast_for_that_time(
    forecast: list[Slot], later: int, pace: float
) -> None:
    world = World()
    for number in range(60):
        world.floor.put(answered(NOW - HALF_HOUR + number * 30_000, 5, 20, "orders"))
    world.floor.put(answered(NOW - 20 * HALF_HOUR, 5, 20, "orders"))
    world.floor.enter("ann", Entered(NOW, "available", ("orders",), "", "east", "hangzhou"))
    world.now += later
    if later:
        world.floor.put(answered(world.now, 0, 0, "orders"))
    asyncio.run(world.forecasts.put("demo", [*forecast, *slots(NOON + HALF_HOUR)], "5", ""))
    world.tell()
    floor = RuledFloor(world, RULES)
    floor.evaluate()

    assert details(floor.of("risk", "orders"))["pace"] == pytest.approx(pace)


def evaluated(**agents: int) -> RuledFloor:
    """A floor whose rules were looked at: sixty orders and thirty chats of three minutes came in
    the half hour before; `orders_chat` agents serve both.
    """
    world = World()
    for number in range(60):
        world.floor.put(answered(NOW - HALF_HOUR + number * 29_000, 5, 175, "orders"))
    for number in range(30):
        world.floor.put(answered(NOW - HALF_HOUR + number * 58_000, 5, 175, "chat"))
    for skills, number in agents.items():
        queues = tuple(sorted(skills.split("_")))
        for one in range(number):
            entered = Entered(NOW - HALF_HOUR, "available", queues, "", "east", "hangzhou")
            world.floor.enter(f"{skills}-{one}", entered)
    forecast = [
        Slot(name, "", begin, begin + HALF_HOUR, volume, 180)
        for name, volume in (("orders", 60.0), ("chat", 30.0))
        for begin in (NOON - HALF_HOUR, NOON, NOON + HALF_HOUR)
    ]
    asyncio.run(world.forecasts.put("demo", forecast, "5", ""))
    world.tell()
    floor = RuledFloor(world, RULES)
    floor.evaluate()
    return floor


def judged(rule: str = "risk", queue: str = "orders", **agents: int) -> Judgement:
    """How the half hour stands."""
    return evaluated(**agents).of(rule, queue)


def details(judgement: Judgement) -> dict[str, Any]:
    assert judgement.figure is not None
    return judgement.figure.details


def told(rule: str = "risk", **agents: int) -> dict[str, Any]:
    """What whoever must act is told."""
    [figure] = [one.figure for one in evaluated(**agents).told if one.subject.rule == rule]
    assert figure is not None
    return figure.details


def test_an_agent_who_serves_two_queues_counts_for_one_of_them() -> None:
    shared = details(judged(orders_chat=9))

    assert shared["agents"] == 6, "two thirds of the work are orders"


def test_a_half_hour_at_risk_says_who_is_missing_and_who_can_lend_whom() -> None:
    at_risk = told(orders=4, chat=12)

    assert at_risk["agents"] == 4
    assert at_risk["agents_missing"] == at_risk["agents_required"] - 4 > 0
    assert at_risk["lenders"] == [{"queue": "chat", "agents": at_risk["lenders"][0]["agents"]}]
    assert 0 < at_risk["lenders"][0]["agents"] < 12


def test_one_that_can_be_kept_names_nobody() -> None:
    kept = judged(orders=12, chat=12)

    assert kept.call is Call.CLEAR
    assert "lenders" not in details(kept)


def test_the_whole_floor_has_all_agents_and_nobody_who_could_lend() -> None:
    whole = told("all", orders=4, chat=4)

    assert whole["agents"] == 8
    assert "lenders" not in whole


def test_without_agents_who_tell_anything_nothing_is_decided() -> None:
    assert judged().call is Call.UNKNOWN
