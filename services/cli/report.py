"""`floorpulse report`: a report as a file, from this environment's database."""

import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from floorpulse.cli.run import fail
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.reports.contents.reporter import ReportAsked
from floorpulse.reports.contents.subjects import UnknownSubjectError
from floorpulse.reports.documents.formats import Format, ReportFile, rendered
from floorpulse.reports.documents.pdf import PdfUnavailableError
from floorpulse.reports.domain.report import Whom
from floorpulse.reports.domain.report_words import LANGUAGES
from floorpulse.reports.opened import opened_reporter
from floorpulse.runtime.settings import Settings

STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class ReportOptions:
    """The options of the command as they were written."""

    tenant: str
    whom: str
    name: str | None
    day: str | None
    week: str | None
    month: str | None
    format: str
    language: str
    out: str | None
    fonts: Path | None
    link: str

    def asked(self) -> ReportAsked:
        """The report. ValueError for options that say nothing usable."""
        periods = [
            (kind, text)
            for kind, text in zip(PeriodKind, (self.day, self.week, self.month), strict=True)
            if text is not None
        ]
        if len(periods) != 1:
            message = "say one of --day 2026-11-27, --week 2026-W48 and --month 2026-11"
            raise ValueError(message)
        whom = _member("--for", self.whom, [str(one) for one in Whom])
        if (self.name is None) != (whom == Whom.TENANT):
            message = "--name goes with --for queue and --for contract, and with nothing else"
            raise ValueError(message)
        [(kind, period)] = periods
        return ReportAsked(self.tenant, kind, period, Whom(whom), self.name or "")

    def shape(self) -> tuple[Format, str]:
        """Format and language. ValueError where they are none."""
        kind = _member("--format", self.format, [str(one) for one in Format])
        return Format(kind), _member("--language", self.language, LANGUAGES)


def _member(option: str, said: str, known: list[str] | tuple[str, ...]) -> str:
    if said not in known:
        message = f"{option} {said}: it is none of {', '.join(known)}"
        raise ValueError(message)
    return said


async def write(settings: Settings, options: ReportOptions) -> int:
    """Write the file; what is being read is told on standard error where that is a terminal.
    ValueError for options that say nothing usable.
    """
    asked = options.asked()
    kind, language = options.shape()
    try:
        async with opened_reporter(settings, options.link.rstrip("/")) as reporter:
            reporter.refuse_strangers(asked.tenant)
            report = await reporter.report(asked, _tell)
        made = rendered(report, kind, language, options.fonts)
    except (UnknownSubjectError, PdfUnavailableError) as wrong:
        fail(str(wrong))
    _put(made, options.out)
    return 0


def _tell(step: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"report: reading {step} …", err=True)


def _put(made: ReportFile, out: str | None) -> None:
    if out == STANDARD_OUTPUT:
        sys.stdout.buffer.write(made.content)
        return
    file = Path(out or made.name)
    try:
        file.write_bytes(made.content)
    except OSError as wrong:
        fail(f"{file} cannot be written ({wrong.strerror})")
    typer.echo(f"{file}: {len(made.content):,} bytes", err=True)
