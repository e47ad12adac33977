"""Server-sent events: what every stream of rows does on the wire, and how long it may go on.

id: 5f3a.1041 · event: rows · data: {"rows": [...]}       and a comment every 15 s to keep proxies
from hanging up

Neither the comment nor the pause before a retry has a blank line of its own: they are lines of the
event that follows. The standard ignores a block without data, and some clients do not (httpx-sse,
r3labs/sse, @microsoft/fetch-event-source). The comment is a colon alone, as others of them keep all
lines up to the next blank one.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials

from floorpulse.access.http import BEARER
from floorpulse.access.keys import Credential
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.problems import Problem

HEARTBEAT = 15.0
CHECK_KEY = 15.0
ANSWER_WITHIN = 5.0
RETRY = "retry: 2000\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_FORBIDDEN = (401, 403)

B = TypeVar("B")
MayRead = Callable[[Request, HTTPAuthorizationCredentials | None], Awaitable[Credential]]


async def events(
    follow: Callable[[], AsyncGenerator[B | None, None]],
    event: Callable[[B], Awaitable[bytes]],
    goes_on: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes | str]:
    """The events of what is followed, each as `event` writes it; None is a moment without news."""
    yield RETRY
    heard = monotonic()
    async with aclosing(follow()) as batches:
        async for batch in batches:
            if not await goes_on():
                return
            if batch is not None:
                yield await event(batch)
                heard = monotonic()
            elif monotonic() - heard >= HEARTBEAT:
                yield ":\n"
                heard = monotonic()


def framed(boot: str, tick: int, body: bytes) -> bytes:
    """Rows on the wire, under the id from which a client may resume."""
    return b"id: %b.%d\nevent: rows\ndata: %b\n\n" % (boot.encode(), tick, body)


def resumed(last_id: str | None, boot: str) -> int | None:
    """The tick that a client has seen; None where it saw none of this process."""
    process, _, tick = (last_id or "").partition(".")
    return (
        int(tick)
        if process == boot and tick.isascii() and tick.isdecimal() and len(tick) < len(str(2**63))
        else None
    )


def while_allowed(request: Request, may_read: MayRead) -> Callable[[], Awaitable[bool]]:
    """Whether the stream of a request goes on: the server does not stop, and the key behind it may
    still read.
    """

    async def goes_on() -> bool:
        return not _stopping(request) and await _still_allowed(request, may_read)

    return goes_on


def _stopping(request: Request) -> bool:
    stopping: Callable[[], bool] | None = getattr(request.app.state, "stopping", None)
    return stopping is not None and stopping()


async def _still_allowed(request: Request, may_read: MayRead) -> bool:
    """Looked up at most every `CHECK_KEY` seconds; a key that cannot be looked up is believed."""
    if monotonic() - getattr(request.state, "allowed_at", 0.0) < CHECK_KEY:
        return True
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            await may_read(request, await BEARER(request))
    except Problem as problem:
        return problem.status not in _FORBIDDEN
    except TimeoutError:
        return True
    request.state.allowed_at = monotonic()
    return True
