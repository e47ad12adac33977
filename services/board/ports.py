"""What a board needs from outside: a store to load from and a feed to follow."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from floorpulse.board.domain.positions import Position
from floorpulse.board.domain.series import QueueChannelSpan
from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.updates import PaneRow, Update
from floorpulse.runtime.tracing import TraceParent

COURTESY = 0.05
"""Seconds for which the news of one reading give way to who asks a brief question"""
GiveWay = Callable[[float], Awaitable[None]]
"""Lets others work, until an instant of the loop's clock at the latest"""


async def in_turn(until: float) -> None:  # noqa: ARG001  nobody waits here for that long
    """Let everything else run once."""
    await asyncio.sleep(0)


class FeedLostError(Exception):
    """The feed broke or forgot our place; it must be opened again, and rows loaded for what was
    missed.
    """


class Heard(NamedTuple):
    """An update, and the steady instant (milliseconds) at which the reader knew that it was
    published.

    One that is not `live` stood in the feed before the reader listened: when it was published is
    not known. `traces` are those that lead to it.
    """

    update: Update
    at: int
    live: bool
    traces: Sequence[TraceParent] = ()


class RowStore(Protocol):
    """The durable rows. Every call may raise `StoreUnavailable`."""

    def rows(self, since: int) -> AsyncIterator[Sequence[tuple[int, PaneRow]]]:
        """All pane rows from the pane starting at `since` (epoch milliseconds), with their source
        partitions, in portions.
        """
        ...

    async def positions(self) -> list[Position]:
        """Every source partition's durable position; `published_at` is when it was last written,
        `age` how long ago.
        """
        ...

    async def queue_channels(self) -> list[QueueChannelSpan]:
        """Every queue and channel that ever had a pane, with the starts of its first and its last
        one; the oldest first pane comes first.

        Of what is rolled up both are known to the quarter, or to the day.
        """
        ...

    async def agents(self, now: int) -> list[AgentNow]:
        """The last state of every agent that may still be believed at `now` (epoch milliseconds),
        or was lately.
        """
        ...

    async def retired(self) -> Mapping[tuple[str, str], int]:
        """For how many milliseconds each source, by (tenant, source), has been retired by hand, by
        the store's clock alone.
        """
        ...


class UpdateFeed(Protocol):
    """The live updates. `open` and `read` may raise `FeedLostError`."""

    async def open(self) -> None:
        """Connect and take a place early enough to overlap with what is durable by now; a second
        call starts afresh.
        """
        ...

    async def read(self) -> list[Heard]:
        """The next updates in order, empty after a short while without any."""
        ...

    async def close(self) -> None:
        """Disconnect; never raises."""
        ...
