"""Replay: recorded events into a running Floorpulse, at their recorded pace, faster, or as fast as
it takes them.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from itertools import chain

import msgspec
from rich.console import Console

from floorpulse.contracts.instants import parse_instant
from floorpulse.runtime.clock import monotonic
from floorpulse.simulator.answers import UndeliverableError
from floorpulse.simulator.feed import EventBatch, EventFeed, feed
from floorpulse.simulator.options import ReplayOptions
from floorpulse.simulator.recorded import Line, Recording, UnreadableError
from floorpulse.simulator.show import Refresh, progress, summary

BATCH_BYTES = 512 * 1024
SHORTEST_SLEEP = 0.05
LULL = 0.2
"""Seconds without a further line after which what is gathered is sent: a pipe may stay open"""


class Gathering:
    """Lines that will make the next batch: at most `events` of them and, beyond the first, half a
    mebibyte.
    """

    def __init__(self, events: int) -> None:
        self._events = events
        self._size = 0
        self._lines: list[Line] = []

    def __len__(self) -> int:
        return len(self._lines)

    def has_room(self, line: Line) -> bool:
        """Whether the line still fits."""
        return not self._lines or (
            len(self._lines) < self._events and self._size + len(line[1]) < BATCH_BYTES
        )

    def add(self, line: Line) -> None:
        """Take a line on."""
        self._lines.append(line)
        self._size += len(line[1]) + 1

    def take(self) -> EventBatch:
        """The gathered lines, as a batch."""
        numbers, lines = zip(*self._lines, strict=True)
        self._lines = []
        self._size = 0
        return EventBatch(lines, numbers)


class _ReplayStamp(msgspec.Struct):
    at: int | str


class Tempo:
    """The instant at which each line is due, at `speed` times the recorded pace, in seconds since
    the first line's instant.

    A line without a readable instant is due at once: the server will say what is wrong with it.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._decode = msgspec.json.Decoder(_ReplayStamp).decode
        self._first: int | None = None

    def due(self, line: bytes) -> float:
        """Seconds; below 0 for a line that was recorded before the first one."""
        try:
            at = parse_instant(self._decode(line).at)
        except (ValueError, OverflowError):
            return 0.0
        if self._first is None:
            self._first = at
        return (at - self._first) / 1000 / self._speed


class Replay:
    """One run: lines from a recording, batches into a feed."""

    def __init__(self, opened: EventFeed, options: ReplayOptions, refresh: Refresh) -> None:
        self._feed = opened
        self._refresh = refresh
        self._translation = options.translation
        self._last = 0
        self._gathering = Gathering(options.target.batch)
        self._tempo = None if options.speed is None else Tempo(options.speed)
        self._began = monotonic()

    async def run(self, recording: Recording) -> None:
        """Send everything, of a damaged recording all that can be read, and wait until it was
        answered.
        """
        broken = None
        try:
            await self._send(recording)
        except UnreadableError as wrong:
            broken = wrong
        await self._flush()
        await self._feed.drain()
        self._refresh()
        if broken is not None:
            raise broken

    async def _send(self, recording: Recording) -> None:
        """Send the events of all lines, then those held back until the end.

        Of a recording that breaks off nothing is held to its end: what was held back may be
        contradicted by what is missing.
        """
        async for lines in lulled(recording.lines(), self._flush):
            for line in chain.from_iterable(map(self._events, lines)):
                await self._send_one(line)
        for event in self._translation.rest():
            await self._send_one((self._last, event))

    async def _send_one(self, line: Line) -> None:
        if self._tempo is not None:
            await self._until(self._tempo.due(line[1]))
        await self._add(line)

    def _events(self, line: Line) -> list[Line]:
        self._last, text = line
        told = self._translation.events(self._last, text)
        return [line] if told is None else [(self._last, event) for event in told]

    async def _add(self, line: Line) -> None:
        if not self._gathering.has_room(line):
            await self._flush()
        self._gathering.add(line)

    async def _flush(self) -> None:
        if len(self._gathering):
            await self._feed.put(self._gathering.take())
            self._refresh()

    async def _until(self, due: float) -> None:
        pause = self._began + due - monotonic()
        if pause > SHORTEST_SLEEP:
            await self._flush()
            await asyncio.sleep(pause)


async def lulled(
    blocks: AsyncGenerator[list[Line], None], pause: Callable[[], Awaitable[None]]
) -> AsyncGenerator[list[Line], None]:
    """The same blocks; whenever none comes for a while, `pause` is awaited meanwhile."""
    while True:
        coming = asyncio.ensure_future(anext(blocks, None))
        try:
            done, _ = await asyncio.wait({coming}, timeout=LULL)
            if not done:
                await pause()
            block = await coming
        finally:
            coming.cancel()
        if block is None:
            return
        yield block


async def replay(options: ReplayOptions) -> int:
    """Replay a file; the exit status is 1 when anything was rejected or could not be read or sent,
    else 0.

    Progress and complaints go to standard error, the summary to standard output. A cancellation
    ends it at once: what was sent is counted, and the whole file can be replayed again.
    """
    said = Console(highlight=False, soft_wrap=True)
    troubles = Console(stderr=True, highlight=False, soft_wrap=True)
    began = monotonic()
    failure = None
    recording = Recording(options.file)
    async with feed(options.target) as opened:
        with progress(troubles, recording, opened.receipt) as refresh:
            try:
                await Replay(opened, options, refresh).run(recording)
            except UnreadableError as wrong:
                failure = str(wrong)
            except UndeliverableError as wrong:
                failure = (
                    f"{wrong}\nThe rest of {recording.name} was not sent; replay it all "
                    "again, what was counted counts once."
                )
        receipt = opened.receipt
    said.print(summary(receipt, monotonic() - began, options.translation.notes()), markup=False)
    if failure is None and receipt.refused:
        failure = f"{receipt.refused:,} of the events were rejected: " + ", ".join(
            f"{n:,} {why}" for why, n in receipt.rejected.items()
        )
    if failure is not None:
        troubles.print(f"replay: {failure}", markup=False)
    return 0 if failure is None else 1
