"""The supervisor's page, and the session that a browser needs for it."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from floorpulse.access.http import SessionBody, open_session
from floorpulse.alerts.api.measured import READ, AlertRoute
from floorpulse.runtime.problems import described
from floorpulse.runtime.static_pages import StaticPages

PAGES = StaticPages(files("floorpulse.alerts") / "page", "the page of alerts")

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


@router.get(
    "/alerts",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
    summary="The page of alerts",
)
async def alerts_page(request: Request) -> Response:
    """The page; what it shows needs the same rights as everybody's."""
    served = ("wall",) if hasattr(request.app.state, "query") else ()
    return PAGES.answer(request, "index.html", *served)


@router.post(
    "/alerts/session",
    status_code=204,
    responses=described(400, 401, 403, 408, 413, 415, 422, 503),
    summary="Show a key once, get a cookie",
)
async def alerts_session(request: Request, body: Annotated[SessionBody, Body()]) -> Response:
    """Open a browser session: a signed, HttpOnly cookie that reads alerts and figures, and acts on
    alerts from this page where the key may.
    """
    response = Response(status_code=204)
    await open_session(request, response, body.key, READ)
    return response


@router.get(
    "/alerts/{name}",
    response_class=Response,
    responses=described(404, 422),
    summary="Its style and script",
)
async def alerts_asset(
    request: Request, name: Annotated[str, Path(examples=["alerts.js"])]
) -> Response:
    """A file of the page."""
    return PAGES.answer(request, name)
