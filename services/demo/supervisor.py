"""Child programs kept running: a dead one is started again, and none outlives this process.

start ─► runs ─► dies ─► waits 0.2 s, 0.4 s, … 5 s ─► start        (0.2 s again once it lived for 30
s)
            └─ stop: SIGTERM ─► grace ─► SIGKILL
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Protocol

from floorpulse.demo.embedded.child import Child, StopStep, tether
from floorpulse.runtime.clock import monotonic


@dataclass(frozen=True)
class Program:
    """A program that is kept running: a command (its first word a full path) and its whole
    environment.

    Programs may share a `name`, as copies do. What it says is appended to `log`.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path


Launch = Callable[[Program], Awaitable[Child]]
"""Starts a program. Raises OSError"""


async def spawned(program: Program) -> Child:
    """The program as a process of its own, tethered to this one. Raises OSError."""
    return await Child.spawn([*tether(SIGKILL), *program.command], program.log, program.env)


@dataclass(frozen=True)
class Backoff:
    """The pauses before a program that ended is started again; all in seconds."""

    first: float = 0.2
    most: float = 5.0
    healthy_after: float = 30.0

    def after(self, lived: float, waited: float | None) -> float:
        """The wait after a life of `lived` seconds, `waited` having been the wait before it (None:
        its first life).
        """
        if waited is None or lived >= self.healthy_after:
            return self.first
        return min(waited * 2, self.most)


class Watcher(Protocol):
    """A listener to starts and ends of programs; both are called from the event loop and must not
    block for long.
    """

    def changed(self, pids: Mapping[str, list[int]]) -> None:
        """The living processes are now these, by program name; a name without any is left out."""
        ...

    def ended(self, program: Program, how: str, again_in: float) -> None:
        """A program ended without being asked to; it is started again in so many seconds."""
        ...


class Supervisor:
    """Keeps programs running from `keep` to `stop`; use it within one event loop."""

    def __init__(
        self, watcher: Watcher, backoff: Backoff | None = None, launch: Launch = spawned
    ) -> None:
        self._watcher = watcher
        self._backoff = backoff or Backoff()
        self._launch = launch
        self._kept: list[_KeptProgram] = []

    def keep(self, program: Program) -> None:
        """Start `program` now, and again whenever it ends."""
        kept = _KeptProgram(program, self._backoff, self._launch, self._changed, self._watcher)
        self._kept.append(kept)

    async def stop(self, names: Iterable[str] | None = None, grace: float = 5.0) -> bool:
        """Stop the programs of these names (None: all) at the same time; whether all ended by
        themselves.

        Those alive after `grace` seconds are killed; so are, in effect, those that do not handle
        SIGTERM.
        """
        leaving = self._named(names)
        endings = await asyncio.gather(*(one.stop(grace) for one in leaving))
        self._forget(leaving)
        return all(endings)

    async def kill(self, names: Iterable[str] | None = None) -> None:
        """End the programs of these names (None: all) at once, also those that are being
        stopped.
        """
        leaving = self._named(names)
        await asyncio.gather(*(one.kill() for one in leaving))
        self._forget(leaving)

    def pids(self) -> dict[str, list[int]]:
        """The living processes by program name."""
        found: dict[str, list[int]] = {}
        for one in self._kept:
            if one.pid is not None:
                found.setdefault(one.program.name, []).append(one.pid)
        return found

    def _named(self, names: Iterable[str] | None) -> "list[_KeptProgram]":
        chosen = None if names is None else set(names)
        return [one for one in self._kept if chosen is None or one.program.name in chosen]

    def _forget(self, gone: "list[_KeptProgram]") -> None:
        self._kept = [one for one in self._kept if one not in gone]

    def _changed(self) -> None:
        self._watcher.changed(self.pids())


def ending(code: int) -> str:
    """An exit code in words; a negative one is a signal."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


class _KeptProgram:
    """One program and the task that lives its lives; only that task starts and ends its process."""

    def __init__(
        self,
        program: Program,
        backoff: Backoff,
        launch: Launch,
        changed: Callable[[], None],
        watcher: Watcher,
    ) -> None:
        self.program = program
        self._launch = launch
        self._backoff = backoff
        self._changed = changed
        self._watcher = watcher
        self._released = asyncio.Event()
        self._grace = 0.0
        self._child: Child | None = None
        self._killed = False
        self._task = asyncio.create_task(self._live())

    @property
    def pid(self) -> int | None:
        """The living process."""
        return self._child.pid if self._child else None

    async def stop(self, grace: float) -> bool:
        """Return when it has ended for good; whether it did so by itself."""
        self._grace = grace
        self._released.set()
        await asyncio.shield(self._task)
        return not self._killed

    async def kill(self) -> None:
        """The same without grace, also while a `stop` is under way."""
        self._grace = 0.0
        self._released.set()
        if self._child:
            await self._child.stop()
        await asyncio.shield(self._task)

    async def _live(self) -> None:
        waited: float | None = None
        while not self._released.is_set():
            born = monotonic()
            how = await self._one_life()
            self._changed()
            if not self._released.is_set():
                waited = self._backoff.after(monotonic() - born, waited)
                self._watcher.ended(self.program, how, waited)
                await self._rest(waited)

    async def _one_life(self) -> str:
        """From start to end, by itself or by `stop`; how it ended."""
        try:
            self._child = await self._launch(self.program)
        except OSError as wrong:
            return f"could not be started: {wrong}"
        self._changed()
        try:
            code = await self._end_of(self._child)
            self._killed = code < 0
            return ending(code)
        finally:
            self._child = None

    async def _end_of(self, child: Child) -> int:
        ends = [asyncio.create_task(child.wait()), asyncio.create_task(self._released.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            await child.stop(StopStep(SIGTERM, self._grace))
        finally:
            for end in ends:
                end.cancel()
        return await child.wait()

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._released.wait()
