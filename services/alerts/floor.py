"""The floor as alerts read it: live figures of all tenants, definitions, tables, feeds."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.api.parts import Surface
from floorpulse.alerts.bridges.wiring import opened_feeds
from floorpulse.alerts.incidents.surroundings import Feeds
from floorpulse.alerts.metrics import BridgeMetrics, LookupMetrics
from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.app import BoardKeeper
from floorpulse.board.wiring import BoardLimits, kept_board
from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.wiring import kept_definitions
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.keeper import ForecastStore
from floorpulse.figures.forecasts.kept import kept_forecasts
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.folded import FoldedAgents, FoldedVisits
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import readers_pool

STATEMENT_WITHIN = 5.0
LOOKUP_WITHIN = 1.0
"""Seconds that a rule waits for what only the tables know"""


@dataclass(frozen=True)
class Floor:
    """What is read of the floor."""

    keeper: BoardKeeper
    definitions: DefinitionKeeper
    live: LiveFigures
    floors: Floors
    turns: Turns
    tables: Tables
    forecasts: ForecastStore
    bridges: BridgeMetrics
    feeds: Feeds

    def loaded(self) -> bool:
        """Whether figures and definitions may be believed."""
        return self.keeper.loaded.is_set() and self.definitions.loaded.is_set()

    def surface(self, engine: AsyncEngine) -> Surface:
        """What the routes stand on."""
        return Surface(
            engine=engine,
            floors=self.floors,
            turns=self.turns,
            tables=self.tables,
            forecasts=self.forecasts,
            loaded=self.loaded,
            feeds=self.feeds,
        )


@asynccontextmanager
async def opened_floor(
    settings: AlertsProcessSettings, registry: CollectorRegistry
) -> AsyncIterator[Floor]:
    """The live figures of all tenants, kept as the API keeps them."""
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            await readers_pool(settings.database, STATEMENT_WITHIN)
        )
        own = settings.alerts
        turns = Turns()
        limits = BoardLimits(own.stale_seconds, own.silence_seconds)
        keeper = await stack.enter_async_context(
            kept_board(settings, pool, registry, limits, turns.give_way)
        )
        kept = await stack.enter_async_context(
            kept_definitions(settings.definitions, pool, registry)
        )
        forecasts = await stack.enter_async_context(kept_forecasts(pool, now_ms))
        floors = Floors(keeper.board, now_ms, lambda: kept.current)
        lookup = Lookup(
            FoldedVisits(PostgresVisits(pool), keeper.board.names),
            FoldedAgents(PostgresAgents(pool), keeper.board.names),
            monotonic,
            LOOKUP_WITHIN,
            LookupMetrics(registry).went_without,
        )
        live = LiveFigures(floors, lookup, turns, lambda: forecasts.current)
        visits = PostgresVisits(pool)
        agents = PostgresAgents(pool)
        panes = PostgresPanes(pool)
        tables = Tables(panes, visits, agents, PostgresRows(pool), forecasts.store)
        bridges = BridgeMetrics(registry)
        feeds = await stack.enter_async_context(
            opened_feeds(own, floors.definitions, ZoneInfo(settings.floor.zone), bridges)
        )
        yield Floor(keeper, kept, live, floors, turns, tables, forecasts.store, bridges, feeds.of)
