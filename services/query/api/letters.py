"""The route of dead letters: what of the tenant's events could not be counted, and why."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from pydantic import Field

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import (
    EARLIEST,
    FROM,
    LATEST,
    TO,
    Cursor,
    Limit,
    List,
    Parameters,
    begin_of,
    end_of,
    names_of,
    refuse_strangers,
)
from floorpulse.contracts.letters import Reason
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import Instant, text
from floorpulse.query.api import paging
from floorpulse.query.api.answers import rows_answer
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.schemas import Next, answering
from floorpulse.query.pipeline.letters import KeptLetter, LetterBox, LetterPlace, LetterQuery
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS
from floorpulse.runtime.tagged import NOT_STORED

Operator = Annotated[Credential, Depends(require("admin"))]

router = APIRouter(route_class=MeasuredRoute, tags=["operations"])
decode_place = msgspec.msgpack.Decoder(LetterPlace).decode


class LetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One refused event."""

    place: Annotated[
        str,
        Meta(
            description="partition and offset in the topic `dead-letters`; `floorpulse letters "
            "show` takes it",
            examples=["0/17"],
        ),
    ]
    at: Annotated[Instant, Meta(description="when it was refused")]
    reason: Reason
    detail: Annotated[
        str, Meta(description="what exactly was wrong", examples=["name contact or queue"])
    ]
    origin: Annotated[
        str,
        Meta(
            description="`ingest`, or `topic/partition/offset` of the record", examples=["ingest"]
        ),
    ]
    payload: Annotated[
        str | None,
        Meta(
            description="the text as received, customers masked; null where it was no UTF-8",
            examples=['{"type": "contact.offered"}'],
        ),
    ]


class LettersAnswer(msgspec.Struct, frozen=True):
    """A page of refused events, oldest first; it may hold few or none and more follow all the
    same.
    """

    rows: list[LetterRow]
    next: Next


class LetterParameters(Parameters):
    """Parameters of dead letters."""

    reason: Annotated[
        List, Field(description="reasons of the closed list", examples=["unknown_field"])
    ] = None
    since: Annotated[
        str | None,
        Field(alias="from", description=f"refused: {FROM}", examples=["2026-11-11T09:00:00+08:00"]),
    ] = None
    until: Annotated[
        str | None,
        Field(alias="to", description=f"refused: {TO}", examples=["2026-11-11T18:00:00+08:00"]),
    ] = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, tenant: str, view: TenantView) -> LetterQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        reasons = names_of(self.reason)
        refuse_strangers("reason", reasons, [one.value for one in Reason])
        return LetterQuery(
            tenant,
            tuple(map(Reason, reasons)),
            EARLIEST if self.since is None else begin_of("from", self.since, view.zone),
            LATEST if self.until is None else end_of("to", self.until, view.zone),
        )


@router.get(
    "/v1/letters",
    responses=READ_PROBLEMS | answering(LettersAnswer),
    summary="Events that could not be counted",
)
async def letters(
    request: Request,
    caller: Operator,
    box: Annotated[LetterBox, Depends(use_case(LetterBox))],
    shared: Shared,
    asked: Annotated[LetterParameters, Query()],
) -> Response:
    """The refused events of the caller's tenant, with the reason and the text of each."""
    accepted(request)
    view = shared.floors.view(caller.tenant)
    question = asked.query(caller.tenant, view)
    after = place_of(asked.cursor, question, decode_place)
    limit = paging.rows_of_page(asked.limit, shared.limits)
    found, more = await box.page(question, after, limit)
    shared.counted("/v1/letters", len(found))
    rows = [letter_row(one, view) for one in found]
    following = next_page(question, more)
    return await rows_answer(rows, following, shared.turns, NOT_STORED)


def letter_row(kept: KeptLetter, view: TenantView) -> LetterRow:
    """One letter as a row."""
    letter = kept.letter
    return LetterRow(
        place=f"{kept.place.partition}/{kept.place.offset}",
        at=text(letter.at, view.zone),
        reason=letter.reason,
        detail=letter.detail,
        origin=letter.origin,
        payload=letter.payload,
    )
