"""The carrier: takes a road's records through their source to a Floorpulse, and stores how far it
has come.

    road ─► inbox ─► source ─► batches ─► 202 ─► position
            waits while the server is away: nothing is lost

A position is stored only when everything before it was taken by the server. After a crash the same
records are sent once more, which is harmless: each counts once.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.connectors.inbox import Inbox
from floorpulse.connectors.position import PositionFile
from floorpulse.connectors.road import Position, Road, RoadClosedError
from floorpulse.ingest.sources.source import SourceRecord
from floorpulse.ingest.sources.stream import SourceStream
from floorpulse.runtime.clock import monotonic
from floorpulse.simulator.feed import EventFeed
from floorpulse.simulator.replay import Gathering

log: BoundLogger = structlog.get_logger(__name__)

LAST_WORDS = 0.5
"""Seconds that a carrier which is told to stop still tries to deliver what has arrived"""
PROGRESS = 60.0
"""Seconds between two lines of the log that say how far it is"""
AHEAD = 4 * 1024 * 1024
"""Bytes that are read ahead of what the server took"""


@dataclass
class Carried:
    """What was carried so far."""

    records: int = 0
    events: int = 0


class Carrier:
    """One run of one live source.

    `ahead` is how many bytes may wait for a server that is away before the road is held up.
    """

    def __init__(
        self,
        feed: EventFeed,
        stream: SourceStream,
        position: PositionFile | None,
        *,
        batch: int,
        ahead: int = AHEAD,
    ) -> None:
        self._feed = feed
        self._stream = stream
        self._file = position
        self._inbox = Inbox(ahead)
        self._gathering = Gathering(batch)
        self._stored: Position | None = None
        self._ended: RoadClosedError | None = None
        self._rejections = 0
        self._told = monotonic()
        self.carried = Carried()

    async def run(self, road: Road) -> None:
        """Carry until the road ends; being cancelled is the other end.

        Raises `RoadClosedError`, `PositionError` and `UndeliverableError`: nothing that passes.
        """
        self._stored = None if self._file is None else self._file.read()
        reading = asyncio.create_task(self._read(road))
        sending = asyncio.create_task(self._send())
        try:
            await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            reading.cancel()
            await self._inbox.close()
            await asyncio.wait({sending}, timeout=LAST_WORDS)
            sending.cancel()
            ends = await asyncio.gather(reading, sending, return_exceptions=True)
            self._say("source_ends")
        for end in (*ends, self._ended):
            if isinstance(end, Exception):
                raise end

    async def _read(self, road: Road) -> None:
        try:
            async with aclosing(road.arrivals(self._stored)) as arrivals:
                async for arrived in arrivals:
                    await self._inbox.put(arrived)
        except RoadClosedError as why:
            self._ended = why
        finally:
            await self._inbox.close()

    async def _send(self) -> None:
        while arrived := await self._inbox.take():
            for arrivals in arrived:
                for record in arrivals.records:
                    if arrivals.heard:
                        self._stream.hear(record.content)
                    else:
                        await self._translate(record)
            await self._settle(arrived[-1].position)
        for event in self._stream.rest():
            await self._add(0, event)
        await self._settle(None)

    async def _translate(self, record: SourceRecord) -> None:
        self.carried.records += 1
        for event in self._stream.events(record.place, record.content):
            await self._add(record.place, event)

    async def _add(self, place: int, event: bytes) -> None:
        self.carried.events += 1
        if not self._gathering.has_room((place, event)):
            await self._feed.put(self._gathering.take())
        self._gathering.add((place, event))

    async def _settle(self, reached: Position | None) -> None:
        if len(self._gathering):
            await self._feed.put(self._gathering.take())
        await self._feed.drain()
        if self._file is not None and reached is not None and reached != self._stored:
            self._file.write(reached)
            self._stored = reached
        self._tell()

    def _tell(self) -> None:
        rejections = self._feed.receipt.rejections
        for one in rejections[self._rejections :]:
            log.warning("event_refused", place=one.number, reason=one.reason, detail=one.detail)
        self._rejections = len(rejections)
        if monotonic() - self._told >= PROGRESS:
            self._say("source_progress")

    def _say(self, event: str) -> None:
        self._told = monotonic()
        receipt = self._feed.receipt
        log.info(
            event,
            records=self.carried.records,
            events=self.carried.events,
            accepted=receipt.accepted,
            refused=receipt.refused,
            position=self._stored,
            notes=self._stream.notes(),
        )
