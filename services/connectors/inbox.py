"""The inbox: what has arrived and was not sent yet."""

import asyncio
from collections import deque

from floorpulse.connectors.road import Arrivals


class Inbox:
    """Holds arrivals in their order; whoever brings more than `most` bytes waits for room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._arrived: deque[Arrivals] = deque()
        self._changed = asyncio.Condition()
        self.is_closed = False

    async def put(self, arrivals: Arrivals) -> None:
        """Add what arrived, as soon as there is room for it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._size < self._most)
            self._arrived.append(arrivals)
            self._size += arrivals.size
            self._changed.notify_all()

    async def take(self) -> list[Arrivals]:
        """All that is there, as soon as there is any; nothing once it is closed and empty."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._arrived or self.is_closed)
            taken = list(self._arrived)
            self._arrived.clear()
            self._size = 0
            self._changed.notify_all()
        return taken

    async def close(self) -> None:
        """Nothing more will come."""
        async with self._changed:
            self.is_closed = True
            self._changed.notify_all()
