"""Contacts at risk over HTTP: the list of a day, and what people do with its lines."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from msgspec import Meta
from pydantic import Field

from floorpulse.access.keys import Credential
from floorpulse.access.parameters import (
    PLAIN,
    Cursor,
    Limit,
    List,
    PageParameters,
    names_of,
    refuse_strangers,
)
from floorpulse.alerts.api.acts import ActBody, acting
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader, Writer, unknown
from floorpulse.alerts.api.parameters import rows_of_page, stored
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.domain.contacts_at_risk import Risk
from floorpulse.alerts.domain.follow_up import (
    BEING_SEEN_TO,
    LONGEST_COMMENT,
    Done,
    FollowUp,
    FollowUpRefused,
    FollowUpState,
    ListedContact,
)
from floorpulse.alerts.watch.ports import ListPlace, ListQuery, RiskLists
from floorpulse.counting.days import local_day
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import Instant, text
from floorpulse.runtime.accept import CSV, JSON, accepted
from floorpulse.runtime.csv_rows import MEDIA_TYPE, csv_text, file_headers
from floorpulse.runtime.cursors import cursor, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

EXPORTED = 1000
"""Lines that an export reads at once"""
decode_place = msgspec.msgpack.Decoder(ListPlace).decode

router = APIRouter(route_class=AlertRoute, tags=["contacts at risk"])


class RiskRow(msgspec.Struct, frozen=True):
    """A reason, since when, and what was measured."""

    reason: Risk
    at: Instant
    value: Annotated[
        float,
        Meta(
            description="seconds of wait or hold, times passed on, contacts before, or share of a "
            "survey's scale",
            examples=[240.0],
        ),
    ]


class ContactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contact at risk: why, who sees to it, until when."""

    day: Annotated[str, Meta(description="its list's local day", examples=["2026-11-11"])]
    contact: Annotated[str, Meta(examples=["c-1842"])]
    queue: Annotated[str, Meta(description="where it was last", examples=["orders"])]
    reasons: list[RiskRow]
    state: FollowUpState
    owner: Annotated[str | None, Meta(description="who sees to it", examples=["zhang"])]
    due_at: Annotated[Instant, Meta(description="in business hours of the queue")]
    overdue: bool
    updated_at: Instant
    comment: Annotated[str, Meta(examples=["called back"])]


COLUMNS = ContactRow.__struct_fields__


class ContactsAnswer(msgspec.Struct, frozen=True):
    """A page of a day's list, those due first first."""

    rows: list[ContactRow]
    next: Annotated[
        str | None,
        Meta(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
    ]


class ListParameters(PageParameters):
    """Which lines: all of today's where nothing is said."""

    day: Annotated[
        str | None,
        Field(
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="a local day of the tenant; today unless given",
            examples=["2026-11-11"],
        ),
    ] = None
    state: Annotated[
        List,
        Field(
            description="open, called, settled, dismissed; comma-separated",
            examples=["open,called"],
        ),
    ] = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> ListQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        names = names_of(self.state)
        refuse_strangers("state", names, [str(one) for one in FollowUpState])
        try:
            day = date.fromisoformat(self.day) if self.day else local_day(view.now, view.zone)
        except ValueError as wrong:
            detail = f"day={self.day} is no day of the calendar; write one such as 2026-11-11"
            raise Problem(422, "Invalid day", detail) from wrong
        return ListQuery(view.tenant, day, tuple(map(FollowUpState, names)))


class DoneBody(ActBody):
    """Who does it, and what they say."""

    comment: Annotated[
        str,
        Field(
            max_length=LONGEST_COMMENT,
            pattern=PLAIN,
            description="replaces what was said before; that stays where nothing is said",
            examples=["Called, will get a voucher."],
        ),
    ] = ""


class RemarkBody(ActBody):
    """Something to be said."""

    comment: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_COMMENT,
            pattern=PLAIN,
            examples=["Calls back after six."],
        ),
    ]


ONE = "/v1/contacts-at-risk/{contact:path}"
"""The path of a contact, whose id may hold a slash"""
Contact = Annotated[str, Path(max_length=512, examples=["c-1842"])]
RESPONSES = described(400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 503) | answering(ContactRow)
LISTED = answering(ContactsAnswer)
LISTED[200]["content"][CSV] = {}


@router.get(
    "/v1/contacts-at-risk",
    responses=READ_PROBLEMS | LISTED,
    summary="Contacts that may become complaints",
)
async def contacts(
    request: Request,
    caller: Reader,
    parts: Alerts,
    asked: Annotated[ListParameters, Query()],
) -> Response:
    """The list of a day, by due time. `Accept: text/csv` gives all pages as one CSV."""
    kind = accepted(request, JSON, CSV)
    lists = parts.risk_lists
    view = parts.floors.view(caller.tenant)
    query = asked.query(view)
    after = place_of(asked.cursor, query, decode_place)
    if kind == CSV:
        first = await lists.page(query, after, EXPORTED)
        return StreamingResponse(
            _sheet(lists, query, first, view),
            media_type=MEDIA_TYPE,
            headers=file_headers(f"contacts-at-risk-{query.day}.csv"),
        )
    limit = rows_of_page(asked.limit)
    found = await lists.page(query, after, limit + 1)
    rows = [contact_row(line, view) for line in found[:limit]]
    following = cursor(query, _place(found[limit - 1])) if len(found) > limit else None
    return json(ContactsAnswer(rows, following), NOT_STORED)


@router.post(
    f"{ONE}/claim",
    responses=RESPONSES,
    summary="I see to this contact",
)
async def claim(caller: Writer, parts: Alerts, contact: Contact, body: DoneBody) -> Response:
    """Take a contact; whoever does it last has it."""
    return await _done(parts, caller, (contact, FollowUp.CLAIM, body))


@router.post(
    f"{ONE}/called",
    responses=RESPONSES,
    summary="The customer was called",
)
async def called(caller: Writer, parts: Alerts, contact: Contact, body: DoneBody) -> Response:
    """Note that somebody called the customer; the contact is not settled yet."""
    return await _done(parts, caller, (contact, FollowUp.CALLED, body))


@router.post(f"{ONE}/settle", responses=RESPONSES, summary="It is settled")
async def settle(caller: Writer, parts: Alerts, contact: Contact, body: DoneBody) -> Response:
    """The customer is content, or nothing more is to be done."""
    return await _done(parts, caller, (contact, FollowUp.SETTLE, body))


@router.post(f"{ONE}/dismiss", responses=RESPONSES, summary="It is no risk")
async def dismiss(caller: Writer, parts: Alerts, contact: Contact, body: DoneBody) -> Response:
    """Take it off the list; whatever else becomes known, it does not come back that day."""
    return await _done(parts, caller, (contact, FollowUp.DISMISS, body))


@router.post(
    f"{ONE}/comment",
    responses=RESPONSES,
    summary="Say something about it",
)
async def comment(caller: Writer, parts: Alerts, contact: Contact, body: RemarkBody) -> Response:
    """Replace the comment, in whatever state the contact is."""
    return await _done(parts, caller, (contact, FollowUp.COMMENT, body))


Act = tuple[str, FollowUp, DoneBody | RemarkBody]
"""What is done with which contact, as it was said"""


async def _done(parts: AlertsAnswering, caller: Credential, act: Act) -> Response:
    contact, what, body = act
    view = parts.floors.view(caller.tenant)
    done = Done(what, body.by or acting(parts, caller), body.comment)
    after = await parts.risk_lists.follow_up(caller.tenant, stored(contact), done, view.now)
    if after is None:
        unknown("contact at risk", contact)
    if isinstance(after, FollowUpRefused):
        detail = (
            f"the contact is {after.state}; {after.what} is possible while it is "
            f"{' or '.join(BEING_SEEN_TO)}"
        )
        raise Problem(409, "Not possible", detail, state=after.state)
    return json(contact_row(after, view), NOT_STORED)


def contact_row(line: ListedContact, view: TenantView) -> ContactRow:
    """A line as it is told."""
    zone = view.zone
    return ContactRow(
        day=line.day.isoformat(),
        contact=line.contact,
        queue=line.queue,
        reasons=[RiskRow(one.reason, text(one.at, zone), one.value) for one in line.reasons],
        state=line.state,
        owner=line.owner,
        due_at=text(line.due_at, zone),
        overdue=line.state in BEING_SEEN_TO and line.due_at < view.now,
        updated_at=text(line.updated_at, zone),
        comment=line.comment,
    )


async def _sheet(
    lists: RiskLists, query: ListQuery, first: Sequence[ListedContact], view: TenantView
) -> AsyncIterator[str]:
    """All lines from the first page on; `first` was read before, so that a refusal is still an
    error.
    """
    yield csv_text([COLUMNS])
    lines = first
    while lines:
        yield csv_text(_cells(contact_row(line, view)) for line in lines)
        if len(lines) < EXPORTED:
            return
        lines = await lists.page(query, _place(lines[-1]), EXPORTED)


def _cells(row: ContactRow) -> list[object]:
    """The cells of a row; reasons stand in one, null is empty."""
    told = {name: getattr(row, name) for name in COLUMNS}
    told["reasons"] = " ".join(one.reason for one in row.reasons)
    told["overdue"] = str(row.overdue).lower()
    return ["" if told[name] is None else told[name] for name in COLUMNS]


def _place(line: ListedContact) -> ListPlace:
    return line.due_at, line.contact
