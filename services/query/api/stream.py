"""Server-sent events: the same rows as `/v1/kpis`, everything first, then what changes."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from floorpulse.access.event_stream import HEADERS, events, framed, resumed, while_allowed
from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.figures.turns import Turns
from floorpulse.query.api.answers import encoded
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.parameters import LiveParameters
from floorpulse.query.api.seen import live_view_of
from floorpulse.query.stream.streams import RowBatch, Streams
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.routes import RETRY_AFTER

may_read = require("kpi:read", limited=True)
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
    view = live_view_of(shared, caller)
    question = asked.query(view)
    size = await streams.size(question)
    most = streams.most_rows
    if size > most:
        detail = (
            f"the query has {size} rows and a stream sends at most {most}; name fewer "
            "KPIs or queues, or sum over them with by="
        )
        raise Problem(422, "Too many rows", detail)
    after = resumed(request.headers.get("last-event-id"), streams.boot)

    async def told(batch: RowBatch) -> bytes:
        shared.counted("/v1/stream", len(batch.rows))
        return await event(batch, streams.boot, shared.turns)

    allowed = while_allowed(request, may_read)

    async def goes_on() -> bool:
        now = shared.floors.seen_by(caller)
        return now.limits == view.limits and now.now < view.until and await allowed()

    return StreamingResponse(
        events(partial(streams.follow, question, after), told, goes_on),
        media_type="text/event-stream",
        headers=HEADERS,
    )


async def event(batch: RowBatch, boot: str, turns: Turns) -> bytes:
    """A batch on the wire."""
    return framed(boot, batch.tick, await encoded(batch.rows, None, turns))
