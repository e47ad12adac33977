"""A worker that is frozen while it sends the rows of a COPY.

PostgreSQL ends a transaction at `transaction_timeout` (17 and later) or a statement at
`statement_timeout` only while it waits for a command: a COPY whose rows do not come stays, seen
with 18.4. So whoever waits for its locks must end it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.rows import EncodedRows
from floorpulse.kpi_engine.ports import FlushOutcome
from floorpulse.kpi_engine.postgres import copying, stalled, store
from floorpulse.kpi_engine.postgres.store import PostgresStore
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.settings import DatabaseSettings
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.contract.engine_stores import SHAPE
from tests.contract.test_engine_store import claim, dirty, offered, write

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(120)]

BOUND = 10.0
"""Seconds of a transaction, in place of five: the frozen worker of this test still runs, and gives
up by itself after twice as many
"""
CLAIMED_WITHIN = 15.0


class Frozen:
    """Stands still once it has begun to send rows, until it thaws."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.thawed = asyncio.Event()

    async def copy(self, rows: Sequence[EncodedRows]) -> AsyncIterator[bytes]:
        yield copying.HEADER
        for one in rows:
            self.reached.set()
            await self.thawed.wait()
            yield one.data
        yield copying.TRAILER


@asynccontextmanager
async def worker(database: DatabaseSettings, name: str) -> AsyncIterator[PostgresStore]:
    pool = await asyncpg_pool(database)
    one = PostgresStore(pool, database, name, SHAPE)
    try:
        yield one
    finally:
        await one.aclose()
        await pool.close()


@pytest.fixture
async def both(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    """Two workers on one database; who waits for a lock has less patience."""
    monkeypatch.setattr(store, "TRANSACTION_WITHIN", BOUND)
    monkeypatch.setattr(stalled, "LOCK_WITHIN", 0.3)
    monkeypatch.setattr(stalled, "STANDS_STILL", 1.0)
    others = await asyncpg_pool(database)
    async with (
        worker(database, "first") as first,
        worker(database, "second") as second,
        others.acquire() as idle,
        others.acquire() as working,
    ):
        await working.execute("BEGIN")
        yield first, second
        assert await idle.fetchval("SELECT 1") == await working.fetchval("SELECT 1")
        await working.execute("COMMIT")
    await others.close()


@asynccontextmanager
async def frozen_in_copy(
    worker: PostgresStore, rows: Sequence[FlushRows], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[asyncio.Task[object]]:
    """While this worker's flush of some rows stands still."""
    frozen = Frozen()
    with monkeypatch.context() as patched:
        patched.setattr(copying, "binary_copy", frozen.copy)
        flush = asyncio.create_task(worker.flush(rows))
        await asyncio.wait_for(frozen.reached.wait(), 10)
    try:
        yield flush
    finally:
        frozen.thawed.set()
        with suppress(StoreUnavailable):
            await flush


async def claimed(worker: PostgresStore, number: int) -> Partition:
    """What a worker claims in the end, as its consumer tries again."""
    while True:
        try:
            return await claim(worker, number)
        except StoreUnavailable:
            await asyncio.sleep(0.1)


async def test_its_partition_is_claimed_while_it_stands_still(
    both: tuple[PostgresStore, PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    mine = await claim(first)
    rows = await dirty(first, mine, offered("c1"))
    async with frozen_in_copy(first, [rows], monkeypatch) as flush:
        theirs = await asyncio.wait_for(claimed(second, 3), CLAIMED_WITHIN)
        assert theirs.epoch == mine.epoch + 1
        await write(second, theirs, offered("c1"))
        assert not flush.done()
    with pytest.raises(StoreUnavailable):
        await flush
    assert await first.flush([rows]) == {3: FlushOutcome.FENCED}


async def test_a_partition_that_it_lost_before_is_flushed_while_it_stands_still(
    both: tuple[PostgresStore, PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    lost, kept = await claim(first, 3), await claim(first, 4)
    theirs = await claim(second, 3)
    old = await dirty(first, lost, offered("c1"))
    mine = await dirty(first, kept, offered("c2"))
    async with frozen_in_copy(first, [old, mine], monkeypatch) as flush:
        rows = await dirty(second, theirs, offered("c1"))
        async with asyncio.timeout(CLAIMED_WITHIN):
            while True:
                try:
                    assert await second.flush([rows]) == {3: FlushOutcome.WRITTEN}
                    break
                except StoreUnavailable:
                    await asyncio.sleep(0.1)
    with pytest.raises(StoreUnavailable):
        await flush
    assert await first.flush([mine]) == {4: FlushOutcome.WRITTEN}


async def test_a_flush_that_is_under_way_is_left_alone(
    both: tuple[PostgresStore, PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    mine = await claim(first)
    rows = await dirty(first, mine, offered("c1"))
    monkeypatch.setattr(stalled, "STANDS_STILL", 30.0)
    async with frozen_in_copy(first, [rows], monkeypatch) as flush:
        with pytest.raises(StoreUnavailable):
            await claim(second)
        assert not flush.done()
    assert await flush == {3: FlushOutcome.WRITTEN}
