"""A stand-in for a switch that tells events over a line: it cuts what it writes anywhere, tells
some twice, and hangs up in the middle of others.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random


class CutStandIn(ABC):
    """Tells its events to whoever shows who it is, each connection from where the one before was
    cut; between connections nothing happens.
    """

    greeting: bytes
    asked_until: bytes
    """How a question ends"""

    def __init__(self, told: list[dict[str, str]], cuts: int, seed: int) -> None:
        self._random = Random(seed)
        self._told = told
        self._next = 0
        self._cuts = sorted(self._random.sample(range(1, len(told)), cuts))
        self.connections = 0
        self.is_over = asyncio.Event()

    @abstractmethod
    async def _asked(self, text: bytes, writer: asyncio.StreamWriter) -> None:
        """Answer a question; the last one of a log-in has all events told."""

    @abstractmethod
    def _written(self, event: dict[str, str]) -> bytes:
        """An event as it goes over the line."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """The port that it listens on."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(self.greeting)
        try:
            while text := await reader.readuntil(self.asked_until):
                await self._asked(text, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        while self._next < len(self._told):
            text = self._written(self._told[self._next])
            if self._cuts and self._next == self._cuts[0]:
                self._cuts.pop(0)
                writer.write(text[: self._random.randrange(len(text))])
                await writer.drain()
                raise ConnectionResetError
            middle = self._random.randrange(len(text))
            writer.write(text[:middle])
            await writer.drain()
            writer.write(text[middle:])
            if self._random.random() < 0.05:
                writer.write(text)
            self._next += 1
        await writer.drain()
        self.is_over.set()

    def _last(self) -> dict[str, str]:
        """The event that was told last."""
        return self._told[max(0, self._next - 1)]
