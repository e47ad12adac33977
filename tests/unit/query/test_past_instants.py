"""`at`: how it is said, what it answers, and what is refused."""

from typing import Any

import pytest

from floorpulse.contracts.agents import Entered
from floorpulse.contracts.feedback import Survey
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered
from tests.fakes.world import NOW, Client, World, busy_world

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
SINCE = NOW - NOW % MINUTE - 30 * MINUTE  # 2026-11-11T11:37:00Z
AT = "2026-11-11T11:37:20Z"
CHANGED = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice], service_level: strict}
service_levels:
  - {id: strict, formula: V5, threshold: 20, target: 0.8}
"""


def floor_of(*visits: Any) -> World:
    world = World()
    world.floor.put(*visits)
    world.tell()
    return world


def figure(client: Client, kpi: str, at: str, **more: str) -> dict[str, Any]:
    answer = client.get("/v1/kpis", {"kpi": kpi, "at": at, "queue": "sales", **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["rows"][0])


def test_a_contact_waits_until_it_is_answered_and_counts_as_answered_from_then_on() -> None:
    client = floor_of(answered(SINCE, 50, 60)).client()

    def stood(second: int) -> list[float]:
        at = f"2026-11-11T11:{37 + second // 60}:{second % 60:02}Z"
        kpis = ("offered", "waiting", "longest_wait", "answered", "in_progress", "handled")
        return [figure(client, kpi, at)["value"] for kpi in kpis]

    assert stood(10) == [1, 1, 10, 0, 0, 0]
    assert stood(49) == [1, 1, 49, 0, 0, 0]
    assert stood(50) == [1, 0, 0, 1, 1, 0]
    assert stood(109) == [1, 0, 0, 1, 1, 0]
    assert stood(110) == [1, 0, 0, 1, 0, 1]


def test_who_waited_beyond_the_threshold_lowered_the_service_level_then_not_before() -> None:
    client = floor_of(answered(SINCE, 5), abandoned(SINCE, 90)).client()

    def level(at: str) -> tuple[float, float]:
        row = figure(client, "service_level", at)
        return row["numerator"], row["denominator"]

    assert level("2026-11-11T11:37:15Z") == (1, 1)
    assert level("2026-11-11T11:37:21Z") == (1, 2)
    assert level("2026-11-11T11:40:00Z") == (1, 2)


def test_rows_are_those_of_live_figures_as_of_the_instant() -> None:
    world = busy_world()
    row = figure(world.client(), "offered", AT, window="5m")

    assert row["time"] == "2026-11-11T11:32:00Z" or row["time"].startswith("2026-11-11T11:32:00")
    assert row["end"].startswith("2026-11-11T11:38:00")
    assert row["as_of"].startswith("2026-11-11T11:37:20")
    assert row["window"] == "5m"


def test_without_an_offset_the_instant_is_local_time_of_the_floor() -> None:
    world = floor_of(answered(SINCE, 50))
    world.definitions = definitions(CHANGED)
    client = world.client()

    local = figure(client, "waiting", "2026-11-11T19:37:20")
    assert local == figure(client, "waiting", AT)
    assert local["as_of"] == "2026-11-11T19:37:20+08:00"


def test_targets_are_those_that_were_in_force() -> None:
    world = floor_of(answered(SINCE, 50), answered(SINCE - 86_400_000, 50))
    later = "  - {id: strict, valid_from: 2026-11-11, formula: V5, threshold: 20, target: 0.9}\n"
    world.definitions = definitions(CHANGED, CHANGED + later)
    client = world.client()

    def target(at: str) -> float:
        return float(client.get("/v1/queues", {"at": at}).json()["rows"][0]["target"])

    assert target("2026-11-10T23:59:59+08:00") == 0.8
    assert target("2026-11-11T00:00:00+08:00") == 0.9


def test_csv_and_pages_are_told_as_those_of_live_figures() -> None:
    client = busy_world().client()
    asked = {"kpi": "offered,aht,waiting", "at": AT}
    whole = client.get("/v1/kpis", asked).json()["rows"]
    first = client.get("/v1/kpis", {**asked, "limit": "4"}).json()
    second = client.get("/v1/kpis", {**asked, "limit": "4", "cursor": first["next"]}).json()
    sheet = client.with_headers({"Accept": "text/csv"}).get("/v1/kpis", {**asked, "limit": "1"})

    assert len(whole) == 6
    assert first["rows"] + second["rows"] == whole
    assert second["next"] is None
    assert len(sheet.text.splitlines()) == 1 + 6


def test_a_cursor_of_one_instant_is_no_cursor_of_another() -> None:
    client = busy_world().client()
    first = client.get("/v1/kpis", {"kpi": "offered", "at": AT, "limit": "1"}).json()
    other = {"kpi": "offered", "at": "2026-11-11T11:38:20Z", "limit": "1", "cursor": first["next"]}

    assert client.get("/v1/kpis", other).status_code == 422


def test_an_answer_that_did_not_change_is_not_sent_again_and_a_corrected_one_is() -> None:
    world = floor_of(answered(SINCE, 50))
    client = world.client()
    asked = {"kpi": "answered", "at": "2026-11-11T11:39:00Z"}
    tag = client.get("/v1/kpis", asked).headers["ETag"]
    again = client.with_headers({"If-None-Match": tag})

    assert again.get("/v1/kpis", asked).status_code == 304
    world.floor.put(answered(SINCE, 3))
    assert again.get("/v1/kpis", asked).json()["rows"][0]["value"] == 2


def test_queues_are_listed_with_who_waited_and_which_agents_were_there() -> None:
    world = floor_of(answered(SINCE, 50))
    world.floor.enter(
        "ann", Entered(SINCE - MINUTE, "available", ("sales",)), Entered(SINCE + MINUTE, "busy")
    )
    world.tell()
    client = world.client()
    [then] = client.get("/v1/queues", {"at": AT}).json()["rows"]
    [now] = client.get("/v1/queues").json()["rows"]

    assert (then["waiting"], then["longest_wait"]) == (1, 20)
    assert then["agents"] == {"available": 1}
    assert now["waiting"] == 0
    assert client.get("/v1/queues", {"at": "2026-11-11T11:36:20Z"}).status_code == 422


def test_a_survey_counts_once_its_minute_is_over() -> None:
    told = Survey(kind="csat", answered_at=SINCE + 40_000, score=5, best=5, worst=1)
    client = floor_of(answered(SINCE, 5, 10, surveys={"s": told})).client()

    assert figure(client, "csat", "2026-11-11T11:37:50Z")["denominator"] == 0
    assert figure(client, "csat", "2026-11-11T11:38:00Z")["denominator"] == 1


def test_customers_who_came_back_are_those_who_had_come_by_then() -> None:
    client = floor_of(
        answered(SINCE - 9 * MINUTE, 5, customer="k"), answered(SINCE + 30_000, 5, customer="k")
    ).client()

    def returned(at: str) -> tuple[float, float]:
        row = figure(client, "repeat_rate", at)
        return row["numerator"], row["denominator"]

    assert returned(AT) == (0, 1)
    assert returned("2026-11-11T11:37:40Z") == (1, 2)


@pytest.mark.parametrize(
    ("at", "title", "words"),
    [
        ("2026-11-11T12:08:00Z", "In the future", "it is 2026-11-11T12:07:20"),
        ("2026-11-11T10:00:00Z", "Before the first contact", "2026-11-11T11:37:00"),
        ("yesterday", "Invalid time", "yesterday"),
        ("1969-12-31T10:00:00Z", "Invalid time", "1970"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/kpis", "/v1/queues"])
def test_what_cannot_be_told_is_refused_with_what_can(
    path: str, at: str, title: str, words: str
) -> None:
    answer = floor_of(answered(SINCE, 50)).client().get(path, {"at": at})

    assert (answer.status_code, answer.json()["title"]) == (422, title)
    assert words in answer.json()["detail"]


def test_history_loaded_later_is_told_though_its_queue_is_no_longer_shown() -> None:
    world = floor_of(answered(SINCE, 5))
    world.board.prune(NOW)
    world.floor.put(answered(SINCE - 90 * DAY, 50, 60, queue="old"))
    world.tell()
    client = world.client()

    at = "2026-08-13T11:37:20Z"
    assert figure(client, "waiting", at, queue="old")["value"] == 1
    rows = client.get("/v1/queues", {"at": at}).json()["rows"]
    assert [(row["queue"], row["waiting"]) for row in rows] == [("old", 1)]


def test_an_instant_whose_contacts_were_deleted_is_refused() -> None:
    world = floor_of(answered(SINCE, 50))
    world.history.kept_since = NOW - 9 * 60 * MINUTE
    answer = world.client().get("/v1/kpis", {"at": AT})

    assert answer.status_code == 200
    world.history.kept_since = NOW - 8 * 60 * MINUTE
    answer = world.client().get("/v1/kpis", {"at": AT})
    assert (answer.status_code, answer.json()["title"]) == (422, "Beyond retention")


def test_a_tenant_without_a_contact_has_no_rows_at_any_instant() -> None:
    assert World().client().get("/v1/kpis", {"at": AT}).json()["rows"] == []


def test_a_store_that_is_away_is_said_so() -> None:
    world = floor_of(answered(SINCE, 50))
    world.floor.away = True
    assert world.client().get("/v1/kpis", {"at": AT}).status_code == 503
