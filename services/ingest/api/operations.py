"""Health and metrics of the ingest process that stands alone."""

from fastapi import APIRouter, Request, Response

from floorpulse.ingest.app import Ingest
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.scraped import scraped

RETRY_AFTER = {"Retry-After": "5"}


def router() -> APIRouter:
    """`/livez`, `/readyz` and `/metrics`; reads `app.state.ingest` and `app.state.registry`."""
    routes = APIRouter(tags=["operations"])
    routes.add_api_route("/livez", livez, summary="Whether the process is alive")
    routes.add_api_route(
        "/readyz", readyz, summary="Whether events can be accepted now", responses=described(503)
    )
    routes.add_api_route("/metrics", metrics, summary="Prometheus metrics", response_class=Response)
    return routes


async def livez() -> dict[str, str]:
    """Alive."""
    return {"status": "ok"}


async def readyz(request: Request) -> dict[str, str]:
    """Ready when Kafka answers."""
    ingest: Ingest = request.app.state.ingest
    why = await ingest.unready()
    if why is not None:
        raise Problem(503, "Not ready", f"{why}.", headers=RETRY_AFTER)
    return {"status": "ok"}


async def metrics(request: Request) -> Response:
    """In the text format of Prometheus, or in OpenMetrics."""
    return scraped(request, request.app.state.registry)
