"""Routes that are answered before FastAPI.

    request ─► method and path known here? ─ yes ─► handler ─► answer
                          │                            └─ it declines ─┐
                          └─ no ───────────────────────────────────────┴─► FastAPI: its layers, all
                                                         its routers, dependencies ─► answer

FastAPI's layers and its walk over the routers cost more than taking an event does. A handler here
does what the route of the same method and path does, so that both give the same answers; the route
stays, for the OpenAPI document, for requests that somebody watches, and for what a handler leaves
to it.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from floorpulse.runtime.indexed_headers import IndexedRequest

DirectHandler = Callable[[Request], Coroutine[Any, Any, Response | None]]
"""Its answer, or None where the route shall give it: then nothing of the body was read"""
Unforeseen = Callable[[Request, Exception], Awaitable[Response]]
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
        unforeseen: Unforeseen,
    ) -> None:
        self.app = app
        self._handlers = handlers
        self._unforeseen = unforeseen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or let the application do it."""
        handler = self._handler(scope)
        if handler is None:
            await self.app(scope, receive, send)
            return
        request = IndexedRequest(scope, receive, send)
        try:
            response = await handler(request)
        except Exception as wrong:
            await (await self._unforeseen(request, wrong))(scope, receive, send)
            raise
        if response is None:
            await self.app(scope, receive, send)
            return
        await response(scope, receive, send)

    def _handler(self, scope: Scope) -> DirectHandler | None:
        if scope["type"] != "http" or scope.get("root_path") or WATCHED in scope:
            return None
        return self._handlers.get((scope["method"], scope["path"]))
