"""Incidents over HTTP: which there are, and all about one."""

from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from floorpulse.access.parameters import Parameters
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.alerts.api.bodies import (
    MAY,
    IncidentAnswer,
    IncidentRow,
    IncidentsAnswer,
    event_row,
    incident_row,
    notice_row,
    trend_points,
)
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader, unknown
from floorpulse.alerts.api.parameters import AlertParameters, rows_of_page, stored
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.reading.ports import IncidentPlace, NoticeCounts
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, described
from floorpulse.runtime.tagged import NOT_STORED, json, tagged

NOT_MODIFIED: dict[int | str, dict[str, object]] = {
    304: {"description": "Not modified: the client has this very answer"}
}
Id = Annotated[
    str, Path(max_length=128, description="of the incident", examples=["019d2c3a4b5e6f7a8b9c0d1"])
]

decode_place = msgspec.msgpack.Decoder(IncidentPlace).decode
router = APIRouter(route_class=AlertRoute, tags=["alerts"])


@router.get(
    "/v1/alerts",
    responses=READ_PROBLEMS | NOT_MODIFIED | answering(IncidentsAnswer),
    summary="Incidents, open and past",
)
async def alerts(
    request: Request, caller: Reader, parts: Alerts, asked: Annotated[AlertParameters, Query()]
) -> Response:
    """Incidents that opened, the newest first."""
    accepted(request)
    question = asked.query(parts.floors.view(caller.tenant))
    after = place_of(asked.cursor, question, decode_place)
    limit = rows_of_page(asked.limit)
    found = await parts.incidents.page(question, after, limit + 1)
    rows = await rows_of(parts, caller.tenant, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    place = None if last is None else IncidentPlace(last.opened_at, last.id)
    following = next_page(question, place)
    body = IncidentsAnswer(rows, following)
    return tagged(request, body, body)


@router.get(
    "/v1/alerts/{incident}",
    responses=described(401, 403, 404, 406, 422, 503) | answering(IncidentAnswer),
    summary="All about one incident",
)
async def alert(
    request: Request,
    caller: Reader,
    parts: Alerts,
    incident: Id,
    asked: Annotated[Parameters, Query()],
) -> Response:
    """The incident, its timeline with reasons and figures, who was told, how the figure went, and
    what can be done with it now.
    """
    asked.refuse_unknown()
    accepted(request)
    found = await parts.incidents.incident(caller.tenant, stored(incident))
    if found is None:
        unknown("incident", incident)
    return json(await whole(parts, found), NOT_STORED)


async def whole(parts: AlertsAnswering, incident: Incident) -> IncidentAnswer:
    """All about an incident."""
    [row] = await rows_of(parts, incident.subject.tenant, [incident])
    zone = parts.floors.view(incident.subject.tenant).zone
    trend = await parts.trends.of(incident)
    return IncidentAnswer(
        incident=row,
        may=MAY[incident.state],
        events=[
            event_row(number, event, zone)
            for number, event in await parts.timelines.timeline(incident.id)
        ],
        notices=[notice_row(one, zone) for one in await parts.timelines.notices(incident.id)],
        trend=trend_points(trend),
        interval=trend.interval,
    )


async def rows_of(
    parts: AlertsAnswering, tenant: str, incidents: list[Incident]
) -> list[IncidentRow]:
    """Incidents as answers show them."""
    counts = await parts.incidents.counts([one.id for one in incidents])
    shown = partial(incident_row, view=parts.floors.view(tenant))
    return [shown(one, counts.get(one.id, NoticeCounts())) for one in incidents]
