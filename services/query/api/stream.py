"""Server-sent events: the same rows as `/v1/kpis`, everything first, then what changes.

id: 5f3a.1041 · event: rows · data: {"rows": [...]}       and a comment every 15 s to keep proxies
from hanging up
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from floorpulse.access.http import BEARER, require
from floorpulse.access.keys import Credential
from floorpulse.figures.turns import Turns
from floorpulse.query.api.answers import encoded
from floorpulse.query.api.measured import RETRY_AFTER, MeasuredRoute, Shared, use_case
from floorpulse.query.api.parameters import LiveParameters
from floorpulse.query.app import Answering
from floorpulse.query.stream.streams import RowBatch, Streams
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.problems import Problem, described

HEARTBEAT = 15.0
CHECK_KEY = 15.0
ANSWER_WITHIN = 5.0
RETRY = "retry: 2000\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_FORBIDDEN = (401, 403)

may_read = require("kpi:read")
router = APIRouter(route_class=MeasuredRoute)


@router.get(
    "/v1/stream",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Event stream", "content": {"text/event-stream": {}}},
        **described(401, 403, 422, 503),
    },
    summary="Live figures as they change",
)
async def stream(
    request: Request,
    streams: Annotated[Streams, Depends(use_case(Streams))],
    shared: Shared,
    caller: Annotated[Credential, Depends(may_read)],
    asked: Annotated[LiveParameters, Query()],
) -> StreamingResponse:
    """Rows of the question at once, then whatever changes; `Last-Event-ID` resumes where a
    connection broke.
    """
    if streams.open >= shared.limits.streams:
        detail = (
            f"{streams.open} streams are open, as many as allowed; close one or ask another replica"
        )
        raise Problem(503, "Too many streams", detail, headers=RETRY_AFTER)
    question = asked.query(shared.floors.view(caller.tenant))
    size = await streams.size(question)
    most = streams.most_rows
    if size > most:
        detail = (
            f"the query has {size} rows and a stream sends at most {most}; name fewer "
            "KPIs or queues, or sum over them with by="
        )
        raise Problem(422, "Too many rows", detail)
    after = resumed(request.headers.get("last-event-id"), streams.boot)

    async def goes_on() -> bool:
        return not _stopping(request) and await _still_allowed(request)

    return StreamingResponse(
        _events(streams, shared, partial(streams.follow, question, after), goes_on),
        media_type="text/event-stream",
        headers=HEADERS,
    )


def resumed(last_id: str | None, boot: str) -> int | None:
    """The tick that a client has seen; None where it saw none of this process."""
    process, _, tick = (last_id or "").partition(".")
    return (
        int(tick)
        if process == boot and tick.isascii() and tick.isdecimal() and len(tick) < len(str(2**63))
        else None
    )


async def event(batch: RowBatch, boot: str, turns: Turns) -> bytes:
    """A batch on the wire."""
    return b"id: %b.%d\nevent: rows\ndata: %b\n\n" % (
        boot.encode(),
        batch.tick,
        await encoded(batch.rows, None, turns),
    )


async def _events(
    streams: Streams,
    shared: Answering,
    follow: Callable[[], AsyncGenerator[RowBatch | None, None]],
    goes_on: Callable[[], Awaitable[bool]],
) -> AsyncIterator[bytes | str]:
    yield RETRY
    heard = monotonic()
    async with aclosing(follow()) as batches:
        async for batch in batches:
            if not await goes_on():
                return
            if batch is not None:
                shared.counted("/v1/stream", len(batch.rows))
                yield await event(batch, streams.boot, shared.turns)
                heard = monotonic()
            elif monotonic() - heard >= HEARTBEAT:
                yield ": still here\n\n"
                heard = monotonic()


def _stopping(request: Request) -> bool:
    stopping: Callable[[], bool] | None = getattr(request.app.state, "stopping", None)
    return stopping is not None and stopping()


async def _still_allowed(request: Request) -> bool:
    """Whether the key behind a long connection still may read; looked up at most every `CHECK_KEY`
    seconds.
    """
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
