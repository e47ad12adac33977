"""Keeping a board: take a place in the feed, load what is durable, then merge what comes; again
after every loss, and whenever a partition has a new owner or log.

place in feed ─► load panes ─► follow ─┬─► follow …
      ▲                                └─► load once more, a little later: what a lost record told
      is durable by then └──────── lost ◄─────────────────
"""

import asyncio
from collections.abc import Callable

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.board.domain.board import Board
from floorpulse.board.metrics import BoardMetrics
from floorpulse.board.ports import (
    COURTESY,
    FeedLostError,
    GiveWay,
    Heard,
    RowStore,
    UpdateFeed,
    in_turn,
)
from floorpulse.contracts.updates import Update
from floorpulse.runtime import tracing
from floorpulse.runtime.tracing import Role
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

RETRY = 1.0
SETTLED = 5.0
"""Seconds after which what an engine published is surely durable, while the database answers at
all.
"""
PRUNE_EVERY = 60_000
HEED_EVERY = 2.0
"""Seconds between two looks for sources that were retired by hand"""
PRUNED_AT_ONCE = 20
"""Queues whose rows are looked through between two looks at everything else"""


class BoardKeeper:
    """Keeps `board` true; `loaded` is set once it holds the live span, `changed` with every
    news.
    """

    def __init__(
        self,
        board: Board,
        store: RowStore,
        feed: UpdateFeed,
        metrics: BoardMetrics,
        now: Callable[[], int],
        give_way: GiveWay = in_turn,
    ) -> None:
        self.board = board
        self.loaded = asyncio.Event()
        self.changed = asyncio.Event()
        self._store = store
        self._feed = feed
        self._metrics = metrics
        self._now = now
        self._give_way = give_way
        self._missed = asyncio.Event()
        self._pruned_at = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether the board is still being kept; a defect that ended the keeping makes the process
        unfit to answer.
        """
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to keep the board in the background."""
        self._task = asyncio.create_task(self.run(), name="board")
        self._task.add_done_callback(_say_why)

    async def stop(self) -> None:
        """Leave it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def run(self) -> None:
        """Keep the board until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._mend())
            tasks.create_task(self._heed())
            while True:
                await self._session()
                await asyncio.sleep(RETRY)

    async def _session(self) -> None:
        try:
            await self._open()
            await self.load()
            self._missed.set()
            while True:
                await self._merge(await self._feed.read())
        except (FeedLostError, StoreUnavailable) as lost:
            self._metrics.losses.labels(
                "feed" if isinstance(lost, FeedLostError) else "store"
            ).inc()
            log.warning("board_feed_lost", error=str(lost))
        finally:
            await self._feed.close()

    async def _open(self) -> None:
        try:
            await self._feed.open()
        except FeedLostError:
            if not self.loaded.is_set():
                await self.load()
            raise

    async def load(self) -> None:
        """Merge everything durable of the live span."""
        now = self._now()
        await self._prune(now)
        if not self.loaded.is_set():
            self.board.take_queue_channels(await self._store.queue_channels())
        for agent in await self._store.agents(now):
            self.board.agents.take(agent)
        asked_at = self.board.steady()
        for position in await self._store.positions():
            self.board.load_position(position, asked_at)
        async for rows in self._store.rows(self.board.live_since(now)):
            for partition, row in rows:
                self.board.take_row(partition, row)
            await asyncio.sleep(0)
        self.board.counting = True
        self._metrics.loads.inc()
        self._metrics.loaded.set(1)
        self.loaded.set()
        self.changed.set()

    async def _merge(self, news: list[Heard]) -> None:
        now = self._now()
        until = asyncio.get_running_loop().time() + COURTESY
        for update, at, live, traces in news:
            where = {"partition": update.partition, "next_offset": update.next_offset}
            with tracing.following("show", Role.CONSUMER, traces, where):
                for new_owner in self.board.taking(update, at, live=live):
                    if new_owner:
                        self._missed.set()
                    await self._give_way(until)
            if live:
                self._compare(update, now)
            self._metrics.rows.inc(len(update.rows))
        if news:
            self._metrics.updates.inc(len(news))
            self.changed.set()
        if now - self._pruned_at >= PRUNE_EVERY:
            self._pruned_at = now
            await self._prune(now)

    async def _prune(self, now: int) -> None:
        """Drop what is old, little by little: others answer questions meanwhile."""
        for step, _ in enumerate(self.board.pruning(now)):
            if step % PRUNED_AT_ONCE == 0:
                await asyncio.sleep(0)
        for tenant in self.board.tenants():
            queues, agents = self.board.folded(tenant)
            self._metrics.folded_queues.labels(tenant).set(queues)
            self._metrics.folded_agents.labels(tenant).set(agents)

    async def _heed(self) -> None:
        """Learn every now and then which sources nobody waits for any more."""
        while True:
            try:
                await self.heed()
            except StoreUnavailable as away:
                log.warning("retired_sources_not_read", error=str(away))
            await asyncio.sleep(HEED_EVERY)

    async def heed(self) -> None:
        """Learn which sources were retired by hand. Raises StoreUnavailable."""
        asked_at = self.board.steady()
        retired = await self._store.retired()
        self.board.sources.retire({source: asked_at - age for source, age in retired.items()})

    def _compare(self, update: Update, now: int) -> None:
        """Say how far the worker's clock is from this process's: figures do not depend on it,
        people's logs do.
        """
        ahead = update.published_at - now
        self.board.ages.freshness.compare(update.partition, ahead)
        self._metrics.skew.labels(update.partition).set(ahead / 1000)

    async def _mend(self) -> None:
        while True:
            await self._missed.wait()
            await asyncio.sleep(SETTLED)
            self._missed.clear()
            try:
                await self.load()
            except StoreUnavailable as away:
                self._metrics.losses.labels("store").inc()
                self._missed.set()
                log.warning("missed_rows_not_loaded", error=str(away))


def _say_why(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.critical("board_keeping_ended", exc_info=failure)
