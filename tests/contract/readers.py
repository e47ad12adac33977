"""A floor, and everything that reads it: from memory, or out of the tables it was written to."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from zoneinfo import ZoneInfo

import asyncpg
from prometheus_client import CollectorRegistry

from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.ports import RowStore
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.packed import pack
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.at.ports import MomentHistory
from floorpulse.figures.at.store import PostgresMoments
from floorpulse.figures.corrections.store import PostgresCorrections
from floorpulse.figures.forecasts.keeper import ForecastStore
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.ports import (
    AgentHistory,
    ContactHistory,
    CorrectionHistory,
    PaneHistory,
    StoredCorrection,
)
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sources.store import PostgresRetiredSources
from floorpulse.figures.sources.watch import RetiredStore
from floorpulse.figures.sums import PaneTally
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.rollup.roller import Roller
from floorpulse.query.settings import QuerySettings
from floorpulse.runtime.database import readers_pool
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.floor import MINUTE, MemoryFloor, MemoryHistory
from tests.fakes.forecasts import MemoryForecasts
from tests.integration.stored import Floor

ZONE = ZoneInfo("UTC")
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOON = 1_794_312_000_000  # 2026-11-10T12:00:00Z
MIDNIGHT = NOON - 12 * HOUR
ALL = Selection("demo", by=By.QUEUE_AND_CHANNEL)

Sums = dict[tuple[int, RowKey], Cells]
"""By interval and row"""


class Readers(Protocol):
    """Every port that reads a floor or keeps what users said about it."""

    floor: MemoryFloor
    """What is read; changes of it are seen once it is `written`."""

    @property
    def rows(self) -> RowStore: ...
    @property
    def panes(self) -> PaneHistory: ...
    @property
    def visits(self) -> ContactHistory: ...
    @property
    def agents(self) -> AgentHistory: ...
    @property
    def moments(self) -> MomentHistory: ...
    @property
    def corrections(self) -> CorrectionHistory: ...
    @property
    def sources(self) -> RetiredStore: ...
    @property
    def forecasts(self) -> ForecastStore: ...

    async def written(self) -> None:
        """The floor as it is now stands where it is read."""
        ...

    async def rolled_up(self) -> None:
        """What is final of the floor is read from rollups, where there are any."""
        ...

    async def deleted(self, before: int) -> None:
        """Retention has deleted what happened before an instant."""
        ...

    async def correct(self, corrections: Iterable[StoredCorrection]) -> None:
        """Record corrections of the tenant `demo`."""
        ...

    async def load(self, quarters: Iterable[tuple[str, str, int]]) -> None:
        """Quarters (queue, channel, begin) of the tenant `demo` were loaded after they had
        passed.
        """
        ...

    async def go_away(self) -> None:
        """The database answers no more."""
        ...


class MemoryReaders:
    """`MemoryFloor`, `MemoryHistory` and `MemoryForecasts`."""

    def __init__(self, floor: MemoryFloor) -> None:
        self.floor = self.rows = self.sources = floor
        history = MemoryHistory(floor)
        self.panes = self.visits = self.agents = self.corrections = self.moments = history
        self.forecasts = MemoryForecasts()

    async def written(self) -> None:
        """Memory is read as it is."""

    async def rolled_up(self) -> None:
        """Memory has panes only."""

    async def deleted(self, before: int) -> None:
        self.moments.kept_since = before

    async def correct(self, corrections: Iterable[StoredCorrection]) -> None:
        self.corrections.corrected += corrections

    async def load(self, quarters: Iterable[tuple[str, str, int]]) -> None:
        self.corrections.loaded += quarters

    async def go_away(self) -> None:
        self.floor.away = self.forecasts.away = True


class PostgresReaders:
    """The readers of `services/board/adapters` and `services/figures` on one database."""

    def __init__(self, pool: asyncpg.Pool, settings: DatabaseSettings) -> None:
        self._pool = pool
        self._stored = Floor(QuerySettings(database=settings), pool, "log")
        self.floor = self._stored.memory
        self.rows = PostgresRows(pool)
        self.panes = PostgresPanes(pool)
        self.visits = PostgresVisits(pool)
        self.agents = PostgresAgents(pool)
        self.moments = PostgresMoments(pool)
        self.corrections = PostgresCorrections(pool)
        self.sources = PostgresRetiredSources(pool)
        self.forecasts = PostgresForecasts(pool)

    async def written(self) -> None:
        await self._stored.store()

    async def rolled_up(self) -> None:
        roller = Roller(self._pool, ZONE, MINUTE, EngineMetrics(CollectorRegistry()))
        while await roller.step():
            pass
        assert await self._pool.fetchval("SELECT count(*) FROM rollup")

    async def deleted(self, before: int) -> None:
        row = "INSERT INTO retention (kept, since, announced_at, gone) VALUES ($1, $2, $2, $2)"
        for kept in ("visits", "agents"):
            await self._pool.execute(row, kept, before)

    async def correct(self, corrections: Iterable[StoredCorrection]) -> None:
        await self._pool.copy_records_to_table(
            "correction", records=map(_record, corrections), columns=CORRECTION
        )

    async def load(self, quarters: Iterable[tuple[str, str, int]]) -> None:
        for queue, channel, begin in quarters:
            values = (begin, queue, channel, begin + 900_000)
            await self._pool.execute(LOADED, *values)

    async def go_away(self) -> None:
        await self._pool.close()


LOADED = """
INSERT INTO rollup (tenant, grain, start, queue, channel, until, families, revision, cells,
    filled_at)
VALUES ('demo', 'quarter', $1, $2, $3, $4, 3, 1, '', 1)
"""
CORRECTION = (
    "tenant",
    "id",
    "start",
    "until",
    "queue",
    "channel",
    "old",
    "new",
    "source",
    "event",
    "type",
    "reason",
    "recorded_at",
)


def _record(one: StoredCorrection) -> Sequence[object]:
    known = {**vars(one), "tenant": "demo", "old": pack(one.old), "new": pack(one.new)}
    return [known[column] for column in CORRECTION]


@asynccontextmanager
async def postgres_readers(database: DatabaseSettings) -> AsyncIterator[PostgresReaders]:
    """Readers of a database that goes with the test."""
    pool = await readers_pool(database, 20)
    try:
        yield PostgresReaders(pool, database)
    finally:
        await pool.close()


def summed(tallies: Sequence[PaneTally]) -> Sums:
    """The cells of all portions."""
    sums: Sums = {}
    for tally in tallies:
        for cells in tally.panes:
            add(sums.setdefault((tally.interval, tally.row_key), {}), cells)
    return sums
