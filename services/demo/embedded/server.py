"""What both embedded servers share: a child process on a port that stays, started anew and stopped
in steps.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from floorpulse.demo.embedded.child import Child, EmbeddedServerError, StopStep, free_port, insist


class EmbeddedServer(ABC):
    """A server on 127.0.0.1; its port, chosen at the first start unless given, stays.

    Start and stop in one event loop, or use as an async context manager.
    """

    title: ClassVar[str]
    """How errors call it"""
    stops: ClassVar[Sequence[StopStep]]
    """The signals that end it, and how many seconds each gets"""
    patience: ClassVar[float]
    """Seconds within which it must answer after a launch"""

    def __init__(self, log: Path, port: int | None) -> None:
        self._log = log
        self._port = port
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._running().pid

    async def start(self) -> None:
        """Start anew, stopping what runs; returns when clients are answered.

        Raises EmbeddedServerError.
        """
        await self.stop()
        try:
            await self._begin()
        except BaseException:
            await self.stop()
            raise

    async def wait(self) -> int:
        """Until the server ends, by itself or by `stop`; its exit code."""
        return await self._running().wait()

    async def stop(self) -> None:
        """End the server. Nothing happens when none runs."""
        child = self._child
        self._child = None
        if child:
            await child.stop(*self.stops)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @abstractmethod
    async def _begin(self) -> None:
        """Make ready what the server needs, launch it, and what is needed once it answers."""

    async def _launch(
        self,
        command: Callable[[int], Sequence[str | Path]],
        ready: Callable[[Child, int], Awaitable[bool]],
    ) -> None:
        """Run the command for a port until the server is ready on it; a few times if need be."""

        async def once() -> Child:
            port = self._port or free_port()
            child = await Child.spawn(command(port), self._log)
            await child.until(lambda: ready(child, port), self.patience)
            self._port = port
            return child

        self._child = await insist(once)

    def _running(self) -> Child:
        if self._child is None:
            message = f"{self.title} was not started"
            raise EmbeddedServerError(message)
        return self._child
