"""`GET /v1/alerts/stream`: open incidents and those that ended lately, as they change."""

from collections.abc import Hashable
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from floorpulse.access.event_stream import HEADERS, events, framed, resumed, while_allowed
from floorpulse.access.parameters import Parameters
from floorpulse.alerts.api.answering import MOST_STREAMS
from floorpulse.alerts.api.bodies import IncidentRow, IncidentsAnswer, incident_row
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader, may_read
from floorpulse.alerts.reading.feed import Batch, Read
from floorpulse.alerts.reading.ports import IncidentReading, NoticeCounts
from floorpulse.figures.tenant_view import Floors
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.routes import RETRY_AFTER
from floorpulse.runtime.tagged import encode

LATELY = 3_600_000
"""Milliseconds for which an incident that ended is still told"""
MOST = 2000
"""Incidents of one stream"""

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


@router.get(
    "/v1/alerts/stream",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Event stream", "content": {"text/event-stream": {}}},
        **described(401, 403, 422, 503),
    },
    summary="Incidents as they change",
)
async def alert_stream(
    request: Request, caller: Reader, parts: Alerts, asked: Annotated[Parameters, Query()]
) -> StreamingResponse:
    """Rows as in `/v1/alerts`: at once all open incidents and those of the last hour, then whatever
    changes; `Last-Event-ID` resumes where a connection broke.
    """
    asked.refuse_unknown()
    feeds = parts.stream
    if feeds.open >= MOST_STREAMS:
        detail = (
            f"{feeds.open} streams are open, as many as allowed; close one or ask another replica"
        )
        raise Problem(503, "Too many streams", detail, headers=RETRY_AFTER)
    await feeds.look(caller.tenant)
    after = resumed(request.headers.get("last-event-id"), feeds.boot)

    async def told(batch: Batch[IncidentRow]) -> bytes:
        return framed(feeds.boot, batch.tick, encode(IncidentsAnswer(batch.rows, None)))

    return StreamingResponse(
        events(partial(feeds.follow, caller.tenant, after), told, while_allowed(request, may_read)),
        media_type="text/event-stream",
        headers=HEADERS,
    )


def rows_to_follow(floors: Floors, incidents: IncidentReading) -> Read[IncidentRow]:
    """What a stream reads: the rows of a tenant, each with what it is about and what it says."""

    async def read(tenant: str) -> list[tuple[Hashable, Hashable, IncidentRow]]:
        view = floors.view(tenant)
        found = await incidents.current(tenant, view.now - LATELY, MOST)
        counts = await incidents.counts([one.id for one in found])
        rows = [incident_row(one, counts.get(one.id, NoticeCounts()), view) for one in found]
        return [(row.incident, msgspec.msgpack.encode(row), row) for row in rows]

    return read
