"""Who is on call over HTTP: now and next by rota, gaps, and somebody else for a span."""

from collections.abc import Sequence
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
from floorpulse.alerts.domain.rotas import Cause, Shift, Span
from floorpulse.alerts.reading.ports import StoredOverride
from floorpulse.alerts.reading.rotas import RotaNow, rotas_now
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.figures.timestamps import Instant, text
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


class ShiftRow(msgspec.Struct, frozen=True):
    """A stretch [begin, end) with one member, or with nobody, and why."""

    begin: Instant
    end: Instant
    member: Annotated[str | None, Meta(description="a receiver", examples=["zhang"])]
    cause: Cause


class OverrideRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else on call for a span, as somebody arranged it."""

    override: Annotated[str, Meta(examples=["5d0e11aa"])]
    rota: Annotated[str, Meta(examples=["floor-leads"])]
    member: Annotated[str, Meta(examples=["li"])]
    begin: Instant
    end: Instant
    author: Annotated[str, Meta(examples=["zhang"])]


class RotaRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rota: `now`, and `next` with somebody else; the shifts and gaps of the next 14 days."""

    rota: Annotated[str, Meta(examples=["floor-leads"])]
    en: Annotated[str, Meta(examples=["Floor leads"])]
    zh: Annotated[str, Meta(examples=["现场组长"])]
    now: ShiftRow
    next: ShiftRow | None
    shifts: list[ShiftRow]
    gaps: Annotated[list[ShiftRow], Meta(description="nobody is on call though somebody should be")]
    overrides: list[OverrideRow]


class ReceiverRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be told; how, the definitions say."""

    receiver: Annotated[str, Meta(examples=["zhang"])]
    en: Annotated[str, Meta(examples=["Zhang Wei"])]
    zh: Annotated[str, Meta(examples=["张伟"])]


class OnCallAnswer(msgspec.Struct, frozen=True):
    """All rotas, and who an incident can be handed to."""

    rows: list[RotaRow]
    receivers: list[ReceiverRow]


class OverrideBody(BaseModel):
    """Somebody else is on call for a span."""

    model_config = ConfigDict(extra="forbid")

    member: Annotated[
        str,
        Field(
            min_length=1, max_length=64, pattern=PLAIN, description="a receiver", examples=["li"]
        ),
    ]
    begin: Begin = None
    end: End
    by: Author = None


Rota = Annotated[str, Path(max_length=128, examples=["floor-leads"])]


@router.get(
    "/v1/oncall",
    responses=READ_PROBLEMS | answering(OnCallAnswer),
    summary="Who is on call, now and next",
)
async def oncall(
    request: Request, caller: Reader, parts: Alerts, asked: Annotated[Parameters, Query()]
) -> Response:
    """Every rota with who is on call now and next, and where nobody is; and all receivers."""
    asked.refuse_unknown()
    accepted(request)
    view = parts.floors.view(caller.tenant)
    arranged = await parts.timelines.arranged(caller.tenant, view.now)
    rotas = rotas_now(view, arranged, parts.feeds(caller.tenant))
    receivers = OnCallInForce(view.known.at(view.now)).receivers.values()
    body = OnCallAnswer(
        [rota_row(one, arranged.overrides, view.zone) for one in rotas],
        [receiver_row(one.body) for one in receivers],
    )
    return json(body, NOT_STORED)


@router.post(
    "/v1/oncall/{rota}/overrides",
    status_code=201,
    responses=described(400, 401, 403, 404, 406, 408, 413, 415, 422, 503)
    | answering(OverrideRow, 201, "Created"),
    summary="Somebody else is on call",
)
async def override(
    request: Request, caller: Writer, parts: Alerts, rota: Rota, body: OverrideBody
) -> Response:
    """Put somebody else on call for a span; steps that come due in it tell that person."""
    accepted(request)
    view = parts.floors.view(caller.tenant)
    if rota not in OnCallInForce(view.known.at(view.now)).rotas:
        unknown("rota", rota)
    begin = view.now if body.begin is None else instant_of("begin", body.begin)
    span = Span(begin, instant_of("end", body.end), body.member)
    author = body.by or acting(parts, caller)
    try:
        name = await parts.desk.override(caller.tenant, rota, span, author)
    except ValueError as wrong:
        raise Problem(422, "Invalid override", str(wrong)) from wrong
    return json(override_row(StoredOverride(name, rota, span, author), view.zone), status=201)


@router.delete(
    "/v1/oncall/{rota}/overrides/{override}",
    status_code=204,
    responses=described(401, 403, 404, 422, 503),
    summary="The rota holds again",
)
async def end_override(
    caller: Writer,
    parts: Alerts,
    rota: Rota,
    override: Annotated[str, Path(max_length=128, examples=["5d0e11aa"])],
) -> Response:
    """End an override now."""
    view = parts.floors.view(caller.tenant)
    arranged = await parts.timelines.arranged(caller.tenant, view.now)
    mine = any(one.id == override and one.rota == rota for one in arranged.overrides)
    if not mine or not await parts.desk.end_override(caller.tenant, stored(override)):
        unknown("override", override)
    return Response(status_code=204)


def rota_row(rota: RotaNow, overrides: Sequence[StoredOverride], zone: ZoneInfo) -> RotaRow:
    """A rota as answers show it."""
    body = rota.body
    following = None if rota.following is None else shift_row(rota.following, zone)
    return RotaRow(
        rota=body.id,
        en=name_in("en", body.names, body.id),
        zh=name_in("zh", body.names, body.id),
        now=shift_row(rota.now, zone),
        next=following,
        shifts=[shift_row(one, zone) for one in rota.shifts],
        gaps=[shift_row(one, zone) for one in rota.gaps],
        overrides=[override_row(one, zone) for one in overrides if one.rota == body.id],
    )


def shift_row(shift: Shift, zone: ZoneInfo) -> ShiftRow:
    """A shift as answers show it."""
    return ShiftRow(text(shift.begin, zone), text(shift.end, zone), shift.member, shift.cause)


def override_row(override: StoredOverride, zone: ZoneInfo) -> OverrideRow:
    """An override as answers show it."""
    span = override.span
    return OverrideRow(
        override=override.id,
        rota=override.rota,
        member=span.member,
        begin=text(span.begin, zone),
        end=text(span.end, zone),
        author=override.author,
    )


def receiver_row(body: ReceiverBody) -> ReceiverRow:
    """A receiver as answers show it."""
    return ReceiverRow(
        receiver=body.id,
        en=name_in("en", body.names, body.id),
        zh=name_in("zh", body.names, body.id),
    )
