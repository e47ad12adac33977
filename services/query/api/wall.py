"""The built-in wall screen, and the session that a browser needs for it."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from floorpulse.access.http import SessionBody, contract_of_viewer, open_session
from floorpulse.query.api.measured import MeasuredRoute
from floorpulse.runtime.problems import described
from floorpulse.runtime.request_body import BodyLimits, Handler, bounded
from floorpulse.runtime.static_pages import StaticPages
from floorpulse.runtime.time_limit import TimeLimit

SESSION = BodyLimits(2048, TimeLimit(10.0))
"""A body that opens a session: a key and its quotes"""
PAGES = StaticPages(files("floorpulse.query") / "wallboard", "the wallboard")


class SmallRoute(MeasuredRoute):
    """A route whose body is small: more is refused before it stands in memory, since it comes from
    anybody.
    """

    def answering(self) -> Handler:
        """FastAPI's handler, on a body that was read so far."""
        return bounded(super().answering(), SESSION)


router = APIRouter(route_class=MeasuredRoute, tags=["wallboard"])
small_router = APIRouter(route_class=SmallRoute, tags=["wallboard"])
routers = (small_router, router)


@router.get(
    "/wallboard",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
    summary="The wall screen",
)
async def wallboard(request: Request) -> Response:
    """The page; its figures need the same rights as everybody's. A session that is limited to a
    contract is shown no ways to what it may not see.
    """
    served: tuple[str, ...] = ()
    if await contract_of_viewer(request) is None:
        alerts = ("alerts",) if hasattr(request.app.state, "alerts") else ()
        served = ("desk", *alerts)
    return PAGES.answer(request, "index.html", *served)


@small_router.post(
    "/wallboard/session",
    status_code=204,
    responses=described(400, 401, 403, 408, 413, 415, 422, 503),
    summary="Show a key once, get a read-only cookie",
)
async def session(request: Request, body: Annotated[SessionBody, Body()]) -> Response:
    """Open a browser session: a signed, HttpOnly cookie that may read figures and nothing else."""
    response = Response(status_code=204)
    await open_session(request, response, body.key)
    return response


@router.get(
    "/wallboard/{name}",
    response_class=Response,
    responses=described(404, 422),
    summary="Its style and script",
)
async def asset(request: Request, name: Annotated[str, Path(examples=["wall.js"])]) -> Response:
    """A file of the page."""
    return PAGES.answer(request, name)
