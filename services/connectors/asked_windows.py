"""A road over questions: what happened between two instants is asked for, again and again.

    position ──► [until − overlap, until] ──► [until − overlap, later] ──► … now ──► wait, go on

Windows overlap, because platforms write late: what is told twice counts once. A position is the end
of the last window that was told in full.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import msgspec

from floorpulse.connectors.road import Arrivals, Position, RoadClosedError
from floorpulse.ingest.sources.source import SourceRecord

Ask = Callable[[int, int], AsyncGenerator[bytes, None]]
"""The payloads of a window, from and until which epoch millisecond"""


class AskedUntil(msgspec.Struct, frozen=True):
    """Up to which epoch millisecond everything was asked for."""

    until: int


@dataclass(frozen=True)
class Rhythm:
    """How a platform is asked, in milliseconds: the past that a first run asks for, the longest
    window, how far windows overlap, and the pause between two questions about now.
    """

    past: int
    longest: int
    overlap: int
    every: int


DAY = 86_400_000
RECORDS_OF_CALLS = Rhythm(past=DAY, longest=DAY, overlap=3_600_000, every=60_000)
"""A day back at first, then each minute, an hour over the last: a record is written when its call
has ended, and asked for by the time of its begin
"""


class AskedWindows:
    """Asks window after window; `now` gives epoch milliseconds."""

    def __init__(self, ask: Ask, rhythm: Rhythm, *, now: Callable[[], int]) -> None:
        self._ask = ask
        self._rhythm = rhythm
        self._now = now

    async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:
        """See `Road.arrivals`; it never ends."""
        reached = self._begin(since)
        while True:
            until = min(reached + self._rhythm.longest, self._now())
            async for payload in self._ask(reached - self._rhythm.overlap, until):
                yield Arrivals((SourceRecord(until, payload),))
            yield Arrivals((), {"until": until})
            reached = until
            if self._now() - until < self._rhythm.every:
                await asyncio.sleep(self._rhythm.every / 1000)

    def _begin(self, since: Position | None) -> int:
        if since is None:
            return self._now() - self._rhythm.past
        try:
            return msgspec.convert(since, AskedUntil).until
        except msgspec.ValidationError as wrong:
            message = f"the stored position is none of a pull ({wrong}); remove its file"
            raise RoadClosedError(message) from wrong
