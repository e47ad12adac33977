"""Routes of alerts: they count themselves, say each thing once, take small bodies only, and say 503
when what they need is away.
"""

from typing import Annotated, NoReturn

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.request_body import BodyLimits, Handler, bounded
from floorpulse.runtime.routes import RETRY_AFTER, available, refuse_repeated
from floorpulse.runtime.time_limit import TimeLimit

LIMITS = BodyLimits(64 * 1024, TimeLimit(10.0))
READ = "alerts:read"
WRITE = "alerts:write"


class AlertRoute(APIRoute):
    """A route whose rate, errors and duration are in `floorpulse_alerts_request_seconds`."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, timed."""
        answer = bounded(super().get_route_handler(), LIMITS)

        async def measured(request: Request) -> Response:
            began = monotonic()
            status = 500
            try:
                refuse_repeated(request)
                response = await available(answer, request)
                status = response.status_code
            except Problem as problem:
                status = problem.status
                raise
            else:
                return response
            finally:
                seconds = _parts(request).metrics.requests
                seconds.labels(request.method, self.path, status).observe(monotonic() - began)

        return measured


def _parts(request: Request) -> AlertsAnswering:
    parts: AlertsAnswering = request.app.state.alerts
    return parts


async def _loaded(request: Request) -> AlertsAnswering:
    parts = _parts(request)
    if not parts.loaded():
        detail = "The floor and its definitions are being loaded; try again in a moment."
        raise Problem(503, "Starting up", detail, headers=RETRY_AFTER)
    return parts


Alerts = Annotated[AlertsAnswering, Depends(_loaded)]
"""The parts behind the routes; problem 503 until they can answer"""
may_read = require(READ)
Reader = Annotated[Credential, Depends(may_read)]
Writer = Annotated[Credential, Depends(require(WRITE))]


def unknown(what: str, name: str) -> NoReturn:
    """Problem 404 for what a tenant does not have."""
    raise Problem(404, f"Unknown {what}", f"there is no {what} {name!r}")
