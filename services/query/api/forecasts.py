"""The routes of forecasts: upload a version, see what is in force, look into old versions."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from heapq import nsmallest
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import (
    FROM,
    PLAIN,
    TO,
    AnswerZone,
    Cursor,
    Limit,
    Parameters,
    names_of,
)
from floorpulse.board.domain.windows import Span
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.forecasts.upload import Mistake, slots_of
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.plan import Slot
from floorpulse.query.api.answers import encoded
from floorpulse.query.api.asked import span_of, zone_of
from floorpulse.query.api.forecast_bodies import (
    ForecastAnswer,
    ForecastBody,
    UploadAnswer,
    forecast_row,
    upload_answer,
    upload_row,
)
from floorpulse.query.api.forecast_body import TITLE, rows_of
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.paging import rows_of_page
from floorpulse.query.api.parameters import BEGIN, END, Queues
from floorpulse.query.api.schemas import answering
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import schema_of
from floorpulse.runtime.cursors import cursor, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import encode, json

Reader = Annotated[Credential, Depends(require("kpi:read"))]
Planner = Annotated[Credential, Depends(require("admin"))]
AT_ONCE = 100
"""Intervals shown in one turn of the loop"""
MOST_VERSIONS = 1000
"""Uploads that an answer lists: the newest; older ones are asked for by their number"""
SHOWN = 50
"""Mistakes that an answer names"""

decode_place = msgspec.msgpack.Decoder(tuple[int, str, str]).decode
router = APIRouter(route_class=MeasuredRoute, tags=["forecasts"])

EXAMPLE = "queue,channel,start,length,volume,aht,staffed\nsales,,2026-11-11T09:00,30,420,185,24\n"
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": EXAMPLE},
            "application/json": {"schema": schema_of(ForecastBody)},
        },
    }
}


class UploadParameters(Parameters):
    """Parameters of an upload."""

    note: Annotated[
        str,
        Field(
            max_length=200,
            pattern=PLAIN,
            description="why, for whoever reads the list of versions",
            examples=["week 46"],
        ),
    ] = ""


class ForecastParameters(Parameters):
    """Parameters of what is in force."""

    since: Annotated[str, Field(alias="from", description=FROM, examples=[BEGIN])]
    until: Annotated[str, Field(alias="to", description=TO, examples=[END])]
    queue: Queues = None
    version: Annotated[
        int | None,
        Field(ge=1, description="one upload; what is in force where nothing is said", examples=[3]),
    ] = None
    tz: AnswerZone = None
    limit: Limit = None
    cursor: Cursor = None

    def asked(self, view: TenantView) -> tuple[Span, tuple[str, ...], ZoneInfo]:
        """The span, the queues (none: all) and the zone; problems 422."""
        self.refuse_unknown()
        zone = zone_of(self.tz, view)
        return span_of(self.since, self.until, zone), names_of(self.queue), zone


@router.put(
    "/v1/forecasts",
    openapi_extra=BODY,
    summary="Upload a forecast",
    responses=described(400, 401, 403, 406, 408, 413, 415, 422, 503)
    | answering(UploadAnswer)
    | answering(UploadAnswer, 201, "A new version"),
)
async def put_forecast(
    request: Request,
    caller: Planner,
    keeper: Annotated[ForecastKeeper, Depends(use_case(ForecastKeeper))],
    shared: Shared,
    asked: Annotated[UploadParameters, Query()],
) -> Response:
    """Intervals of 15 or 30 minutes, as CSV or JSON, stored as a version; where versions overlap in
    time the newest is in force.

    All rows or none. The very content of the newest version again is no new version (200 instead of
    201).
    """
    accepted(request)
    asked.refuse_unknown()
    view = shared.floors.view(caller.tenant)
    slots, mistakes = slots_of(await rows_of(request), view.zone)
    if mistakes:
        raise _wrong(mistakes)
    upload, new = await keeper.put(caller.tenant, slots, caller.key_id, asked.note)
    strangers = sorted({slot.queue for slot in slots} - view.heard_queues)
    answer = json(upload_answer(upload, view.zone, new=new, unknown_queues=strangers))
    answer.status_code = 201 if new else 200
    return answer


@router.get(
    "/v1/forecasts",
    responses=READ_PROBLEMS | answering(ForecastAnswer),
    summary="Forecasts in force",
)
async def forecasts(
    request: Request,
    caller: Reader,
    keeper: Annotated[ForecastKeeper, Depends(use_case(ForecastKeeper))],
    shared: Shared,
    asked: Annotated[ForecastParameters, Query()],
) -> Response:
    """The forecast intervals that are in force, or those of one upload, and the last 1,000 uploads,
    the newest first.
    """
    accepted(request)
    (span, queues, zone) = asked.asked(shared.floors.view(caller.tenant))
    store = keeper.store
    question = caller.tenant, span, queues, asked.version
    after = place_of(asked.cursor, question, decode_place)
    limit = rows_of_page(asked.limit, shared.limits)
    uploads = await store.uploads(caller.tenant)
    if asked.version is not None and asked.version not in {upload.version for upload in uploads}:
        raise Problem(
            422,
            "Unknown version",
            f"version={asked.version} was never uploaded; the newest is {len(uploads)}",
        )
    whole = asked.version is None
    slots = (
        await store.in_force(caller.tenant, span)
        if whole
        else await store.of_version(caller.tenant, asked.version or 0, span)
    )
    page = await asyncio.to_thread(_page, slots, queues, after, limit + 1)
    more = cursor(question, _place(page[limit - 1])) if len(page) > limit else None
    turns = shared.turns
    rows = [
        forecast_row(slot, zone)
        async for portion in turns.over(page[:limit], AT_ONCE)
        for slot in portion
    ]
    versions = [upload_row(upload, zone) for upload in uploads[:MOST_VERSIONS]]
    body = await encoded(rows, more, turns)
    return Response(
        b'%b,"versions":%b}' % (body[:-1], encode(versions)), media_type="application/json"
    )


def _page(
    slots: Sequence[Slot], queues: tuple[str, ...], after: tuple[int, str, str] | None, number: int
) -> list[Slot]:
    """The first `number` slots of these queues behind a place, by place."""
    mine = (slot for slot in slots if not queues or slot.queue in queues)
    return nsmallest(
        number, (slot for slot in mine if after is None or _place(slot) > after), key=_place
    )


def _wrong(mistakes: Sequence[Mistake]) -> Problem:
    number = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    detail = f"{number}, nothing was stored. The first: {mistakes[0]}"
    return Problem(
        422, TITLE, detail, mistakes=[asdict(one) for one in mistakes[:SHOWN]], total=len(mistakes)
    )


def _place(slot: Slot) -> tuple[int, str, str]:
    return slot.begin, slot.queue, slot.channel
