"""FastAPI applications and the server that runs them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from importlib import import_module
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from floorpulse.runtime import docs_page, problems, tracing
from floorpulse.runtime.build import installed_version
from floorpulse.runtime.descriptions import unfolded, widened
from floorpulse.runtime.direct import DirectHandler, DirectRoutes, Place
from floorpulse.runtime.traced import TracedRequests
from floorpulse.runtime.unavailable import ServerFailed

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

DEFINITIONS = "$defs"
SHUT_DOWN_WITHIN = 5
KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than clients and load balancers keep theirs
(mostly 60), so that no request meets a connection that is closing."""

STREAMS = "anyio._backends._asyncio"
"""What the first answer in pieces would import, some 20 ms in which nobody is answered"""


class Application(FastAPI):
    """An application whose OpenAPI document knows problem documents by name, and every schema.

    Schemas that stand in `openapi_extra` bring their definitions with them, for FastAPI does not
    see these. Here they become components like all others, so that references lead to them.
    """

    def __init__(self, **settings: Any) -> None:
        self._direct: dict[Place, DirectHandler] = {}
        self._entrance: ASGIApp | None = None
        super().__init__(**settings)

    def answer_directly(self, method: str, path: str, handler: DirectHandler) -> None:
        """Let `handler` answer before all layers and routers, as the route of this method and path
        does; before the application starts. Where there are layers of one's own, the route does.
        """
        self._direct[method, path] = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, directly where that can be."""
        if self._entrance is None:
            self._entrance = self._opened()
        scope["app"] = self
        await self._entrance(scope, receive, send)

    def _opened(self) -> ASGIApp:
        """FastAPI, what is answered directly before it. It looks at three providers of
        OpenTelemetry for each request; here that is done once, since they are set before a server
        starts.
        """
        telemetry = getattr(self, "_native_telemetry", None)
        is_followed = telemetry is not None and telemetry.enabled()
        if self.user_middleware or self.root_path or is_followed or not self._direct:
            return super().__call__
        return DirectRoutes(super().__call__, self._direct, problems.unforeseen)

    def openapi(self) -> dict[str, Any]:
        """FastAPI's document, with what every problem looks like among its components."""
        if self.openapi_schema is None:
            found: dict[str, Any] = {}
            document = hoisted(super().openapi(), found)
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name, schema in {problems.NAME: problems.SCHEMA, **found}.items():
                _put(schemas, name, schema)
            self.openapi_schema = widened(unfolded(document))
        return self.openapi_schema


def hoisted(node: Any, schemas: dict[str, Any]) -> Any:
    """A part of a document whose local definitions are in `schemas` now, and named as components.

    Raises `ValueError` where two different schemas have one name.
    """
    if isinstance(node, list):
        return [hoisted(one, schemas) for one in node]
    if not isinstance(node, dict):
        return node
    for name, schema in node.get(DEFINITIONS, {}).items():
        _put(schemas, name, hoisted(schema, schemas))
    return {
        name: _referred(name, value, schemas) for name, value in node.items() if name != DEFINITIONS
    }


def _put(schemas: dict[str, Any], name: str, schema: Any) -> None:
    if _comparable(schemas.setdefault(name, schema)) != _comparable(schema):
        message = f"two different schemas are called {name}: rename one"
        raise ValueError(message)


def _comparable(schema: Any) -> Any:
    """A schema whatever library wrote it: pydantic and msgspec order enumerations differently, and
    lay descriptions out differently.
    """
    values = schema.get("enum")
    return unfolded(schema) | ({"enum": sorted(values)} if values else {})


def _referred(name: str, value: Any, schemas: dict[str, Any]) -> Any:
    if name == "$ref" and isinstance(value, str):
        return value.replace(f"#/{DEFINITIONS}/", "#/components/schemas/", 1)
    return hoisted(value, schemas)


def create_app(title: str, summary: str, lifespan: Lifespan | None = None) -> Application:
    """An application with problem documents for errors and its documentation at `/docs`; without
    `lifespan` nothing is opened.
    """
    app = Application(
        title=title,
        summary=summary,
        version=installed_version(),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        responses=problems.described(500),
    )
    problems.install(app)
    if tracing.on():
        app.add_middleware(TracedRequests)
    app.include_router(docs_page.router())
    return app


def _operation_id(route: APIRoute) -> str:
    """What generated clients call a route: its function's name, whatever its path becomes."""
    return route.name


async def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve `app` until SIGINT or SIGTERM; requests under way get `SHUT_DOWN_WITHIN` seconds to
    finish.

    Raises `ServerFailed` when the application's start-up failed. Who listens on a port is logged,
    requests are not. No application has WebSockets, so their library is not imported; what answers
    import when they are used first is, before the first of them.
    """
    import_module(STREAMS)
    config = uvicorn.Config(
        app, host, port, log_config=None, access_log=False, server_header=False, lifespan="on",
        timeout_keep_alive=KEEP_ALIVE, timeout_graceful_shutdown=SHUT_DOWN_WITHIN,
        ws="none",
    )  # fmt: skip
    server = uvicorn.Server(config)
    app.state.stopping = lambda: (
        server.should_exit
    )  # for answers without an end: they must end by themselves
    with suppress(SystemExit):  # Uvicorn ends the process where an application does not start
        await server.serve()
    if not server.started:
        message = f"{app.title} did not start on {host}:{port}; the log says why"
        raise ServerFailed(message)
