"""A TCP proxy on loopback that can be told to misbehave while it runs, as networks and hosts do.

client ──► proxy ──► server

OPEN        bytes pass
SLOW        bytes pass, each piece `DELAY` later
DOWN        nobody listens, what was connected is reset
RESET       connections are taken and reset at once, so is what was connected
HALF_OPEN   connections are taken, and nothing is ever answered
BLACKHOLE   as HALF_OPEN, and what was connected swallows all bytes: no reset, no end, only silence
"""

import asyncio
import socket
import struct
from enum import StrEnum
from typing import Self

from floorpulse.demo.embedded.child import LOOPBACK

DELAY = 0.05
PIECE = 65_536
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s


class Mode(StrEnum):
    """How the proxy treats its clients."""

    OPEN = "open"
    SLOW = "slow"
    DOWN = "down"
    RESET = "reset"
    HALF_OPEN = "half-open"
    BLACKHOLE = "blackhole"


class Proxy:
    """Fronts 127.0.0.1:`upstream`; its own `port` is chosen when it starts. Use as an async context
    manager.
    """

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._mode = Mode.OPEN
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.become(Mode.DOWN)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed leaves the loop

    async def become(self, mode: Mode) -> None:
        """Behave like this from now on."""
        self._mode = mode
        if mode in {Mode.DOWN, Mode.RESET}:
            for writer in list(self._writers):
                _reset(writer)
        if mode is Mode.DOWN and self._server is not None:
            self._server.close()
            self._server = None
        elif mode is not Mode.DOWN and self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._hang_up(writer))

    def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        """Close a connection whose task ended, also one that was cancelled before it began."""
        self._writers.discard(writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode is Mode.RESET:
            _reset(writer)
            return
        try:
            while self._mode in {Mode.HALF_OPEN, Mode.BLACKHOLE}:  # noqa: ASYNC110  silent until told otherwise
                await asyncio.sleep(DELAY)
            await self._connect(reader, writer)
        except OSError:
            _reset(writer)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(LOOPBACK, self._upstream)
        self._writers.add(requests)
        try:
            directions = {
                asyncio.create_task(self._pump(reader, requests)),
                asyncio.create_task(self._pump(answers, writer)),
            }
            _, running = await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
        finally:
            self._writers.discard(requests)
            requests.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(PIECE):
            if self._mode is Mode.BLACKHOLE:
                continue
            if self._mode is Mode.SLOW:
                await asyncio.sleep(DELAY)
            sink.write(piece)
            await sink.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    connected: socket.socket | None = writer.get_extra_info("socket")
    if connected is not None and not writer.transport.is_closing():
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        writer.transport.abort()
