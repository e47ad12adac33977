"""Turns: long work is done in portions, and the event loop is handed back between them.

loop      │ asks │ portion of A │ asks │ portion of B │ asks │ portion of A │ asks …
export A           ████                                         ████
export B                                 ████

Of all that is long only one portion is done between two looks at everything else: ten exports make one another slower, but no
short answer.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


class Turns:
    """The queue of those who do long work on one event loop; `taken` is how many turns there have been."""

    def __init__(self) -> None:
        self.taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def next(self) -> None:
        """Let everything else run, and whoever waited here before."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            mine.get_loop().call_soon(self._wake)
        try:
            await mine
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            raise

    def _wake(self) -> None:
        """One goes on; the next one after everything else has had its turn of the loop."""
        if self._waiting:
            first = self._waiting.popleft()
            self.taken += 1
            if not first.done():
                first.set_result(None)
        if self._waiting:
            self._waiting[0].get_loop().call_soon(self._wake)

    async def over(self, items: Iterable[T], size: int) -> AsyncIterator[list[T]]:
        """`items` in portions of `size`, a turn between two of them; what makes one portion waits for nobody."""
        rest = iter(items)
        portion = list(islice(rest, size))
        while portion:
            yield portion
            if len(portion) < size:
                return
            await self.next()
            portion = list(islice(rest, size))
