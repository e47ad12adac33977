"""Keeping a board through losses of the feed and the store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from floorpulse.board import app
from floorpulse.board.app import BoardKeeper
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import Window
from floorpulse.board.metrics import BoardMetrics
from floorpulse.board.ports import FeedLostError
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from tests.fakes.floor import MemoryFloor, ScriptedFeed, answered

NOW = 1_794_398_840_000


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "RETRY", 0)
    monkeypatch.setattr(app, "SETTLED", 0)


@asynccontextmanager
async def kept(floor: MemoryFloor, feed: ScriptedFeed) -> AsyncIterator[BoardKeeper]:
    keeper = BoardKeeper(
        Board(Rules(ZoneInfo("UTC")), lambda: NOW),
        floor,
        feed,
        BoardMetrics(CollectorRegistry()),
        lambda: NOW,
    )
    keeper.start()
    try:
        yield keeper
    finally:
        await keeper.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  the keeper has no event for it
            await asyncio.sleep(0)


def offered(keeper: BoardKeeper) -> int:
    return keeper.board.read([("demo", None, None)], Window.M15, NOW).counted.of(Cell.OFFERED)


async def test_a_board_loads_what_is_durable_then_follows() -> None:
    durable = MemoryFloor()
    later = MemoryFloor()
    durable.put(answered(NOW - 9000, 1))
    later.put(answered(NOW - 9000, 1), answered(NOW - 5000, 1), answered(NOW - 4000, 1))

    async with kept(durable, ScriptedFeed(later.updates(NOW))) as keeper:
        await until(lambda: offered(keeper) == 3)

        assert keeper.loaded.is_set()
        assert keeper.alive
        assert keeper.board.queue_channels("demo", NOW) == [("demo", "sales", "voice")]
    assert not keeper.alive


async def test_after_a_loss_it_opens_the_feed_again_and_loads_what_it_missed() -> None:
    floor = MemoryFloor()
    feed = ScriptedFeed([], FeedLostError("reset by peer"))

    async with kept(floor, feed) as keeper:
        await until(lambda: feed.opened >= 1)
        floor.put(answered(NOW - 9000, 1))
        await until(lambda: offered(keeper) == 1 and feed.opened >= 2)


async def test_without_the_feed_it_still_shows_what_is_durable() -> None:
    floor = MemoryFloor()
    feed = ScriptedFeed()
    floor.put(answered(NOW - 9000, 1))
    feed.refuses = True

    async with kept(floor, feed) as keeper:
        await until(lambda: offered(keeper) == 1)


async def test_without_the_store_it_is_not_loaded_and_tries_again() -> None:
    floor = MemoryFloor(away=True)
    feed = ScriptedFeed()
    floor.put(answered(NOW - 9000, 1))

    async with kept(floor, feed) as keeper:
        await until(lambda: feed.opened > 3)
        assert not keeper.loaded.is_set()
        floor.away = False
        await until(keeper.loaded.is_set)


async def test_a_new_log_makes_it_load_again_what_lost_records_told() -> None:
    old = MemoryFloor()
    new = MemoryFloor(log_id="another", generation=2)
    feed = ScriptedFeed(old.updates(NOW), [], new.updates(NOW), *([] for _ in range(50)))

    async with kept(old, feed) as keeper:
        await until(lambda: len(keeper.board.positions) > 0)
        old.put(answered(NOW - 9000, 1))
        await until(lambda: offered(keeper) == 1)


async def test_a_new_owner_makes_it_load_again_what_the_former_one_wrote_and_did_not_tell() -> None:
    """Killed between the flush and the next news: nobody tells those rows and states any more."""
    floor = MemoryFloor()
    news = MemoryFloor(epoch=2)
    come = floor.updates(NOW)
    feed = ScriptedFeed(come, *([] for _ in range(9)), news.updates(NOW), *([] for _ in range(50)))

    async with kept(floor, feed) as keeper:
        await until(lambda: len(keeper.board.positions) > 0)
        floor.put(answered(NOW - 9000, 1))
        floor.enter("ann", Entered(NOW - 9000, "available", ("sales",)))
        await until(lambda: offered(keeper) == 1)
        await until(lambda: keeper.board.agents.state("demo", "ann", NOW) is not None)


async def test_a_defect_ends_the_keeping_and_says_so() -> None:
    class Broken(ScriptedFeed):
        async def open(self) -> None:
            raise ZeroDivisionError

    with capture_logs() as told:
        async with kept(MemoryFloor(), Broken()) as keeper:
            await until(lambda: not keeper.alive)
            await until(lambda: "board_keeping_ended" in {one["event"] for one in told})
