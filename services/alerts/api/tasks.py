"""`POST /v1/tasks/{tenant}/{receiver}`: trackers tell what became of the tasks that incidents
opened in them.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request, Response
from msgspec import Meta

from floorpulse.alerts.api.parameters import stored
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.incidents.tasks import TaskCallbacks, Unheard
from floorpulse.alerts.notifiers.task_proof import Presented
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.request_body import BodyLimits, read_body
from floorpulse.runtime.time_limit import TimeLimit
from floorpulse.runtime.unavailable import StoreUnavailable

LIMITS = BodyLimits(1024 * 1024, TimeLimit(10.0))
RETRY_AFTER = {"Retry-After": "2"}
JSON = "application/json"
Name = Annotated[str, Path(max_length=64, examples=["demo"])]

encode = msgspec.json.Encoder().encode


class TaskReceipt(msgspec.Struct, frozen=True):
    """What became of a callback: the incident whose task it is; null of a task that no incident
    opened.
    """

    incident: Annotated[str | None, Meta(examples=["019d2c3a4b5e6f7a8b9c0d1"])]


def router() -> APIRouter:
    """The route; reads `app.state.task_callbacks`."""
    routes = APIRouter(tags=["alerts"])
    routes.add_api_route(
        "/v1/tasks/{tenant}/{receiver}",
        post_task,
        methods=["POST"],
        summary="Hear a tracker about a task",
        responses=described(400, 401, 408, 413, 415, 422, 503) | answering(TaskReceipt),
        openapi_extra={
            "requestBody": {"required": True, "content": {JSON: {"schema": {"type": "object"}}}}
        },
    )
    return routes


async def post_task(request: Request, tenant: Name, receiver: Name) -> Response:
    """Take the state of a task, as the tracker's webhook or automation posts it.

    No key is needed: the receiver's definition says what proves that it is the tracker. Repeating
    is harmless.
    """
    callbacks: TaskCallbacks = request.app.state.task_callbacks
    body = await read_body(request, LIMITS)
    came = Presented(dict(request.headers), dict(request.query_params), body)
    try:
        heard = await callbacks.hear(stored(tenant), stored(receiver), came)
    except StoreUnavailable as wrong:
        raise Problem(503, "Store unavailable", f"{wrong}.", headers=RETRY_AFTER) from wrong
    receipt = TaskReceipt(None if isinstance(heard, Unheard) else heard.id)
    if isinstance(heard, Unheard) and heard is not Unheard.FOREIGN:
        raise _refused(heard)
    return Response(encode(receipt), media_type=JSON)


def _refused(why: Unheard) -> Problem:
    match why:
        case Unheard.UNPROVEN:
            detail = "No receiver of that name has a tracker that proves itself by this request."
            return Problem(401, "Not proven", detail, reason=why)
        case Unheard.MALFORMED:
            return Problem(400, "Malformed JSON", "The body is no JSON.", reason=why)
        case _:
            detail = "The body names no task where the receiver's `task.callback.id` says."
            return Problem(422, "Invalid request", detail, reason=why)
