"""`POST /v1/events`: read, call the use case, answer."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from floorpulse.access.http import BEARER, require
from floorpulse.access.keys import Credential
from floorpulse.ingest.api import schemas
from floorpulse.ingest.api.body_limits import body_limits
from floorpulse.ingest.app import Ingest, IngestReceipt
from floorpulse.ingest.domain import cloudevents
from floorpulse.ingest.domain.bodies import BodyForm, form_of
from floorpulse.ingest.domain.gate import Overloaded
from floorpulse.ingest.domain.judge import Unwrap
from floorpulse.ingest.domain.nesting import TooManyElements
from floorpulse.runtime import problems
from floorpulse.runtime.answers import answering
from floorpulse.runtime.http import Application
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.request_body import declared_size, read_body
from floorpulse.runtime.unavailable import LogUnavailable

OVERLOADED = {"Retry-After": "1"}
UNAVAILABLE = {"Retry-After": "5"}
BINARY = "ce-"
ATTRIBUTES = ("specversion", "type", "id", "source", "time")

encode = msgspec.json.Encoder().encode

PATH = "/v1/events"
WRITER = require("events:write")
Writer = Annotated[Credential, Depends(WRITER)]


def install(app: Application) -> None:
    """The route of events in `app`, answered directly."""
    app.include_router(router())
    app.answer_directly("POST", PATH, post_directly)


def router() -> APIRouter:
    """The route of events; reads `app.state.ingest` and `app.state.keys`."""
    routes = APIRouter(tags=["events"])
    routes.add_api_route(
        PATH,
        post_events,
        methods=["POST"],
        status_code=202,
        summary="Take events",
        responses=described(400, 401, 403, 408, 413, 415, 429, 503)
        | schemas.ALL_REJECTED
        | answering(schemas.ReceiptBody, 202),
        openapi_extra=schemas.REQUEST_BODY,
    )
    return routes


async def post_directly(request: Request) -> Response:
    """What FastAPI makes of the route: the caller, then the answer, or the problem of either."""
    try:
        return await post_events(request, await WRITER(request, await BEARER(request)))
    except Problem as problem:
        return problems.answer(problem)


async def post_events(request: Request, caller: Writer) -> Response:
    """Take one event or many, each judged on its own.

    202 means that Kafka has acknowledged every accepted event and that the others, listed in
    `rejected`, are dead letters. On 429 and 503 send the same again later: equal `source` and `id`
    count once.
    """
    ingest: Ingest = request.app.state.ingest
    with ingest.metrics.requests.time():
        try:
            answer = _answer(await _take(request, ingest, caller.tenant))
        except Problem as problem:
            ingest.metrics.answers.labels(str(problem.status)).inc()
            raise
        ingest.metrics.taken()
        return answer


async def _take(request: Request, ingest: Ingest, tenant: str) -> IngestReceipt:
    form, unwrap = _form(request)
    try:
        limits = body_limits(ingest.bounds)
        with ingest.room(declared_size(request, limits)):
            return await ingest.take(tenant, form, await read_body(request, limits), unwrap)
    except TooManyElements as wrong:
        raise Problem(
            413, "Too many events", f"A request has at most {ingest.bounds.events} events: {wrong}."
        ) from wrong
    except Overloaded as wrong:
        raise Problem(429, "Overloaded", f"{wrong}.", headers=OVERLOADED) from wrong
    except LogUnavailable as wrong:
        detail = (
            f"{wrong}. Nothing is promised: send the same again later, which is safe, as "
            "equal source and id count once."
        )
        raise Problem(503, "Kafka unavailable", detail, headers=UNAVAILABLE) from wrong


def _form(request: Request) -> tuple[BodyForm, Unwrap]:
    """The form of the body, and how an event's text becomes a canonical one."""
    content_type = request.headers.get("content-type", "")
    form = form_of(content_type)
    if form is None:
        detail = (
            f"Content-Type {content_type[:100]!r} is not taken; send one of {', '.join(BodyForm)}."
        )
        raise Problem(
            415, "Unsupported media type", detail, headers={"Accept": ", ".join(BodyForm)}
        )
    if form is BodyForm.JSON and f"{BINARY}specversion" in request.headers:
        return BodyForm.CLOUDEVENT, partial(cloudevents.bind, _attributes(request.headers))
    return form, cloudevents.unwrap if form in {
        BodyForm.CLOUDEVENT,
        BodyForm.CLOUDEVENTS,
    } else _as_it_is


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a binary CloudEvent's attributes, by the attributes' names."""
    return {name: headers[BINARY + name] for name in ATTRIBUTES if BINARY + name in headers}


def _as_it_is(text: bytes) -> bytes:
    return text


def _answer(receipt: IngestReceipt) -> Response:
    body = schemas.receipt_body(receipt)
    if receipt.accepted == 0:
        members = msgspec.to_builtins(body)
        detail = (
            "None of the events was accepted; `rejected` says why."
            if receipt.rejected
            else "The body has no events."
        )
        raise Problem(
            422, "All events rejected" if receipt.rejected else "No events", detail, **members
        )
    return Response(encode(body), 202, media_type="application/json")
