"""`GET /v1/oncall/{rota}.ics`: a rota as an iCalendar that people subscribe to."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader, unknown
from floorpulse.alerts.domain.ical_out import Published, calendar
from floorpulse.alerts.reading.rotas import DAY, rotas_now
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.runtime.answers import Responses
from floorpulse.runtime.problems import described

MEDIA_TYPE = "text/calendar"
AHEAD = 92 * DAY
ENGLISH = "en"

TEXT: Responses = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


@router.get(
    "/v1/oncall/{rota}.ics",
    responses=described(401, 403, 404, 422, 503) | TEXT,
    response_class=Response,
    summary="A rota as an iCalendar",
)
async def ics(
    caller: Reader,
    parts: Alerts,
    rota: Annotated[str, Path(max_length=128, examples=["floor-leads"])],
) -> Response:
    """The shifts of the next 92 days, overrides and feeds included, in UTC."""
    view = parts.floors.view(caller.tenant)
    arranged = await parts.timelines.arranged(caller.tenant, view.now)
    rotas = rotas_now(view, arranged, parts.feeds(caller.tenant), AHEAD)
    found = next((one for one in rotas if one.body.id == rota), None)
    if found is None:
        unknown("rota", rota)
    receivers = OnCallInForce(view.known.at(view.now)).receivers
    names = {name: name_in(ENGLISH, one.body.names, name) for name, one in receivers.items()}
    called = name_in(ENGLISH, found.body.names, rota)
    published = Published(caller.tenant, rota, called, names)
    return Response(
        calendar(published, found.shifts, view.now),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "private, max-age=300"},
    )
