"""Answers that are kept for a while, and asked for again when they have aged or another span is
asked about.

An answer lives a second, or twenty times as long as it took: however many ask, the database works
on it a twentieth of the time. Of each name at most one question is under way, and of all names
together as many as there are slots:

    asked about 12:00   ├─ runs ──────────────┤
    asked about 12:01        ├─ waits ─┤ given up for the next, which is about what is asked now
    asked about 12:02                  ├─ waits ┼─ runs ──┤
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

LIFE = 1.0
LIVES = 20
MOST_NAMES = 4096
"""Names whose answers are kept"""
REST = 60.0
"""Seconds at most before a question that failed is asked again"""

Answer = TypeVar("Answer")
Ask = Callable[[], Coroutine[Any, Any, Answer]]


class _AskedAt(Generic[Answer]):
    """One answer, about something, that waits, is under way or there; `until` (monotonic seconds)
    says how long it may be told.
    """

    def __init__(
        self,
        about: object,
        until_free: "asyncio.Task[Answer] | None",
        monotonic: Callable[[], float],
    ) -> None:
        self.about = about
        self.until: float | None = None
        self.begun = False
        self.task: asyncio.Task[Answer]
        self.before = until_free
        self._monotonic = monotonic
        self._took = 0.0

    def begin(self, ask: Ask[Answer], slots: asyncio.Semaphore) -> None:
        """Ask, once what was asked before has ended and a slot is free."""
        self.task = asyncio.create_task(self._run(ask, slots))
        self.task.add_done_callback(self._answered)

    async def _run(self, ask: Ask[Answer], slots: asyncio.Semaphore) -> Answer:
        if self.before is not None:
            await asyncio.wait({self.before})
            self.before = None
        async with slots:
            self.begun = True
            began = self._monotonic()
            try:
                return await ask()
            finally:
                self._took = self._monotonic() - began

    def _answered(self, task: "asyncio.Task[Answer]") -> None:
        failed = task.cancelled() or task.exception() is not None
        lives = LIVES * self._took
        self.until = self._monotonic() + (min(REST, lives) if failed else max(LIFE, lives))


class Aging(Generic[Answer]):
    """Answers by name; those who ask for the same while it is under way share it."""

    def __init__(self, monotonic: Callable[[], float], slots: asyncio.Semaphore) -> None:
        self._monotonic = monotonic
        self._slots = slots
        self._asked: dict[tuple[str, ...], _AskedAt[Answer]] = {}

    def get(self, name: tuple[str, ...], about: object, ask: Ask[Answer]) -> "asyncio.Task[Answer]":
        """The answer of this name, there or to come: the known one if it is young and about the
        same, else what `ask` gives or raises.

        It goes on however long anybody waits for it; it is cancelled only where it had not begun
        and something newer is asked.
        """
        known = self._asked.get(name)
        if (
            known is None
            or known.about != about
            or (known.until is not None and self._monotonic() >= known.until)
        ):
            if known is None:
                self._forget_one()
            fresh = _AskedAt[Answer](about, self._under_way(known), self._monotonic)
            fresh.begin(ask, self._slots)
            known = self._asked[name] = fresh
        return known.task

    def _forget_one(self) -> None:
        """Make room: of the answers that are there, the one that was first asked for goes."""
        if len(self._asked) >= MOST_NAMES:
            old = next((name for name, one in self._asked.items() if one.task.done()), None)
            if old is not None:
                del self._asked[old]

    def _under_way(self, known: _AskedAt[Answer] | None) -> "asyncio.Task[Answer] | None":
        """What must end before the next may begin; what has not begun is given up."""
        if known is None or known.task.done():
            return None
        if known.begun:
            return known.task
        known.task.cancel()
        return known.before
