"""A time limit that many blocks at once share: one timer looks at all of them.

    enter ─► under way ─► leave
                 │
                 └─ every `seconds / LOOKS` the timer ends those that began too long ago

`asyncio.timeout` arms a timer of its own for each block, 8 to 10 µs of CPU where entering and
leaving here takes less than 2: what is done for each request notices. What it costs is that a block
may last longer than its time by a look.
"""

import asyncio
from types import TracebackType

LOOKS = 20
"""How many times within its time the blocks under way are looked at"""


class TimeLimit:
    """Blocks that may take so many seconds each; in one event loop at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way: dict[Limited, None] = {}
        self._looking = False

    def each(self) -> "Limited":
        """One block: `with limit.each(): …`. Raises TimeoutError where it took longer."""
        return Limited(self)

    def enter(self, block: "Limited") -> float:
        """A block begins: until when it may last, by the loop's clock."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._under_way = {}
            self._looking = False
        self._under_way[block] = None
        if not self._looking:
            self._look_later(loop)
        return loop.time() + self.seconds

    def leave(self, block: "Limited") -> None:
        """A block is over, however it ended."""
        self._under_way.pop(block, None)

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = True
        loop.call_later(self.seconds / LOOKS, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """End what is late, the oldest first; look again while anything is under way."""
        self._looking = False
        now = loop.time()
        late = []
        for block in self._under_way:
            if block.until > now:
                break
            late.append(block)
        for block in late:
            self.leave(block)
            block.end()
        if self._under_way:
            self._look_later(loop)


class Limited:
    """One block of a `TimeLimit`, in the task that entered it."""

    __slots__ = ("_cancelling", "_is_late", "_limit", "_task", "until")

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        self._is_late = False

    def __enter__(self) -> None:
        """See `TimeLimit.each`."""
        task = asyncio.current_task()
        if task is None:
            message = "a time limit is kept within a task"
            raise RuntimeError(message)
        self._task = task
        self._cancelling = task.cancelling()
        self.until = self._limit.enter(self)

    def end(self) -> None:
        """The time is over: the block is cancelled."""
        self._is_late = True
        self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        wrong: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """The block is over: late where the time limit, and nobody else, cancelled it."""
        if not self._is_late:
            self._limit.leave(self)
        elif self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from wrong
