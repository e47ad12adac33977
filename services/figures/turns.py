"""Turns: long work is done in portions, and the event loop is handed back between them.

loop      │ asks │ portion of A │ asks │ portion of B │ asks │ portion of A │ asks …
export A           ████                                         ████
export B                                 ████

Of all that is long only one portion is done between two looks at everything else, and none while
somebody waits for a brief answer: ten exports make one another slower, but no short answer. A
question is brief until it has asked for more than a few turns, and is answered at a stretch as far
as that holds nobody up; long work waits for brief questions
`PATIENCE` at a time, so that it goes on whatever is asked. As long as brief questions come it rests
after each portion for as long as that took, so half of the process is free when one comes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

BRIEF = 4
"""Turns that a question may take and still be brief: some hundred rows"""
STRETCH = 0.004
"""Seconds for which a brief question may hold the loop"""
PATIENCE = 0.01
"""Seconds for which a portion of long work waits for brief questions"""
RECENT = 1.0
"""Seconds after a brief question in which long work rests"""
LONGEST_REST = 0.005
"""Seconds; a portion that seems to have taken longer waited for the database"""


@dataclass(eq=False)
class _QuestionInTurn:
    """A question being answered, since when (seconds of the loop's clock) it has held the loop, and
    the turns that it took.
    """

    since: float
    turns: int = 0


_question: ContextVar[_QuestionInTurn | None] = ContextVar("question", default=None)


@dataclass(eq=False)
class _WaitingTurn:
    """Somebody's next portion, and the instant (seconds of the loop's clock) from which it waits
    for brief questions no more.
    """

    turn: asyncio.Future[None]
    until: float


class Turns:
    """The queue of those who do long work on one event loop; `taken` is how many turns there have
    been.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._brief = 0
        self._waiting: deque[_WaitingTurn] = deque()
        self._waking: asyncio.Handle | None = None
        self._no_brief = asyncio.Event()
        self._no_brief.set()
        self._brief_until = 0.0
        self._given_at: float | None = None
        self._rests_until = 0.0

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A question is being answered; long work waits for it as long as it is brief."""
        mine = _QuestionInTurn(asyncio.get_running_loop().time())
        token = _question.set(mine)
        self._brief += 1
        self._no_brief.clear()
        try:
            yield
        finally:
            _question.reset(token)
            was_brief = mine.turns <= BRIEF
            mine.turns = BRIEF + 1  # what the question started goes on as long work
            if was_brief:
                self._brief_until = asyncio.get_running_loop().time() + RECENT
                self._end()

    def _end(self) -> None:
        """A question is answered, or brief no more."""
        self._brief -= 1
        if self._brief:
            return
        self._no_brief.set()
        if self._waiting:
            self._wake_soon()

    async def give_way(self, until: float) -> None:
        """Let everything else run, and brief questions be answered before, but wait for them no
        longer than `until` (seconds of the loop's clock): for work that is not asked for and must
        not stand in the queue behind long answers.
        """
        patience = until - asyncio.get_running_loop().time()
        if not self._brief or patience <= 0:
            await asyncio.sleep(0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._no_brief.wait()

    async def next(self) -> None:
        """Let everything else run, and whoever waited here before."""
        mine = _question.get()
        if mine is not None and mine.turns <= BRIEF:
            mine.turns += 1
            if mine.turns <= BRIEF:
                await self._stretch(mine)
                return
            self._end()
        await self._wait()

    async def _stretch(self, mine: _QuestionInTurn) -> None:
        """A brief question is answered at a stretch, rather than after everybody else's turn, but
        holds the loop no longer than `STRETCH`.
        """
        loop = asyncio.get_running_loop()
        if loop.time() - mine.since >= STRETCH:
            await asyncio.sleep(0)
            mine.since = loop.time()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._given_at is not None and now < self._brief_until:
            self._rests_until = now + min(LONGEST_REST, now - self._given_at)
        self._given_at = None
        mine = _WaitingTurn(loop.create_future(), now + PATIENCE)
        self._waiting.append(mine)
        if len(self._waiting) == 1:
            self._wake_soon()
        try:
            await mine.turn
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
            raise

    def _wake_soon(self, after: float = 0.0) -> None:
        """One of those who wait goes on in the next turn of the loop, or in so many seconds."""
        loop = self._waiting[0].turn.get_loop()
        if self._waking is not None:
            self._waking.cancel()
        self._waking = loop.call_later(after, self._wake) if after else loop.call_soon(self._wake)

    def _wake(self) -> None:
        """One goes on; the next one after everything else has had its turn of the loop."""
        self._waking = None
        if not self._waiting:
            return
        now = self._waiting[0].turn.get_loop().time()
        patience = (self._waiting[0].until if self._brief else self._rests_until) - now
        if patience > 0:
            self._wake_soon(patience)
            return
        first = self._waiting.popleft()
        self.taken += 1
        if not first.turn.done():
            self._given_at = now
            first.turn.set_result(None)
        if self._waiting:
            self._wake_soon()

    async def over(self, items: Iterable[T], size: int) -> AsyncIterator[list[T]]:
        """`items` in portions of `size`, a turn between two of them; what makes one portion waits
        for nobody.
        """
        rest = iter(items)
        portion = list(islice(rest, size))
        while portion:
            yield portion
            if len(portion) < size:
                return
            await self.next()
            portion = list(islice(rest, size))
