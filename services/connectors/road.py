"""The road to a platform: where a live source's records come from, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.ingest.sources.source import SourceRecord
from floorpulse.simulator.answers import backoff

log: BoundLogger = structlog.get_logger(__name__)

Position = Mapping[str, object]
"""Where a road goes on: JSON of the road's own making, such as a file's inode and offset"""


@dataclass(frozen=True)
class Arrivals:
    """Records that came together, and where the road goes on once all of them are safe.

    `position` is None on a road that cannot go back: what is missed there is missed.
    """

    records: tuple[SourceRecord, ...]
    position: Position | None = None

    @property
    def size(self) -> int:
        """Bytes of the records."""
        return sum(len(record.content) for record in self.records)


class Road(Protocol):
    """Gives records as they come, until the platform's stream ends."""

    def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """The records behind `since`, which a former run stored; None is the road's beginning.

        Raises `RoadClosedError` where trying again would not help. What passes by itself (a
        connection that breaks) is the road's own affair: see `Reconnecting`.
        """
        ...


class RoadClosedError(Exception):
    """A platform gives nothing, and trying again would not help; the message says why and what to
    do.
    """


class ConnectionLostError(Exception):
    """A connection ended that should not have; the message says how."""


Connect = Callable[[Position | None], AsyncGenerator[Arrivals, None]]
"""Opens a connection and gives what comes over it"""


class Reconnecting:
    """A `Road` over connections: one that breaks or cannot be opened is opened anew, with pauses
    that double from 0.1 to 5 s.

    The log is told once of each time without a connection.
    """

    def __init__(self, where: str, connect: Connect) -> None:
        self._where = where
        self._connect = connect
        self._attempt = 0

    async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`."""
        reached = since
        while True:
            try:
                async with aclosing(self._connect(reached)) as connection:
                    async for arrived in connection:
                        self._works()
                        reached = arrived.position or reached
                        yield arrived
                return
            except (OSError, TimeoutError, ConnectionLostError) as why:
                self._broke(why)
            await asyncio.sleep(backoff(self._attempt - 1, None))

    def _works(self) -> None:
        if self._attempt:
            log.info("connected_again", where=self._where, attempts=self._attempt)
        self._attempt = 0

    def _broke(self, why: Exception) -> None:
        if not self._attempt:
            log.warning("connection_lost", where=self._where, why=str(why) or type(why).__name__)
        self._attempt += 1
