"""Silences over HTTP: spans in which matching incidents tell nobody; maintenance windows are those
that begin later.
"""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from floorpulse.access.parameters import PLAIN, Parameters, instant_of
from floorpulse.alerts.api.acts import acting
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader, Writer, unknown
from floorpulse.alerts.api.parameters import Author, Begin, End, stored
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.domain.silences import Matcher, Operator, Silence
from floorpulse.figures.timestamps import Instant, text
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

MOST_MATCHERS = 32

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


class SilenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A silence: in force from `begins_at`, until `ends_at`."""

    silence: Annotated[str, Meta(examples=["9f1c2a3b"])]
    matchers: tuple[Matcher, ...]
    begins_at: Instant
    ends_at: Instant
    author: Annotated[str, Meta(examples=["zhang"])]
    comment: Annotated[str, Meta(examples=["the switch is replaced"])]
    created_at: Instant


class SilencesAnswer(msgspec.Struct, frozen=True):
    """Silences that have not ended."""

    rows: list[SilenceRow]


class MatcherBody(BaseModel):
    """One condition; all of a silence must match."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            pattern=PLAIN,
            description="rule, queue, channel, key, severity, or a label of the rule",
            examples=["queue"],
        ),
    ]
    operator: Operator = Operator.EQUAL
    value: Annotated[str, Field(max_length=500, pattern=PLAIN, examples=["sales"])]


class SilenceBody(BaseModel):
    """A silence that is wanted."""

    model_config = ConfigDict(extra="forbid")

    matchers: Annotated[list[MatcherBody], Field(min_length=1, max_length=MOST_MATCHERS)]
    begins_at: Begin = None
    ends_at: End
    comment: Annotated[
        str,
        Field(min_length=1, max_length=500, pattern=PLAIN, examples=["the switch is replaced"]),
    ]
    by: Author = None


@router.get(
    "/v1/silences",
    responses=READ_PROBLEMS | answering(SilencesAnswer),
    summary="Silences",
)
async def silences(
    request: Request, caller: Reader, parts: Alerts, asked: Annotated[Parameters, Query()]
) -> Response:
    """Silences in force and to come."""
    asked.refuse_unknown()
    accepted(request)
    view = parts.floors.view(caller.tenant)
    arranged = await parts.timelines.arranged(caller.tenant, view.now)
    rows = [silence_row(one, view.zone) for one in arranged.silences]
    return json(SilencesAnswer(rows), NOT_STORED)


@router.post(
    "/v1/silences",
    status_code=201,
    responses=described(400, 401, 403, 406, 408, 413, 415, 422, 503)
    | answering(SilenceRow, 201, "Created"),
    summary="Tell nobody for a while",
)
async def silence(request: Request, caller: Writer, parts: Alerts, body: SilenceBody) -> Response:
    """Make a silence; open incidents that it matches are silenced with it."""
    accepted(request)
    view = parts.floors.view(caller.tenant)
    begins = view.now if body.begins_at is None else instant_of("begins_at", body.begins_at)
    wanted = Silence(
        id="",
        tenant=caller.tenant,
        matchers=tuple(Matcher(one.name, one.operator, one.value) for one in body.matchers),
        begins_at=begins,
        ends_at=instant_of("ends_at", body.ends_at),
        author=body.by or acting(parts, caller),
        comment=body.comment,
        created_at=view.now,
    )
    try:
        made = await parts.desk.silence(wanted)
    except ValueError as wrong:
        raise Problem(422, "Invalid silence", str(wrong)) from wrong
    return json(silence_row(made, view.zone), status=201)


@router.delete(
    "/v1/silences/{silence}",
    status_code=204,
    responses=described(401, 403, 404, 422, 503),
    summary="End a silence now",
)
async def end_silence(
    caller: Writer,
    parts: Alerts,
    silence: Annotated[str, Path(max_length=128, examples=["9f1c2a3b"])],
) -> Response:
    """What only it silenced is told from now on."""
    ended = await parts.desk.end_silence(caller.tenant, stored(silence), acting(parts, caller))
    if not ended:
        unknown("silence", silence)
    return Response(status_code=204)


def silence_row(silence: Silence, zone: ZoneInfo) -> SilenceRow:
    """A silence as answers show it."""
    return SilenceRow(
        silence=silence.id,
        matchers=silence.matchers,
        begins_at=text(silence.begins_at, zone),
        ends_at=text(silence.ends_at, zone),
        author=silence.author,
        comment=silence.comment,
        created_at=text(silence.created_at, zone),
    )
