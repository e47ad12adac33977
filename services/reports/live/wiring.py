"""Puts the live view of contracts together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from prometheus_client import CollectorRegistry

from floorpulse.figures.contracts.counting import ContractCounts
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.reports.app import ReportParts, ReportSurface
from floorpulse.reports.live.contracts import LiveContracts
from floorpulse.reports.live.evidence import LiveEvidence
from floorpulse.reports.live.gauges import ContractGauges, keep_telling
from floorpulse.reports.live.seats import LiveSeats


def live_contracts(surface: ReportSurface) -> LiveContracts:
    """Running contracts over a floor and its tables."""
    tables = surface.tables
    counts = ContractCounts(surface.turns, tables.panes, tables.visits)
    expected = ExpectedRest(counts, surface.forecasts, surface.turns)
    seats = LiveSeats(tables.agents, surface.turns)
    return LiveContracts(surface.floors, LiveEvidence(expected, seats))


@asynccontextmanager
async def told_contracts(parts: ReportParts, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Prometheus is told of running contracts while the context lasts."""
    telling = asyncio.create_task(
        keep_telling(parts.of(LiveContracts), ContractGauges(registry), parts.surface.loaded),
        name="contracts",
    )
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
