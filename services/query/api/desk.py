"""The manager's page, and the session that a browser needs for it."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from floorpulse.access.http import AGENTS, SHOWN, SessionBody, open_session
from floorpulse.query.api.measured import MeasuredRoute
from floorpulse.query.api.wall import SmallRoute
from floorpulse.runtime.problems import described
from floorpulse.runtime.static_pages import StaticPages

PAGES = StaticPages(files("floorpulse.query") / "desk", "the desk")

router = APIRouter(route_class=MeasuredRoute, tags=["desk"])
small_router = APIRouter(route_class=SmallRoute, tags=["desk"])
routers = (small_router, router)


@router.get(
    "/desk",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
    summary="The manager's page",
)
async def desk(request: Request) -> Response:
    """The page; what it shows needs the same rights as everybody's."""
    served = ("alerts",) if hasattr(request.app.state, "alerts") else ()
    return PAGES.answer(request, "index.html", *served)


@small_router.post(
    "/desk/session",
    status_code=204,
    responses=described(400, 401, 403, 408, 413, 415, 422, 503),
    summary="Show a key once, get a cookie that may read about agents",
)
async def desk_session(request: Request, body: Annotated[SessionBody, Body()]) -> Response:
    """Open a browser session: a signed, HttpOnly cookie that reads figures, and what is known of
    agents where the key may.
    """
    response = Response(status_code=204)
    await open_session(request, response, body.key, shows=SHOWN | {AGENTS})
    return response


@router.get(
    "/desk/{name}",
    response_class=Response,
    responses=described(404, 422),
    summary="Its style and script",
)
async def desk_asset(
    request: Request, name: Annotated[str, Path(examples=["desk.js"])]
) -> Response:
    """A file of the page."""
    return PAGES.answer(request, name)
