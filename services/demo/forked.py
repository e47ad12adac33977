"""Programs as forks of a nursery, started and watched from the event loop; where there is no
nursery any more, they are started as programs always are.
"""

import asyncio
import os
import socket
import sys
from itertools import count
from signal import SIGKILL
from typing import Self

import msgspec

from floorpulse.demo.embedded.child import Child
from floorpulse.demo.embedded.nursery import Begun, News, Order, encode
from floorpulse.demo.supervisor import Program, spawned

decode_news: msgspec.json.Decoder[News] = msgspec.json.Decoder(News)
BY_MODULE = (sys.executable, "-P", "-m")
"""The first words of a command that a fork can stand for"""


class ForkedProcess:
    """A process that another one forked for us."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    def end(self, code: int) -> None:
        """It ended."""
        self.returncode = code
        self._ended.set()

    async def wait(self) -> int:
        """Until it ends; its exit code, negative for a signal."""
        await self._ended.wait()
        return self.returncode or 0

    def send_signal(self, sign: int) -> None:
        """Raises ProcessLookupError where it ended just now."""
        os.kill(self.pid, sign)


class ForkedPrograms:
    """Starts programs by a nursery; use it within one event loop."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked: dict[int, asyncio.Future[int]] = {}
        self._living: dict[int, ForkedProcess] = {}

    @classmethod
    async def of(cls, nursery: socket.socket | None) -> Self:
        """Those of a nursery; without one every program is started by itself."""
        forked = cls()
        if nursery is not None:
            reader, forked._writer = await asyncio.open_unix_connection(sock=nursery)
            forked._reading = asyncio.create_task(forked._read(reader), name="nursery")
        return forked

    async def start(self, program: Program) -> Child:
        """Start a program. Raises OSError."""
        if self._writer is not None and program.command[: len(BY_MODULE)] == BY_MODULE:
            try:
                return Child(await self._fork(self._writer, program), program.log)
            except ConnectionError:  # the nursery is gone, and all its programs with it
                self._writer = None
        return await spawned(program)

    async def _fork(self, writer: asyncio.StreamWriter, program: Program) -> ForkedProcess:
        module, *words = program.command[len(BY_MODULE) :]
        number = next(self._numbers)
        begun = self._asked[number] = asyncio.get_running_loop().create_future()
        log = program.log.absolute()
        log.parent.mkdir(parents=True, exist_ok=True)
        writer.write(encode(Order(number, module, words, program.env, str(log))) + b"\n")
        await writer.drain()
        pid = await begun
        return self._living[pid]

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._hear(decode_news.decode(line))
        finally:
            self._lose()

    def _hear(self, news: News) -> None:
        if isinstance(news, Begun):
            self._living[news.pid] = ForkedProcess(news.pid)
            self._asked.pop(news.number).set_result(news.pid)
        else:
            self._living.pop(news.pid).end(news.code)

    def _lose(self) -> None:
        """The nursery is gone: Linux ended what it had started."""
        for process in self._living.values():
            process.end(-SIGKILL)
        for asked in self._asked.values():
            asked.set_exception(ConnectionError("the nursery is gone"))
        self._living = {}
        self._asked = {}
        self._writer = None
