"""The two stores of the engine under one handle: what a test must do to a store that its port does
not offer.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import asyncpg
from pydantic import SecretStr

from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Longest
from floorpulse.figures.sources.store import PostgresSourceTallies
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.ports import FlushOutcome, Store
from floorpulse.kpi_engine.postgres.store import PostgresStore, StoreOptions
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.engine import MemoryStore

MINUTE = 60_000
HOUR = 60 * MINUTE
ALLOWANCE = 15_000
LONGEST = Horizons(Longest(wait=4 * HOUR, conversation=4 * HOUR))
SHAPE = StoreOptions(pane_length=MINUTE, allowance=ALLOWANCE, horizons=LONGEST)
NOBODY_LISTENS = DatabaseSettings(url=SecretStr("postgresql://nobody@127.0.0.1:1/none"))


class StoreRig(Protocol):
    """A store that can be broken and looked into."""

    @property
    def store(self) -> Store:
        """The store, empty at first."""
        ...

    def lose_next_answer(self, *, written: bool) -> None:
        """The outcome of the next flush is not told; it is `written` all the same, or not."""
        ...

    def mend(self) -> None:
        """Flushes are answered again."""
        ...

    async def late(self) -> list[tuple[object, ...]]:
        """The late changes written so far, in the order of flushes."""
        ...

    async def orphans(self) -> dict[tuple[str, str, str], int]:
        """How many orphans are written by tenant, source and what is missing."""
        ...

    async def announce(self, kept: str, since: int) -> None:
        """Retention says that rows of this kind before `since` are about to go."""
        ...

    async def cut_off(self) -> Store:
        """A store of this kind whose database is away."""
        ...


class MemoryRig:
    """`MemoryStore`."""

    def __init__(self) -> None:
        self.store = MemoryStore(ALLOWANCE, LONGEST)

    def lose_next_answer(self, *, written: bool) -> None:
        self.store.lose_answer = written
        self.store.away = not written

    def mend(self) -> None:
        self.store.away = False

    async def late(self) -> list[tuple[object, ...]]:
        return [row for _, tables in sorted(self.store.tables.items()) for row in tables.late]

    async def orphans(self) -> dict[tuple[str, str, str], int]:
        found: dict[tuple[str, str, str], int] = {}
        for tables in self.store.tables.values():
            for key, row in tables.orphans.items():
                name = str(key[2]), str(key[3]), str(key[4])
                found[name] = found.get(name, 0) + int(str(row[0]))
        return found

    async def announce(self, kept: str, since: int) -> None:  # noqa: ARG002  it counts nothing by kind
        self.store.announced = max(self.store.announced, since)

    async def cut_off(self) -> Store:
        away = MemoryStore(ALLOWANCE, LONGEST)
        away.away = True
        return away


class LossyStore(PostgresStore):
    """The real store on a connection that breaks when the flush is done: after its COMMIT, or in
    its place.
    """

    written: bool | None = None

    async def _flush(
        self, connection: asyncpg.Connection, ordered: Sequence[FlushRows]
    ) -> dict[int, FlushOutcome]:
        if self.written is None:
            return await super()._flush(connection, ordered)
        message = "the connection broke"
        if self.written:
            await super()._flush(connection, ordered)
            raise ConnectionResetError(message)
        async with connection.transaction():
            await super()._flush(connection, ordered)
            raise ConnectionResetError(message)


class PostgresRig:
    """`PostgresStore` on a migrated database."""

    def __init__(self, pool: asyncpg.Pool, settings: DatabaseSettings) -> None:
        self.store = LossyStore(pool, settings, "worker", SHAPE)
        self._pool = pool

    def lose_next_answer(self, *, written: bool) -> None:
        self.store.written = written

    def mend(self) -> None:
        self.store.written = None

    async def late(self) -> list[tuple[object, ...]]:
        rows = await self._pool.fetch(
            "SELECT partition, tenant, queue, channel, start, source, event, type, reason "
            "FROM late_change ORDER BY partition, id"
        )
        return [tuple(row) for row in rows]

    async def orphans(self) -> dict[tuple[str, str, str], int]:
        counts: Counter[tuple[str, str, str]] = Counter()
        for one in await PostgresSourceTallies(self._pool).orphans("acme"):
            counts["acme", one.source, one.missing.value] += one.count
        return dict(counts)

    async def announce(self, kept: str, since: int) -> None:
        await self._pool.execute("INSERT INTO retention VALUES ($1, $2, 0)", kept, since)

    async def cut_off(self) -> Store:
        pool = await asyncpg.create_pool(self.store._settings.url.get_secret_value(), min_size=1)
        await pool.close()
        return PostgresStore(pool, NOBODY_LISTENS, "worker", SHAPE)


@asynccontextmanager
async def postgres_rig(database: DatabaseSettings) -> AsyncIterator[PostgresRig]:
    """A rig on a database that goes with the test."""
    pool = await asyncpg_pool(database)
    rig = PostgresRig(pool, database)
    try:
        yield rig
    finally:
        await rig.store.aclose()
        await pool.close()
