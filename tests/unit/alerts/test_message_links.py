"""Acknowledging by the link of a message: opening it does nothing, one tap acts, once."""

import asyncio

import httpx
import pytest

from floorpulse.alerts.api.act_page import WORDS
from floorpulse.alerts.domain.acknowledging import Resolve, Unacknowledge
from floorpulse.alerts.domain.incidents import IncidentState
from floorpulse.alerts.domain.links import LinkAction, LinkClaims, make_link
from tests.fakes.alert_world import LINK_SECRET, AlertWorld
from tests.fakes.world import NOW, Client


@pytest.fixture
def alerts() -> AlertWorld:
    return AlertWorld()


def link(incident: str, receiver: str = "zhang", secret: str = LINK_SECRET) -> str:
    claims = LinkClaims(
        id="0123",
        tenant="demo",
        incident=incident,
        receiver=receiver,
        action=LinkAction.ACKNOWLEDGE,
        expires_at=NOW + 60_000,
    )
    return f"/alerts/act/{make_link(secret, claims)}"


def state(alerts: AlertWorld, name: str) -> IncidentState:
    return alerts.store.tables.incidents[name].state


def press(alerts: AlertWorld, path: str) -> httpx.Response:
    return Client(alerts.app).post_nothing(path)


def test_opening_a_link_shows_one_button_and_acknowledges_nothing(alerts: AlertWorld) -> None:
    name = asyncio.run(alerts.fire()).id

    page = Client(alerts.app).get(link(name))

    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert "Service level is low · Sales" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert state(alerts, name) is IncidentState.FIRING


def test_one_tap_acknowledges_as_the_receiver_and_uses_the_link_up(alerts: AlertWorld) -> None:
    name = asyncio.run(alerts.fire()).id
    path = link(name)

    done = press(alerts, path)
    asyncio.run(alerts.desk.act("demo", name, Unacknowledge(), "boss"))
    again = press(alerts, path)

    assert (done.status_code, "Acknowledged" in done.text) == (200, True)
    assert alerts.store.tables.events[name][-2].actor == "boss"
    assert [event.actor for event in alerts.store.tables.events[name] if event.actor] == [
        "zhang",
        "boss",
    ]
    assert (again.status_code, "used already" in again.text) == (410, True)
    assert state(alerts, name) is IncidentState.FIRING


def test_a_link_is_in_the_language_of_its_receiver(alerts: AlertWorld) -> None:
    name = asyncio.run(alerts.fire()).id

    page = Client(alerts.app).get(link(name, "li"))

    assert '<html lang="zh-CN">' in page.text
    assert "服务水平低 · 销售" in page.text


def test_a_link_that_is_forged_expired_or_without_incident_does_nothing(
    alerts: AlertWorld,
) -> None:
    name = asyncio.run(alerts.fire()).id

    forged = press(alerts, link(name, secret="another secret of links"))  # noqa: S106
    gone = press(alerts, link("nothing"))
    unknown = Client(alerts.app).get(link("nothing"))
    alerts.world.now += 60_000
    expired = press(alerts, link(name))

    assert [one.status_code for one in (forged, gone, unknown, expired)] == [404, 404, 404, 410]
    assert state(alerts, name) is IncidentState.FIRING


def test_a_link_of_an_incident_that_is_over_says_so(alerts: AlertWorld) -> None:
    name = asyncio.run(alerts.fire()).id
    asyncio.run(alerts.desk.act("demo", name, Resolve(), "boss"))

    answer = press(alerts, link(name))

    assert (answer.status_code, "over already" in answer.text) == (410, True)


def test_a_refusal_is_in_the_language_of_the_browser(alerts: AlertWorld) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}

    assert "此链接无效" in Client(alerts.app).get("/alerts/act/x.y", headers=chinese).text
    assert "not valid" in Client(alerts.app).get("/alerts/act/x.y").text


def test_every_word_of_the_page_is_in_both_languages() -> None:
    assert set(WORDS["en"]) == set(WORDS["zh"])


def test_names_of_rules_are_text_and_no_markup() -> None:
    alerts = AlertWorld(text=EVIL)
    name = asyncio.run(alerts.fire()).id

    page = Client(alerts.app).get(link(name))

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


EVIL = """
tenant: demo
rules:
  - id: level
    names: {en: <script>alert(1)</script>}
    threshold: {kpi: service_level, fire_below: 0.75}
"""
