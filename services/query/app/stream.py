"""Live rows as they change: one pulse for all clients, one feed for all clients of the same question.

news ─► pulse (at most every 100 ms, at least every second: waits grow) ─► feed refreshed once ─► each client, what is new to it
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from services.query.app.live import LiveFigures, LiveQuery
from services.query.domain.feed import Feed
from services.query.domain.rows import LiveRow, identity, substance

NOT_BEFORE = 0.1
NOT_AFTER = 1.0
LINGER = 600
"""Ticks for which a feed without clients is kept, so that one that reconnects is sent only what changed."""


class Pulse:
    """A counter that beats when there is news; `tick` is the last beat."""

    def __init__(self) -> None:
        self.tick = 0
        self._next = asyncio.Event()

    async def run(self, changed: asyncio.Event) -> None:
        """Beat until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(NOT_AFTER):
                    await changed.wait()
            changed.clear()
            self.beat()
            await asyncio.sleep(NOT_BEFORE)

    def beat(self) -> None:
        """Count and wake everyone who waits."""
        self.tick += 1
        before, self._next = self._next, asyncio.Event()
        before.set()

    async def wait(self) -> None:
        """Until the next beat."""
        await self._next.wait()


@dataclass(eq=False)
class _Shared:
    feed: Feed[LiveRow] = field(default_factory=Feed)
    clients: int = 0
    left_at: int = 0


@dataclass(frozen=True)
class Batch:
    """Rows that are new to a client, and the tick that it may resume from."""

    tick: int
    rows: list[LiveRow]


class Streams:
    """The feeds of one process."""

    def __init__(self, live: LiveFigures, pulse: Pulse) -> None:
        self.pulse = pulse
        self.open = 0
        self._live = live
        self._feeds: dict[LiveQuery, _Shared] = {}

    async def follow(self, query: LiveQuery, after: int | None) -> AsyncGenerator[Batch | None, None]:
        """Everything first (or what changed since tick `after`), then what changes; None at beats without news for it.

        A client that is slow to take a batch skips beats: its next batch holds all that changed meanwhile, once.
        """
        async with self._joined(query) as feed:
            first = True
            while True:
                rows = (await self._refreshed(feed, query)).since(after)
                after = feed.tick
                yield Batch(after, rows) if rows or first else None
                first = False
                await self.pulse.wait()

    async def _refreshed(self, feed: Feed[LiveRow], query: LiveQuery) -> Feed[LiveRow]:
        if feed.born is None or feed.tick < self.pulse.tick:
            tick, rows = self.pulse.tick, await self._live.rows(query)
            if feed.born is None or feed.tick < tick:  # else another client of the feed was quicker
                feed.refresh(tick, [(identity(row), substance(row), row) for row in rows])
        return feed

    @asynccontextmanager
    async def _joined(self, query: LiveQuery) -> AsyncIterator[Feed[LiveRow]]:
        shared = self._feeds.setdefault(query, _Shared())
        shared.clients += 1
        self.open += 1
        try:
            yield shared.feed
        finally:
            shared.clients -= 1
            self.open -= 1
            shared.left_at = self.pulse.tick
            self._drop_unused()

    def _drop_unused(self) -> None:
        before = self.pulse.tick - LINGER
        unused = [query for query, shared in self._feeds.items() if not shared.clients and shared.left_at < before]
        for query in unused:
            del self._feeds[query]
