"""Issues reports that are due, in the background of `floorpulse http`; of several replicas the
first one's counts.

    due ─► final, or waited for long enough ─► written ─► stored with its notices ─► alerts sends
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.board.domain.positions import lowest_watermark
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.reports.contents.reporter import ReportAsked, Reporter
from floorpulse.reports.contents.subjects import UnknownSubjectError
from floorpulse.reports.documents.formats import Format, rendered
from floorpulse.reports.documents.pdf import PdfUnavailableError
from floorpulse.reports.domain.report import Whom
from floorpulse.reports.domain.report_letters import letter_of
from floorpulse.reports.domain.report_periods import label_of
from floorpulse.reports.domain.schedules import Due, due, issue_id
from floorpulse.reports.schedules.issued import Issue, IssuedReports
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 20.0
"""Seconds between two looks"""
AGAIN = 300_000
"""Milliseconds until what could not be written is tried again"""
PATIENCE = 2 * 3_600_000
"""Milliseconds for which a report waits until counting has passed its period"""
WAYS = ("email", "webhook")
"""The channels of receivers that reports go by"""


@dataclass(frozen=True)
class DueReport:
    """A schedule of a tenant whose report is due, and the definitions that hold now."""

    tenant: str
    body: ReportBody
    due: Due
    in_force: InForce

    @property
    def id(self) -> str:
        """The id of the report."""
        return issue_id(self.tenant, self.body, label_of(self.due.period))

    @property
    def asked(self) -> ReportAsked:
        """The report."""
        on = self.body.on
        whom = Whom.QUEUE if on.queue else Whom.CONTRACT if on.contract else Whom.TENANT
        name = on.queue or on.contract or ""
        return ReportAsked(self.tenant, self.body.period, label_of(self.due.period), whom, name)

    def targets(self) -> Iterator[str]:
        """Where it goes: every way of its receivers that carries reports."""
        known = self.in_force.versions.get(Kind.RECEIVER, {})
        for receiver in self.body.receivers:
            found = known.get(receiver)
            if found is not None and isinstance(found.body, ReceiverBody):
                yield from (f"{receiver}/{way}" for way in WAYS if getattr(found.body, way))


@dataclass
class Issuer:
    """Looks for due reports again and again; `loaded` says whether floor and definitions are."""

    reporter: Reporter
    issued: IssuedReports
    loaded: Callable[[], bool]
    fonts: Path | None = None
    _gone_out: set[str] = field(default_factory=set)
    _not_before: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self.loaded():
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Issue whatever is due; what cannot be written now is tried again in five minutes."""
        for one in list(self._due()):
            try:
                await self._issue(one)
            except StoreUnavailable as away:
                log.warning("reports_wait", tenant=one.tenant, error=str(away))
                return
            except (UnknownSubjectError, ValueError, PdfUnavailableError) as wrong:
                self._not_before[one.id] = self._now(one.tenant) + AGAIN
                log.error(  # noqa: TRY400  the message says all
                    "report_not_written", tenant=one.tenant, report=one.body.id, error=str(wrong)
                )

    def _now(self, tenant: str) -> int:
        return self.reporter.floors.view(tenant).now

    def _due(self) -> Iterator[DueReport]:
        """What is due and not known to have gone out."""
        floors = self.reporter.floors
        for tenant in sorted(floors.definitions().tenants):
            view = floors.view(tenant)
            in_force = view.known.at(view.now)
            for version in in_force.versions.get(Kind.REPORT, {}).values():
                body = version.body
                assert isinstance(body, ReportBody)  # noqa: S101  for the type checker
                calendar = in_force.calendars.get(body.calendar or "")
                found = due(body, view.now, view.zone, calendar)
                if found is None:
                    continue
                one = DueReport(tenant, body, found, in_force)
                waits = self._not_before.get(one.id, 0) > view.now
                if one.id not in self._gone_out and not waits:
                    yield one

    async def _issue(self, one: DueReport) -> None:
        if await self.issued.known(one.id):
            self._gone_out.add(one.id)
            return
        if not await self._passed(one):
            return
        report = await self.reporter.report(one.asked)
        kind = Format(one.body.format)
        language = one.body.language
        file = await asyncio.to_thread(rendered, report, kind, language, self.fonts)
        letter = letter_of(report, one.body.id, one.id, language)
        made = Issue(
            id=one.id,
            tenant=one.tenant,
            report=one.body.id,
            period=report.period.label,
            language=language,
            begins_at=one.due.period.begin,
            file=file,
            letters=[(target, letter) for target in one.targets()],
            now=self._now(one.tenant),
        )
        if await self.issued.issue(made):
            log.info("report_issued", tenant=one.tenant, report=one.body.id, period=made.period)
        self._gone_out.add(one.id)

    async def _passed(self, one: DueReport) -> bool:
        """Whether counting has passed the period, or was waited for long enough."""
        if self._now(one.tenant) >= one.due.at + PATIENCE:
            return True
        watermark = lowest_watermark(await self.reporter.read.positions.positions())
        return watermark is not None and watermark >= one.due.period.end
