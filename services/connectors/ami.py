"""Asterisk's manager interface: log in, ask who is there, and listen.

    connect ─► greeting ─► Login ─► Ping ─► its clock ─► QueueStatus ─► who waits, who serves
                                                      └► events, until the connection breaks

Events are not kept for anybody who is away: after each connection a list of all who wait and serve
says how things stand. The list has no stamps, so it gets the instant of Asterisk's own clock at
which it was asked for.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

import msgspec
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.connectors.ami_packets import NotAManagerError, Packet, PacketSplitter, action
from floorpulse.connectors.road import (
    Arrivals,
    ConnectionLostError,
    Position,
    RoadClosedError,
)
from floorpulse.ingest.sources.source import SourceRecord

log: BoundLogger = structlog.get_logger(__name__)

CONNECT_WITHIN = 10.0
PING_AFTER = 15.0
"""Seconds of silence after which the connection is tried by a ping; after as many again it is
lost
"""
BLOCK = 64 * 1024
CLASSES = "agent,call,dialplan"
OF_QUEUES = ("Queue", "Agent")
LIST = "floorpulse-list"


@dataclass(frozen=True)
class AmiAccount:
    """Where the manager interface listens, and a user of manager.conf."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    tls: bool = False

    @property
    def where(self) -> str:
        """The address, for logs."""
        return f"{self.host}:{self.port}"


class AmiConnection:
    """One connection; `arrivals` is what comes over it."""

    def __init__(self, account: AmiAccount) -> None:
        self._account = account
        self._splitter = PacketSplitter()
        self._place = 0
        self._asked: str | None = None
        self._is_in = False

    async def arrivals(self) -> AsyncGenerator[Arrivals, None]:
        """Records of the manager's events, until the connection breaks.

        Raises `ConnectionLostError`, `OSError`, `TimeoutError`, and `RoadClosedError` for a login
        that is refused and for events without a stamp.
        """
        async with asyncio.timeout(CONNECT_WITHIN):
            context = ssl.create_default_context() if self._account.tls else None
            reader, writer = await asyncio.open_connection(
                self._account.host, self._account.port, ssl=context
            )
        try:
            writer.write(self._login())
            while block := await self._heard(reader, writer):
                records = self._records(block, writer)
                if records:
                    yield Arrivals(records)
        finally:
            writer.close()
        message = f"{self._account.where} closed the connection"
        raise ConnectionLostError(message)

    def _login(self) -> bytes:
        account = self._account
        return action("Login", Username=account.username, Secret=account.secret, Events=CLASSES)

    async def _heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        try:
            async with asyncio.timeout(PING_AFTER):
                return await reader.read(BLOCK)
        except TimeoutError:
            writer.write(action("Ping"))
        async with asyncio.timeout(PING_AFTER):
            return await reader.read(BLOCK)

    def _records(self, block: bytes, writer: asyncio.StreamWriter) -> tuple[SourceRecord, ...]:
        try:
            packets = self._splitter.take(block)
        except NotAManagerError as wrong:
            message = f"{self._account.where} is no manager interface of Asterisk: it says {wrong}"
            raise RoadClosedError(message) from wrong
        return tuple(record for one in packets for record in self._record(one, writer))

    def _record(self, packet: Packet, writer: asyncio.StreamWriter) -> Iterator[SourceRecord]:
        if "Response" in packet:
            packet = self._answered(packet, writer)
        elif packet.get("ActionID") == LIST and self._asked:
            packet = {**packet, "Timestamp": self._asked}
        if "Event" not in packet:
            return
        if packet["Event"].startswith(OF_QUEUES) and "Timestamp" not in packet:
            message = (
                f"{self._account.where} sends events without a stamp: set `timestampevents = yes` "
                "in manager.conf and reload the manager"
            )
            raise RoadClosedError(message)
        self._place += 1
        yield SourceRecord(self._place, msgspec.json.encode(packet))

    def _answered(self, answer: Packet, writer: asyncio.StreamWriter) -> Packet:
        """The answer to what was asked: the login, then the clock, then the list."""
        if not self._is_in:
            self._logged_in(answer)
            writer.write(action("Ping"))
        elif "Ping" in answer:
            if self._asked is None:
                self._asked = answer.get("Timestamp")
                writer.write(action("QueueStatus", ActionID=LIST))
            return {"Event": "Pong", **answer}
        elif answer["Response"] == "Error":
            log.warning("manager_refuses", where=self._account.where, why=answer.get("Message"))
        return {}

    def _logged_in(self, answer: Packet) -> None:
        if answer["Response"] != "Success":
            message = (
                f"{self._account.where} does not let {self._account.username} in: "
                f"{answer.get('Message', 'no reason')}; look at the user, its secret and its "
                "permitted addresses in manager.conf"
            )
            raise RoadClosedError(message)
        self._is_in = True
        log.info("manager_listens", where=self._account.where, user=self._account.username)


class AmiRoads:
    """Opens connections, one after another, for `Reconnecting`."""

    def __init__(self, account: AmiAccount) -> None:
        self._account = account

    def __call__(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:  # noqa: ARG002  a manager keeps nothing
        """What comes over a new connection."""
        return AmiConnection(self._account).arrivals()
