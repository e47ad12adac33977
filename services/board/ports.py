"""What a board needs from outside: a store to load from and a feed to follow."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from services.board.domain.positions import Position
from services.board.domain.series import Home
from services.contracts.agents import AgentNow
from services.contracts.updates import PaneRow, Update


class StoreUnavailableError(Exception):
    """The store could not be read now; trying again later may succeed."""


class FeedLostError(Exception):
    """The feed broke or forgot our place; it must be opened again, and rows loaded for what was missed."""


class RowStore(Protocol):
    """The durable rows. Every call may raise `StoreUnavailableError`."""

    def rows(self, since: int) -> AsyncIterator[Sequence[tuple[int, PaneRow]]]:
        """All pane rows from the pane starting at `since` (epoch milliseconds), with their source partitions, in portions."""
        ...

    async def positions(self) -> list[Position]:
        """Every source partition's durable position; `published_at` is when it was last written."""
        ...

    async def homes(self) -> list[tuple[Home, int]]:
        """Every home that ever had a pane, with the start of its last one; the one whose first pane is oldest comes first."""
        ...

    async def agents(self, since: int) -> list[AgentNow]:
        """The last state of every agent that entered one at `since` (epoch milliseconds) or later."""
        ...


class UpdateFeed(Protocol):
    """The live updates. `open` and `read` may raise `FeedLostError`."""

    async def open(self) -> None:
        """Connect and take a place early enough to overlap with what is durable by now; a second call starts afresh."""
        ...

    async def read(self) -> list[Update]:
        """The next updates in order, empty after a short while without any."""
        ...

    async def close(self) -> None:
        """Disconnect; never raises."""
        ...
