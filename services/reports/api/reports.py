"""`GET /v1/reports`: a report of a tenant, queue or contract over a day, week or month."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from floorpulse.access.http import forbidden, refuse_beyond, require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import Parameters
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.reports.api.measured import READ, ReportRoute, Reports
from floorpulse.reports.contents.reporter import ReportAsked, Reporter
from floorpulse.reports.contents.subjects import UnknownSubjectError
from floorpulse.reports.documents.formats import MEDIA, Format, ReportFile, rendered
from floorpulse.reports.documents.html import policy, style
from floorpulse.reports.documents.pdf import PdfUnavailableError
from floorpulse.reports.domain import report as content
from floorpulse.reports.domain.report import Report, Whom
from floorpulse.runtime import answers
from floorpulse.runtime.problems import Problem, described

KPI_READ = "kpi:read"
PUBLISHED: dict[type, str] = {
    part: f"Report{part.__name__}" for part in content.Part.__subclasses__() if part is not Report
}
"""Names that generated clients know the parts of a report by"""
PERIODS = ("day", "week", "month")

router = APIRouter(route_class=ReportRoute, tags=["reports"])


class ReportParameters(Parameters):
    """Which report."""

    whom: Annotated[
        Whom, Field(alias="for", description="of whom it tells", examples=["queue"])
    ] = Whom.TENANT
    name: Annotated[
        str | None,
        Field(max_length=128, description="the queue or contract", examples=["orders"]),
    ] = None
    day: Annotated[
        str | None,
        Field(max_length=16, description="one of day, week, month", examples=["2026-11-27"]),
    ] = None
    week: Annotated[
        str | None,
        Field(max_length=16, description="one of day, week, month", examples=["2026-W48"]),
    ] = None
    month: Annotated[
        str | None,
        Field(max_length=16, description="one of day, week, month", examples=["2026-11"]),
    ] = None
    format: Annotated[
        Format, Field(description="html and pdf in one language, json with names in all")
    ] = Format.JSON
    language: Annotated[
        str, Field(pattern="^(en|zh)$", description="en or zh", examples=["zh"])
    ] = "en"

    def asked(self, tenant: str) -> ReportAsked:
        """The report; problems 422."""
        self.refuse_unknown()
        periods = [(kind, text) for kind in PERIODS if (text := getattr(self, kind)) is not None]
        if len(periods) != 1:
            detail = "give one of day=2026-11-27, week=2026-W48 and month=2026-11"
            raise Problem(422, "Which period", detail)
        if (self.name is None) != (self.whom is Whom.TENANT):
            detail = (
                "name= goes with for=queue and for=contract, and with nothing else: "
                "for=queue&name=orders"
            )
            raise Problem(422, "Whose report", detail)
        [(kind, period)] = periods
        return ReportAsked(tenant, PeriodKind(kind), period, self.whom, self.name or "")


FILES: dict[str, dict[str, object]] = {
    MEDIA[kind].partition(";")[0]: {} for kind in (Format.HTML, Format.PDF)
}
RESPONSES = described(401, 403, 404, 422, 501, 503) | answers.answering(Report, names=PUBLISHED)
RESPONSES[200]["content"] |= FILES


@router.get("/v1/reports", responses=RESPONSES, summary="A daily, weekly or monthly report")
async def report(
    caller: Annotated[Credential, Depends(require(KPI_READ, limited=True))],
    parts: Reports,
    asked: Annotated[ReportParameters, Query()],
) -> Response:
    """KPIs against targets and the period before, misses with evidence, staffing, incidents with
    response times, corrections and annotations; of a contract it needs `contracts:read` too.
    """
    question = asked.asked(caller.tenant)
    refuse_beyond(caller, question.name if question.whom is Whom.CONTRACT else "")
    if question.whom is Whom.CONTRACT and READ not in caller.scopes:
        raise forbidden(READ)
    written = await written_report(parts.of(Reporter), question, limited=bool(caller.contract))
    try:
        made = await asyncio.to_thread(rendered, written, asked.format, asked.language)
    except PdfUnavailableError as wrong:
        raise Problem(501, "No PDF here", str(wrong)) from wrong
    return file_response(made, inline=asked.format is not Format.PDF)


async def written_report(
    reporter: Reporter, question: ReportAsked, *, limited: bool = False
) -> Report:
    """The report; problems 404 and 422, and 403 for a key of the contract where a queue went to
    another client within the period.
    """
    try:
        if limited and (gone := reporter.scope(question).gone):
            detail = (
                f"{', '.join(gone)} went to another client within {question.period}; ask for the "
                "days before"
            )
            raise Problem(403, "Beyond the contract", detail, contract=question.name)
        return await reporter.report(question)
    except UnknownSubjectError as unknown:
        raise Problem(404, f"Unknown {question.whom}", str(unknown)) from unknown
    except ValueError as wrong:
        raise Problem(422, "Invalid period", str(wrong)) from wrong


def file_response(made: ReportFile, *, inline: bool) -> Response:
    """A report as an answer: HTML under its own policy, PDF as a download."""
    headers = {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Vary": "Authorization, Cookie",
    }
    if made.media_type == MEDIA[Format.HTML]:
        headers["Content-Security-Policy"] = f"{policy(style())}; frame-ancestors 'none'"
    if not inline:
        plain = made.name.encode("ascii", "replace").decode().replace("?", "_")
        headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    return Response(made.content, media_type=made.media_type, headers=headers)
