"""PostgreSQL behind a faulty network: live figures go on, history is filled in afterwards, nothing
is lost and nothing doubled.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url

from floorpulse.runtime.database import dsn
from floorpulse.runtime.settings import DatabaseSettings
from tests.reliability.brokers import on_embedded
from tests.reliability.live import live
from tests.reliability.load import load, pacing
from tests.reliability.proxy import Mode, Proxy
from tests.reliability.rig import Rig

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500), on_embedded]

RATE = 40
LIVE_WITHIN = 200.0
OUTAGES = ((Mode.DOWN, 15.0), (Mode.BLACKHOLE, 4.0), (Mode.SLOW, 4.0), (Mode.RESET, 3.0))


@pytest.fixture
async def proxy(database: DatabaseSettings) -> AsyncIterator[Proxy]:
    async with Proxy(make_url(dsn(database)).port or 0) as one:
        yield one


def through(proxy: Proxy, database: DatabaseSettings) -> str:
    """The address of the database by way of the proxy."""
    return make_url(dsn(database)).set(port=proxy.port).render_as_string(hide_password=False)


async def test_live_figures_go_on_while_the_database_is_away_and_history_is_exact_afterwards(
    rig: Rig, proxy: Proxy
) -> None:
    rig.hire(DATABASE__URL=through(proxy, rig.database))
    async with load(rig.kafka, seed=11) as told, live(rig.kafka) as shown, pacing(told, RATE):
        await rig.reached(await told.mark())
        for mode, seconds in OUTAGES:
            await proxy.become(mode)
            marked = await told.mark()
            await shown.shows(told.marks, LIVE_WITHIN)
            await asyncio.sleep(seconds)
            await proxy.become(Mode.OPEN)
            await rig.reached(marked)
    await rig.settled()

    assert await rig.differences(told.kept) == []
    assert await rig.counts() == (sum((await rig.ends()).values()), 0)


async def test_a_worker_killed_while_the_database_is_away_leaves_everything_to_the_next(
    rig: Rig, proxy: Proxy
) -> None:
    worker = rig.hire(DATABASE__URL=through(proxy, rig.database), ENGINE__GROUP="first")
    async with load(rig.kafka, seed=12) as told, live(rig.kafka) as shown:
        await rig.reached(await told.mark())
        await proxy.become(Mode.DOWN)
        await told.send(100)
        await told.mark()
        await shown.shows(told.marks, LIVE_WITHIN)
        worker.kill()
        await proxy.become(Mode.OPEN)
        rig.hire(DATABASE__URL=through(proxy, rig.database), ENGINE__GROUP="second")
        await rig.settled()

    assert await rig.differences(told.kept) == []
