"""Incidents, acts, silences, rotas and messages over HTTP."""

import asyncio
import json
from datetime import datetime

import pytest

from floorpulse.alerts.api.bodies import MAY
from floorpulse.alerts.domain.acknowledging import (
    Acknowledge,
    Action,
    Comment,
    Reassign,
    Refused,
    Resolve,
    Snooze,
    Unacknowledge,
)
from floorpulse.alerts.domain.incidents import IncidentState
from tests.fakes.alert_world import FIGURE, SUPERVISOR, WATCHER, AlertWorld
from tests.fakes.world import READER, Client

HAND_OVER = "2026-11-16T09:00:00+08:00"


@pytest.fixture
def alerts() -> AlertWorld:
    return AlertWorld()


def fire(alerts: AlertWorld, rule: str = "level", queue: str = "sales") -> str:
    return asyncio.run(alerts.fire(rule, queue)).id


def test_an_incident_is_told_with_its_figure_whom_it_told_and_what_comes_next(
    alerts: AlertWorld,
) -> None:
    name = fire(alerts)
    asyncio.run(alerts.send())

    [row] = alerts.client().get("/v1/alerts").json()["rows"]

    assert (row["incident"], row["rule"], row["zh"]) == (name, "level", "服务水平低")
    assert (row["severity"], row["state"], row["queue_en"]) == ("critical", "firing", "Sales")
    assert (row["level"], row["steps"], row["sent"], row["owed"]) == (1, 2, 1, 0)
    assert (row["figure"]["value"], row["figure"]["bound"]) == (FIGURE.value, FIGURE.bound)
    assert row["next_at"] == "2026-11-11T20:08:20+08:00"


def test_incidents_are_filtered_by_state_severity_queue_rule_and_begin(alerts: AlertWorld) -> None:
    fire(alerts)
    fire(alerts, "waits", "help")
    asyncio.run(alerts.clear())

    def rules(**asked: str) -> list[str]:
        return [row["rule"] for row in alerts.client().get("/v1/alerts", asked).json()["rows"]]

    assert sorted(rules()) == ["level", "waits"]
    assert rules(state="open") == ["waits"]
    assert rules(state="resolved") == ["level"]
    assert rules(severity="critical") == ["level"]
    assert rules(queue="help") == ["waits"]
    assert rules(rule="level") == ["level"]
    assert rules(**{"from": "2026-11-11T20:08:00+08:00"}) == []
    assert sorted(rules(to="2026-11-11T20:08:00+08:00")) == ["level", "waits"]


def test_incidents_come_in_pages_the_newest_first(alerts: AlertWorld) -> None:
    names = []
    for queue in ("sales", "help", "chat"):
        names.append(fire(alerts, queue=queue))
        alerts.world.now += 1000
    client = alerts.client()

    first = client.get("/v1/alerts", {"limit": "2"}).json()
    second = client.get("/v1/alerts", {"limit": "2", "cursor": first["next"]}).json()

    found = [row["incident"] for row in first["rows"] + second["rows"]]
    assert found == names[::-1]
    assert second["next"] is None


def test_incidents_that_did_not_change_are_not_sent_again(alerts: AlertWorld) -> None:
    name = fire(alerts)
    client = alerts.client()
    tag = {"If-None-Match": client.get("/v1/alerts").headers["etag"]}

    assert client.get("/v1/alerts", headers=tag).status_code == 304
    client.post(f"/v1/alerts/{name}/ack", {})
    assert client.get("/v1/alerts", headers=tag).status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("state=fired", "unknown state: fired; known are: firing, acknowledged, resolved"),
        ("severity=bad", "unknown severity: bad; known are: critical, warning, info"),
        ("from=yesterday", "from: "),
        ("from=2026-11-12T00:00:00Z&to=2026-11-11T00:00:00Z", "is not before"),
        ("colour=red", "unknown parameter: colour"),
        ("cursor=xyz", "cursor: it does not belong to this query"),
        ("rule=a%00b", "NUL"),
        ("queue=a&queue=b", "given more than once: queue"),
    ],
)
def test_a_wrong_parameter_is_named(alerts: AlertWorld, asked: str, said: str) -> None:
    answer = alerts.client().get(f"/v1/alerts?{asked}")

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_the_timeline_says_why_each_step_came_and_who_acted(alerts: AlertWorld) -> None:
    name = fire(alerts)
    client = alerts.client()
    client.post(f"/v1/alerts/{name}/comment", {"text": " Two agents come from chat. "})
    client.post(f"/v1/alerts/{name}/ack", {"by": "Zhou"})
    asyncio.run(alerts.clear())

    told = client.get(f"/v1/alerts/{name}").json()

    assert [(event["reason"], event["actor"]) for event in told["events"]] == [
        ("held", None),
        ("step_due", None),
        ("commented", "zhang"),
        ("acknowledged", "Zhou"),
        ("cleared", None),
    ]
    assert told["events"][2]["comment"] == "Two agents come from chat."
    assert told["may"] == ["comment"]
    assert (told["incident"]["state"], told["incident"]["owner"]) == ("resolved", "Zhou")


def test_the_trend_is_the_figure_of_history_from_an_hour_before(alerts: AlertWorld) -> None:
    told = alerts.client().get(f"/v1/alerts/{fire(alerts)}").json()

    first, last = told["trend"][0], told["trend"][-1]
    assert told["interval"] == "5m"
    assert datetime.fromisoformat(first["time"]).isoformat() == "2026-11-11T19:00:00+08:00"
    assert datetime.fromisoformat(last["end"]).isoformat() == "2026-11-11T20:15:00+08:00"
    assert sum(point["n"] or 0 for point in told["trend"]) > 30
    assert all(0 <= point["value"] <= 1 for point in told["trend"] if point["value"] is not None)


ACTS: tuple[tuple[str, dict[str, object], Action], ...] = (
    ("ack", {}, Acknowledge()),
    ("unack", {}, Unacknowledge()),
    ("snooze", {"seconds": 900}, Snooze(900)),
    ("resolve", {}, Resolve()),
    ("comment", {"text": "x"}, Comment("x")),
    ("reassign", {"to": "li"}, Reassign("li")),
)


@pytest.mark.parametrize("state", IncidentState)
@pytest.mark.parametrize(("act", "body", "action"), ACTS)
def test_what_may_be_done_is_what_is_not_refused(
    alerts: AlertWorld,
    state: IncidentState,
    act: str,
    body: dict[str, object],
    action: Action,
) -> None:
    name = fire(alerts)
    before: dict[IncidentState, Action] = {
        IncidentState.ACKNOWLEDGED: Acknowledge(),
        IncidentState.RESOLVED: Resolve(),
    }
    if state in before:
        asyncio.run(alerts.desk.act("demo", name, before[state], "zhang"))

    answer = alerts.client().post(f"/v1/alerts/{name}/{act}", body)

    assert (answer.status_code == 200) == (act in MAY[state]), answer.text
    if answer.status_code != 200:
        refused = asyncio.run(alerts.desk.act("demo", name, action, "zhang"))
        assert isinstance(refused, Refused)
        assert (answer.status_code, answer.json()["reason"]) == (409, refused)


def test_acts_that_cannot_be_are_refused_with_what_to_do(alerts: AlertWorld) -> None:
    client = alerts.client()
    path = f"/v1/alerts/{fire(alerts)}"

    nobody = client.post(f"{path}/reassign", {"to": "nobody"})
    endless = client.post(f"{path}/snooze", {"seconds": 10**6})
    gone = client.post("/v1/alerts/nothing/ack", {})

    assert (nobody.status_code, nobody.json()["reason"]) == (422, "receiver_unknown")
    assert endless.status_code == 422
    assert (gone.status_code, gone.json()["title"]) == (404, "Unknown incident")


@pytest.mark.parametrize(("act", "body", "_"), ACTS)
def test_acts_need_the_scope_to_write(
    alerts: AlertWorld, act: str, body: dict[str, object], _: Action
) -> None:
    name = fire(alerts)

    assert alerts.client(WATCHER).get(f"/v1/alerts/{name}").status_code == 200
    refused = alerts.client(WATCHER).post(f"/v1/alerts/{name}/{act}", body)
    assert (refused.status_code, refused.json()["scope"]) == (403, "alerts:write")
    assert alerts.client(READER).get("/v1/alerts").status_code == 403


def test_another_tenant_sees_and_does_nothing(alerts: AlertWorld) -> None:
    name = fire(alerts)
    stranger = alerts.keys.known["supervisor"]
    alerts.keys.known["other"] = type(stranger)("9", "other", stranger.scopes)
    client = Client(alerts.app, {"Authorization": "Bearer other"})

    assert client.get("/v1/alerts").json()["rows"] == []
    assert client.get(f"/v1/alerts/{name}").status_code == 404
    assert client.post(f"/v1/alerts/{name}/ack", {}).status_code == 404


def test_while_the_tables_are_away_the_client_is_told_to_come_back(alerts: AlertWorld) -> None:
    alerts.reading.away = True

    for path in ("/v1/alerts", "/v1/alerts/x", "/v1/alerts/stream"):
        answer = alerts.client().get(path)
        assert (answer.status_code, answer.json()["title"]) == (503, "Database unavailable")
        assert answer.headers["retry-after"] == "2"


def test_until_floor_and_definitions_are_loaded_the_client_is_told_to_come_back(
    alerts: AlertWorld,
) -> None:
    alerts.loaded = False

    answer = alerts.client().get("/v1/alerts")

    assert (answer.status_code, answer.json()["title"]) == (503, "Starting up")


# ---------------------------------------------------------------- silences


QUIET = {
    "matchers": [{"name": "queue", "operator": "=", "value": "sales"}],
    "ends_at": "2026-11-11T21:00:00+08:00",
    "comment": "the switch is being replaced",
}


def test_a_silence_is_made_silences_what_it_matches_and_is_ended(alerts: AlertWorld) -> None:
    name = fire(alerts)
    client = alerts.client()

    made = client.post("/v1/silences", QUIET)
    quiet = client.get(f"/v1/alerts/{name}").json()["incident"]["silenced"]
    [row] = client.get("/v1/silences").json()["rows"]
    alerts.world.now += 1000
    ended = client.delete(f"/v1/silences/{row['silence']}")

    assert made.status_code == 201
    assert quiet
    assert (row, row["author"]) == (made.json(), "zhang")
    assert ended.status_code == 204
    assert client.get("/v1/silences").json()["rows"] == []
    assert client.delete(f"/v1/silences/{row['silence']}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ends_at": "2026-11-11T20:00:00+08:00"}, "ends before it begins"),
        ({"matchers": [{"name": "queue", "operator": "=~", "value": "("}]}, "expression of queue"),
        ({"matchers": []}, "matchers"),
        ({"ends_at": "soon"}, "ends_at"),
        ({"author": "me"}, "author"),
    ],
)
def test_a_wrong_silence_is_refused(
    alerts: AlertWorld, wrong: dict[str, object], said: str
) -> None:
    answer = alerts.client().post("/v1/silences", QUIET | wrong)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


# ---------------------------------------------------------------- on call


def test_who_is_on_call_now_and_next_and_who_can_be_told(alerts: AlertWorld) -> None:
    told = alerts.client(WATCHER).get("/v1/oncall").json()

    [rota] = told["rows"]
    assert (rota["rota"], rota["en"], rota["now"]["member"]) == ("leads", "Floor leads", "zhang")
    assert (rota["next"]["member"], rota["next"]["begin"]) == ("li", HAND_OVER)
    assert rota["gaps"] == []
    assert [one["receiver"] for one in told["receivers"]] == ["boss", "li", "zhang"]


def test_an_override_puts_somebody_else_on_call_until_it_is_ended(alerts: AlertWorld) -> None:
    client = alerts.client()

    def now() -> str:
        member: str = client.get("/v1/oncall").json()["rows"][0]["now"]["member"]
        return member

    made = client.post(
        "/v1/oncall/leads/overrides", {"member": "li", "end": "2026-11-11T22:00:00+08:00"}
    )
    during = now()
    alerts.world.now += 1000
    path = f"/v1/oncall/leads/overrides/{made.json()['override']}"
    ended = client.delete(path)

    assert (made.status_code, made.json()["author"], during) == (201, "zhang", "li")
    assert (ended.status_code, now()) == (204, "zhang")
    assert client.delete(path).status_code == 404


def test_an_override_of_nothing_or_nobody_is_refused(alerts: AlertWorld) -> None:
    client = alerts.client()
    end = {"end": "2026-11-11T22:00:00+08:00"}

    nothing = client.post("/v1/oncall/nights/overrides", {"member": "li", **end})
    nobody = client.post("/v1/oncall/leads/overrides", {"member": "nobody", **end})
    over = client.post(
        "/v1/oncall/leads/overrides", {"member": "li", "end": "2026-11-11T19:00:00+08:00"}
    )

    assert (nothing.status_code, nothing.json()["title"]) == (404, "Unknown rota")
    assert (nobody.status_code, over.status_code) == (422, 422)
    assert "no receiver 'nobody'" in nobody.json()["detail"]


# ---------------------------------------------------------------- messages


def test_the_screen_shows_messages_in_the_language_of_their_receivers(alerts: AlertWorld) -> None:
    alerts.world.now += 10 * 86_400_000  # after the hand-over, so that Li Na is on call
    name = fire(alerts)
    assert alerts.client().get("/v1/messages").json()["rows"] == []
    asyncio.run(alerts.send())

    [row] = alerts.client(WATCHER).get("/v1/messages").json()["rows"]

    assert (row["incident"], row["receiver"], row["receiver_zh"]) == (name, "li", "李娜")
    assert "服务水平低" in row["title"]
    assert "62.0%" in row["title"]
    assert "act/" not in json.dumps(row)


# ---------------------------------------------------------------- stream


def test_a_stream_tells_open_incidents_at_once_and_then_what_changes(alerts: AlertWorld) -> None:
    name = fire(alerts)

    async def told() -> list[list[tuple[str, IncidentState]]]:
        found = []
        async for batch in alerts.parts.stream.follow("demo", None):
            if batch is None:
                break
            found.append([(row.incident, row.state) for row in batch.rows])
            if len(found) == 1:
                await alerts.desk.act("demo", name, Acknowledge(), "zhang")
        return found

    assert asyncio.run(told()) == [
        [(name, IncidentState.FIRING)],
        [(name, IncidentState.ACKNOWLEDGED)],
    ]


def test_a_stream_that_resumes_tells_only_what_was_missed(alerts: AlertWorld) -> None:
    fire(alerts)
    stream = alerts.parts.stream

    async def first(after: int | None) -> tuple[int, int]:
        follow = stream.follow("demo", after)
        batch = await anext(follow)
        await follow.aclose()
        assert batch is not None
        return batch.tick, len(batch.rows)

    tick, everything = asyncio.run(first(None))
    _, missed = asyncio.run(first(tick))
    _, of_another_life = asyncio.run(first(tick + 100))

    assert (everything, missed, of_another_life) == (1, 0, 1)
    assert stream.open == 0


def test_a_stream_ends_where_the_tables_are_away(alerts: AlertWorld) -> None:
    async def batches() -> int:
        seen = 0
        async for _ in alerts.parts.stream.follow("demo", None):
            seen += 1
            alerts.reading.away = True
        return seen

    assert asyncio.run(batches()) == 1
    assert alerts.parts.stream.open == 0


# ---------------------------------------------------------------- the page


def test_the_page_comes_under_a_strict_policy_with_what_pages_share(alerts: AlertWorld) -> None:
    client = Client(alerts.app)

    page = client.get("/alerts")

    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name in ("alerts.js", "look.css", "stream.js", "pulse.svg"):
        assert client.get(f"/alerts/{name}").status_code == 200, name
    assert client.get("/alerts/secrets.txt").status_code == 404


def test_a_session_of_a_supervisor_reads_and_acts_from_the_page_only(alerts: AlertWorld) -> None:
    name = fire(alerts)
    client = Client(alerts.app)
    assert client.post("/alerts/session", {"key": "wrong"}).status_code == 401
    assert client.post("/alerts/session", {"key": "reader"}).status_code == 403

    assert client.post("/alerts/session", {"key": "supervisor"}).status_code == 204

    assert client.get("/v1/alerts").status_code == 200
    assert client.post(f"/v1/alerts/{name}/ack", {}).status_code == 403
    page = client.with_headers({"X-Floorpulse-Page": "alerts"})
    assert page.post(f"/v1/alerts/{name}/ack", {}).status_code == 200


def test_a_body_that_is_too_large_is_refused(alerts: AlertWorld) -> None:
    answer = Client(alerts.app, SUPERVISOR).post("/v1/silences", {"comment": "x" * 100_000})

    assert answer.status_code == 413
