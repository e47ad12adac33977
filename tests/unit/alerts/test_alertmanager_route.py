"""`POST /v1/sources/alertmanager` as Alertmanager meets it."""

from typing import Any

import httpx
import msgspec
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.access.keys import Credential
from floorpulse.alerts.api.alertmanager import AlertmanagerWebhook, router
from floorpulse.alerts.domain.alertmanager_out import OURS
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.runtime.http import create_app
from tests.fakes.keys import FixedKeys
from tests.fakes.known_alerts import MemoryKnownAlerts
from tests.fakes.told import AT, body, told


class Scene:
    """The route on a store in memory."""

    def __init__(self) -> None:
        self.store = MemoryKnownAlerts()
        self.metrics = BridgeMetrics(CollectorRegistry())
        self.app = create_app("test", "test")
        self.app.include_router(router())
        writer = Credential("w", "shop", frozenset({"alerts:write"}))
        reader = Credential("r", "shop", frozenset({"alerts:read"}))
        self.keys = FixedKeys({"writer": writer, "reader": reader})
        self.app.state.keys = self.keys
        self.app.state.alertmanager_webhook = AlertmanagerWebhook(
            self.store, self.metrics, lambda: AT
        )

    async def post(self, content: bytes, key: str = "writer") -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(
                "/v1/sources/alertmanager",
                content=content,
                headers={"Authorization": f"Bearer {key}"},
            )


def text(**more: Any) -> bytes:
    """A body with two alerts, one of them ours, and what else Alertmanager says."""
    ours = msgspec.structs.replace(told(fingerprint="f2"), labels={OURS: "i1"})
    return msgspec.json.encode(
        msgspec.to_builtins(body(told(), ours)) | {"externalURL": "http://am"} | more
    )


async def test_alerts_are_stored_for_the_keys_tenant_before_the_answer() -> None:
    scene = Scene()

    answer = await scene.post(text())

    assert (answer.status_code, answer.json()) == (200, {"news": 1, "repeated": 0, "ours": 1})
    assert set(scene.store.rows) == {("shop", "f1")}


async def test_the_same_post_again_is_taken_and_changes_nothing() -> None:
    scene = Scene()
    await scene.post(text())

    assert (await scene.post(text())).json() == {"news": 0, "repeated": 1, "ours": 1}
    assert scene.metrics.heard.labels("repeated")._value.get() == 1


async def test_alerts_that_were_cut_off_are_counted() -> None:
    scene = Scene()

    await scene.post(text(truncatedAlerts=7))

    assert scene.metrics.heard.labels("truncated")._value.get() == 7


async def test_a_store_that_is_away_is_503_so_that_it_comes_again_soon() -> None:
    scene = Scene()
    scene.store.away = True

    answer = await scene.post(text())

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"{", 400, "no JSON"),
        (b"[]", 422, "Expected `object`, got `array`"),
        (b'{"version": "3"}', 422, "Invalid enum value '3'"),
        (text().replace(b"firing", b"on"), 422, "$.alerts[0].status"),
    ],
)
async def test_what_is_no_webhook_of_alertmanager_is_refused_and_says_why(
    content: bytes, status: int, said: str
) -> None:
    answer = await Scene().post(content)

    assert answer.status_code == status
    assert said in answer.json()["detail"]


async def test_a_key_that_may_only_read_is_told_which_scope_it_lacks() -> None:
    answer = await Scene().post(text(), "reader")

    assert (answer.status_code, answer.json()["scope"]) == (403, "alerts:write")


async def test_keys_that_cannot_be_read_are_503_too() -> None:
    scene = Scene()
    scene.keys.away = True

    assert (await scene.post(text())).status_code == 503
