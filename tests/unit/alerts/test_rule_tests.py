"""Rules tried out over HTTP: nothing is stored, nobody is told."""

import asyncio
from zoneinfo import ZoneInfo

import httpx
import pytest

from floorpulse.alerts.api.rules import RuleTests
from floorpulse.alerts.rules.past_tables import PastTables
from floorpulse.alerts.rules.replay import ReplayLimits, RuleReplay
from floorpulse.board.domain.rules import Rules
from tests.fakes.alert_world import AlertWorld
from tests.fakes.floor import waiting
from tests.fakes.forecasts import MemoryForecasts

WAIT = """
rules:
  - id: wait
    names: {en: Long wait}
    scope: {queues: [sales]}
    threshold: {kpi: longest_wait, fire_above: 45, clear_below: 30}
  - id: crowd
    names: {en: Many wait}
    threshold: {kpi: waiting, fire_above: 50}
"""
SPAN = {"from": "2026-11-11T11:00:00Z", "to": "2026-11-11T12:05:00Z"}
WATCHER = {"Authorization": "Bearer watcher", "Content-Type": "application/yaml"}


class RuleWorld(AlertWorld):
    """An hour of a floor, and the replay of rules over it."""

    def __init__(self, limits: ReplayLimits | None = None) -> None:
        super().__init__()
        history = self.world.history
        tables = PastTables(history, history, history, MemoryForecasts())
        replay = RuleReplay(tables, Rules(ZoneInfo("UTC")), self.world.turns, limits)
        self.tests = RuleTests(replay, lambda: self.world.definitions)

    def test(
        self,
        text: str | bytes = WAIT,
        headers: dict[str, str] | None = None,
        **asked: str,
    ) -> httpx.Response:
        """Try rules out."""

        async def ask() -> httpx.Response:
            app = self.app
            app.state.rule_tests = self.tests
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
                return await client.post(
                    "/v1/rules/test",
                    params={**SPAN, **asked},
                    content=text,
                    headers=WATCHER if headers is None else headers,
                )

        return asyncio.run(ask())


@pytest.fixture
def rules() -> RuleWorld:
    return RuleWorld()


def test_it_tells_when_a_rule_would_have_fired_as_table_and_timeline(rules: RuleWorld) -> None:
    answer = rules.test(rule="wait").json()

    [alert] = answer["alerts"]
    assert (alert["rule"], alert["version"], alert["queue"]) == ("wait", "wait@1", "sales")
    assert alert["fired"] == len(alert["firings"]) == 0
    assert sum(alert["kept_by"].values()) == 3840  # from the first contact of the queue on
    assert {one["shown_as"] for one in alert["timeline"]} == {"quiet"}
    assert answer["every"] == 10
    assert answer["judgements"] > 0
    assert answer["notes"] == []


def test_a_firing_has_its_figures_and_what_ended_it(rules: RuleWorld) -> None:
    noon = rules.world.now - 440_000
    rules.world.floor.put(waiting(noon - 600_000))

    [alert] = rules.test(rule="wait").json()["alerts"]

    [firing] = alert["firings"]
    assert firing["fired_at"] == "2026-11-11T19:50:50+08:00"
    assert (firing["reason"], firing["resolved_at"], firing["resolved_by"]) == (
        "breached",
        None,
        None,
    )
    assert firing["figure"]["value"] == 50.0
    assert firing["worst"]["value"] > 800
    assert firing["figure"]["bound"] == 45
    assert alert["seconds"] == firing["seconds"] == 850.0


def test_stored_definitions_stand_behind_the_rule_and_stay_as_they_are(rules: RuleWorld) -> None:
    before = rules.world.definitions

    answer = rules.test().json()

    assert answer["begin"] == "2026-11-11T19:00:00+08:00"
    assert {one["rule"] for one in answer["alerts"]} == {"wait", "crowd"}
    assert rules.world.definitions is before
    assert rules.store.tables.incidents == {}


def test_one_queue_is_looked_at_as_if_there_were_no_other(rules: RuleWorld) -> None:
    alerts = rules.test(rule="crowd", queue="help").json()["alerts"]

    assert [one["queue"] for one in alerts] == ["help"]


def test_rules_that_history_cannot_judge_are_named(rules: RuleWorld) -> None:
    text = """
rules:
  - {id: old, names: {en: Old}, staleness: {}}
  - {id: angry, names: {en: Angry}, spike: {kpi: complaints}}
"""

    notes = rules.test(text).json()["notes"]

    assert notes == [
        (
            "old: history does not hold when each event came, so nothing of the past is old; this "
            "rule cannot be tested"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "asked", "status", "title"),
    [
        (WAIT.replace("longest_wait", "longest_weight"), {}, 422, "Invalid rules"),
        (b"rules: \xff", {}, 422, "Invalid rules"),
        (WAIT, {"rule": "weight"}, 422, "Invalid rules"),
        (WAIT, {"from": SPAN["to"]}, 422, "Empty time range"),
        (WAIT, {"to": "2027-01-01T00:00:00Z"}, 422, "Invalid range"),
        (WAIT, {"from": "yesterday"}, 422, "Invalid time"),
        (WAIT, {"until": SPAN["to"]}, 422, "Unknown parameter"),
        ("x" * 70_000, {}, 413, "Request body too large"),
    ],
)
def test_what_cannot_be_tested_is_refused_with_what_to_do(
    rules: RuleWorld, text: str | bytes, asked: dict[str, str], status: int, title: str
) -> None:
    refused = rules.test(text, None, **asked)

    assert (refused.status_code, refused.json()["title"]) == (status, title)


def test_mistakes_are_told_one_by_one(rules: RuleWorld) -> None:
    text = WAIT.replace("longest_wait", "longest_weight").replace("kpi: waiting", "kpi: wating")

    document = rules.test(text).json()

    assert [one["line"] for one in document["mistakes"]] == [6, 9]
    assert document["detail"].startswith("body:6: rules[wait].threshold.kpi: ")
    assert document["detail"].endswith(", and 1 more")


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (ReplayLimits(visits=10), "the span holds more than 10 contacts"),
        (ReplayLimits(looks=100), "alerts looked at 391 times are"),
    ],
)
def test_a_test_is_bounded(limits: ReplayLimits, told: str) -> None:
    refused = RuleWorld(limits).test()

    assert (refused.status_code, refused.json()["title"]) == (422, "Too much history")
    assert told in refused.json()["detail"]


def test_a_span_of_which_contacts_were_deleted_is_not_tested(rules: RuleWorld) -> None:
    """A rule would not have fired there, for all that is known."""
    rules.world.history.kept_since = rules.world.now

    refused = rules.test()

    assert (refused.status_code, refused.json()["title"]) == (422, "Range not kept")
    assert "was deleted by retention" in refused.json()["detail"]


def test_it_takes_a_key_that_may_read_alerts_and_a_known_kind_of_body(rules: RuleWorld) -> None:
    reader = {"Authorization": "Bearer reader", "Content-Type": "application/yaml"}

    assert rules.test(headers=reader).status_code == 403
    assert rules.test(headers={**WATCHER, "Content-Type": "text/csv"}).status_code == 415
    assert rules.test(headers={**WATCHER, "Accept": "text/csv"}).status_code == 406
