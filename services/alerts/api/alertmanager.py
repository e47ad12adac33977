"""`POST /v1/sources/alertmanager`: Alertmanager's webhook, so that its alerts climb our ladder."""

from collections.abc import Callable
from typing import Annotated, Any, Protocol

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Meta

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.alerts.domain.alertmanager_in import WebhookBody, is_ours
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.runtime.answers import answering, schema_of
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.request_body import BodyLimits, read_body
from floorpulse.runtime.time_limit import TimeLimit
from floorpulse.runtime.unavailable import StoreUnavailable

LIMITS = BodyLimits(8 * 1024 * 1024, TimeLimit(10.0))
RETRY_AFTER = {"Retry-After": "2"}
JSON = "application/json"

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(WebhookBody).decode

Writer = Annotated[Credential, Depends(require("alerts:write"))]


class WebhookReceipt(msgspec.Struct, frozen=True):
    """What became of a webhook's alerts: `news` changes something, `repeated` was known, `ours`
    were pushed to Alertmanager by Floorpulse itself and are left alone.
    """

    news: Annotated[int, Meta(examples=[1])]
    repeated: Annotated[int, Meta(examples=[0])]
    ours: Annotated[int, Meta(examples=[0])]


class HearsAlerts(Protocol):
    """What keeps a webhook's alerts."""

    async def hear(self, tenant: str, body: WebhookBody, at: int) -> int:
        """Keep them; returns how many were news. Raises `StoreUnavailable`."""
        ...


class AlertmanagerWebhook:
    """The use case of the route: keep what is told, count it."""

    def __init__(self, store: HearsAlerts, metrics: BridgeMetrics, now: Callable[[], int]) -> None:
        self._store = store
        self._metrics = metrics
        self._now = now

    async def take(self, tenant: str, body: WebhookBody) -> WebhookReceipt:
        """Keep a body's alerts; returns once they are stored. Raises `StoreUnavailable`."""
        news = await self._store.hear(tenant, body, self._now())
        ours = sum(map(is_ours, body.alerts))
        receipt = WebhookReceipt(news, len(body.alerts) - ours - news, ours)
        for outcome, count in msgspec.structs.asdict(receipt).items():
            self._metrics.heard.labels(outcome).inc(count)
        self._metrics.heard.labels("truncated").inc(body.truncated_alerts)
        return receipt


def router() -> APIRouter:
    """The route; reads `app.state.alertmanager_webhook` and `app.state.keys`."""
    routes = APIRouter(tags=["alerts"])
    routes.add_api_route(
        "/v1/sources/alertmanager",
        post_alertmanager,
        methods=["POST"],
        summary="Take alerts of Alertmanager",
        responses=described(400, 401, 403, 408, 413, 415, 422, 503) | answering(WebhookReceipt),
        openapi_extra=_request_body(),
    )
    return routes


async def post_alertmanager(request: Request, caller: Writer) -> Response:
    """Take a group of alerts as Alertmanager's `webhook_config` posts it (version 4).

    Each alert becomes an incident of the rule `alertmanager` and climbs the ladder. 200 means that
    all of it is stored; on 503 Alertmanager posts it again. Repeating is harmless.
    """
    webhook: AlertmanagerWebhook = request.app.state.alertmanager_webhook
    body = _decoded(await read_body(request, LIMITS))
    try:
        receipt = await webhook.take(caller.tenant, body)
    except StoreUnavailable as wrong:
        raise Problem(503, "Store unavailable", f"{wrong}.", headers=RETRY_AFTER) from wrong
    return Response(encode(receipt), media_type=JSON)


def _decoded(text: bytes) -> WebhookBody:
    try:
        return decode(text)
    except msgspec.ValidationError as wrong:
        detail = f"It is no webhook body of Alertmanager, version 4: {wrong}."
        raise Problem(422, "Invalid request", detail) from wrong
    except msgspec.DecodeError as wrong:
        raise Problem(400, "Malformed JSON", f"The body is no JSON: {wrong}.") from wrong


def _request_body() -> dict[str, Any]:
    content = {JSON: {"schema": schema_of(WebhookBody)}}
    return {"requestBody": {"required": True, "content": content}}
