"""Live rows as they change: one pulse for all clients, one feed for all clients of the same
question.

news ─► pulse (at most every 100 ms, at least every second: waits grow) ─► feed refreshed once ─►
each client, what is new to it
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.rows import LiveRow, identity, substance
from floorpulse.figures.turns import Turns
from floorpulse.runtime.row_feed import Entries, RowFeed

NOT_BEFORE = 0.1
NOT_AFTER = 1.0
LINGER = 600
"""Ticks for which a feed without clients is kept, so that one that reconnects is sent only what
changed.
"""


ROWS_A_BEAT = 1000
"""A feed of so many rows misses a beat, of twice as many two: however long, it takes a small share
of the time
"""
COMPARED = 200
"""Rows compared with those of the last beat in one turn of the loop"""


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
        before = self._next
        self._next = asyncio.Event()
        before.set()

    async def wait(self) -> None:
        """Until the next beat."""
        await self._next.wait()


@dataclass(eq=False)
class _Shared:
    feed: RowFeed[LiveRow] = field(default_factory=RowFeed)
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock)
    rows: int = 0
    clients: int = 0
    left_at: int = 0


@dataclass(frozen=True)
class RowBatch:
    """Rows that are new to a client, and the tick that it may resume from."""

    tick: int
    rows: list[LiveRow]


class Streams:
    """The feeds of one process; `boot` names the process in the ids of its events."""

    def __init__(
        self,
        live: LiveFigures,
        turns: Turns,
        pulse: Pulse,
        most_rows: int = 20_000,
        boot: str = "",
    ) -> None:
        self.pulse = pulse
        self.boot = boot
        self._turns = turns
        self.open = 0
        self.most_rows = most_rows
        self._live = live
        self._feeds: dict[LiveQuery, _Shared] = {}

    async def size(self, query: LiveQuery) -> int:
        """How many rows a feed has."""
        return await self._live.size(query)

    async def follow(
        self, query: LiveQuery, after: int | None
    ) -> AsyncGenerator[RowBatch | None, None]:
        """Everything first (or what changed since tick `after`), then what changes; None at beats
        without news for it.

        A client that is slow to take a batch skips beats: its next batch holds all that changed
        meanwhile, once. The stream ends where the floor has grown so that it would tell more than
        `most_rows` rows: asking again gives the reason.
        """
        async with self._joined(query) as shared:
            first = True
            while await self._refreshed(shared, query):
                rows = shared.feed.since(after)
                tick = shared.feed.tick
                after = tick
                yield RowBatch(after, rows) if rows or first else None
                first = False
                await self.pulse.wait()

    async def _refreshed(self, shared: _Shared, query: LiveQuery) -> bool:
        """Bring the feed up to date, once for all its clients; long feeds rest some beats. False
        where it became too long.
        """
        feed = shared.feed
        async with shared.refreshing:
            if feed.born is None or feed.tick + shared.rows // ROWS_A_BEAT < self.pulse.tick:
                if await self._live.size(query) > self.most_rows:
                    return False
                tick = self.pulse.tick
                rows = await self._live.rows(query)
                entries: Entries[LiveRow] = {}
                async for portion in self._turns.over(rows, COMPARED):
                    entries |= feed.compared(
                        tick, [(identity(row), substance(row), row) for row in portion]
                    )
                feed.renew(tick, entries)
                shared.rows = len(rows)
        return True

    @asynccontextmanager
    async def _joined(self, query: LiveQuery) -> AsyncIterator[_Shared]:
        shared = self._feeds.setdefault(query, _Shared())
        shared.clients += 1
        self.open += 1
        try:
            yield shared
        finally:
            shared.clients -= 1
            self.open -= 1
            shared.left_at = self.pulse.tick
            self._drop_unused()

    def _drop_unused(self) -> None:
        before = self.pulse.tick - LINGER
        unused = [
            query
            for query, shared in self._feeds.items()
            if not shared.clients and shared.left_at < before
        ]
        for query in unused:
            del self._feeds[query]
