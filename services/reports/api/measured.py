"""Routes of reports: each thing is said once, bodies are bounded, and what is away is a 503."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.reports.app import ReportParts
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.request_body import BodyLimits, Handler, bounded
from floorpulse.runtime.routes import RETRY_AFTER, available, refuse_repeated
from floorpulse.runtime.time_limit import TimeLimit

LIMITS = BodyLimits(64 * 1024, TimeLimit(10.0))
READ = "contracts:read"
WRITE = "settlements:write"


class ReportRoute(APIRoute):
    """A route with a small body; those with a larger one name their `limits`."""

    limits = LIMITS

    def get_route_handler(self) -> Handler:
        """FastAPI's handler."""
        answer = bounded(super().get_route_handler(), self.limits)

        async def guarded(request: Request) -> Response:
            refuse_repeated(request)
            return await available(answer, request)

        return guarded


async def _loaded(request: Request) -> ReportParts:
    parts: ReportParts = request.app.state.reports
    if not parts.surface.loaded():
        detail = "The floor and its definitions are being loaded; try again in a moment."
        raise Problem(503, "Starting up", detail, headers=RETRY_AFTER)
    return parts


Reports = Annotated[ReportParts, Depends(_loaded)]
"""The parts behind the routes; problem 503 until they can answer"""
Reader = Annotated[Credential, Depends(require(READ))]
Writer = Annotated[Credential, Depends(require(WRITE))]
ClientReader = Annotated[Credential, Depends(require(READ, limited=True))]
"""Also a key of one contract: the route shows it that contract only"""
