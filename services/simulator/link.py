"""The link to a Floorpulse: a client with its key, and requests that are sent until there is an
answer that would not change.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import httpx

from floorpulse.runtime.clock import monotonic
from floorpulse.simulator.answers import (
    PASSING,
    Hindrance,
    UndeliverableError,
    backoff,
    seconds,
    worded,
)
from floorpulse.simulator.options import Target

ANSWER_WITHIN = 60.0
CONNECT_WITHIN = 5.0
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

Send = Callable[[], Awaitable[httpx.Response]]


class Watch(Protocol):
    """Is told how requests fare."""

    def hindered(self, why: str) -> None:
        """A request failed for now, and will be sent again."""
        ...

    def answered(self) -> None:
        """A request was answered."""
        ...


class Unwatched:
    """A `Watch` that tells nobody."""

    def hindered(self, why: str) -> None:
        """Say nothing."""

    def answered(self) -> None:
        """Say nothing."""


def nearby(target: Target) -> bool:
    """Whether the target is on this machine."""
    return httpx.URL(target.url).host in LOOPBACK


@asynccontextmanager
async def linked(target: Target) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the target's key; on loopback past any proxy."""
    headers = {"Authorization": f"Bearer {target.key}"}
    limits = httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN)
    async with httpx.AsyncClient(
        base_url=target.url, headers=headers, timeout=limits, trust_env=not nearby(target)
    ) as client:
        yield client


async def insist(send: Send, target: Target, watch: Watch) -> httpx.Response:
    """Send until there is an answer that would not change; an `UndeliverableError` when patience
    ends.
    """
    since = monotonic()
    attempt = 0
    while isinstance(answer := await _tried(send), Hindrance):
        pause = backoff(attempt, answer.wait)
        if monotonic() + pause - since > target.patience:
            message = (
                f"{target.url} took nothing for {target.patience:g} s: {answer.why}; is it running?"
            )
            raise UndeliverableError(message)
        watch.hindered(answer.why)
        await asyncio.sleep(pause)
        attempt += 1
    watch.answered()
    return answer


async def _tried(send: Send) -> httpx.Response | Hindrance:
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            answer = await send()
    except (httpx.TransportError, TimeoutError) as wrong:
        return Hindrance(str(wrong) or type(wrong).__name__)
    if answer.status_code in PASSING:
        return Hindrance(worded(answer), seconds(answer.headers.get("Retry-After")))
    return answer
