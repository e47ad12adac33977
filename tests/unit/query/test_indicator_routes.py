"""The routes of management by indicators over a floor in memory."""

from typing import Any

import pytest

from floorpulse.contracts.agents import Entered
from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.visits import Visit
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered
from tests.fakes.world import LEADER, NOW, READER, Client, World

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NOON = NOW - 7 * MINUTE - 20_000  # 2026-11-11T12:00:00Z, a Wednesday
DAYS = {"from": "2026-11-09", "to": "2026-11-11"}
TEXT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: UTC, calendar: day}
calendars:
  - id: day
    hours:
      monday: ["08:00-16:00"]
      tuesday: ["08:00-16:00"]
      wednesday: ["08:00-16:00"]
sites:
  - {id: hangzhou, names: {en: Hangzhou, zh: 杭州}, vendor: alpha}
  - {id: chengdu, names: {en: Chengdu, zh: 成都}}
teams:
  - {id: east, names: {en: East, zh: 东}, site: hangzhou}
  - {id: west, names: {en: West, zh: 西}, site: chengdu}
clients:
  - {id: acme, names: {en: Acme, zh: 艾科}}
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], team: east, client: acme}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice], team: west, client: acme, qa: mild}
qa:
  - {id: mild, pass_mark: 50}
agent_targets:
  - {id: contacts, metric: handled, comparison: at_least, value: 4, team: east, agents: [dee]}
  - {id: quick, metric: aht, comparison: at_most, value: 80, window: week, of: team, team: east}
  - {id: rested, metric: break_time, comparison: at_most, value: 3600, window: month,
     agents: [ann], queues: [sales], hours: 160}
bindings:
  - {id: li-east, role: leader, person: Li, team: east, agents: [ann], since: 2026-11-10,
     until: 2026-11-10}
  - {id: wang, role: qa, person: Wang, agents: [bob], since: 2026-11-11}
trainings:
  - {id: refunds, names: {en: Refunds}, day: 2026-11-10, team: east, agents: [cem],
     metrics: [aht], before: 1, after: 2}
  - {id: alone, names: {en: Alone}, day: 2026-11-10, agents: [ann], metrics: [aht], before: 1,
     after: 2}
"""


def taken(
    day: int, minute: float, agent: str, talk: float, queue: str = "sales", **more: Any
) -> Visit:
    """A visit answered at once so many days and minutes after noon of the eleventh."""
    visit = answered(round(NOON + day * DAY + minute * MINUTE), 0, talk, queue, **more)
    visit.agent = agent
    return visit


@pytest.fixture
def world() -> World:
    world = World()
    world.definitions = definitions(TEXT)
    for agent, team in (("ann", "east"), ("bob", "east"), ("cem", "west"), ("eve", "west")):
        for day in (-2, -1, 0):
            begin = NOON + day * DAY - 4 * 60 * MINUTE
            world.floor.enter(
                agent,
                Entered(begin, "available", ("sales", "help"), team=team),
                Entered(begin + 3 * 60 * MINUTE, "break", ("sales", "help"), "lunch", team=team),
                Entered(begin + 225 * MINUTE, "offline", team=team),
            )
    pleased = {"s": Survey("csat", None, NOON, NOON - 50 * MINUTE, 5, 5, 1)}
    scores = {"e": Evaluation(NOON - 40 * MINUTE, score=88, form="calls"),
              "r": Evaluation(NOON - 40 * MINUTE, retracted=True),
              "c": Evaluation(NOON - 40 * MINUTE, score=9, calibration=True)}  # fmt: skip
    blamed = {"k": Complaint((Statement(NOON - 30 * MINUTE, liable=True, category="tone"),)),
              "o": Complaint((Statement(NOON - 30 * MINUTE, agent="bob"),))}  # fmt: skip
    world.floor.put(
        taken(-2, -90, "ann", 100), taken(-1, -90, "ann", 60), taken(-1, -80, "bob", 120),
        taken(-2, -80, "bob", 90), taken(-2, -70, "cem", 90), taken(0, -70, "cem", 60),
        taken(-2, -70, "eve", 80), taken(0, -70, "eve", 90), taken(0, -65, "bob", 30),
        taken(0, -60, "ann", 50, surveys=pleased, evaluations=scores, complaints=blamed),
        taken(0, -55, "ann", 70, "help"),
    )  # fmt: skip
    world.tell()
    return world


def asked(world: World, path: str, **asking: str) -> dict[str, Any]:
    answer = Client(world.app, LEADER).get(path, asking)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("path", "asking"),
    [
        ("/v1/agents/targets", {}),
        ("/v1/agents/ann/growth", DAYS),
        ("/v1/indicators", DAYS),
        ("/v1/trainings", {}),
        ("/v1/trainings/refunds", {}),
    ],
)
def test_whatever_has_an_agent_in_it_needs_the_scope(
    world: World, path: str, asking: dict[str, str]
) -> None:
    assert Client(world.app, READER).get(path, asking).status_code == 403
    assert Client(world.app, LEADER).get(path, asking).status_code == 200


def test_definitions_do_not_tell_readers_who_is_bound_or_trained(world: World) -> None:
    told = Client(world.app, READER).get("/v1/definitions").json()["versions"]
    about = [one["says"] for one in told if one["kind"] in ("agent_target", "binding", "training")]

    assert len(about) == 7
    assert not {name for says in about for name in says} & {"agents", "person", "trainer"}


def test_targets_of_the_day_go_on_at_their_pace(world: World) -> None:
    """At noon 4 of 8 hours have passed: ann's 2 are 4 at the end, bob's 1 is 2; dee did nothing."""
    world.now = NOON
    rows = asked(world, "/v1/agents/targets", window="day")["rows"]
    told = {row["agent"]: row for row in rows}

    assert list(told) == ["dee", "ann", "bob"]
    ann = told["ann"]
    assert [ann[name] for name in ("value", "expected", "projected", "an_hour", "needed")] == [
        2, 2, 4, 0.5, 0.5,
    ]  # fmt: skip
    assert [ann["standing"], ann["basis"], ann["hours_left"], ann["elapsed"]] == [
        "on_pace", "calendar", 4, 0.5,
    ]  # fmt: skip
    assert [told["bob"]["standing"], told["bob"]["needed"], told["bob"]["team"]] == [
        "behind", 0.75, "east",
    ]  # fmt: skip
    assert [told["dee"]["value"], told["dee"]["standing"], told["dee"]["team"]] == [
        0, "behind", None,
    ]  # fmt: skip


def test_a_target_of_a_team_is_that_of_all_its_contacts(world: World) -> None:
    """100, 60, 120, 90, 50, 70, 30: 520 s of 7."""
    [row] = asked(world, "/v1/agents/targets", target="quick")["rows"]

    assert [row["agent"], row["team"], row["of"], row["window"]] == [None, "east", "team", "week"]
    assert [row["numerator"], row["denominator"], row["standing"]] == [520, 7, "on_pace"]
    assert row["time"] == "2026-11-09T00:00:00+00:00"


def test_time_is_reckoned_by_the_schedule_of_the_agent(world: World) -> None:
    """Three breaks of 45 minutes, in the last of which ann took calls of 50 and 70 s; 3 × 3.75
    hours logged in of 160.
    """
    [row] = asked(world, "/v1/agents/targets", agent="ann", window="month")["rows"]

    assert [row["value"], row["standing"], row["basis"]] == [3 * 2700 - 120, "missed", "schedule"]
    assert row["hours_left"] == 160 - 3 * 3.75


def test_targets_of_past_periods_are_met_or_missed(world: World) -> None:
    told = asked(world, "/v1/agents/targets", window="day", **DAYS)["rows"]

    assert [(row["time"][8:10], row["agent"], row["value"]) for row in told] == [
        ("09", "dee", 0), ("09", "ann", 1), ("09", "bob", 1),
        ("10", "dee", 0), ("10", "ann", 1), ("10", "bob", 1),
        ("11", "dee", 0), ("11", "ann", 2), ("11", "bob", 1),
    ]  # fmt: skip
    assert {row["standing"] for row in told if row["time"][8:10] != "11"} == {"missed"}
    assert asked(world, "/v1/agents/targets", team="west")["rows"] == []


def test_whoever_answers_for_agents_has_their_figures_of_the_days_bound(world: World) -> None:
    """Li: of the tenth, ann's 60 s and bob's 120 s; ann, bound twice, counts once."""
    told = asked(world, "/v1/indicators", kpi="handled,aht", interval="all", **DAYS)["rows"]
    found = {(row["person"], row["kpi"]): row for row in told}

    assert [found["Li", "handled"]["value"], found["Li", "aht"]["value"]] == [2, 90]
    assert [found["Li", "aht"][name] for name in ("role", "teams", "agents", "days")] == [
        "leader", "east", 2, 1,
    ]  # fmt: skip
    assert [found["Wang", "handled"]["value"], found["Wang", "handled"]["teams"]] == [1, None]
    only = asked(world, "/v1/indicators", kpi="handled", role="qa", person="Wang", **DAYS)["rows"]
    assert [row["person"] for row in only] == ["Wang"]


def test_an_agent_whose_id_holds_a_slash_has_a_growth_record(world: World) -> None:
    """Asterisk calls its members by their interfaces."""
    record = asked(world, "/v1/agents/PJSIP%2F101/growth", kpi="handled", interval="1M", **DAYS)

    assert {row["agent"] for row in record["rows"]} == {"PJSIP/101"}


def test_a_growth_record_has_team_target_change_and_what_happened(world: World) -> None:
    record = asked(world, "/v1/agents/ann/growth", kpi="handled,aht", interval="1d", **DAYS)
    handled = [row for row in record["rows"] if row["kpi"] == "handled"]
    aht = [row for row in record["rows"] if row["kpi"] == "aht"]

    assert [(row["value"], row["team_value"], row["change"]) for row in handled] == [
        (1, 2, None), (1, 2, 0), (2, 3, 1),
    ]  # fmt: skip
    assert [(row["value"], row["team_value"], row["change"]) for row in aht] == [
        (100, 95, None), (60, 90, -40), (60, 50, 0),
    ]  # fmt: skip
    assert [(row["target"], row["aim"], row["kept"]) for row in handled] == [
        ("contacts@1", 4, False)
    ] * 3
    assert [row["target"] for row in aht] == [None] * 3
    assert [
        (one["kind"], one["at"][8:16], one["score"], one["category"], one["training"])
        for one in record["events"]
    ] == [
        ("training", "10T00:00", None, None, "alone@1"),
        ("training", "10T00:00", None, None, "refunds@1"),
        ("evaluation", "11T11:20", 88, None, None),
        ("complaint", "11T11:30", None, "tone", None),
    ]


def test_an_agent_of_whom_nothing_is_known_has_an_empty_record(world: World) -> None:
    record = asked(world, "/v1/agents/nobody/growth", kpi="handled,aht", interval="1M", **DAYS)

    assert [(row["value"], row["team"], row["team_value"]) for row in record["rows"]] == [
        (0, None, None), (None, None, None),
    ]  # fmt: skip
    assert record["events"] == []


def test_a_training_is_compared_with_who_was_not_trained(world: World) -> None:
    """On the ninth and after the tenth: ann 100 → 50 in sales (her help has no before), bob 90 →
    30, cem 90 → 60, each weighing ½: −140 / 3; eve, of cem's team, 80 → 90.
    """
    told = asked(world, "/v1/trainings/refunds")
    [row] = told["rows"]

    assert [told["before"][:10], told["begin"][:10], told["end"][:10], told["after"][:10]] == [
        "2026-11-09", "2026-11-10", "2026-11-11", "2026-11-13",
    ]  # fmt: skip
    assert row["trained"]["change"] == pytest.approx(-140 / 3)
    assert row["trained"]["agents"] == 3
    assert row["trained"]["low"] < row["trained"]["change"] < row["trained"]["high"]
    assert [row["untrained"]["change"], row["effect"]] == pytest.approx([10, -140 / 3 - 10])
    assert [row["untrained"]["low"], row["low"]] == [None, None]
    assert set(row["cautions"]) >= {"not_over", "other_training"}


def test_a_training_of_one_agent_says_what_cannot_be_told(world: World) -> None:
    told = asked(world, "/v1/trainings/alone", before="2")
    [row] = told["rows"]

    assert row["trained"]["agents"] == 1
    assert row["trained"]["low"] is None
    assert set(row["cautions"]) >= {"few_agents", "other_windows"}
    assert row["untrained"]["change"] == pytest.approx(-60)


def test_trainings_are_listed_the_latest_first(world: World) -> None:
    rows = asked(world, "/v1/trainings")["rows"]

    assert [(row["id"], row["last"], row["metrics"]) for row in rows] == [
        ("refunds", "2026-11-10", ["aht"]), ("alone", "2026-11-10", ["aht"]),
    ]  # fmt: skip


def test_vendors_of_a_client_stand_side_by_side(world: World) -> None:
    asking = {"client": "acme", "by": "vendor", "kpi": "aht,offered,qa_pass_rate"} | DAYS
    answer = Client(world.app, READER).get("/v1/vendors", asking)
    told = {(row["name"], row["kpi"]): row for row in answer.json()["rows"]}

    assert {name for name, _ in told} == {"alpha", ""}
    assert [told["alpha", "aht"]["denominator"], told["", "aht"]["denominator"]] == [10, 1]
    assert told["alpha", "aht"]["share"] == pytest.approx(10 / 11)
    assert told["alpha", "aht"]["like_for_like"] == told["alpha", "aht"]["value"]
    assert told["alpha", "offered"]["like_for_like"] is None
    assert told["alpha", "aht"]["one_definition"]
    assert not told["alpha", "qa_pass_rate"]["one_definition"]
    for by, names in (("site", {"hangzhou", "chengdu"}), ("team", {"east", "west"})):
        rows = asked(world, "/v1/vendors", **(asking | {"by": by, "definition": "default"}))["rows"]
        assert {row["name"] for row in rows} == names


@pytest.mark.parametrize(
    ("path", "asking", "says"),
    [
        ("/v1/agents/targets", {"target": "contakts"}, "contacts"),
        ("/v1/agents/targets", {"from": "2026-11-09"}, "both"),
        ("/v1/agents/targets", {"window": "year"}, "month"),
        ("/v1/agents/ann/growth", DAYS | {"interval": "15m"}, "1w"),
        ("/v1/agents/ann/growth", DAYS | {"from": "2025-01-01"}, "400 days"),
        ("/v1/indicators", DAYS | {"role": "boss"}, "leader"),
        ("/v1/vendors", DAYS | {"client": "nobody"}, "acme"),
        ("/v1/vendors", DAYS | {"client": "acme", "kpi": "waiting"}, "KPI of vendors"),
        ("/v1/agents/benchmark", DAYS | {"among": "site"}, "client"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(
    world: World, path: str, asking: dict[str, str], says: str
) -> None:
    answer = Client(world.app, LEADER).get(path, asking)

    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_a_training_that_is_not_defined_is_not_found(world: World) -> None:
    assert Client(world.app, LEADER).get("/v1/trainings/nothing").status_code == 404


def test_answers_go_page_by_page(world: World) -> None:
    for path, asking in (
        ("/v1/agents/targets", DAYS | {"window": "day"}),
        ("/v1/agents/ann/growth", DAYS | {"interval": "1d", "kpi": "aht,handled"}),
    ):
        whole = asked(world, path, **asking)
        first = asked(world, path, **asking, limit="4")
        rest = asked(world, path, **asking, limit="5", cursor=first["next"])
        assert first["rows"] + rest["rows"] == whole["rows"]
        assert rest["next"] is None
        assert "events" not in rest or rest["events"] == []


def test_agents_of_two_clients_are_compared_in_each(world: World) -> None:
    rows = asked(
        world,
        "/v1/agents/benchmark",
        **{"from": DAYS["from"], "to": DAYS["to"], "kpi": "handled,aht", "handled": "1"},
    )["rows"]
    handled = {
        (row["client"], row["team"], row["channel"], row["agent"]): row["value"]
        for row in rows
        if row["kpi"] == "handled"
    }

    assert handled == {
        ("acme", "east", "voice", "ann"): 4, ("acme", "east", "voice", "bob"): 3,
        ("acme", "west", "voice", "cem"): 2, ("acme", "west", "voice", "eve"): 2,
    }  # fmt: skip
    alike = asked(
        world,
        "/v1/agents/benchmark",
        **{"from": DAYS["from"], "to": DAYS["to"], "kpi": "aht", "among": "all"},
    )["rows"]
    assert [(row["agent"], row.get("client"), row.get("team")) for row in alike] == [
        ("ann", None, None), ("bob", None, None), ("cem", None, None), ("eve", None, None),
    ]  # fmt: skip
