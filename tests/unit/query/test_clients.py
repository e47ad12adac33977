"""Clients, teams and sites: every answer goes by them, live and in history alike, and is the sum of
their queues.
"""

from typing import Any

import pytest

from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.instants import parse_instant
from floorpulse.figures.ports import StoredCorrection
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, waiting
from tests.fakes.world import LEADER, NOW, SPAN, Client, World

TEXT = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai}
sites:
  - {id: east, names: {en: East}}
teams:
  - {id: sellers, names: {en: Sellers}, site: east}
  - {id: helpers, names: {en: Helpers}, site: east}
clients:
  - {id: acme, names: {en: Acme, zh: 顶点}}
  - {id: bolt, names: {en: Bolt, zh: 闪电}}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice], team: sellers, client: acme,
     service_level: fast}
  - {id: vip, names: {en: VIP}, channels: [voice], team: sellers, client: bolt}
  - {id: help, names: {en: Help}, channels: [voice, chat], team: helpers, client: acme}
  - {id: help, valid_from: 2026-11-11, names: {en: Help}, channels: [voice, chat], team: helpers,
     client: bolt}
  - {id: desk, names: {en: Desk}, channels: [voice], team: helpers}
service_levels:
  - {id: fast, formula: V3, threshold: 10, target: 0.9}
targets:
  - {id: all-handled, metric: aht, comparison: at_most, value: 100, scope: {client: bolt}}
  - {id: calls-handled, metric: aht, comparison: at_most, value: 100,
     scope: {client: bolt, channels: [voice]}}
  - {id: acme-level, metric: service_level, comparison: at_least, value: 0.8,
     scope: {client: acme}}
  - {id: team-level, metric: service_level, comparison: at_least, value: 0.8,
     scope: {team: helpers}}
"""
PAST = {**SPAN, "interval": "all"}


@pytest.fixture
def world() -> World:
    """Today acme has sales, bolt has vip and help; until yesterday acme had help. Nobody has the
    desk. A call is five minutes old, a chat takes four times as long; one waits for vip.
    """
    world = World()
    at = NOW - 5 * MINUTE
    world.floor.put(
        answered(at, 5), answered(at, 20), abandoned(at, 8), answered(at, 15, 60, "help")
    )
    world.floor.put(answered(at, 50, 240, "help", channel="chat"), answered(at, 3, 60, "desk"))
    world.floor.put(answered(at, 2, 60, "vip"), waiting(NOW - 30_000, "vip"))
    world.floor.put(answered(NOW - 24 * 60 * MINUTE, 9, 60, "help"))
    world.tell()
    world.definitions = definitions(TEXT)
    return world


def rows(world: World, path: str, **asked: str) -> list[dict[str, Any]]:
    answer = Client(world.app, LEADER).get(path, asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def both(world: World, **asked: str) -> list[tuple[Any, ...]]:
    """The rows of the last quarter of an hour, live, which are those of history."""
    live = rows(world, "/v1/kpis", window="15m", **asked)
    span = {"from": live[0]["time"], "to": live[0]["end"]} if live else SPAN
    past = rows(world, "/v1/kpis/history", interval="all", **span, **asked)
    parts = ("queue", "channel", "team", "site", "client", "numerator", "denominator", "definition")
    told = [[tuple(row.get(part) for part in parts) for row in one] for one in (live, past)]
    assert told[0] == told[1]
    return [
        (group or team or site or "/".join(filter(None, (queue, channel))), *figure)
        for queue, channel, team, site, group, *figure in told[0]
    ]


def test_rows_by_client_sum_its_queues_each_under_its_own_policy(world: World) -> None:
    assert both(world, by="client", kpi="service_level") == [
        ("", 1, 1, "default@1"),
        ("acme", 1, 3, "fast@1"),
        ("bolt", 2, 4, "default@1"),
    ]
    assert both(world, by="client", kpi="offered") == [
        ("", 1, None, "default@1"),
        ("acme", 3, None, "fast@1"),
        ("bolt", 4, None, "default@1"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"client": "bolt", "by": "queue"}, [("help", 2), ("vip", 2)]),
        ({"client": "bolt", "by": "total"}, [("bolt", 4)]),
        ({"client": "bolt,acme", "by": "total"}, [("", 7)]),
        ({"client": "bolt", "by": "channel"}, [("chat", 1), ("voice", 3)]),
        ({"client": "bolt", "by": "team"}, [("helpers", 2), ("sellers", 2)]),
        ({"client": "bolt", "by": "client"}, [("bolt", 4)]),
        ({"client": "bolt", "team": "helpers", "by": "queue"}, [("help", 2)]),
        ({"client": "acme", "team": "helpers", "by": "total"}, [("acme", 0)]),
        ({"client": "acme", "team": "helpers", "by": "queue"}, []),
        ({"client": "acme", "queue": "sales,vip", "by": "queue"}, [("sales", 3)]),
        ({"client": "bolt", "channel": "chat", "by": "total"}, [("bolt", 1)]),
        ({"team": "sellers", "by": "total"}, [("sellers", 5)]),
        ({"site": "east", "by": "site"}, [("east", 8)]),
    ],
)
def test_live_and_history_are_narrowed_to_groups(
    world: World, asked: dict[str, str], found: list[tuple[str, int]]
) -> None:
    told = both(world, kpi="offered", **asked)

    assert [(name.rpartition("/")[2], offered) for name, offered, *_ in told] == [
        (name, offered) for name, offered in named(asked, found)
    ]


def named(asked: dict[str, str], found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The rows under the group that the question names, where it names one; rows by something else
    show it beside.
    """
    alone = [asked[one] for one in ("client", "team", "site") if "," not in asked.get(one, ",")]
    return [(alone[0] if alone and name else name, offered) for name, offered in found]


def test_a_row_of_a_client_without_contacts_is_nought_where_it_was_asked_for(world: World) -> None:
    world.definitions = definitions(
        TEXT.replace("client: acme,\n", "\n").replace(
            "sellers, client: bolt", "sellers, client: acme"
        )
    )

    assert both(world, by="client", client="acme", queue="sales", kpi="offered,waiting,agents") == [
        ("acme", 0, None, "default@1"),
        ("acme", 0, None, "default@1"),
        ("acme", 0, None, "default@1"),
    ]


def test_a_queue_belongs_to_the_client_it_was_run_for_when_the_interval_began(
    world: World,
) -> None:
    days = {"from": "2026-11-10T00:00:00+08:00", "to": "2026-11-12T00:00:00+08:00"}

    by_day = rows(world, "/v1/kpis/history", **days, interval="1d", by="client", kpi="offered")
    visits = rows(world, "/v1/visits", **days, client="acme")

    assert [(row["time"][:10], row.get("client"), row["value"]) for row in by_day] == [
        ("2026-11-10", None, 0),
        ("2026-11-10", "acme", 1),
        ("2026-11-10", "bolt", 0),
        ("2026-11-11", None, 1),
        ("2026-11-11", "acme", 3),
        ("2026-11-11", "bolt", 4),
    ]
    assert sorted(visit["queue"] for visit in visits) == ["help", "sales", "sales", "sales"]


MIDNIGHT = parse_instant("2026-11-11T00:00:00+08:00")


def at_midnight() -> World:
    """Ten minutes after help went from acme to bolt; it had a contact before that and two since."""
    world = World()
    world.now = MIDNIGHT + 10 * MINUTE
    world.floor.watermark = world.now
    before, after = MIDNIGHT - 3 * MINUTE, MIDNIGHT + 3 * MINUTE
    world.floor.put(answered(before, 5, 60, "help"), answered(before, 5, 60, "sales"))
    world.floor.put(answered(after, 5, 60, "help"), answered(after + 1, 9, 60, "help"))
    world.tell()
    world.definitions = definitions(TEXT)
    return world


@pytest.mark.parametrize("window", ["60m", "30m", "15m", "today"])
def test_live_windows_count_for_the_client_that_a_queue_came_to_at_midnight(window: str) -> None:
    """What it had before is in history, as the former client's."""
    world = at_midnight()

    told = rows(world, "/v1/kpis", window=window, by="client", kpi="offered")
    mine = rows(world, "/v1/kpis", window=window, by="total", client="bolt", kpi="offered")
    queues = rows(world, "/v1/kpis", window=window, by="queue", kpi="offered", queue="help")

    assert {row["client"]: row["value"] for row in told} == {"acme": 0, "bolt": 2}
    assert {row["time"] for row in told + mine} == {"2026-11-11T00:00:00+08:00"}
    assert [row["value"] for row in mine] == [2]
    assert [row["value"] for row in queues] == [2 if window == "today" else 3]


def test_live_windows_go_on_over_changes_that_regroup_nothing() -> None:
    world = at_midnight()

    [told] = rows(world, "/v1/kpis", window="30m", by="total", team="helpers", kpi="offered")
    [known] = rows(world, "/v1/kpis", window="30m", by="total", unknown="exclude", kpi="offered")

    assert (told["value"], told["time"]) == (3, "2026-11-10T23:40:00+08:00")
    assert (known["value"], known["time"]) == (4, "2026-11-10T23:40:00+08:00")


def test_a_live_window_begins_where_its_queues_became_known() -> None:
    world = at_midnight()
    world.definitions = definitions(TEXT.replace("id: desk,", "id: desk, valid_from: 2026-11-11,"))

    [known] = rows(world, "/v1/kpis", window="30m", by="total", unknown="exclude", kpi="offered")

    assert (known["value"], known["time"]) == (2, "2026-11-11T00:00:00+08:00")


def test_visits_corrections_and_queues_are_those_of_a_client(world: World) -> None:
    world.history.corrected = [
        StoredCorrection(
            number, NOW - 60 * MINUTE, NOW - 45 * MINUTE, queue, "voice", {}, {Cell.OFFERED: 1},
            "pbx", "e1", "contact.offered", NOW,
        )
        for number, queue in enumerate(("sales", "vip", "desk"), 1)
    ]  # fmt: skip

    visits = rows(world, "/v1/visits", **SPAN, client="bolt", channel="voice")
    changed = rows(world, "/v1/corrections", **SPAN, client="bolt", kpi="offered")
    queues = rows(world, "/v1/queues", client="bolt")

    assert sorted(visit["queue"] for visit in visits) == ["help", "vip", "vip"]
    assert [row["queue"] for row in changed] == ["vip"]
    assert [(row["queue"], row["client"]) for row in queues] == [("help", "bolt"), ("vip", "bolt")]
    assert {row["queue"]: row["client"] for row in rows(world, "/v1/queues")}["desk"] is None


def test_agents_of_a_client_serve_its_queues_and_their_figures_are_of_its_contacts(
    world: World,
) -> None:
    begin = NOW - 30 * MINUTE
    for agent, queues in (("eva", ("sales", "vip")), ("fay", ("desk",)), ("gus", ("sales",))):
        world.floor.enter(agent, Entered(begin, "available", queues))
        for queue in queues:
            visit = answered(NOW - 10 * MINUTE, 1, 60, queue)
            visit.agent = agent
            world.floor.put(visit)
    world.tell()

    there = rows(world, "/v1/agents", client="bolt")
    both_told = rows(world, "/v1/agents", client="bolt", queue="sales")
    handled = rows(
        world, "/v1/agents/kpis", **PAST, client="bolt", kpi="handled", agent="eva,fay,gus"
    )
    compared = rows(world, "/v1/agents/benchmark", **SPAN, client="acme", kpi="handled")

    assert [row["agent"] for row in there] == ["eva"]
    assert both_told == []
    assert [(row["agent"], row["client"], row["value"]) for row in handled] == [("eva", "bolt", 1)]
    assert [
        (row["agent"], row["client"], row["value"]) for row in compared if row["agent"] != "ann"
    ] == [("eva", "acme", 1), ("gus", "acme", 1)]


def test_a_target_of_channels_counts_their_contacts_only(world: World) -> None:
    kept = {row["target"]: row for row in rows(world, "/v1/targets", client="bolt")}

    assert [
        (name, row["value"], row["standing"], row["channels"]) for name, row in kept.items()
    ] == [
        ("all-handled@1", 120, "behind", None),
        ("calls-handled@1", 60, "met", "voice"),
    ]
    assert {row["client"] for row in kept.values()} == {"bolt"}


def test_behind_a_missed_target_of_channels_are_visits_of_these_only(world: World) -> None:
    before, _, promised = TEXT.partition(
        "{id: calls-handled, metric: aht, comparison: at_most, value: 100"
    )
    level = "{id: calls-handled, metric: service_level, comparison: at_least, value: 0.9"
    world.definitions = definitions(before + level + promised)

    [row] = rows(world, "/v1/targets", target="calls-handled")
    behind = Client(world.app, LEADER).get(row["visits"]).json()["rows"]

    assert (row["numerator"], row["denominator"]) == (2, 3)
    assert [(visit["queue"], visit["channel"]) for visit in behind] == [("vip", "voice")]


def test_targets_are_chosen_by_team_site_and_client(world: World) -> None:
    def told(**asked: str) -> list[str]:
        return [row["target"].partition("@")[0] for row in rows(world, "/v1/targets", **asked)]

    assert told(team="helpers") == ["team-level"]
    assert told(client="acme,bolt") == ["acme-level", "all-handled", "calls-handled"]
    assert told(site="east") == []
    assert told(client="acme", target="all-handled") == []


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/kpis", {}),
        ("/v1/kpis/history", PAST),
        ("/v1/visits", SPAN),
        ("/v1/corrections", SPAN),
        ("/v1/queues", {}),
        ("/v1/targets", {}),
        ("/v1/agents", {}),
        ("/v1/agents/kpis", PAST),
        ("/v1/agents/benchmark", SPAN),
        ("/v1/stream", {}),
    ],
)
def test_a_client_that_nobody_defined_is_refused_with_those_there_are(
    world: World, path: str, more: dict[str, str]
) -> None:
    answer = Client(world.app, LEADER).get(path, {**more, "client": "acne"})

    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "unknown client: acne; known are: acme, bolt; did you mean acme?"
    )
