"""FreeSWITCH's event socket: log in, ask for the agents, and listen to mod_callcenter.

    connect ─► auth/request ─► auth ─► event json … ─► api strepoch ─► its clock
                                                    └► api callcenter_config agent list

Events are not kept for anybody who is away; call records (mod_json_cdr) repair what was missed. A
heartbeat comes every 20 s; a connection that is silent for a minute is lost.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

import msgspec
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.connectors.esl_frames import EslFrame, FrameSplitter
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    RoadClosedError,
)
from floorpulse.ingest.sources.source import SourceRecord

log: BoundLogger = structlog.get_logger(__name__)

CONNECT_WITHIN = 10.0
SILENCE = 60.0
BLOCK = 64 * 1024
EVENTS = "event json HEARTBEAT CHANNEL_HOLD CHANNEL_UNHOLD CUSTOM callcenter::info"
CLOCK = "api strepoch"
AGENTS = "api callcenter_config agent list"
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class EslAccount:
    """Where the event socket listens, and its password."""

    host: str
    port: int
    password: str = field(repr=False)

    @property
    def where(self) -> str:
        """The address, for logs."""
        return f"{self.host}:{self.port}"


class EslConnection:
    """One connection; `arrivals` is what comes over it."""

    def __init__(self, account: EslAccount) -> None:
        self._account = account
        self._splitter = FrameSplitter()
        self._place = 0
        self._is_in = False
        self._clock: int | None = None

    async def arrivals(self) -> AsyncGenerator[Arrivals, None]:
        """Records of events, until the connection breaks.

        Raises `ConnectionLostError`, `OSError`, `TimeoutError`, and `RoadClosedError` for a login
        that is refused.
        """
        async with asyncio.timeout(CONNECT_WITHIN):
            reader, writer = await asyncio.open_connection(self._account.host, self._account.port)
        try:
            while block := await self._heard(reader):
                frames = self._splitter.take(block)
                records = tuple(
                    record for frame in frames for record in self._records(frame, writer)
                )
                if records:
                    yield Arrivals(records)
        finally:
            writer.close()
        message = f"{self._account.where} closed the connection"
        raise ConnectionLostError(message)

    async def _heard(self, reader: asyncio.StreamReader) -> bytes:
        async with asyncio.timeout(SILENCE):
            return await reader.read(BLOCK)

    def _records(self, frame: EslFrame, writer: asyncio.StreamWriter) -> Iterator[SourceRecord]:
        match frame.kind:
            case "text/event-json":
                yield self._numbered(frame.body)
            case "api/response":
                yield from self._answered(frame)
            case "auth/request":
                writer.write(f"auth {self._account.password}\n\n".encode())
            case "command/reply":
                self._replied(frame, writer)
            case "text/rude-rejection":
                message = (
                    f"{self._account.where} rejects this address: look at apply-inbound-acl in "
                    "event_socket.conf.xml"
                )
                raise RoadClosedError(message)
            case "text/disconnect-notice":
                message = f"{self._account.where} says goodbye"
                raise ConnectionLostError(message)

    def _replied(self, frame: EslFrame, writer: asyncio.StreamWriter) -> None:
        """The answers come in the order of the commands; the first is to the password."""
        is_accepted = frame.reply.startswith("+OK")
        if not self._is_in and not is_accepted:
            message = (
                f"{self._account.where} refuses the password ({frame.reply or 'no reason'}); it "
                "stands in event_socket.conf.xml"
            )
            raise RoadClosedError(message)
        if not is_accepted:
            log.warning("event_socket_refuses", where=self._account.where, why=frame.reply)
        if not self._is_in:
            self._is_in = True
            log.info("event_socket_listens", where=self._account.where)
            writer.write("".join(f"{one}\n\n" for one in (EVENTS, CLOCK, AGENTS)).encode())

    def _answered(self, frame: EslFrame) -> Iterator[SourceRecord]:
        """The clock comes first, in whole seconds, then the table of the agents."""
        text = frame.body.decode(errors="replace").strip()
        if self._clock is None:
            self._clock = int(text) if text.isascii() and text.isdigit() else 0
            return
        names, *rows = [line.split("|") for line in text.splitlines() if "|" in line] or [[]]
        if not self._clock or not rows:
            log.warning("agents_not_listed", where=self._account.where, why=text[:80])
        for row in rows if self._clock else ():
            agent = dict(zip(names, row, strict=False))
            yield self._numbered(self._state_of(agent, self._clock))

    def _state_of(self, agent: dict[str, str], clock: int) -> bytes:
        """An agent of the table, as the event that would have told it."""
        return msgspec.json.encode(
            {
                "CC-Action": "agent-status-change",
                "CC-Agent": agent.get("name", ""),
                "CC-Agent-Status": agent.get("status", ""),
                "CC-Agent-State": agent.get("state", ""),
                "Event-Date-Timestamp": str(clock * MICROSECONDS),
            }
        )

    def _numbered(self, content: bytes) -> SourceRecord:
        self._place += 1
        return SourceRecord(self._place, content)


class EslRoads:
    """Opens connections, one after another, for `Reconnecting`."""

    def __init__(self, account: EslAccount) -> None:
        self._account = account

    def __call__(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:  # noqa: ARG002  an event socket keeps nothing
        """What comes over a new connection."""
        return EslConnection(self._account).arrivals()
