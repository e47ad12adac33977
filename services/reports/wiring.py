"""Puts the parts behind the routes of reports together."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.reports.api import routes
from floorpulse.reports.app import ReportParts, ReportSurface
from floorpulse.reports.evidence.reader import EvidenceReader, Surroundings
from floorpulse.reports.live.wiring import live_contracts, told_contracts
from floorpulse.reports.settlement.desk import SettlementDesk
from floorpulse.reports.settlement.store import PostgresSettlements

ID_BYTES = 8


def include(app: FastAPI) -> None:
    """All routes of reports; `install` gives them what they answer with."""
    app.include_router(routes.router())


def install(app: FastAPI, surface: ReportSurface) -> None:
    """The parts behind the routes, at `app.state.reports`."""
    app.state.reports = ReportParts(surface, settlements(surface), live_contracts(surface))


@asynccontextmanager
async def running(
    app: FastAPI, surface: ReportSurface, registry: CollectorRegistry
) -> AsyncIterator[None]:
    """The parts behind the routes, and what runs beside them while the context lasts."""
    install(app, surface)
    async with told_contracts(app.state.reports, registry):
        yield


def settlements(surface: ReportSurface) -> SettlementDesk:
    """The desk of settlements over a surface."""
    rules = surface.floors.board.rules
    reader = EvidenceReader(surface.pool, Surroundings(rules.zone, rules.horizons, surface.turns))
    return SettlementDesk(reader, PostgresSettlements(surface.engine), new_id)


def new_id() -> str:
    """The id of a settlement."""
    return secrets.token_hex(ID_BYTES)
