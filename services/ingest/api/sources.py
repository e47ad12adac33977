"""`POST /v1/sources/{name}`: what platforms send by themselves; read, call the use case, answer."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from msgspec import Meta

from floorpulse.ingest.api import schemas
from floorpulse.ingest.api.body_limits import body_limits
from floorpulse.ingest.api.routes import OVERLOADED, UNAVAILABLE
from floorpulse.ingest.domain.gate import Overloaded
from floorpulse.ingest.domain.nesting import TooManyElements
from floorpulse.ingest.receiving import (
    Ambiguous,
    NotAuthentic,
    NotLoaded,
    Receiving,
    Taken,
    UnknownSource,
)
from floorpulse.ingest.sources.delivery import Delivery
from floorpulse.runtime.answers import answering
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.request_body import declared_size, read_body
from floorpulse.runtime.unavailable import LogUnavailable

CHALLENGE = {"WWW-Authenticate": "Bearer, Basic"}
NO_CONTENT = 204

encode = msgspec.json.Encoder().encode

SourceName = Annotated[
    str,
    InPath(
        description="the `id` of a source in the definitions",
        examples=["amazon-connect:main"],
    ),
]


class DeliveryBody(msgspec.Struct, frozen=True):
    """What became of a delivery. Some platforms want to hear something else and hear that."""

    accepted: Annotated[int, Meta(description="events that Kafka has acknowledged", examples=[2])]
    ignored: Annotated[
        dict[str, int],
        Meta(description="payloads without an event, by kind", examples=[{"OUTBOUND": 1}]),
    ]
    rejected: Annotated[
        list[schemas.RejectedBody],
        Meta(description="what is a dead letter now; `index` is that of the payload"),
    ]


BODY = {
    "requestBody": {
        "description": "As the platform sends it: a JSON object, an array of them, a line each, a "
        "form, a CloudEvent in any mode. Content-Encoding gzip is taken.",
        "content": {"application/json": {"schema": {}}},
    }
}


def router() -> APIRouter:
    """The route of deliveries; reads `app.state.receiving`. It stands behind
    `/v1/sources/retire`.
    """
    routes = APIRouter(tags=["sources"])
    routes.add_api_route(
        "/v1/sources/{name:path}",
        deliver,
        methods=["POST"],
        status_code=202,
        summary="Take what a platform sends",
        responses=described(400, 401, 404, 408, 409, 413, 415, 422, 429, 503)
        | answering(DeliveryBody, 202),
        openapi_extra=BODY,
    )
    return routes


async def deliver(request: Request, name: SourceName) -> Response:
    """Take payloads of a platform as they are: the source's definition says whose they are.

    The sender shows who it is in its platform's own way (a key, a password, a signature, a secret
    in the address). A payload that tells nothing is taken, one that cannot be read is a dead
    letter: sending it again would not help. On 429 and 503 send the same again later, which is
    safe.
    """
    receiving: Receiving = request.app.state.receiving
    with receiving.ingest.metrics.requests.time():
        try:
            answer = _answer(await _take(request, receiving, name))
        except Problem as problem:
            receiving.ingest.metrics.answers.labels(str(problem.status)).inc()
            raise
        receiving.ingest.metrics.answers.labels(str(answer.status_code)).inc()
        return answer


async def _take(request: Request, receiving: Receiving, name: str) -> Taken:
    ingest = receiving.ingest
    try:
        receiving.candidates(name)  # who names no source sends no body
        limits = body_limits(ingest.bounds)
        with ingest.room(declared_size(request, limits)):
            body = await read_body(request, limits)
            return await receiving.take(name, _delivery(request, body))
    except (NotLoaded, UnknownSource, NotAuthentic, Ambiguous) as wrong:
        raise _refused(wrong) from wrong
    except TooManyElements as wrong:
        detail = f"A delivery has at most {ingest.bounds.events} payloads: {wrong}."
        raise Problem(413, "Too many payloads", detail) from wrong
    except Overloaded as wrong:
        raise Problem(429, "Overloaded", f"{wrong}.", headers=OVERLOADED) from wrong
    except LogUnavailable as wrong:
        detail = f"{wrong}. Nothing is promised: send the same again later, which is safe."
        raise Problem(503, "Kafka unavailable", detail, headers=UNAVAILABLE) from wrong


def _refused(wrong: Exception) -> Problem:
    """Why a delivery was not read."""
    match wrong:
        case NotLoaded():
            detail = "The definitions of sources are being read; send the same again in a moment."
            return Problem(503, "Starting up", detail, headers=UNAVAILABLE)
        case UnknownSource():
            detail = (
                "There is no source of this name that takes deliveries: name it, with its "
                "`vendor`, under `sources:` in the definitions."
            )
            return Problem(404, "Unknown source", detail)
        case Ambiguous():
            detail = (
                "Sources of several tenants have this name and this secret; give each a secret "
                "of its own."
            )
            return Problem(409, "Ambiguous source", detail)
        case _:
            detail = (
                "The sender did not show the secret of this source in its platform's way, or the "
                "source has none; the page of the platform says how."
            )
            return Problem(401, "Not authentic", detail, headers=CHALLENGE)


def _delivery(request: Request, body: bytes) -> Delivery:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Delivery(str(request.url), dict(request.query_params), headers, body)


def _answer(taken: Taken) -> Response:
    reply = taken.reply
    if reply.status == NO_CONTENT:
        return Response(status_code=NO_CONTENT)
    body = reply.body
    if body is None:
        receipt = schemas.receipt_body(taken.receipt)
        body = encode(DeliveryBody(receipt.accepted, dict(taken.ignored), receipt.rejected))
    return Response(body, reply.status, media_type="application/json")
