"""Puts the parts behind the routes of reports together."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.reports.api import routes
from floorpulse.reports.app import ReportParts, ReportSurface
from floorpulse.reports.contents.annotations import Annotations
from floorpulse.reports.contents.reporter import Reporter, read_tables
from floorpulse.reports.evidence.reader import EvidenceReader, Surroundings
from floorpulse.reports.live.wiring import live_contracts, told_contracts
from floorpulse.reports.schedules.issued import IssuedReports
from floorpulse.reports.schedules.issuer import Issuer
from floorpulse.reports.settlement.desk import SettlementDesk
from floorpulse.reports.settlement.store import PostgresSettlements

ID_BYTES = 8


def include(app: FastAPI) -> None:
    """All routes of reports; `install` gives them what they answer with."""
    app.include_router(routes.router())


def install(app: FastAPI, surface: ReportSurface) -> None:
    """The parts behind the routes, at `app.state.reports`."""
    app.state.reports = ReportParts(
        surface,
        settlements(surface),
        reporter(surface),
        Annotations(surface.engine),
        IssuedReports(surface.engine),
        live_contracts(surface),
    )


def reporter(surface: ReportSurface) -> Reporter:
    """The reporter over a surface."""
    read = read_tables(surface.floors, surface.turns, surface.tables, surface.pool, surface.engine)
    return Reporter(surface.floors, read, settlements(surface), surface.link)


@asynccontextmanager
async def running(
    app: FastAPI, surface: ReportSurface, registry: CollectorRegistry
) -> AsyncIterator[None]:
    """The parts behind the routes; running contracts are told, and reports that are due go out,
    until the context ends.
    """
    install(app, surface)
    issuer = Issuer(reporter(surface), IssuedReports(surface.engine), surface.loaded)
    task = asyncio.create_task(issuer.run(), name="reports")
    try:
        async with told_contracts(app.state.reports, registry):
            yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def settlements(surface: ReportSurface) -> SettlementDesk:
    """The desk of settlements over a surface."""
    rules = surface.floors.board.rules
    reader = EvidenceReader(surface.pool, Surroundings(rules.zone, rules.horizons, surface.turns))
    return SettlementDesk(reader, PostgresSettlements(surface.engine), new_id)


def new_id() -> str:
    """The id of a settlement."""
    return secrets.token_hex(ID_BYTES)
