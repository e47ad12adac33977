"""Settlements over HTTP: settle a period, issue, dispute and agree, make credit notes, read the
document and the visits that counted.
"""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from floorpulse.access.keys import Credential
from floorpulse.access.parameters import PLAIN, Cursor, Limit, PageParameters, Parameters
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.api.figure_links import FigureLinkRow, figure_link_row
from floorpulse.reports.api.measured import ClientReader, ReportRoute, Reports, Writer
from floorpulse.reports.app import ReportParts
from floorpulse.reports.domain.document import (
    FORMAT,
    SettlementDocument,
    document_of,
    signed,
)
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.settlement_links import figure_links
from floorpulse.reports.domain.settlement_states import (
    NotPossible,
    SettlementAct,
    SettlementState,
)
from floorpulse.reports.domain.visit_records import PAGE, VisitRecord, unpacked
from floorpulse.reports.evidence.reader import EvidenceQuery, NoEvidence, UnknownContractError
from floorpulse.reports.settlement.desk import (
    DraftNotFinalError,
    Settled,
    SettlementDesk,
    SettleResult,
)
from floorpulse.reports.settlement.periods import named_period
from floorpulse.reports.settlement.ports import (
    Actor,
    ChangedMeanwhileError,
    SettlementEvent,
    StoredSettlement,
)
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import answering
from floorpulse.runtime.cursors import cursor, place_of
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

ROWS = 100
MOST_ROWS = 1000
SETTLING = described(400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 503)
READING = described(401, 403, 404, 406, 422, 503)

Next = Annotated[
    str | None,
    Meta(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
]

router = APIRouter(route_class=ReportRoute, tags=["settlements"])

Id = Annotated[
    str, Path(max_length=64, pattern=PLAIN, description="of a settlement", examples=["9f1c2a3b"])
]


class SettlementRow(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement, or a credit note of one."""

    settlement: Annotated[str, Meta(description="its id", examples=["9f1c2a3b4d5e6f70"])]
    contract: Annotated[str, Meta(examples=["acme-care"])]
    kind: Literal["settlement", "credit_note"]
    number: Annotated[int, Meta(description="0; of credit notes 1, 2, …", examples=[0])]
    begin: Instant
    end: Instant
    state: SettlementState
    sha256: Annotated[
        str,
        Meta(description="over the canonical text of the document", examples=["ac57f68064347074"]),
    ]
    visits: Annotated[int, Meta(description="how many are its evidence", examples=[41204])]
    created_at: Instant
    changed_at: Instant


class SettlementEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """What was done with a settlement."""

    at: Instant
    state: Annotated[SettlementState, Meta(description="after it")]
    by: Annotated[str, Meta(examples=["zhang"])]
    reason: Annotated[str, Meta(examples=["as agreed on the phone"])]


class SettlementsAnswer(msgspec.Struct, frozen=True):
    """Settlements and credit notes, the newest period first."""

    rows: list[SettlementRow]
    next: Next


class SettlementAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement whole: `document` is what is signed, `frozen` what the snapshot had applied,
    and once issued the `audit_anchor` for `floorpulse audit verify --anchor`; `links` show what its
    figures were made of.
    """

    settlement: SettlementRow
    outcome: Annotated[
        Settled | None, Meta(description="of settling: what it came to; null where it was read")
    ]
    events: list[SettlementEventRow]
    frozen: Annotated[dict[str, Any], Meta(examples=[{"definition_set": 7, "revision": 0}])]
    document: Annotated[
        dict[str, Any], Meta(examples=[{"format": FORMAT, "contract": "acme-care"}])
    ]
    links: list[FigureLinkRow]


class SettledVisitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as the settlement counted it; spans are seconds."""

    offered_at: Instant
    contact: Annotated[str, Meta(examples=["call-4711"])]
    visit: Annotated[int, Meta(examples=[1])]
    queue: Annotated[str, Meta(examples=["sales"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    outcome: Annotated[
        str | None, Meta(description="answered, abandoned or left", examples=["answered"])
    ]
    wait: Annotated[float | None, Meta(description="until the outcome", examples=[12.5])]
    talk: Annotated[float, Meta(examples=[184.0])]
    hold: Annotated[float, Meta(examples=[0.0])]
    wrap: Annotated[float, Meta(examples=[35.0])]
    completed_at: Instant | None


class SettledVisitsAnswer(msgspec.Struct, frozen=True):
    """The visits that a settlement counted, in the order of their offers."""

    rows: list[SettledVisitRow]
    next: Next


class SettleBody(BaseModel):
    """What is to be settled: a contract and one period of it."""

    model_config = ConfigDict(extra="forbid")

    contract: Annotated[
        str, Field(min_length=1, max_length=64, pattern=PLAIN, examples=["acme-care"])
    ]
    month: Annotated[str | None, Field(max_length=7, examples=["2026-10"])] = None
    week: Annotated[str | None, Field(max_length=8, examples=["2026-W41"])] = None
    day: Annotated[str | None, Field(max_length=10, examples=["2026-10-05"])] = None
    draft: Annotated[
        bool, Field(description="also where the period is not final; such a draft is never issued")
    ] = False
    by: Annotated[
        str | None,
        Field(min_length=1, max_length=64, pattern=PLAIN, examples=["Zhang Wei"]),
    ] = None


class ActBody(BaseModel):
    """Who acts, and why."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=PLAIN,
            description="a name, where several people share a key; the key's id unless given",
            examples=["Zhang Wei"],
        ),
    ] = None
    reason: Annotated[
        str, Field(max_length=1000, pattern=PLAIN, examples=["as agreed on the phone"])
    ] = ""


class SettlementsParameters(PageParameters):
    """Which settlements: all where nothing is said."""

    limit: Limit = None
    cursor: Cursor = None
    contract: Annotated[str | None, Field(max_length=64, pattern=PLAIN, examples=["acme-care"])] = (
        None
    )


class VisitsParameters(PageParameters):
    """Which page of visits."""

    limit: Limit = None
    cursor: Cursor = None


@router.post(
    "/v1/settlements",
    status_code=201,
    responses=SETTLING | answering(SettlementAnswer) | answering(SettlementAnswer, 201, "Created"),
    summary="Settle a period",
)
async def settle_period(
    request: Request, caller: Writer, parts: Reports, body: SettleBody
) -> Response:
    """Freeze a contract's figures of a period as a draft; 200 where nothing new came of it.

    Once issued, settling again makes a draft of a credit note where anything differs. A month of a
    million visits takes a minute.
    """
    accepted(request)
    try:
        period = named_period(body.month, body.week, body.day)
    except ValueError as wrong:
        raise Problem(422, "Invalid period", f"{wrong}.") from wrong
    query = EvidenceQuery(caller.tenant, body.contract, period.of, draft=body.draft)
    return await _settled(parts, caller, query, body.by)


@router.get(
    "/v1/settlements",
    responses=READING | answering(SettlementsAnswer),
    summary="Settlements and credit notes",
)
async def settlements(
    request: Request,
    caller: ClientReader,
    parts: Reports,
    asked: Annotated[SettlementsParameters, Query()],
) -> Response:
    """Settlements of all contracts, or of one; a key of one contract sees what was issued of it."""
    asked.refuse_unknown()
    accepted(request)
    wanted = caller.contract or asked.contract
    question = "settlements", caller.tenant, wanted
    place = place_of(asked.cursor, question, msgspec.msgpack.Decoder(tuple[int, str]).decode)
    limit = min(asked.limit or ROWS, MOST_ROWS)
    store = parts.of(SettlementDesk).store
    found = await store.listing(caller.tenant, wanted, place, limit + 1)
    shown = [_row(parts, one) for one in found[:limit] if _may_see(caller, one)]
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else cursor(question, (last.place.begin, last.id))
    return json(SettlementsAnswer(shown, following), NOT_STORED)


@router.get(
    "/v1/settlements/{settlement}",
    responses=READING | answering(SettlementAnswer),
    summary="A settlement",
)
async def settlement(
    request: Request,
    caller: ClientReader,
    parts: Reports,
    settlement: Id,
    asked: Annotated[Parameters, Query()],
) -> Response:
    """A settlement or credit note with its document, and what was done with it."""
    asked.refuse_unknown()
    accepted(request)
    return await _whole(parts, await _found(parts, caller, settlement), None)


@router.get(
    "/v1/settlements/{settlement}/file",
    responses=READING
    | {200: {"content": {"application/json": {}}, "description": "The signed file"}},
    summary="The file of a settlement",
)
async def settlement_file(
    request: Request,
    caller: ClientReader,
    parts: Reports,
    settlement: Id,
    asked: Annotated[Parameters, Query()],
) -> Response:
    """The document with the hash over it, the very bytes that `floorpulse settle` writes, for
    `floorpulse settle --verify`.
    """
    asked.refuse_unknown()
    accepted(request)
    found = await _found(parts, caller, settlement)
    file = signed(await parts.of(SettlementDesk).store.document(found.id))
    name = f"{found.place.contract}-{found.sha256[:12]}.json"
    headers = {**NOT_STORED, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file, media_type="application/json", headers=headers)


@router.get(
    "/v1/settlements/{settlement}/visits",
    responses=READING | answering(SettledVisitsAnswer),
    summary="The visits that a settlement counted",
)
async def settled_visits(
    request: Request,
    caller: ClientReader,
    parts: Reports,
    settlement: Id,
    asked: Annotated[VisitsParameters, Query()],
) -> Response:
    """The evidence as it was frozen, whatever became of the visits since."""
    asked.refuse_unknown()
    accepted(request)
    found = await _found(parts, caller, settlement)
    question = "settled visits", found.id
    first = place_of(asked.cursor, question, msgspec.msgpack.Decoder(int).decode) or 0
    limit = min(asked.limit or ROWS, MOST_ROWS)
    zone = parts.surface.floors.view(caller.tenant).zone
    records = await _records(parts, found.id, first, limit)
    following = cursor(question, first + limit) if first + limit < found.visits else None
    rows = [_visit_row(one, zone) for one in records]
    return json(SettledVisitsAnswer(rows, following), NOT_STORED)


@router.post(
    "/v1/settlements/{settlement}/issue",
    responses=SETTLING | answering(SettlementAnswer),
    summary="Issue a draft",
)
async def issue_settlement(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: ActBody
) -> Response:
    """From now on nothing of it changes: corrections become credit notes."""
    return await _acted(request, parts, caller, (settlement, SettlementAct.ISSUE), body)


@router.post(
    "/v1/settlements/{settlement}/dispute",
    responses=SETTLING | answering(SettlementAnswer),
    summary="Dispute what was issued",
)
async def dispute_settlement(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: ActBody
) -> Response:
    """The other party does not accept it; the reason is kept."""
    return await _acted(request, parts, caller, (settlement, SettlementAct.DISPUTE), body)


@router.post(
    "/v1/settlements/{settlement}/agree",
    responses=SETTLING | answering(SettlementAnswer),
    summary="Agree",
)
async def agree_settlement(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: ActBody
) -> Response:
    """Both parties accept it."""
    return await _acted(request, parts, caller, (settlement, SettlementAct.AGREE), body)


@router.post(
    "/v1/settlements/{settlement}/credit-notes",
    status_code=201,
    responses=SETTLING | answering(SettlementAnswer) | answering(SettlementAnswer, 201, "Created"),
    summary="Draft a credit note",
)
async def credit_note(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: ActBody
) -> Response:
    """Settle the period again and freeze what differs, with the visits that caused it; 200 where
    nothing does.
    """
    accepted(request)
    found = await _found(parts, caller, settlement)
    if found.state is SettlementState.DRAFT and found.number == 0:
        detail = "a settlement that is a draft needs no credit note: settle it again"
        raise Problem(409, "Not possible", detail)
    document = document_of(await parts.of(SettlementDesk).store.document(found.id))

    def same(_: Contract) -> Period:
        return document.settled_period

    query = EvidenceQuery(caller.tenant, found.place.contract, same)
    return await _settled(parts, caller, query, body.by, body.reason)


async def _settled(
    parts: ReportParts,
    caller: Credential,
    query: EvidenceQuery,
    by: str | None,
    reason: str = "",
) -> Response:
    actor = Actor(by or caller.key_id, parts.surface.floors.view(caller.tenant).now, reason)
    try:
        result = await parts.of(SettlementDesk).settle(query, actor)
    except UnknownContractError as wrong:
        raise Problem(404, "Unknown contract", f"{wrong}.") from wrong
    except (NoEvidence, ChangedMeanwhileError) as wrong:
        raise Problem(409, "Not settled", f"{wrong}.") from wrong
    except ValueError as wrong:
        raise Problem(422, "Cannot be settled", f"{wrong}.") from wrong
    return await _whole(parts, result.stored, result)


async def _acted(
    request: Request,
    parts: ReportParts,
    caller: Credential,
    wanted: tuple[str, SettlementAct],
    body: ActBody,
) -> Response:
    accepted(request)
    id_, act = wanted
    now = parts.surface.floors.view(caller.tenant).now
    actor = Actor(body.by or caller.key_id, now, body.reason)
    try:
        after = await parts.of(SettlementDesk).act(caller.tenant, id_, act, actor)
    except DraftNotFinalError as wrong:
        raise Problem(409, "Not final", f"{wrong}.") from wrong
    if after is None:
        raise _unknown(id_)
    if isinstance(after, NotPossible):
        raise Problem(409, "Not possible", f"{after}.", state=after.state)
    return await _whole(parts, after, None)


async def _found(parts: ReportParts, caller: Credential, id_: str) -> StoredSettlement:
    found = await parts.of(SettlementDesk).store.find(caller.tenant, id_)
    if found is None or not _may_see(caller, found):
        raise _unknown(id_)
    return found


def _may_see(caller: Credential, one: StoredSettlement) -> bool:
    """A key of one contract sees what was issued of it; drafts are the vendor's own affair."""
    if caller.contract is None:
        return True
    return one.place.contract == caller.contract and one.state is not SettlementState.DRAFT


def _unknown(id_: str) -> Problem:
    return Problem(404, "Unknown settlement", f"there is no settlement {id_!r}")


async def _whole(
    parts: ReportParts, stored: StoredSettlement, result: SettleResult | None
) -> Response:
    store = parts.of(SettlementDesk).store
    document: SettlementDocument = document_of(await store.document(stored.id))
    view = parts.surface.floors.view(stored.place.tenant)
    events = [_event_row(one, view.zone) for one in await store.events(stored.id)]
    links = await asyncio.to_thread(figure_links, document, view.known)
    answer = SettlementAnswer(
        settlement=_row(parts, stored),
        outcome=None if result is None else result.outcome,
        events=events,
        frozen=dict(stored.frozen),
        document=msgspec.to_builtins(document),
        links=[figure_link_row(one, view.zone) for one in links],
    )
    fresh = result is not None and result.outcome in (Settled.DRAFTED, Settled.NOTE_DRAFTED)
    return json(answer, NOT_STORED, 201 if fresh else 200)


def _row(parts: ReportParts, stored: StoredSettlement) -> SettlementRow:
    zone = parts.surface.floors.view(stored.place.tenant).zone
    return SettlementRow(
        settlement=stored.id,
        contract=stored.place.contract,
        kind="credit_note" if stored.number else "settlement",
        number=stored.number,
        begin=text(stored.place.begin, zone),
        end=text(stored.place.end, zone),
        state=stored.state,
        sha256=stored.sha256,
        visits=stored.visits,
        created_at=text(stored.created_at, zone),
        changed_at=text(stored.changed_at, zone),
    )


def _event_row(event: SettlementEvent, zone: Any) -> SettlementEventRow:
    return SettlementEventRow(
        at=text(event.at, zone), state=event.state, by=event.actor, reason=event.reason
    )


async def _records(parts: ReportParts, id_: str, first: int, limit: int) -> list[VisitRecord]:
    """Records of a settlement from one on; pages have all the same length but for the last."""
    store = parts.of(SettlementDesk).store
    found: list[VisitRecord] = []
    number = first // PAGE
    while len(found) < limit and (page := await store.page(id_, number)) is not None:
        skipped = max(0, first - number * PAGE)
        found += list(unpacked(page))[skipped:]
        number += 1
    return found[:limit]


def _visit_row(record: VisitRecord, zone: Any) -> SettledVisitRow:
    return SettledVisitRow(
        offered_at=text(record.offered_at, zone),
        contact=record.contact,
        visit=record.visit,
        queue=record.queue,
        channel=record.channel,
        outcome=record.outcome,
        wait=None if record.wait is None else record.wait / 1000,
        talk=record.talk / 1000,
        hold=record.hold / 1000,
        wrap=record.wrap / 1000,
        completed_at=None if record.completed_at is None else text(record.completed_at, zone),
    )
