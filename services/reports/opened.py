"""A reporter over the tables alone, for the command line: no server need run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.domain.board import Board
from floorpulse.board.wiring import LIMITS, rules
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.reports.contents.reporter import Reporter, read_tables
from floorpulse.reports.evidence.reader import EvidenceReader, Surroundings
from floorpulse.reports.settlement.desk import SettlementDesk
from floorpulse.reports.settlement.store import PostgresSettlements
from floorpulse.runtime.clock import now_ms, steady_ms
from floorpulse.runtime.database import async_engine, readers_pool
from floorpulse.runtime.settings import Settings

STATEMENT_SECONDS = 300.0


@asynccontextmanager
async def opened_reporter(settings: Settings, link: str = "") -> AsyncIterator[Reporter]:
    """A reporter that knows the queues and definitions as they are stored now."""
    pool = await readers_pool(settings.database, STATEMENT_SECONDS)
    engine = async_engine(settings.database, STATEMENT_SECONDS)
    try:
        stored = PostgresRows(pool)
        board = Board(rules(settings.floor, LIMITS), steady_ms)
        board.take_queue_channels(await stored.queue_channels())
        for position in await stored.positions():
            board.load_position(position, steady_ms())
        definitions = await PostgresDefinitions(pool).load()
        floors = Floors(board, now_ms, lambda: definitions)
        tables = Tables(
            PostgresPanes(pool),
            PostgresVisits(pool),
            PostgresAgents(pool),
            stored,
            PostgresForecasts(pool),
        )
        turns = Turns()
        around = Surroundings(board.rules.zone, board.rules.horizons, turns)
        desk = SettlementDesk(EvidenceReader(pool, around), PostgresSettlements(engine), _no_id)
        read = read_tables(floors, turns, tables, pool, engine)
        yield Reporter(floors, read, desk, link)
    finally:
        await engine.dispose()
        await pool.close()


def _no_id() -> str:
    """A reporter keeps no settlement, so none needs an id."""
    return ""
