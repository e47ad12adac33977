"""Settlements over HTTP: settle a period, issue, dispute and agree, make credit notes, read the
document and the visits that counted.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from floorpulse.access.keys import Credential
from floorpulse.access.parameters import PLAIN, Parameters
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.reports.api.figure_links import figure_link_row
from floorpulse.reports.api.measured import ClientReader, ReportRoute, Reports, Writer
from floorpulse.reports.api.settlement_bodies import (
    SettleBody,
    SettledVisitsAnswer,
    SettlementActBody,
    SettlementAnswer,
    SettlementsAnswer,
    SettlementsParameters,
    VisitsParameters,
    event_row,
    settlement_row,
    visit_row,
)
from floorpulse.reports.app import ReportParts
from floorpulse.reports.domain.document import (
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
    SettledAlreadyError,
    StoredSettlement,
)
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import answering
from floorpulse.runtime.cursors import Row, cursor, place_of
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

ROWS = 100
MOST_ROWS = 1000
SETTLING = described(400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 503)
READING = described(401, 403, 404, 406, 422, 503)

router = APIRouter(route_class=ReportRoute, tags=["settlements"])

Id = Annotated[
    str, Path(max_length=64, pattern=PLAIN, description="of a settlement", examples=["9f1c2a3b"])
]


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
    zone = parts.surface.floors.view(caller.tenant).zone
    shown = [settlement_row(one, zone) for one in found[:limit] if _may_see(caller, one)]
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
    first = place_of(asked.cursor, question, msgspec.msgpack.Decoder(Row).decode) or 0
    limit = min(asked.limit or ROWS, MOST_ROWS)
    zone = parts.surface.floors.view(caller.tenant).zone
    records = await _records(parts, found.id, first, limit)
    following = cursor(question, first + limit) if first + limit < found.visits else None
    rows = [visit_row(one, zone) for one in records]
    return json(SettledVisitsAnswer(rows, following), NOT_STORED)


@router.post(
    "/v1/settlements/{settlement}/issue",
    responses=SETTLING | answering(SettlementAnswer),
    summary="Issue a draft",
)
async def issue_settlement(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: SettlementActBody
) -> Response:
    """From now on nothing of it changes: corrections become credit notes."""
    return await _acted(request, parts, caller, (settlement, SettlementAct.ISSUE), body)


@router.post(
    "/v1/settlements/{settlement}/dispute",
    responses=SETTLING | answering(SettlementAnswer),
    summary="Dispute what was issued",
)
async def dispute_settlement(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: SettlementActBody
) -> Response:
    """The other party does not accept it; the reason is kept."""
    return await _acted(request, parts, caller, (settlement, SettlementAct.DISPUTE), body)


@router.post(
    "/v1/settlements/{settlement}/agree",
    responses=SETTLING | answering(SettlementAnswer),
    summary="Agree",
)
async def agree_settlement(
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: SettlementActBody
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
    request: Request, caller: Writer, parts: Reports, settlement: Id, body: SettlementActBody
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


@contextmanager
def _refusals() -> Iterator[None]:
    """Why nothing was settled or issued, as a problem."""
    try:
        yield
    except UnknownContractError as wrong:
        raise Problem(404, "Unknown contract", f"{wrong}.") from wrong
    except (NoEvidence, ChangedMeanwhileError) as wrong:
        raise Problem(409, "Not settled", f"{wrong}.") from wrong
    except SettledAlreadyError as wrong:
        raise Problem(409, "Settled already", f"{wrong}.") from wrong
    except DraftNotFinalError as wrong:
        raise Problem(409, "Not final", f"{wrong}.") from wrong
    except ValueError as wrong:
        raise Problem(422, "Cannot be settled", f"{wrong}.") from wrong


async def _settled(
    parts: ReportParts,
    caller: Credential,
    query: EvidenceQuery,
    by: str | None,
    reason: str = "",
) -> Response:
    actor = Actor(by or caller.key_id, parts.surface.floors.view(caller.tenant).now, reason)
    with _refusals():
        result = await parts.of(SettlementDesk).settle(query, actor)
    return await _whole(parts, result.stored, result)


async def _acted(
    request: Request,
    parts: ReportParts,
    caller: Credential,
    wanted: tuple[str, SettlementAct],
    body: SettlementActBody,
) -> Response:
    accepted(request)
    id_, act = wanted
    now = parts.surface.floors.view(caller.tenant).now
    actor = Actor(body.by or caller.key_id, now, body.reason)
    with _refusals():
        after = await parts.of(SettlementDesk).act(caller.tenant, id_, act, actor)
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
    events = [event_row(one, view.zone) for one in await store.events(stored.id)]
    links = await asyncio.to_thread(figure_links, document, view.known)
    answer = SettlementAnswer(
        settlement=settlement_row(stored, view.zone),
        outcome=None if result is None else result.outcome,
        events=events,
        frozen=dict(stored.frozen),
        document=msgspec.to_builtins(document),
        links=[figure_link_row(one, view.zone) for one in links],
    )
    fresh = result is not None and result.outcome in (Settled.DRAFTED, Settled.NOTE_DRAFTED)
    return json(answer, NOT_STORED, 201 if fresh else 200)


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
