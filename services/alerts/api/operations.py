"""Health and metrics of the alerts process that stands alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry

from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.scraped import scraped

RETRY_AFTER = {"Retry-After": "5"}


@dataclass(frozen=True)
class AlertsHealth:
    """`unready` says why it cannot act now, None when it can or waits for another; `alive` is False
    after a defect that only a restart heals.
    """

    registry: CollectorRegistry
    unready: Callable[[], Awaitable[str | None]]
    alive: Callable[[], bool]


def router() -> APIRouter:
    """`/livez`, `/readyz` and `/metrics`; reads `app.state.alerts_health`."""
    routes = APIRouter(tags=["operations"])
    routes.add_api_route(
        "/livez", livez, summary="Whether the process is alive", responses=described(503)
    )
    routes.add_api_route(
        "/readyz", readyz, summary="Whether it acts, or could", responses=described(503)
    )
    routes.add_api_route("/metrics", metrics, summary="Prometheus metrics", response_class=Response)
    return routes


async def livez(request: Request) -> dict[str, str]:
    """Alive until a part of the service ended by a defect."""
    health: AlertsHealth = request.app.state.alerts_health
    if not health.alive():
        raise Problem(
            503, "Not alive", "A part of the service ended; restart it: the log says why."
        )
    return {"status": "ok"}


async def readyz(request: Request) -> dict[str, str]:
    """Ready when it evaluates, sends, or waits for the replica that does."""
    health: AlertsHealth = request.app.state.alerts_health
    why = await health.unready()
    if why is not None:
        raise Problem(503, "Not ready", f"{why}.", headers=RETRY_AFTER)
    return {"status": "ok"}


async def metrics(request: Request) -> Response:
    """In the text format of Prometheus, or in OpenMetrics."""
    health: AlertsHealth = request.app.state.alerts_health
    return scraped(request, health.registry)
