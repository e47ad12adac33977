"""The routes of agents over a floor in memory."""

from typing import Any

import msgspec
import pytest

from floorpulse.contracts.agents import Entered
from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.visits import Miss, Visit
from floorpulse.figures.agents.comparison import BENCHMARK_COLUMNS, BenchmarkRow
from floorpulse.figures.agents.rows import AGENT_COLUMNS, AgentRow
from floorpulse.query.api.queue_bodies import AgentStateRow
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered
from tests.fakes.world import LEADER, NOW, READER, Client, World

MINUTE = 60_000
SPAN = {"from": "2026-11-11T11:00:00Z", "to": "2026-11-11T12:00:00Z", "interval": "all"}
BEGIN = NOW - 67 * MINUTE - 20_000


STRICT = """
tenant: demo
about:
  - names: {en: Demo, zh: 演示}
    zone: UTC
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], csat: strict}
csat:
  - {id: strict, satisfied: 1}
"""


def taken(minute: float, agent: str, talk: float, queue: str = "sales", **more: object) -> Visit:
    """A visit answered at once, `minute` minutes after eleven."""
    visit = answered(round(BEGIN + minute * MINUTE), 0, talk, queue, **more)
    visit.agent = agent
    return visit


@pytest.fixture
def world() -> World:
    world = World()
    world.floor.put(
        taken(1, "ann", 60),
        taken(5, "ann", 120, "help"),
        taken(9, "bob", 30),
        taken(-5, "bob", 600),
    )
    world.floor.enter(
        "ann",
        Entered(BEGIN - 10 * MINUTE, "available", ("help", "sales"), team="east", site="hangzhou"),
        Entered(BEGIN + 15 * MINUTE, "busy", ("help", "sales")),
        Entered(
            BEGIN + 30 * MINUTE, "break", ("help", "sales"), "lunch", team="east", site="hangzhou"
        ),
    )
    world.floor.enter(
        "bob",
        Entered(BEGIN + 30 * MINUTE, "available", ("sales",), team="west"),
        Entered(BEGIN + 45 * MINUTE, "offline"),
    )
    world.tell()
    return world


def leader(world: World) -> Client:
    return Client(world.app, LEADER)


def figures(world: World, **asked: str) -> dict[Any, Any]:
    answer = leader(world).get("/v1/agents/kpis", SPAN | asked)
    assert answer.status_code == 200, answer.text
    return {(row["agent"], row["kpi"]): row for row in answer.json()["rows"]}


@pytest.mark.parametrize("path", ["/v1/agents", "/v1/agents/kpis", "/v1/agents/benchmark"])
def test_agents_are_for_those_with_the_scope_only(world: World, path: str) -> None:
    app = world.app
    laptop = {"Host": "127.0.0.1"}
    app.state.open_tenant = "demo"

    assert Client(app, READER).get(path, SPAN).status_code == 403
    assert Client(app, laptop).get("/v1/kpis").status_code == 200
    assert Client(app, laptop).get(path, SPAN).status_code == 403


def test_a_session_of_a_browser_learns_nothing_about_agents(world: World) -> None:
    client = Client(world.app)
    client.post("/wallboard/session", json={"key": "leader"})

    assert client.get("/v1/kpis").status_code == 200
    assert client.get("/v1/agents").status_code == 403


def test_agents_stand_in_their_last_state(world: World) -> None:
    rows = leader(world).get("/v1/agents").json()["rows"]

    assert [row.state for row in msgspec.convert(rows, list[AgentStateRow])] == ["break", "offline"]
    assert rows[0] == {
        "agent": "ann",
        "state": "break",
        "since": "2026-11-11T11:30:00+00:00",
        "reason": "lunch",
        "queues": ["help", "sales"],
        "team": "east",
        "site": "hangzhou",
        "as_of": "2026-11-11T12:07:20+00:00",
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "break,busy"}, ["ann"]),
        ({"queue": "help"}, ["ann"]),
        ({"team": "east"}, ["ann"]),
        ({"site": "shanghai"}, []),
        ({"agent": "bob,cem"}, ["bob"]),
    ],
)
def test_agents_are_chosen_by_state_queue_team_site_and_name(
    world: World, asked: dict[str, str], found: list[str]
) -> None:
    assert [row["agent"] for row in leader(world).get("/v1/agents", asked).json()["rows"]] == found


def test_an_unknown_state_is_refused_with_those_there_are(world: World) -> None:
    answer = leader(world).get("/v1/agents", {"state": "asleep"})

    assert answer.status_code == 422
    assert "wrap_up" in answer.json()["detail"]


def test_what_was_answered_counts_by_its_offer_and_what_was_handled_by_its_completion(
    world: World,
) -> None:
    found = figures(world, kpi="answered,handled,att")

    assert {key: row["value"] for key, row in found.items()} == {
        ("ann", "answered"): 2, ("ann", "handled"): 2, ("ann", "att"): 90,
        ("bob", "answered"): 1, ("bob", "handled"): 2, ("bob", "att"): 315,
    }  # fmt: skip
    assert found["ann", "att"]["numerator"] == 180


def test_time_in_states_is_that_of_the_span(world: World) -> None:
    found = figures(world, kpi="occupancy,utilisation")

    assert found["ann", "occupancy"]["value"] == 18 / 30
    assert found["ann", "utilisation"]["denominator"] == 3600
    assert [found["ann", "utilisation"].get(part) for part in ("numerator", "reason")] == [
        18 * 60,
        None,
    ]


def test_a_queue_tells_of_its_visits_and_of_those_who_serve_it(world: World) -> None:
    found = figures(world, kpi="answered,occupancy", queue="help")

    assert {key: row["value"] for key, row in found.items()} == {
        ("ann", "answered"): 1,
        ("ann", "occupancy"): 18 / 30,
    }
    assert found["ann", "answered"]["queue"] == "help"


def test_of_whom_no_source_tells_the_state_figures_are_null_with_a_reason(world: World) -> None:
    found = figures(world, kpi="occupancy,utilisation,break_time,acw,handled")

    assert [found["bob", "occupancy"][part] for part in ("value", "numerator", "denominator")] == [
        None,
        330,
        None,
    ]
    reasons = {kpi: row.get("reason") for (agent, kpi), row in found.items() if agent == "bob"}
    assert reasons == {
        "occupancy": "no_states",
        "utilisation": "no_states",
        "break_time": "no_states",
        "acw": "no_wrap_up",
        "handled": None,
    }


def test_time_on_break_is_told_of_the_reasons_that_are_asked_for(world: World) -> None:
    def paused(**asked: str) -> list[float | None]:
        rows = figures(world, kpi="break_time", agent="ann", by="team", **asked)
        return [row["value"] for row in rows.values()]

    assert paused() == paused(reason="lunch,training") == [30 * 60]
    assert paused(reason="training") == [0]


def test_who_did_not_take_a_contact_answers_for_it_and_not_who_took_it(world: World) -> None:
    visit = taken(20, "bob", 30)
    visit.missed = (
        Miss(BEGIN + 19 * MINUTE, "cem"),
        Miss(BEGIN + 19 * MINUTE + 20_000, "cem", "help"),
        Miss(BEGIN + 19 * MINUTE + 40_000, "bob"),
    )
    world.floor.put(visit)

    found = figures(world, kpi="missed,answered")
    assert {key: row["value"] for key, row in found.items()} == {
        ("ann", "missed"): 0, ("ann", "answered"): 2,
        ("bob", "missed"): 1, ("bob", "answered"): 2,
        ("cem", "missed"): 2, ("cem", "answered"): 0,
    }  # fmt: skip
    assert figures(world, kpi="missed", queue="help")["cem", "missed"]["value"] == 1


def test_agents_who_tell_no_states_are_listed_by_what_their_contacts_show(world: World) -> None:
    talking = answered(NOW - MINUTE, 10, 0, "help")
    talking.agent = "dee"
    talking.ended_at = None
    world.floor.put(talking)
    world.tell()

    rows = leader(world).get("/v1/agents", {"queue": "help", "state": "busy"}).json()["rows"]
    assert [(row["agent"], row["queues"]) for row in rows] == [("dee", ["help"])]
    ended = answered(NOW - MINUTE, 10, 20, "help")
    ended.agent = "dee"
    world.floor.change(f"c{world.floor.offset}", ended)
    world.tell()
    rows = leader(world).get("/v1/agents", {"agent": "dee"}).json()["rows"]
    assert [row["state"] for row in rows] == ["unknown"]


def test_rows_add_up_teams_sites_and_everybody(world: World) -> None:
    for by, expected in (
        ("team", [(None, "east", None, 2), (None, "west", None, 1)]),
        ("site", [(None, None, None, 1), (None, None, "hangzhou", 2)]),
        ("total", [(None, None, None, 3)]),
        ("agent", [("ann", None, None, 2), ("bob", None, None, 1)]),
    ):
        rows = (
            leader(world)
            .get("/v1/agents/kpis", SPAN | {"by": by, "kpi": "answered"})
            .json()["rows"]
        )
        assert [
            (row["agent"], row.get("team"), row.get("site"), row["value"]) for row in rows
        ] == expected


def test_satisfaction_in_each_queue_is_judged_under_its_own_policy() -> None:
    world = World()
    four = {"s": Survey("csat", None, BEGIN, BEGIN, 4, 5, 1)}
    world.floor.put(taken(1, "ann", 60, surveys=four), taken(2, "ann", 60, "help", surveys=four))
    world.definitions = definitions(STRICT)
    world.tell()

    row = figures(world, kpi="csat")["ann", "csat"]

    assert [row["numerator"], row["denominator"], row["definition"]] == [1, 2, "default@1+strict@1"]


def test_agents_asked_for_by_name_stand_alone(world: World) -> None:
    assert {agent for agent, _ in figures(world, agent="bob", kpi="handled,occupancy")} == {"bob"}


def test_evaluations_and_complaints_are_about_the_agent_they_name(world: World) -> None:
    visit = taken(
        20, "ann", 60, surveys={"s": Survey("csat", None, BEGIN, BEGIN + 25 * MINUTE, 5, 5, 1)}
    )
    visit.evaluations = {
        "1": Evaluation(BEGIN, score=90),
        "2": Evaluation(BEGIN, score=50, agent="cem"),
    }
    visit.complaints = {"k": Complaint((Statement(BEGIN, agent="cem"),))}
    world.floor.put(
        visit, Visit(queue="sales", evaluations={"3": Evaluation(BEGIN, score=70, agent="cem")})
    )
    found = figures(world, kpi="csat,qa_mean,complaints,answered")

    assert [
        found["ann", kpi]["value"] for kpi in ("csat", "qa_mean", "complaints", "answered")
    ] == [1, 90, 0, 3]
    assert [
        found["cem", kpi]["value"] for kpi in ("csat", "qa_mean", "complaints", "answered")
    ] == [None, 60, 1, 0]


def test_pages_follow_one_another_and_csv_has_them_all(world: World) -> None:
    asked = SPAN | {"interval": "5m", "kpi": "answered,handled,utilisation"}
    whole = leader(world).get("/v1/agents/kpis", asked).json()["rows"]
    pages: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = leader(world).get("/v1/agents/kpis", asked | {"limit": "3"} | cursor).json()
        pages += page["rows"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert pages == whole
    assert {row["time"] for row in whole} >= {
        "2026-11-11T11:00:00+00:00",
        "2026-11-11T11:55:00+00:00",
    }
    lines = (
        leader(world)
        .get("/v1/agents/kpis", asked | {"limit": "3"}, {"Accept": "text/csv"})
        .text.splitlines()
    )
    assert lines[0] == ",".join(AGENT_COLUMNS)
    assert len(lines) == 1 + len(whole)


def test_every_kpi_of_agents_is_answered_by_default(world: World) -> None:
    rows = leader(world).get("/v1/agents/kpis", SPAN).json()["rows"]

    told = msgspec.convert(rows, list[AgentRow])

    assert [row.agent for row in told] == ["ann"] * 27 + ["bob"] * 27


def test_what_no_agent_answers_for_is_refused(world: World) -> None:
    answer = leader(world).get("/v1/agents/kpis", SPAN | {"kpi": "service_level"})

    assert answer.status_code == 422
    assert "aht" in answer.json()["detail"]


def contest() -> World:
    """Four agents with 4, 3, 2 and 1 contacts of 60 s in an hour logged in; ann pleases 2 of 4, bob
    all three, cem both, dee nobody.
    """
    world = World()
    for agent, scores in (
        ("ann", (5, 5, 1, 1)),
        ("bob", (5, 5, 5)),
        ("cem", (5, 5)),
        ("dee", (1,)),
    ):
        world.floor.enter(
            agent, Entered(BEGIN, "available", ("sales",)), Entered(BEGIN + 60 * MINUTE, "offline")
        )
        for minute, score in enumerate(scores):
            talk = 60 if agent == "bob" else 90
            world.floor.put(
                taken(
                    minute,
                    agent,
                    talk,
                    surveys={"s": Survey("csat", None, BEGIN, BEGIN, score, 5, 1)},
                )
            )
    world.tell()
    return world


def beside(world: World, **asked: str) -> dict[Any, Any]:
    span = {name: SPAN[name] for name in ("from", "to")}
    answer = leader(world).get(
        "/v1/agents/benchmark", span | {"handled": "1", "answers": "1"} | asked
    )
    assert answer.status_code == 200, answer.text
    return {
        (row["agent"], row["kpi"]): msgspec.convert(row, BenchmarkRow)
        for row in answer.json()["rows"]
    }


def test_agents_are_compared_with_those_who_are_best_at_both() -> None:
    """At or below in volume: 4, 3, 2, 1 of 4; in quality: ann 2, bob and cem 4, dee 1: the worse
    rank is bob's 3.
    """
    found = beside(contest(), kpi="handled,aht,csat,att")

    assert {agent: row.standing for (agent, _), row in found.items()} == {
        "ann": "compared", "bob": "benchmark", "cem": "compared", "dee": "compared",
    }  # fmt: skip
    assert [
        found["ann", "aht"].benchmark,
        found["ann", "aht"].distance,
        found["ann", "aht"].behind,
    ] == [60, 30, True]
    assert [found["ann", "handled"].distance, found["ann", "handled"].behind] == [1, False]
    assert [found["ann", "csat"].distance, found["ann", "csat"].behind] == [-0.5, True]
    assert [found["ann", "att"].distance, found["ann", "att"].behind] == [30, None]
    assert [found["bob", "aht"].distance, found["bob", "aht"].behind] == [0, False]
    assert {(row.volume, row.candidates, row.small) for row in found.values()} == {
        ("handled_per_hour", 4, True)
    }


def test_without_anybody_who_did_enough_there_is_no_benchmark() -> None:
    found = beside(contest(), kpi="aht", handled="50")

    assert {(row.standing, row.benchmark, row.distance, row.behind) for row in found.values()} == {
        ("few_handled", None, None, None)
    }


def test_a_comparison_goes_page_by_page_and_as_csv() -> None:
    world = contest()
    span = {name: SPAN[name] for name in ("from", "to")}
    whole = leader(world).get("/v1/agents/benchmark", span).json()["rows"]
    first = leader(world).get("/v1/agents/benchmark", span | {"limit": "30"}).json()
    second = (
        leader(world)
        .get("/v1/agents/benchmark", span | {"limit": "78", "cursor": first["next"]})
        .json()
    )
    lines = (
        leader(world)
        .get("/v1/agents/benchmark", span | {"limit": "30"}, {"Accept": "text/csv"})
        .text.splitlines()
    )

    assert first["rows"] + second["rows"] == whole
    assert second["next"] is None
    assert lines[0] == ",".join(BENCHMARK_COLUMNS)
    assert len(lines) == 1 + len(whole) == 109


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/agents", {}),
        ("/v1/agents/kpis", SPAN),
        ("/v1/agents/benchmark", {"from": SPAN["from"], "to": SPAN["to"]}),
    ],
)
def test_the_same_figures_are_not_sent_again(
    world: World, path: str, asked: dict[str, str]
) -> None:
    tag = leader(world).get(path, asked).headers["ETag"]

    assert leader(world).get(path, asked, {"If-None-Match": tag}).status_code == 304
