"""`/docs`: the API to try, from this server alone.

People paste keys into this page. So no script, style or picture comes from another host, and the
browser is told to refuse any that would. Swagger UI itself is the copy that fastapi-offline ships.
"""

from functools import cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from floorpulse.runtime.problems import Problem

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
KINDS = {
    "index.html": "text/html; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon.png": "image/png",
}
"""The files of the page, and their media types"""
OURS = ("index.html", "start.js")


def router() -> APIRouter:
    """The routes of the page; they stand in no OpenAPI document."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/docs", page)
    routes.add_api_route("/docs/{name}", asset)
    return routes


async def page(request: Request) -> Response:
    """The page."""
    return _served(request, "index.html")


async def asset(request: Request, name: Annotated[str, Path()]) -> Response:
    """Its scripts, style and picture."""
    if name not in KINDS:
        raise Problem(404, "Not found", f"/docs has no file {name!r}; it has {', '.join(KINDS)}")
    return _served(request, name)


def _served(request: Request, name: str) -> Response:
    content, tag = _content(name)
    headers = {**HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=KINDS[name], headers=headers)


@cache
def _content(name: str) -> tuple[bytes, str]:
    """A file and its entity tag, read once."""
    content = (_folder(name) / name).read_bytes()
    return content, f'"{blake2b(content, digest_size=12).hexdigest()}"'


def _folder(name: str) -> Traversable:
    return (
        files("floorpulse.runtime") / "docs"
        if name in OURS
        else files("fastapi_offline") / "static"
    )
