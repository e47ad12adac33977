"""A route that parses each way of asking once: walls ask the same question again and again, and
parsing costs more than answering.

first time    key ─► loaded? ─► FastAPI parses and validates ─► answer, parameters kept by the query
string
afterwards    key ─► loaded? ─► the parameters as they were parsed ─► answer
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from floorpulse.access.http import BEARER, require
from floorpulse.access.keys import Credential
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.query.api.measured import MeasuredRoute, loaded
from floorpulse.query.app import Answering
from floorpulse.runtime.request_body import Handler

KEPT = 4096
"""Ways of asking that are remembered"""

Endpoint = Callable[[Request, Credential, LiveFigures, Answering, Any], Awaitable[Response]]
may_read = require("kpi:read", limited=True)
Reader = Annotated[Credential, Depends(require("kpi:read"))]
"""Who asks for figures of the whole floor"""
Viewer = Annotated[Credential, Depends(may_read)]
"""Who asks for figures of the floor, or of what one contract covers of it"""


class RepeatedRoute(MeasuredRoute):
    """A route of `kpi:read`, for keys of one contract too. Its function takes request, caller,
    live figures, what answers share and parameters, and calls `keep` with the last.
    """

    def answering(self) -> Handler:
        """FastAPI's handler, but for questions that were answered before."""
        parsing = super().answering()
        known = dict[bytes, object]()
        endpoint = self.endpoint

        async def answer(request: Request) -> Response:
            words: bytes = request.scope["query_string"]
            asked = known.get(words)
            if asked is not None:
                caller = await may_read(request, await BEARER(request))
                return await _called(endpoint, request, caller, asked)
            response = await parsing(request)
            if len(known) >= KEPT:
                known.clear()
            known[words] = request.state.asked
            return response

        return answer


async def _called(
    endpoint: Endpoint, request: Request, caller: Credential, asked: object
) -> Response:
    running = loaded(request)
    return await endpoint(request, caller, running.of(LiveFigures), running.answering, asked)


def keep(request: Request, asked: object) -> None:
    """These are the parameters of the request, parsed."""
    request.state.asked = asked
