"""What is shown of queues whose sources fell silent, and of the others beside them."""

from typing import Any
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.sources import SilenceRule
from floorpulse.contracts.tallies import Example, What
from floorpulse.contracts.updates import SourceHeard
from floorpulse.definitions.domain.bodies import Kind, SourceBody
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import Version
from floorpulse.figures.sources.deliveries import SourceTally
from floorpulse.figures.sources.watch import patience
from floorpulse.figures.timestamps import text
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered, waiting
from tests.fakes.world import LEADER, NOW, Client, World

MINUTE = 60_000
PLANNER = {"Authorization": "Bearer planner"}
EVERY_MINUTE = (1 << 64) - 1
A_BURST = 1


def world() -> World:
    one = World(make=lambda steady: Board(Rules(ZoneInfo("UTC"), silence=15 * MINUTE), steady))
    one.floor.put(*(answered(NOW - index * 20_000, 5, queue="sales") for index in range(12)))
    one.floor.put(
        *(answered(NOW - index * 20_000, 5, queue="help") for index in range(12)),
        waiting(NOW - 10_000, "help"),
    )
    one.tell()
    return one


def hear(one: World, source: str, *queues: str, minutes: int = EVERY_MINUTE) -> None:
    one.board.sources.take(0, SourceHeard("demo", source, 0, minutes, list(queues)), one.now)


def pass_time(one: World, minutes: int, speaking: dict[str, str]) -> None:
    """Minutes in which sources speak on and the engine does, too."""
    one.now += minutes * MINUTE
    for source, queue in speaking.items():
        hear(one, source, queue)
    one.tell()


def figures(one: World, path: str = "/v1/kpis", **asked: str) -> list[dict[str, Any]]:
    answer = one.client().get(path, params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def states(one: World) -> dict[str, str]:
    return {row["queue"]: row["state"] for row in figures(one, "/v1/queues")}


def offered(one: World, by: str = "queue") -> dict[str | None, tuple[float, str]]:
    return {
        row["queue"]: (row["value"], row["as_of"])
        for row in figures(one, kpi="offered", window="5m", by=by)
    }


def test_a_file_replayed_once_holds_nothing_up_half_an_hour_later() -> None:
    one = world()
    hear(one, "import", "old", minutes=A_BURST)
    hear(one, "pbx", "sales", "help")
    pass_time(one, 34, {"pbx": "sales"})
    one.floor.put(answered(one.now - 12_000, 3, queue="sales"))
    one.tell()

    assert offered(one)["sales"] == (1, "2026-11-11T12:41:20+00:00")
    assert set(states(one).values()) == {"low_volume"}


def test_only_the_queues_of_a_silent_source_stand_at_its_last_word_and_sums_go_on() -> None:
    one = world()
    hear(one, "old-pbx", "help")
    hear(one, "pbx", "sales")
    pass_time(one, 16, {"pbx": "sales"})

    assert states(one) == {"help": "stale", "sales": "ok"}
    assert offered(one) == {
        "help": (13, "2026-11-11T12:07:20+00:00"),
        "sales": (0, "2026-11-11T12:23:20+00:00"),
    }
    assert offered(one, by="total") == {None: (0, "2026-11-11T12:23:20+00:00")}


def test_where_every_queue_stands_so_does_the_floor() -> None:
    one = world()
    hear(one, "pbx", "sales", "help")
    pass_time(one, 16, {})

    assert set(states(one).values()) == {"stale"}
    assert offered(one, by="total") == {None: (25, "2026-11-11T12:07:20+00:00")}


def test_a_queue_with_a_second_source_that_speaks_goes_on_and_is_told_as_stale() -> None:
    one = world()
    hear(one, "old-pbx", "help")
    hear(one, "pbx", "help")
    pass_time(one, 16, {"pbx": "help"})

    assert states(one)["help"] == "stale"
    assert offered(one)["help"] == (0, "2026-11-11T12:23:20+00:00")


def test_an_answer_is_sent_again_when_a_queue_begins_to_stand() -> None:
    one = world()
    hear(one, "pbx", "sales", "help")
    client = one.client()
    asked = {"kpi": "offered", "window": "today"}
    tag = client.get("/v1/kpis", params=asked).headers["etag"]
    pass_time(one, 16, {})

    assert client.get("/v1/kpis", params=asked, headers={"If-None-Match": tag}).status_code == 200


def test_the_visits_behind_a_standing_queue_are_judged_at_its_last_word() -> None:
    one = world()
    hear(one, "pbx", "sales", "help")
    pass_time(one, 16, {})
    span = {"from": "2026-11-11T11:00:00Z", "to": "2026-11-11T12:30:00Z", "missed": "true"}

    assert figures(one, "/v1/visits", **span) == []  # it waited for 10 s then, which is no miss yet


def test_sources_are_told_with_their_state_and_can_be_retired_until_they_speak_again() -> None:
    one = world()
    hear(one, "old-pbx", "help")
    hear(one, "import", "sales", minutes=A_BURST)
    pass_time(one, 16, {"pbx": "sales"})
    assert [
        (row["source"], row["state"], row["queues"]) for row in figures(one, "/v1/sources")
    ] == [
        ("import", "without_rhythm", 1),
        ("old-pbx", "silent", 1),
        ("pbx", "speaking", 1),
    ]

    answer = Client(one.app, PLANNER).post("/v1/sources/retire", {"source": "old-pbx"})
    assert (answer.status_code, answer.json()["source"]) == (200, "old-pbx")
    pass_time(one, 1, {"pbx": "sales"})
    assert states(one)["help"] == "ok"
    assert figures(one, "/v1/sources")[1]["state"] == "retired"

    pass_time(one, 1, {"old-pbx": "help", "pbx": "sales"})
    assert figures(one, "/v1/sources")[1]["state"] == "speaking"


def test_retiring_takes_the_scope_admin_and_a_name() -> None:
    one = world()

    assert one.client().post("/v1/sources/retire", {"source": "x"}).status_code == 403
    assert Client(one.app, PLANNER).post("/v1/sources/retire", {"name": "x"}).status_code == 422
    assert Client(one.app, PLANNER).post("/v1/sources/retire", {"source": ""}).status_code == 422


CALENDAR = """
tenant: demo
about:
  - names: {en: Demo, zh: 演示}
    calendar: office
calendars:
  - id: office
    hours: {wednesday: ["09:00-12:15"]}
"""
RETIRED = """
tenant: demo
sources:
  - {id: old-pbx, retired: true}
  - {id: nightly, silence: 7200}
"""


def test_in_closing_hours_silence_is_expected() -> None:
    one = world()
    one.definitions = definitions(CALENDAR)
    hear(one, "pbx", "sales", "help")
    pass_time(one, 16, {})

    assert set(states(one).values()) == {"closed"}
    assert offered(one)["sales"][1] == "2026-11-11T12:23:20+00:00"


def test_a_definition_retires_a_source() -> None:
    one = world()
    one.definitions = definitions(RETIRED)
    hear(one, "old-pbx", "help")
    pass_time(one, 16, {})

    assert states(one)["help"] == "ok"


def test_definitions_say_how_much_silence_is_believed() -> None:
    known = patience(definitions(RETIRED).at("demo", NOW))

    assert known == {
        "old-pbx": SilenceRule(None, retired=True),
        "nightly": SilenceRule(7_200_000, retired=False),
    }


def test_the_metrics_page_says_the_same_queue_by_queue() -> None:
    one = world()
    hear(one, "old-pbx", "help")
    hear(one, "pbx", "sales")
    pass_time(one, 16, {"pbx": "sales"})
    page = Client(one.app, LEADER).get("/metrics").text

    stale = {
        line.split('queue="')[1].split('"')[0]: line[-1]
        for line in page.splitlines()
        if 'state="stale"' in line
    }
    assert stale == {"help": "1", "sales": "0"}
    offered = [
        line
        for line in page.splitlines()
        if line.startswith("contactcenter_service_level_ratio_sample_size") and '"5m"' in line
    ]
    assert [float(line.rpartition(" ")[2]) for line in offered] == [12, 0]


def test_a_configured_source_says_what_it_delivered_ignored_and_refused() -> None:
    one = World()
    bodies = [
        SourceBody(id="bell", vendor="cloudevents"),
        SourceBody(id="gong", vendor="amazon-connect"),
        SourceBody(id="pbx", silence=900),
    ]
    versions = [Version("demo", Kind.SOURCE, body.id, 1, body) for body in bodies]
    one.definitions = Definitions(versions, 1)
    one.delivered.of["demo"] = [
        SourceTally("bell", What.HEARD, "", 3, NOW - 60_000, NOW - 5_000),
        SourceTally("bell", What.EVENTS, "", 2, NOW - 60_000, NOW - 6_000),
        SourceTally("bell", What.IGNORED, "hums", 1, NOW - 7_000, NOW - 7_000),
        SourceTally("bell", What.IGNORED, "sings", 4, NOW - 7_000, NOW - 7_000),
        SourceTally("bell", What.REFUSED, "malformed", 1, NOW - 8_000, NOW - 8_000),
        SourceTally("pbx", What.HEARD, "", 3, NOW, NOW),
    ]
    bell, gong = one.client().get("/v1/sources").json()["configured"]
    assert (bell["vendor"], bell["deliveries"], bell["events"]) == ("cloudevents", 3, 2)
    assert bell["last_heard"] == text(NOW - 5_000)
    assert bell["since"] == text(NOW - 60_000)
    assert [(kind["kind"], kind["count"]) for kind in bell["ignored"]] == [
        ("sings", 4),
        ("hums", 1),
    ]
    assert [(kind["kind"], kind["count"]) for kind in bell["refused"]] == [("malformed", 1)]
    assert (gong["vendor"], gong["since"], gong["last_heard"]) == ("amazon-connect", None, None)


def test_what_seems_wrong_of_a_feed_is_told_by_source_with_an_example() -> None:
    one = World()
    one.delivered.of["demo"] = [
        SourceTally("pbx", What.WARNED, "future", 2, NOW - 60_000, NOW - 5_000, (Example("e-2"),)),
        SourceTally(
            "pbx", What.WARNED, "unknown_queue", 7, NOW - 9_000, NOW - 8_000, (Example("e-9"),)
        ),
        SourceTally("chat", What.WARNED, "local_time_as_utc", 1, NOW, NOW, (Example("c-1"),)),
        SourceTally("chat", What.HEARD, "", 3, NOW, NOW),
    ]

    answer = one.client().get("/v1/sources").json()

    assert [(row["source"], row["code"], row["count"]) for row in answer["warnings"]] == [
        ("chat", "local_time_as_utc", 1),
        ("pbx", "unknown_queue", 7),
        ("pbx", "future", 2),
    ]
    assert answer["warnings"][2] == {
        "source": "pbx",
        "code": "future",
        "count": 2,
        "since": text(NOW - 60_000),
        "last": text(NOW - 5_000),
        "example": "e-2",
    }
