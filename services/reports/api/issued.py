"""Issued reports over HTTP: which went out, and the file of each as it did."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from msgspec import Meta

from floorpulse.access.http import CONTRACTS, forbidden, require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import Parameters
from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.api.measured import ReportRoute, Reports
from floorpulse.reports.api.reports import KPI_READ, file_response
from floorpulse.reports.documents.formats import tells_of_contract
from floorpulse.reports.schedules.issued import IssuedReports
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import answering
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

router = APIRouter(route_class=ReportRoute, tags=["reports"])
Reader = Annotated[Credential, Depends(require(KPI_READ))]


class IssuedReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A report that went out."""

    issued: Annotated[str, Meta(description="its id", examples=["9f1c2a3b"])]
    report: Annotated[str, Meta(description="its schedule", examples=["day-report"])]
    period: Annotated[str, Meta(examples=["2026-11-27"])]
    language: Annotated[str, Meta(examples=["zh"])]
    name: Annotated[str, Meta(description="of its file", examples=["orders"])]
    media_type: Annotated[str, Meta(examples=["application/pdf"])]
    bytes: Annotated[int, Meta(examples=[48213])]
    sha256: Annotated[str, Meta(examples=["9b74c989…"])]
    issued_at: Instant


class IssuedReportsAnswer(msgspec.Struct, frozen=True):
    """Issued reports, the newest first."""

    rows: list[IssuedReportRow]


@router.get(
    "/v1/reports/issued",
    responses=READ_PROBLEMS | answering(IssuedReportsAnswer),
    summary="Reports that went out",
)
async def issued_reports(
    request: Request, caller: Reader, parts: Reports, asked: Annotated[Parameters, Query()]
) -> Response:
    """The latest 200 reports that schedules issued; those of contracts for keys with
    `contracts:read`.
    """
    asked.refuse_unknown()
    accepted(request)
    zone = parts.surface.floors.view(caller.tenant).zone
    rows = [
        IssuedReportRow(
            issued=one.id,
            report=one.report,
            period=one.period,
            language=one.language,
            name=one.name,
            media_type=one.media_type,
            bytes=one.bytes,
            sha256=one.digest,
            issued_at=text(one.created_at, zone),
        )
        for one in await parts.of(IssuedReports).latest(caller.tenant)
        if _may_read(caller, one.name)
    ]
    return json(IssuedReportsAnswer(rows), NOT_STORED)


@router.get(
    "/v1/reports/issued/{issued}",
    response_class=Response,
    responses=described(401, 403, 404, 422, 503)
    | {200: {"content": {"application/pdf": {}, "text/html": {}, "application/json": {}}}},
    summary="A report as it went out",
)
async def issued_report(
    caller: Reader,
    parts: Reports,
    issued: Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", examples=["9f1c2a3b"])],
) -> Response:
    """The very file that was sent; that of a contract needs `contracts:read` too."""
    file = await parts.of(IssuedReports).file(caller.tenant, issued)
    if file is None:
        raise Problem(404, "Unknown report", f"no report {issued!r} went out")
    if not _may_read(caller, file.name):
        raise forbidden(CONTRACTS)
    return file_response(file, inline=file.media_type != "application/pdf")


def _may_read(caller: Credential, name: str) -> bool:
    return CONTRACTS in caller.scopes or not tells_of_contract(name)
