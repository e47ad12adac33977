"""What people do with an incident over HTTP; what is possible when, `alerts/domain/acknowledging`
decides.
"""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from floorpulse.access.keys import Credential
from floorpulse.access.parameters import PLAIN
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.alerts.api.bodies import IncidentAnswer
from floorpulse.alerts.api.incidents import Id, whole
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Writer, unknown
from floorpulse.alerts.api.parameters import stored
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.domain.acknowledging import (
    LONGEST_COMMENT,
    LONGEST_SNOOZE,
    REMEDIES,
    Acknowledge,
    Action,
    Comment,
    Reassign,
    Refused,
    Resolve,
    Snooze,
    Unacknowledge,
)
from floorpulse.alerts.incidents.desk import UnknownIncident
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

RESPONSES = described(400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 503) | answering(
    IncidentAnswer
)

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


class ActBody(BaseModel):
    """Who acts."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=PLAIN,
            description="the name of whoever acts, where several people share a key; the key's "
            "user unless given",
            examples=["Zhang Wei"],
        ),
    ] = None


class SnoozeBody(ActBody):
    """For how long nobody is to be told."""

    seconds: Annotated[int, Field(ge=1, le=LONGEST_SNOOZE, examples=[900])]


class ReassignBody(ActBody):
    """Who has it now."""

    to: Annotated[
        str,
        Field(
            min_length=1, max_length=64, pattern=PLAIN, description="a receiver", examples=["li"]
        ),
    ]


class CommentBody(ActBody):
    """Something for the timeline."""

    text: Annotated[
        str,
        Field(
            min_length=1, max_length=LONGEST_COMMENT, pattern=PLAIN, examples=["Two more agents."]
        ),
    ]


@router.post("/v1/alerts/{incident}/ack", responses=RESPONSES, summary="I have it")
async def acknowledge_incident(
    request: Request, caller: Writer, parts: Alerts, incident: Id, body: ActBody
) -> Response:
    """Acknowledge: the climb stops until the acknowledgement expires, which depends on the
    severity.
    """
    return await _done(request, parts, caller, (incident, Acknowledge(), body.by))


@router.post("/v1/alerts/{incident}/unack", responses=RESPONSES, summary="I do not have it")
async def unacknowledge_incident(
    request: Request, caller: Writer, parts: Alerts, incident: Id, body: ActBody
) -> Response:
    """Give an acknowledgement or snooze up: the climb goes on at once."""
    return await _done(request, parts, caller, (incident, Unacknowledge(), body.by))


@router.post("/v1/alerts/{incident}/snooze", responses=RESPONSES, summary="Not now")
async def snooze_incident(
    request: Request, caller: Writer, parts: Alerts, incident: Id, body: SnoozeBody
) -> Response:
    """Acknowledge for so many seconds; then the climb goes on."""
    return await _done(request, parts, caller, (incident, Snooze(body.seconds), body.by))


@router.post("/v1/alerts/{incident}/resolve", responses=RESPONSES, summary="It is over")
async def resolve_incident(
    request: Request, caller: Writer, parts: Alerts, incident: Id, body: ActBody
) -> Response:
    """End the incident by hand; it opens again where the rule finds a new breach."""
    return await _done(request, parts, caller, (incident, Resolve(), body.by))


@router.post("/v1/alerts/{incident}/comment", responses=RESPONSES, summary="Write to the timeline")
async def comment_incident(
    request: Request, caller: Writer, parts: Alerts, incident: Id, body: CommentBody
) -> Response:
    """Add a comment."""
    return await _done(request, parts, caller, (incident, Comment(body.text), body.by))


@router.post("/v1/alerts/{incident}/reassign", responses=RESPONSES, summary="Somebody else has it")
async def reassign_incident(
    request: Request, caller: Writer, parts: Alerts, incident: Id, body: ReassignBody
) -> Response:
    """Hand the incident over to a receiver, who is told."""
    return await _done(request, parts, caller, (incident, Reassign(body.to), body.by))


async def _done(
    request: Request,
    parts: AlertsAnswering,
    caller: Credential,
    wanted: tuple[str, Action, str | None],
) -> Response:
    accepted(request)
    incident, action, by = wanted
    try:
        after = await parts.desk.act(
            caller.tenant, stored(incident), action, by or acting(parts, caller)
        )
    except UnknownIncident:
        unknown("incident", incident)
    if isinstance(after, Refused):
        raise refusal(after)
    return json(await whole(parts, after), NOT_STORED)


def refusal(why: Refused) -> Problem:
    """409 for what the incident's state does not allow, 422 for what no incident would."""
    impossible = why in (Refused.RESOLVED_ALREADY, Refused.NOT_ACKNOWLEDGED)
    return Problem(409 if impossible else 422, "Not possible", REMEDIES[why], reason=why)


def acting(parts: AlertsAnswering, caller: Credential) -> str:
    """Who acts by a key: the receiver whose user it is, else the key's id."""
    view = parts.floors.view(caller.tenant)
    receiver = OnCallInForce(view.known.at(view.now)).acting_as(caller.key_id)
    return caller.key_id if receiver is None else receiver.body.id
