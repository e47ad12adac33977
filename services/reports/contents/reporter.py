"""Writes reports: whom and when are looked up, each part is read, and the whole is put together."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.access.audit_log import AuditLog
from floorpulse.board.domain.positions import lowest_watermark
from floorpulse.counting.finality import FINAL, families_at
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.terms import Body
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.corrections.store import PostgresCorrections
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.links import named_definition_link
from floorpulse.figures.ports import Positions
from floorpulse.figures.targets.figures import Targets
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.timestamps import text, text_or_none
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpis.policies import DEFAULT_POLICY
from floorpulse.reports.contents import contracts, corrections, misses, promises, subjects, tables
from floorpulse.reports.contents.annotations import Annotation, Annotations
from floorpulse.reports.contents.asking import Scope
from floorpulse.reports.contents.incidents import PastIncidents
from floorpulse.reports.contents.subjects import UnknownSubjectError, unknown
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.report import (
    FORMAT,
    AnnotationTold,
    DefinitionTold,
    Figure,
    Group,
    PeriodTold,
    Piece,
    Report,
    Row,
    Subject,
    Whom,
)
from floorpulse.reports.domain.report_periods import hours_of, label_of, period_named
from floorpulse.reports.settlement.desk import SettlementDesk

STEPS = ("figures", "queues", "days", "staffing", "targets", "misses", "incidents", "corrections")
"""What `Progress` hears, in this order"""
POLICIES = {Kind.SERVICE_LEVEL: "service_level", Kind.CSAT: "csat", Kind.QA: "qa"}
"""The kinds that figures name, as the API calls them"""
Progress = Callable[[str], None]
"""Hears which step begins"""


def unheard(_: str) -> None:
    """The progress that nobody hears of."""


@dataclass(frozen=True)
class ReportAsked:
    """Which report: of a tenant, of its queue or contract `name`; `period` is written 2026-11-27,
    2026-W48 or 2026-11.
    """

    tenant: str
    kind: PeriodKind
    period: str
    whom: Whom = Whom.TENANT
    name: str = ""


@dataclass(frozen=True)
class ReadTables:
    """What reports are read from."""

    past: PastFigures
    drilldown: Drilldown
    targets: Targets
    corrections: Corrections
    incidents: PastIncidents
    annotations: Annotations
    positions: Positions
    audit: AuditLog


def read_tables(
    floors: Floors, turns: Turns, tables: Tables, pool: asyncpg.Pool, engine: AsyncEngine
) -> ReadTables:
    """The readers over a pool and an engine."""
    return ReadTables(
        past=PastFigures(floors, turns, tables),
        drilldown=Drilldown(floors, turns, PostgresVisits(pool)),
        targets=Targets(floors, turns, tables.panes, tables.visits, tables.positions),
        corrections=Corrections(floors, turns, PostgresCorrections(pool)),
        incidents=PastIncidents(engine),
        annotations=Annotations(engine),
        positions=tables.positions,
        audit=AuditLog(engine),
    )


@dataclass(frozen=True)
class Reporter:
    """Writes reports of all tenants; `link` is the public address of the API, empty: none is
    known.
    """

    floors: Floors
    read: ReadTables
    desk: SettlementDesk
    link: str = ""

    def refuse_strangers(self, tenant: str) -> None:
        """UnknownSubjectError where neither floor nor definitions know a tenant."""
        known = {*self.floors.board.tenants(), *self.floors.definitions().tenants}
        if tenant not in known:
            raise UnknownSubjectError(unknown("tenant", tenant, known))

    def scope(self, asked: ReportAsked) -> Scope:
        """Whom and when. ValueError where the period is none, or has not begun;
        UnknownSubjectError where nobody is called so.
        """
        view = self.floors.view(asked.tenant)
        period = period_named(asked.kind, asked.period, view.zone)
        if period.begin >= view.now:
            message = f"{asked.period} has not begun in {view.zone.key}"
            raise ValueError(message)
        subject = _subject(asked, view, period)
        if asked.whom is not Whom.CONTRACT:
            return Scope(view, subject, period)
        return Scope(view, subject, period, subjects.lifetime(asked.name, view.known))

    async def report(self, asked: ReportAsked, heard: Progress = unheard) -> Report:
        """The report; raises what `scope` does, StoreUnavailable where PostgreSQL is away."""
        scope = self.scope(asked)
        read = self.read
        heard("figures")
        groups = await tables.groups(read.past, scope)
        heard("queues")
        queues = await tables.queues(read.past, scope)
        heard("days")
        pieces = await tables.pieces(read.past, scope)
        heard("staffing")
        staffing = await tables.staffing(read.past, scope)
        heard("targets")
        kept = await promises.promises(read.targets, scope)
        heard("misses")
        missed = await misses.misses(read.past, read.drilldown, scope)
        heard("incidents")
        incidents = await read.incidents.of(scope)
        heard("corrections")
        changed = await corrections.corrections(read.corrections, scope)
        subject = scope.subject
        known = self.floors.view(scope.tenant).known
        settled = await contracts.contract(self.desk, scope, known)
        notes = await read.annotations.touching(
            scope.tenant, scope.span, subject.queues, whole=subject.whom is not Whom.CONTRACT
        )
        zone = scope.period.zone
        watermark = lowest_watermark(await read.positions.positions())
        return Report(
            report=FORMAT,
            tenant=scope.tenant,
            tenant_names=subjects.tenant_names(scope.tenant, scope.in_force),
            subject=subject,
            zone=zone.key,
            period=_period(scope),
            before=_period(scope.before),
            as_of=text(self.floors.view(scope.tenant).now, zone),
            watermark=text_or_none(watermark, zone),
            complete=families_at(watermark, scope.span.end) == FINAL,
            groups=groups,
            queues=queues,
            pieces=pieces,
            promises=kept,
            misses=missed,
            staffing=staffing,
            incidents=incidents,
            corrections=changed,
            annotations=tuple(_annotation(one, zone) for one in notes),
            definitions=_definitions(figures_of(groups, queues, pieces), known),
            contract=settled,
            link=self.link,
            audit_anchor=str(await read.audit.head(scope.tenant)),
        )


def _subject(asked: ReportAsked, view: TenantView, period: Period) -> Subject:
    in_force = view.known.at(period.end - 1)
    match asked.whom:
        case Whom.TENANT:
            return subjects.of_tenant(asked.tenant, in_force)
        case Whom.QUEUE:
            return subjects.of_queue(asked.name, in_force, view.board.queues(asked.tenant))
        case Whom.CONTRACT:
            return subjects.of_contract(asked.name, view.known, period)


def _period(scope: Scope) -> PeriodTold:
    period = scope.period
    span = scope.span
    return PeriodTold(
        kind=period.kind,
        label=label_of(period),
        begin=text(span.begin, period.zone),
        end=text(span.end, period.zone),
        hours=hours_of(span),
    )


def _annotation(one: Annotation, zone: ZoneInfo) -> AnnotationTold:
    return AnnotationTold(
        begin=text(one.begins_at, zone),
        end=text(one.ends_at, zone),
        text=one.text,
        author=one.author,
        queue=one.queue or None,
    )


def figures_of(
    groups: Iterable[Group], queues: Iterable[Row], pieces: Iterable[Piece]
) -> Iterator[Figure]:
    """All figures of the tables."""
    yield from (line.figure for group in groups for line in group.lines)
    yield from (figure for row in queues for figure in row.figures.values())
    yield from (figure for piece in pieces for figure in piece.figures.values())


def _definitions(figures: Iterable[Figure], known: TenantDefinitions) -> tuple[DefinitionTold, ...]:
    """The definitions that figures were computed with, in the order of their names."""
    names = {name for one in figures for name in one.definition.split("+") if name}
    told = {DEFAULT_POLICY.name: _built_in()} | {
        one.name: DefinitionTold(
            name=one.name,
            said=_says(one.body),
            question=named_definition_link(POLICIES[one.kind], one.name),
        )
        for one in known.versions
        if one.kind in POLICIES
    }
    return tuple(told[name] for name in sorted(names & told.keys()))


def _says(body: Body) -> dict[str, Any]:
    """All that a definition says, its defaults too."""
    told = ((name, getattr(body, name)) for name in body.__struct_fields__)
    return {name: value for name, value in told if name not in ("id", "valid_from")}


def _built_in() -> DefinitionTold:
    """The policy that holds where nothing is defined."""
    says = asdict(DEFAULT_POLICY)
    return DefinitionTold(name=says.pop("name"), said=says, question="/v1/definitions")
