"""What is wrong with each source: mistakes of all partitions, clocks, queues and agents."""

from typing import Any

from floorpulse.board.domain.agents import BoardAgents
from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.contracts.tallies import Example, Missing, What
from floorpulse.contracts.updates import SourceHeard, Talk
from floorpulse.counting.histograms import signed_bucket, signed_seconds
from floorpulse.figures.sources.deliveries import SourceTally
from floorpulse.figures.sources.feeds import OrphanCount
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered
from tests.fakes.world import LEADER, NOW, World

MINUTE = 60_000
HOUR = 60 * MINUTE
DEFINED = """
tenant: demo
about: [{names: {en: Demo}}]
queues: [{id: sales, names: {en: Sales}, channels: [voice]}]
"""


def feeds(world: World, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = world.client().get("/v1/sources", headers=headers or {})
    assert answer.status_code == 200, answer.text
    return {feed["source"]: feed for feed in answer.json()["feeds"]}


def test_mistakes_of_several_partitions_are_told_together_with_the_latest_examples() -> None:
    world = World()
    tallies = world.delivered
    tallies.of["demo"] = [
        SourceTally("pbx", What.WARNED, "future", 5, NOW - HOUR, NOW, (Example("9", "c9", NOW),)),
        SourceTally("pbx", What.HEARD, "", 5, NOW - HOUR, NOW),
        SourceTally("", What.REFUSED, "malformed", 1, NOW, NOW, (Example(told="no JSON"),)),
    ]
    tallies.orphaned["demo"] = [
        OrphanCount("pbx", Missing.ANSWER, 3, at, at, (Example(str(at), "c", at, "contact.ended"),))
        for at in (NOW - 3 * MINUTE, NOW - MINUTE)
    ]

    found = feeds(world)

    assert list(found) == ["", "pbx"]
    orphan, future = found["pbx"]["mistakes"]
    assert (orphan["kind"], orphan["code"], orphan["count"]) == ("orphan", "end_without_answer", 6)
    assert (orphan["since"], orphan["last"]) == (
        "2026-11-11T12:04:20+00:00",
        "2026-11-11T12:06:20+00:00",
    )
    assert [one["at"] for one in orphan["examples"]] == [orphan["last"], orphan["since"]]
    assert (future["code"], future["count"], future["examples"][0]["contact"]) == (
        "future",
        5,
        "c9",
    )
    assert found["pbx"]["state"] is None
    assert found[""]["mistakes"][0]["examples"] == [
        {"event": None, "contact": None, "at": None, "told": "no JSON"}
    ]


def test_skew_is_the_median_of_the_last_hour_with_where_most_lie() -> None:
    world = World()
    for number in range(1, 101):
        world.delivered.delay("demo", "pbx", NOW - number * 1000, -2 * HOUR + number * 10)
    world.delivered.delay("demo", "pbx", NOW - 2 * HOUR, 0)

    skew = feeds(world)["pbx"]["skew"]

    assert skew["requests"] == 100
    assert -7_300 < skew["low"] <= skew["median"] <= skew["high"] < -7_100


def test_spans_keep_their_sign_and_their_second() -> None:
    told = [0, 400, 1_000, 1_500, -1, -1_000, -90_000]
    assert [signed_seconds(signed_bucket(span)) for span in told] == [0, 1, 1, 2, -1, -1, -90]


def test_queues_that_nobody_defined_and_agents_without_a_state_stand_by_their_source() -> None:
    world = World()
    world.floor.put(*(answered(NOW - 5 * MINUTE, 5, 60, name) for name in ("sales", "slaes")))
    world.tell()
    world.definitions = definitions(DEFINED)
    world.board.sources.take(0, SourceHeard("demo", "pbx", 0, 1, ["sales", "slaes"]), world.now)
    world.board.sources.take(0, SourceHeard("demo", "crm", 0, 1, []), world.now)
    talk = Talk("demo", "c1", 1, "ann", "sales", NOW - MINUTE)
    world.board.agents.take_talks(0, [talk], NOW, everything=False)

    found = feeds(world, LEADER)

    assert found["pbx"]["undefined_queues"] == {"count": 1, "examples": ["slaes"]}
    assert found["pbx"]["stateless_agents"] == {"count": 1, "examples": ["ann"]}
    assert found["crm"]["stateless_agents"] == {"count": 0, "examples": []}
    assert feeds(world)["pbx"]["stateless_agents"] == {"count": 1, "examples": []}


def test_who_told_a_state_or_left_long_ago_is_not_stateless() -> None:
    agents = BoardAgents()
    entered = Entered(NOW, "available", ("sales",))
    agents.take(AgentNow("demo", "bob", entered))
    agents.take_talks(0, [Talk("demo", "c1", 1, "bob", "sales", NOW)], NOW, everything=False)
    agents.take_talks(0, [Talk("demo", "c2", 1, "ann", "sales", NOW)], NOW, everything=False)

    assert agents.stateless("demo", NOW) == {"ann": "sales"}
    assert agents.stateless("demo", NOW + 24 * HOUR) == {}
    assert agents.stateless("other", NOW) == {}
