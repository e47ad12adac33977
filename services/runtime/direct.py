"""Routes that are answered before FastAPI.

    request ─► method and path known here? ─ yes ─► handler ─► answer
                          └─ no ─► FastAPI: its layers, all its routers, dependencies ─► answer

FastAPI's layers and its walk over the routers cost more than taking an event does. A handler here
does what the route of the same method and path does, so that both give the same answers; the route
stays, for the OpenAPI document and for requests that somebody watches.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

DirectHandler = Callable[[Request], Coroutine[Any, Any, Response]]
Place = tuple[str, str]
"""A method and a path"""
WATCHED = "fastapi.telemetry"
"""In the scope of requests that FastAPI itself follows: only its routers tell it the route"""


class DirectRoutes:
    """Wraps an application. A handler's unforeseen error is answered by `unforeseen` and raised
    again, as the application does it.
    """

    def __init__(
        self,
        app: ASGIApp,
        handlers: Mapping[Place, DirectHandler],
        unforeseen: ExceptionHandler | None,
    ) -> None:
        self.app = app
        self._handlers = handlers
        self._guarded = ServerErrorMiddleware(self._answer, unforeseen)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or let the application do it."""
        app = self._guarded if self._is_direct(scope) else self.app
        await app(scope, receive, send)

    def _is_direct(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and (scope["method"], scope["path"]) in self._handlers
            and not scope.get("root_path")
            and WATCHED not in scope
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._handlers[scope["method"], scope["path"]]
        response = await handler(Request(scope, receive, send))
        await response(scope, receive, send)
