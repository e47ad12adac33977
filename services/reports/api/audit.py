"""`GET /v1/audit`: who did what, each entry bound to the one before, and where the log ends."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from pydantic import Field

from floorpulse.access.audit_chain import Action, Link
from floorpulse.access.audit_log import AuditLog, EntryChoice
from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import (
    FROM,
    PLAIN,
    TO,
    Cursor,
    Limit,
    Parameters,
    begin_of,
    end_of,
)
from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.api.measured import ReportRoute, Reports
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import answering
from floorpulse.runtime.cursors import Serial, cursor, place_of
from floorpulse.runtime.problems import READ_PROBLEMS
from floorpulse.runtime.tagged import NOT_STORED, json

PAGE = 200
MOST = 2000
HEX = Annotated[str, Meta(description="SHA-256, 64 hex digits", examples=["3f" * 32])]

decode_number = msgspec.msgpack.Decoder(Serial).decode
router = APIRouter(route_class=ReportRoute, tags=["audit"])
Auditor = Annotated[Credential, Depends(require("audit:read"))]


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done."""

    number: Annotated[int, Meta(description="its place in the log: 1, 2, 3, …", examples=[17])]
    time: Instant
    actor: Annotated[
        str,
        Meta(
            description="id of an API key, a receiver, or `cli:` and a user of the machine",
            examples=["cli:ops"],
        ),
    ]
    action: Annotated[Action, Meta(examples=["key_created"])]
    subject: Annotated[str, Meta(description="what it was done to", examples=["key/0123456789"])]
    details: Annotated[dict[str, Any], Meta(examples=[{"label": "the client's wall"}])]
    entry: Annotated[
        str,
        Meta(
            description="the same, as it was hashed",
            examples=['{"action":"key_revoked","actor":"cli:ops","at":1794398840000,…}'],
        ),
    ]
    previous: HEX
    hash: HEX


class AuditAnswer(msgspec.Struct):
    """A page of entries."""

    rows: list[AuditRow]
    next: Annotated[
        str | None,
        Meta(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
    ]
    head: Annotated[
        str,
        Meta(
            description="where the log ends now, `NUMBER:HASH`: kept elsewhere, it shows later "
            "whether anything before was rewritten (`floorpulse audit verify --anchor`)",
            examples=["17:" + "3f" * 32],
        ),
    ]


class AuditParameters(Parameters):
    """Which entries."""

    since: Annotated[
        str | None,
        Field(alias="from", description=f"done from then on: {FROM}", examples=["2026-11-11"]),
    ] = None
    until: Annotated[
        str | None,
        Field(alias="to", description=f"done before: {TO}", examples=["2026-11-12"]),
    ] = None
    actor: Annotated[
        str | None,
        Field(max_length=256, pattern=PLAIN, description="only by this one", examples=["cli:ops"]),
    ] = None
    action: Annotated[Action | None, Field(description="only of this kind")] = None
    limit: Limit = None
    cursor: Cursor = None


@router.get(
    "/v1/audit",
    responses=READ_PROBLEMS | answering(AuditAnswer),
    summary="Who did what",
)
async def audit(
    request: Request, caller: Auditor, parts: Reports, asked: Annotated[AuditParameters, Query()]
) -> Response:
    """Entries of the audit log in their order: definitions that were loaded, keys, acts with
    incidents, settlements, and who read about agents.
    """
    asked.refuse_unknown()
    accepted(request)
    zone = parts.surface.floors.view(caller.tenant).zone
    choice = EntryChoice(
        caller.tenant,
        None if asked.since is None else begin_of("from", asked.since, zone),
        None if asked.until is None else end_of("to", asked.until, zone),
        asked.actor,
        None if asked.action is None else asked.action.value,
    )
    after = place_of(asked.cursor, choice, decode_number) or 0
    limit = min(asked.limit or PAGE, MOST)
    log = AuditLog(parts.surface.engine)
    found = await log.page(choice, after, limit + 1)
    shown = found[:limit]
    body = AuditAnswer(
        rows=[_row(link, text(link.at, zone)) for link in shown],
        next=cursor(choice, shown[-1].number) if len(found) > limit else None,
        head=str(await log.head(caller.tenant)),
    )
    return json(body, NOT_STORED)


def _row(link: Link, time: str) -> AuditRow:
    told = msgspec.json.decode(link.entry)
    return AuditRow(
        number=link.number,
        time=time,
        actor=told["actor"],
        action=Action(told["action"]),
        subject=told["subject"],
        details=told["details"],
        entry=link.entry,
        previous=link.previous.hex(),
        hash=link.hash.hex(),
    )
