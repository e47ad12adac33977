"""A worker that goes silent in the middle of a claim holds no partition: the database ends its
transaction, the next owner claims.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Longest
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.postgres.store import TRANSACTION_WITHIN, PostgresStore, StoreOptions
from floorpulse.runtime.database import asyncpg_pool, dsn
from floorpulse.runtime.settings import DatabaseSettings
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.reliability.proxy import Mode, Proxy

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

LOG = "log"
LONGEST = Horizons(Longest(wait=4 * 3_600_000, conversation=4 * 3_600_000))
SPARE = 20.0
LOCK = "SELECT 1 FROM stream_partition FOR UPDATE"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
    "current_database()"
)


@asynccontextmanager
async def worker(url: str, owner: str) -> AsyncIterator[PostgresStore]:
    settings = DatabaseSettings(url=SecretStr(url), pool=1)
    pool = await asyncpg_pool(settings)
    store = PostgresStore(
        pool, settings, owner, StoreOptions(pane_length=60_000, allowance=15_000, horizons=LONGEST)
    )
    try:
        yield store
    finally:
        await store.aclose()
        pool.terminate()


async def claimed_at_last(store: PostgresStore) -> Partition:
    """Claim again and again, as the engine does where a lock is not had in time."""
    while True:
        with suppress(StoreUnavailable):
            return await store.claim(0, LOG, begin=0, end=0)


async def test_a_claim_cut_off_halfway_gives_the_partition_back_within_its_bound(
    database: DatabaseSettings,
) -> None:
    url = make_url(dsn(database))
    direct = url.render_as_string(hide_password=False)
    async with Proxy(url.port or 0) as proxy, worker(direct, "next") as following:
        through = url.set(port=proxy.port).render_as_string(hide_password=False)
        async with worker(through, "silent") as silent:
            await silent.claim(0, LOG, begin=0, end=0)
            beside = await asyncpg.connect(direct)
            async with beside.transaction():
                await beside.execute(LOCK)
                cut_off = asyncio.create_task(silent.claim(0, LOG, begin=0, end=0))
                while not await beside.fetchval(WAITING):  # noqa: ASYNC110  another process's progress
                    await asyncio.sleep(0.05)
                await proxy.become(Mode.BLACKHOLE)
            await beside.close()
            # From here on the claim has its lock, and nobody who goes on with it.

            async with asyncio.timeout(TRANSACTION_WITHIN + SPARE):
                claimed = await claimed_at_last(following)
            cut_off.cancel()
            await asyncio.gather(cut_off, return_exceptions=True)

    assert (claimed.number, claimed.epoch) == (0, 2)
