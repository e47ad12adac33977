"""Routes that are answered before FastAPI, and whatever is not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from floorpulse.runtime.direct import WATCHED
from floorpulse.runtime.http import Application, create_app


@asynccontextmanager
async def nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


async def routed() -> Response:
    return Response("by a route")


async def direct(request: Request) -> Response:
    return Response(f"directly in {request.app.title}")


async def broken(_request: Request) -> Response:
    message = "unforeseen"
    raise RuntimeError(message)


class Layer:
    """A layer of one's own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def application() -> Application:
    app = create_app("test", "test", nothing)
    app.add_api_route("/thing", routed, methods=["POST", "PUT"])
    app.answer_directly("POST", "/thing", direct)
    app.answer_directly("POST", "/broken", broken)
    return app


async def asked(app: ASGIApp, method: str = "POST", path: str = "/thing") -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path)


async def test_a_request_of_a_known_method_and_path_is_answered_directly() -> None:
    assert (await asked(application())).text == "directly in test"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/thing", 200), ("GET", "/thing", 405), ("POST", "/other", 404), ("POST", "/", 404)],
)
async def test_every_other_request_is_fastapis(method: str, path: str, status: int) -> None:
    response = await asked(application(), method, path)
    assert response.status_code == status
    assert "directly" not in response.text


async def test_below_a_root_path_fastapi_answers() -> None:
    app = application()

    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": "/prefix"}, receive, send)

    assert (await asked(mounted)).text == "by a route"


async def test_what_fastapi_follows_itself_fastapi_answers() -> None:
    app = application()

    async def followed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, WATCHED: None}, receive, send)

    assert (await asked(followed)).text == "by a route"


async def test_a_layer_of_ones_own_sees_every_request() -> None:
    app = application()
    app.add_middleware(Layer)
    assert (await asked(app)).text == "by a route"


async def test_an_application_without_direct_routes_is_fastapis() -> None:
    app = create_app("test", "test", nothing)
    app.add_api_route("/thing", routed, methods=["POST"])
    assert (await asked(app)).text == "by a route"


async def test_an_unforeseen_error_is_a_problem_and_goes_on_to_the_log() -> None:
    response = await asked(application(), path="/broken")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "unforeseen" not in response.text
    with pytest.raises(RuntimeError, match="unforeseen"):
        await httpx.AsyncClient(transport=httpx.ASGITransport(application())).post(
            "http://test/broken"
        )
