"""A settlement as files over HTTP: the workbook, its tables as CSV, and a client's list compared
with it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from floorpulse.access.keys import Credential
from floorpulse.access.parameters import PLAIN, Parameters
from floorpulse.reports.api.measured import Reader, ReportRoute, Reports
from floorpulse.reports.app import ReportParts
from floorpulse.reports.compare.comparing import ComparedFile, compared_file
from floorpulse.reports.compare.dates import DateOrder
from floorpulse.reports.compare.reading import HowToRead, columns_told
from floorpulse.reports.compare.refused import UnreadableListError
from floorpulse.reports.compare.told import ComparisonAnswer
from floorpulse.reports.settlement.desk import SettlementDesk
from floorpulse.reports.settlement.ports import StoredSettlement
from floorpulse.reports.settlement.standing import book_of, standing_of
from floorpulse.reports.workbook.book import MOST_VISITS, write_workbook
from floorpulse.reports.workbook.csv_tables import csv_names, csv_of
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.words import Language
from floorpulse.runtime.accept import CSV, JSON, XLSX, accepted
from floorpulse.runtime.answers import answering
from floorpulse.runtime.csv_rows import MEDIA_TYPE, csv_text, file_headers
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.request_body import BodyLimits
from floorpulse.runtime.tagged import NOT_STORED, json
from floorpulse.runtime.time_limit import TimeLimit

LIST_LIMITS = BodyLimits(16 * 1024 * 1024, TimeLimit(60.0))
"""Of a client's list; some 150,000 visits. `floorpulse settle --compare` takes any length"""
READING = described(401, 403, 404, 406, 422, 503)
COMPARING = described(400, 401, 403, 404, 406, 408, 413, 415, 422, 503)
FILE = {"format": "binary", "type": "string"}
EXAMPLE = (
    "Call ID,Start,Queue,Result,Wait (s),Talk (s)\nc-1,2026-10-05 09:00:07,sales,answered,12,61\n"
)
BODY = {
    "requestBody": {
        "required": True,
        "content": {CSV: {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}
Id = Annotated[
    str,
    Path(
        max_length=64,
        pattern=PLAIN,
        description="of a settlement",
        examples=["9f1c2a3b"],
    ),
]


class ListRoute(ReportRoute):
    """A route whose body is a client's list."""

    limits = LIST_LIMITS


router = APIRouter(route_class=ReportRoute, tags=["settlements"])
lists = APIRouter(route_class=ListRoute, tags=["settlements"])


class BookParameters(Parameters):
    """How a settlement is told."""

    language: Annotated[Language, Field(description="en or zh")] = Language.ENGLISH


class TableParameters(BookParameters):
    """How a table is told."""

    bom: Annotated[
        bool, Field(description="a byte order mark before it, by which spreadsheets know UTF-8")
    ] = False


class CompareParameters(Parameters):
    """How a client's list is read, as far as it does not say so itself."""

    zone: Annotated[
        str | None,
        Field(description="of its times; the contract's unless given", examples=["Europe/Berlin"]),
    ] = None
    columns: Annotated[
        str | None,
        Field(
            max_length=2000,
            description="its heads by what they are",
            examples=["contact=Call ref,offered=Begin"],
        ),
    ] = None
    encoding: Annotated[str | None, Field(max_length=40, examples=["gb18030"])] = None
    delimiter: Annotated[str | None, Field(min_length=1, max_length=1, examples=[";"])] = None
    dates: Annotated[
        DateOrder | None, Field(description="of dates such as 3/4/2026: dmy or mdy")
    ] = None


@router.get(
    "/v1/settlements/{settlement}/workbook",
    responses=READING | {200: {"content": {XLSX: {"schema": FILE}}, "description": "The workbook"}},
    summary="The workbook of a settlement",
)
async def workbook(
    request: Request,
    caller: Reader,
    parts: Reports,
    settlement: Id,
    asked: Annotated[BookParameters, Query()],
) -> Response:
    """Figures, steps and evidence as sheets, with formulas from the counts to the total. Its visits
    are in it up to 200,000; as CSV they always are.
    """
    asked.refuse_unknown()
    accepted(request, XLSX)
    found, book = await _book(parts, caller, settlement)
    file = BytesIO()
    visits = found.visits <= MOST_VISITS
    await asyncio.to_thread(write_workbook, file, book, asked.language, visits=visits)
    return Response(file.getvalue(), media_type=XLSX, headers=_headers(found, "xlsx"))


@router.get(
    "/v1/settlements/{settlement}/tables/{table}",
    responses=READING
    | {200: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "The table"}},
    summary="A table of a settlement as CSV",
)
async def settlement_table(
    request: Request,
    caller: Reader,
    parts: Reports,
    settlement: Id,
    table: Annotated[str, Path(max_length=40, examples=["billing"])],
    asked: Annotated[TableParameters, Query()],
) -> Response:
    """One sheet of the workbook: totals, billing, days, steps, windows, slices, visits …"""
    asked.refuse_unknown()
    accepted(request, CSV)
    found, book = await _book(parts, caller, settlement)
    names = csv_names(book, asked.language)
    if table not in names:
        detail = f"there is no table {table!r}; there are {', '.join(names)}"
        raise Problem(404, "Unknown table", detail)
    text = csv_of(book, table, asked.language, mark=asked.bom)
    headers = _headers(found, "csv", f"-{table}")
    return StreamingResponse(text, media_type=MEDIA_TYPE, headers=headers)


@lists.post(
    "/v1/settlements/{settlement}/compare",
    openapi_extra=BODY,
    responses=COMPARING | answering(ComparisonAnswer),
    summary="Compare a client's list",
)
async def compare_list(
    request: Request,
    caller: Reader,
    parts: Reports,
    settlement: Id,
    asked: Annotated[CompareParameters, Query()],
) -> Response:
    """What a client's list of contacts has otherwise than the settlement, visit by visit, and what
    each kind of difference is worth. `Accept: text/csv` gives every visit that differs.
    """
    asked.refuse_unknown()
    kind = accepted(request, JSON, CSV)
    found = await _found(parts, caller, settlement)
    known = parts.surface.floors.view(caller.tenant).known
    standing = await standing_of(parts.of(SettlementDesk).store, found, known)
    how = how_to_read(asked.model_dump(), standing.zone, standing.queue_names())
    body = BytesIO(await request.body())
    try:
        compared = await asyncio.to_thread(compared_file, standing, body, how)
    except UnreadableListError as wrong:
        raise Problem(422, "Unreadable list", f"{wrong}.") from wrong
    if kind == JSON:
        return json(compared.answer, NOT_STORED)
    headers = _headers(found, "csv", "-compared")
    return StreamingResponse(_texts(compared), media_type=MEDIA_TYPE, headers=headers)


def _texts(compared: ComparedFile) -> Iterator[str]:
    return (csv_text([row]) for row in compared.telling.rows())


def how_to_read(said: Mapping[str, Any], zone: ZoneInfo, queues: Mapping[str, str]) -> HowToRead:
    """How a list is read, as it was asked for. Problem 422."""
    try:
        named = ZoneInfo(said["zone"]) if said["zone"] else zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise Problem(422, "Invalid zone", f"{said['zone']!r} is no IANA time zone.") from wrong
    return HowToRead(
        zone=named,
        queues=queues,
        columns=columns_told(said["columns"]),
        encoding=said["encoding"],
        delimiter=said["delimiter"],
        dates=said["dates"],
    )


async def _book(
    parts: ReportParts, caller: Credential, id_: str
) -> tuple[StoredSettlement, SettledBook]:
    found = await _found(parts, caller, id_)
    surface = parts.surface
    known = surface.floors.view(caller.tenant).known
    return found, await book_of(parts.of(SettlementDesk).store, found, known, surface.link)


async def _found(parts: ReportParts, caller: Credential, id_: str) -> StoredSettlement:
    found = await parts.of(SettlementDesk).store.find(caller.tenant, id_)
    if found is None:
        raise Problem(404, "Unknown settlement", f"there is no settlement {id_!r}.")
    return found


def _headers(found: StoredSettlement, ending: str, part: str = "") -> dict[str, str]:
    name = f"{found.place.contract}-{found.sha256[:12]}{part}.{ending}"
    return file_headers(name) | NOT_STORED
