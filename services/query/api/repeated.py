"""A route that parses each way of asking once: walls ask the same question again and again, and
parsing costs more than answering.

first time    FastAPI's layers and routers ─► key ─► loaded? ─► parsed and validated ─► answer,
              parameters kept by the query string
afterwards    before these: key ─► loaded? ─► the parameters as they were parsed ─► answer
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from floorpulse.access.http import BEARER, require
from floorpulse.access.keys import Credential
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.query.api.measured import MeasuredRoute, loaded, measured
from floorpulse.query.app import Answering
from floorpulse.runtime import problems
from floorpulse.runtime.direct import DirectHandler
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.request_body import Handler

KEPT = 4096
"""Ways of asking that are remembered"""
LONGEST = 8192
"""Bytes of a query string that is"""

Words = tuple[str, bytes]
"""A path and a query string"""
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
        again = _again(self.endpoint)

        async def answer(request: Request) -> Response:
            if _recalled(request):
                return await again(request)
            response = await parsing(request)
            if len(request.scope["query_string"]) > LONGEST:
                return response
            kept = _kept(request)
            if len(kept) >= KEPT:
                kept.clear()
            kept[_words(request)] = request.state.asked
            return response

        return answer


def directly(path: str, endpoint: Endpoint) -> DirectHandler:
    """What FastAPI makes of the `RepeatedRoute` of a path and function, for questions that were
    answered before; all others are left to it.
    """
    timed = measured(path, _again(endpoint))

    async def answer(request: Request) -> Response | None:
        if not _recalled(request):
            return None
        try:
            return await timed(request)
        except Problem as problem:
            return problems.answer(problem)

    return answer


def _again(endpoint: Endpoint) -> Handler:
    """What answers a question whose parameters are recalled."""

    async def answer(request: Request) -> Response:
        caller = await may_read(request, await BEARER(request))
        running = loaded(request)
        figures = running.of(LiveFigures)
        return await endpoint(request, caller, figures, running.answering, request.state.asked)

    return answer


def keep(request: Request, asked: object) -> None:
    """These are the parameters of the request, parsed."""
    request.state.asked = asked


def _recalled(request: Request) -> bool:
    """Whether the question was answered before; then its parameters are those of the request."""
    asked = _kept(request).get(_words(request))
    if asked is not None:
        keep(request, asked)
    return asked is not None


def _words(request: Request) -> Words:
    return request.scope["path"], request.scope["query_string"]


def _kept(request: Request) -> dict[Words, object]:
    """The parameters of questions that the application answered, as they were parsed."""
    state = request.app.state
    if not hasattr(state, "kept_questions"):
        state.kept_questions = {}
    kept: dict[Words, object] = state.kept_questions
    return kept
