"""Health and metrics, for whoever runs the service."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials

from floorpulse.access.http import BEARER, require
from floorpulse.query.api.measured import MeasuredRoute, answering_of, running_of
from floorpulse.query.prometheus.page import Scrape
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.routes import RETRY_AFTER
from floorpulse.runtime.scraped import accepts

router = APIRouter(route_class=MeasuredRoute, tags=["operations"])
may_scrape = require("metrics:read")


async def scraper(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> None:
    """Whoever may see every tenant's figures: anybody where the operator says so, else the scope
    metrics:read.
    """
    if not request.app.state.metrics_open:
        await may_scrape(request, bearer)


@router.get(
    "/metrics",
    dependencies=[Depends(scraper)],
    response_class=PlainTextResponse,
    responses=described(401, 403, 503),
    summary="Prometheus",
)
async def metrics(request: Request) -> Response:
    """The floor's figures and the process's own, in the text format of Prometheus or, where the
    scraper prefers it, in OpenMetrics; the process alone until the live figures are loaded.
    """
    asked = accepts(request)
    return asked.response(await running_of(request).of(Scrape).page(asked))


@router.get(
    "/livez",
    response_class=PlainTextResponse,
    responses=described(503),
    summary="Is the process fit to go on?",
)
async def livez(request: Request) -> Response:
    """200 unless only a restart would help."""
    if not answering_of(request).health.alive():
        detail = "Live figures are updated no longer; the log says why. Restart this process."
        raise Problem(503, "Internal error", detail)
    return PlainTextResponse("ok\n")


@router.get(
    "/readyz", response_class=PlainTextResponse, responses=described(503), summary="Can it answer?"
)
async def readyz(request: Request) -> Response:
    """200 once the board is loaded and an engine was heard of, and while the database answers."""
    why = await answering_of(request).health.unready()
    if why is not None:
        raise Problem(503, "Not ready", why, headers=RETRY_AFTER)
    return PlainTextResponse("ok\n")
