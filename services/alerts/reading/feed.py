"""The incidents of a tenant as they change: read once a second for all who look, told to each.

read at tick 1: a b     2: a' b     3: a' b c          a client at 1 gets   a' …   c
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from floorpulse.runtime.row_feed import RowFeed
from floorpulse.runtime.unavailable import StoreUnavailable

EVERY = 1.0
"""Seconds between two readings"""

R = TypeVar("R")
Read = Callable[[str], Awaitable[Sequence[tuple[Hashable, Hashable, R]]]]
"""The rows of a tenant, each with what it is about and what it says"""


@dataclass(frozen=True)
class Batch(Generic[R]):
    """Rows that are new to a client, and the tick that it may resume from."""

    tick: int
    rows: list[R]


@dataclass(eq=False)
class _Shared(Generic[R]):
    feed: RowFeed[R] = field(default_factory=RowFeed)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    read_at: float = float("-inf")


class TenantFeeds(Generic[R]):
    """The feeds of one process; `boot` names the process in the ids of its events.

    `monotonic` is a clock in seconds, `rest` waits for the next look.
    """

    def __init__(
        self,
        read: Read[R],
        boot: str,
        monotonic: Callable[[], float],
        rest: Callable[[], Awaitable[None]],
    ) -> None:
        self.boot = boot
        self.open = 0
        self._read = read
        self._monotonic = monotonic
        self._rest = rest
        self._feeds: dict[str, _Shared[R]] = {}

    async def look(self, tenant: str) -> None:
        """Bring the feed of a tenant up to date. Raises what reading raises."""
        shared = self._feeds.setdefault(tenant, _Shared())
        async with shared.reading:
            if self._monotonic() - shared.read_at < EVERY:
                return
            rows = await self._read(tenant)
            shared.feed.refresh(shared.feed.tick + 1, rows)
            shared.read_at = self._monotonic()

    async def follow(self, tenant: str, after: int | None) -> AsyncGenerator[Batch[R] | None, None]:
        """Everything first (or what changed since tick `after`), then what changes; None at looks
        without news. It ends where the rows cannot be read: asking again gives the reason.

        Nothing is awaited at its end: when a client leaves, the first such await is cancelled.
        """
        self.open += 1
        try:
            first = True
            while True:
                await self.look(tenant)
                feed = self._feeds[tenant].feed
                rows = feed.since(after)
                after = feed.tick
                yield Batch(after, rows) if rows or first else None
                first = False
                await self._rest()
        except StoreUnavailable:
            return
        finally:
            self.open -= 1
