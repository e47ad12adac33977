"""The formats of a report, and the file of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import msgspec

from floorpulse.reports.documents.html import page
from floorpulse.reports.documents.pdf import pdf
from floorpulse.reports.domain.report import Report, Whom
from floorpulse.reports.domain.report_document import document


class Format(StrEnum):
    """What a report can be."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"


OF_CONTRACT = re.compile(rf"-{Whom.CONTRACT}-\d{{4}}-[W\d-]+-[a-z]+\.[a-z]+$")
"""The end of the name of a contract's report: whom it tells of, period, language, format"""
MEDIA: Mapping[Format, str] = MappingProxyType(
    {
        Format.HTML: "text/html; charset=utf-8",
        Format.PDF: "application/pdf",
        Format.JSON: "application/json",
    }
)


@dataclass(frozen=True)
class ReportFile:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes


def rendered(report: Report, kind: Format, language: str, fonts: Path | None = None) -> ReportFile:
    """The report as a file; PdfUnavailableError where PDF cannot be made. JSON holds names in all
    languages.
    """
    match kind:
        case Format.HTML:
            content = page(document(report, language))
        case Format.PDF:
            written = datetime.fromisoformat(report.as_of).replace(microsecond=0)
            content = pdf(document(report, language), written, fonts)
        case Format.JSON:
            content = msgspec.json.encode(report)
    return ReportFile(name_of(report, kind, language), MEDIA[kind], content)


def name_of(report: Report, kind: Format, language: str) -> str:
    """`floorpulse-demo-orders-queue-2026-11-27-en.pdf`; signs that a file's name should not have
    become underscores.
    """
    subject = report.subject
    whose = report.tenant if subject.id == report.tenant else f"{report.tenant}-{subject.id}"
    plain = "".join(sign if sign.isalnum() or sign in "-." else "_" for sign in whose)
    return f"floorpulse-{plain}-{subject.whom}-{report.period.label}-{language}.{kind}"


def tells_of_contract(name: str) -> bool:
    """Whether a file of this name is a report of a contract."""
    return OF_CONTRACT.search(name) is not None
