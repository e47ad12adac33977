"""The built-in wall screen: static files under a strict policy, and the session that a browser
needs for them.
"""

from hashlib import blake2b
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.types import Message

from floorpulse.access.http import open_session
from floorpulse.query.api.answers import matches
from floorpulse.query.api.measured import Handler, MeasuredRoute
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.request_body import BodyLimits, read_body

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
SESSION = BodyLimits(size=2048, seconds=10.0)
"""A body that opens a session: a key and its quotes"""
PAGES = files("floorpulse.query") / "wallboard"

router = APIRouter(route_class=MeasuredRoute, tags=["wallboard"])


class SessionBody(BaseModel):
    """A key, handed over once."""

    key: Annotated[str, Field(min_length=1, max_length=256, examples=["fp_0123456789abcdef_…"])]


class SmallRoute(MeasuredRoute):
    """A route whose body is small: more is refused before it stands in memory, since it comes from
    anybody.
    """

    def answering(self) -> Handler:
        """FastAPI's handler, on a body that was read so far."""
        answer = super().answering()

        async def small(request: Request) -> Response:
            body = await read_body(request, SESSION)

            async def again() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            return await answer(Request(request.scope, again))

        return small


small_router = APIRouter(route_class=SmallRoute, tags=["wallboard"])


@router.get(
    "/wallboard",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
    summary="The wall screen",
)
async def wallboard(request: Request) -> Response:
    """The page; its figures need the same rights as everybody's."""
    return page(request, "index.html")


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
    return page(request, name)


def page(request: Request, name: str) -> Response:
    """A static file by its plain name, with a strong ETag."""
    shipped = {one.name: one for one in PAGES.iterdir() if one.is_file()}
    kind = KINDS.get(name.rpartition(".")[2])
    if kind is None or name not in shipped:
        raise Problem(404, "Not found", f"the wallboard has no file {name!r}")
    content = shipped[name].read_bytes()
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers={**HEADERS, "ETag": tag})
    return Response(content, media_type=kind, headers={**HEADERS, "ETag": tag})
