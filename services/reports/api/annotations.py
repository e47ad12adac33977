"""Annotations over HTTP: what was done or seen in an interval, which reports show."""

import secrets
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import (
    FROM,
    PLAIN,
    TO,
    List,
    Parameters,
    bounds_of,
    instant_of,
    names_of,
)
from floorpulse.board.domain.windows import Span
from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.api.measured import ReportRoute, Reports
from floorpulse.reports.contents.annotations import Annotation, Annotations
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import answering
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

ID_BYTES = 8
READ = "kpi:read"
WRITE = "alerts:write"

router = APIRouter(route_class=ReportRoute, tags=["reports"])


class AnnotationRow(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in an interval."""

    annotation: Annotated[str, Meta(examples=["9f1c2a3b"])]
    begins_at: Instant
    ends_at: Annotated[Instant, Meta(description="its end, not included")]
    queue: Annotated[str | None, Meta(description="null: the whole tenant", examples=["orders"])]
    text: Annotated[str, Meta(examples=["two agents lent from help"])]
    author: Annotated[str, Meta(examples=["zhang"])]
    created_at: Instant


class AnnotationsAnswer(msgspec.Struct, frozen=True):
    """Annotations in the order of their begins."""

    rows: list[AnnotationRow]


class AnnotationBody(BaseModel):
    """An annotation that is wanted."""

    model_config = ConfigDict(extra="forbid")

    begins_at: Annotated[
        str,
        Field(
            max_length=40,
            description="RFC 3339 with offset",
            examples=["2026-11-11T17:00:00+08:00"],
        ),
    ]
    ends_at: Annotated[
        str,
        Field(
            max_length=40,
            description="RFC 3339 with offset, itself not included",
            examples=["2026-11-11T18:00:00+08:00"],
        ),
    ]
    text: Annotated[
        str,
        Field(min_length=1, max_length=1000, pattern=PLAIN, examples=["two agents lent from help"]),
    ]
    queue: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=128,
            pattern=PLAIN,
            description="of this queue only",
            examples=["orders"],
        ),
    ] = None
    by: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=PLAIN,
            description="whose key it is unless given",
            examples=["Zhang Wei"],
        ),
    ] = None


class AnnotationParameters(Parameters):
    """Which annotations."""

    since: Annotated[
        str, Field(alias="from", description=f"that touch a span: {FROM}", examples=["2026-11-11"])
    ]
    until: Annotated[str, Field(alias="to", description=TO, examples=["2026-11-11"])]
    queue: Annotated[
        List,
        Field(
            pattern=PLAIN,
            description="of these queues and of the whole tenant",
            examples=["orders"],
        ),
    ] = None


@router.post(
    "/v1/annotations",
    status_code=201,
    responses=described(400, 401, 403, 406, 408, 413, 415, 422, 503)
    | answering(AnnotationRow, 201, "Created"),
    summary="Note what was done",
)
async def annotate(
    request: Request,
    caller: Annotated[Credential, Depends(require(WRITE))],
    parts: Reports,
    body: AnnotationBody,
) -> Response:
    """Keep what was done or seen in an interval; reports of the period show it. It stays as it is:
    what was wrong is put right by another one.
    """
    accepted(request)
    view = parts.surface.floors.view(caller.tenant)
    begins = instant_of("begins_at", body.begins_at)
    ends = instant_of("ends_at", body.ends_at)
    if begins >= ends:
        detail = f"begins_at={body.begins_at} is not before ends_at={body.ends_at}"
        raise Problem(422, "Empty time range", detail)
    made = Annotation(
        id=secrets.token_hex(ID_BYTES),
        tenant=caller.tenant,
        begins_at=begins,
        ends_at=ends,
        queue=body.queue or "",
        text=body.text,
        author=body.by or caller.key_id,
        created_at=view.now,
    )
    await parts.of(Annotations).add(made)
    return json(_row(made, view.zone), status=201)


@router.get(
    "/v1/annotations",
    responses=READ_PROBLEMS | answering(AnnotationsAnswer),
    summary="What was done",
)
async def annotations(
    request: Request,
    caller: Annotated[Credential, Depends(require(READ))],
    parts: Reports,
    asked: Annotated[AnnotationParameters, Query()],
) -> Response:
    """The annotations that touch a span, at most 500."""
    asked.refuse_unknown()
    accepted(request)
    zone = parts.surface.floors.view(caller.tenant).zone
    span = Span(*bounds_of(asked.since, asked.until, zone))
    queues = names_of(asked.queue)
    found = await parts.of(Annotations).touching(caller.tenant, span, queues)
    return json(AnnotationsAnswer([_row(one, zone) for one in found]), NOT_STORED)


def _row(one: Annotation, zone: ZoneInfo) -> AnnotationRow:
    return AnnotationRow(
        annotation=one.id,
        begins_at=text(one.begins_at, zone),
        ends_at=text(one.ends_at, zone),
        queue=one.queue or None,
        text=one.text,
        author=one.author,
        created_at=text(one.created_at, zone),
    )
