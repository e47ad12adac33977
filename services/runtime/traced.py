"""The ASGI layer that makes a span of each request, where traces are on."""

import asyncio
from functools import partial

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from floorpulse.runtime import tracing

UNTRACED = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked again and again by machines; their spans would say nothing"""
FAILED = 500


class TracedRequests:
    """Wraps an application; a request's span has the name of its route, never a path with ids."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request within its span; send what spans are left when the server stops."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, partial(_sending_what_is_left, send))
            return
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        with tracing.serving(method, Headers(scope=scope).get(tracing.HEADER)) as span:
            status = FAILED

            async def sending(message: Message) -> None:
                nonlocal status
                status = message.get("status", status)
                await send(message)

            try:
                await self._app(scope, receive, sending)
            finally:
                if span is not None:
                    route = getattr(scope.get("route"), "path", "")
                    span.update_name(f"{method} {route}".strip())
                    span.set_attributes(
                        {
                            "http.request.method": method,
                            "http.route": route,
                            "http.response.status_code": status,
                        }
                    )


async def _sending_what_is_left(send: Send, message: Message) -> None:
    """Uvicorn ends its process by the signal that stopped it, so nothing runs after this."""
    if message["type"] == "lifespan.shutdown.complete":
        await asyncio.to_thread(tracing.close)
    await send(message)
