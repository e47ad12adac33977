"""The feed: posts batches of events to a Floorpulse and keeps trying while it is away.

A batch counts only when it was acknowledged; until then it is sent again. That is safe: an event
with the same source and id is a duplicate, and duplicates are harmless. Batches overtake one
another: the order of events does not matter either.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from floorpulse.simulator.answers import IngestAnswer, UndeliverableError, understood
from floorpulse.simulator.link import Unwatched, Watch, insist, linked, nearby
from floorpulse.simulator.options import Target

WORTH_PACKING = 4_096
SHOWN_PER_REASON = 5


@dataclass(frozen=True)
class EventBatch:
    """Events as lines of JSON without line ends, each with its number in what it came from."""

    lines: tuple[bytes, ...]
    numbers: tuple[int, ...]

    def halves(self) -> tuple["EventBatch", "EventBatch"]:
        """The same events in two batches."""
        middle = len(self.lines) // 2
        return EventBatch(self.lines[:middle], self.numbers[:middle]), EventBatch(
            self.lines[middle:], self.numbers[middle:]
        )


@dataclass(frozen=True)
class Remark:
    """What a server said of one event: why it was refused, or what seems wrong of it."""

    number: int
    reason: str
    detail: str


@dataclass
class SendingReceipt:
    """The fate of all events that were put into a feed; `rejections` keeps the first few of each
    reason. `warned` counts what seemed wrong of accepted ones by code, `warnings` keeps the first
    of each.
    """

    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    rejections: list[Remark] = field(default_factory=list)
    unsent: int = 0
    warned: dict[str, int] = field(default_factory=dict)
    warnings: list[Remark] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """Events that were rejected, whatever the reason."""
        return sum(self.rejected.values())

    def reject(self, rejection: Remark) -> None:
        """Count a rejection."""
        number = self.rejected.get(rejection.reason, 0)
        self.rejected[rejection.reason] = number + 1
        if number < SHOWN_PER_REASON:
            self.rejections.append(rejection)

    def warn(self, warning: Remark) -> None:
        """Count a warning."""
        number = self.warned.get(warning.reason, 0)
        self.warned[warning.reason] = number + 1
        if not number:
            self.warnings.append(warning)


class EventFeed:
    """Sends batches, several at once; `receipt` tells what became of them.

    Once a batch cannot be delivered nothing more is sent: everything after it counts as unsent.
    """

    def __init__(self, client: httpx.AsyncClient, target: Target, watch: Watch) -> None:
        self._client = client
        self._target = target
        self._watch = watch
        self._pack = not nearby(target)
        self._batches: asyncio.Queue[EventBatch] = asyncio.Queue(maxsize=1)
        self._failure: UndeliverableError | None = None
        self.receipt = SendingReceipt()

    async def put(self, batch: EventBatch) -> None:
        """Hand over a batch, waiting for a free place; an `UndeliverableError` when an earlier one
        could not be delivered.
        """
        if self._failure is not None:
            self.receipt.unsent += len(batch.lines)
            raise self._failure
        await self._batches.put(batch)

    async def drain(self) -> None:
        """Wait until every batch was answered; an `UndeliverableError` when one could not be
        delivered.
        """
        await self._batches.join()
        if self._failure is not None:
            raise self._failure

    async def work(self) -> None:
        """Deliver one batch after another, until cancelled."""
        while True:
            batch = await self._batches.get()
            try:
                await self._try(batch)
            finally:
                self._batches.task_done()

    async def _try(self, batch: EventBatch) -> None:
        if self._failure is None:
            try:
                await self._deliver(batch)
            except UndeliverableError as failure:
                self._failure = self._failure or failure
                self.receipt.unsent += len(batch.lines)
        else:
            self.receipt.unsent += len(batch.lines)

    async def _deliver(self, batch: EventBatch) -> None:
        answer = await insist(lambda: self._post(batch), self._target, self._watch)
        if answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            await self._divide(batch)
        else:
            self._settle(batch, understood(answer, len(batch.lines)))

    async def _divide(self, batch: EventBatch) -> None:
        if len(batch.lines) == 1:
            self.receipt.reject(
                Remark(
                    batch.numbers[0],
                    "too_large",
                    f"{len(batch.lines[0]):,} bytes are more than the server takes",
                )
            )
            return
        first, second = batch.halves()
        await self._deliver(first)
        await self._try(second)

    def _settle(self, batch: EventBatch, answer: IngestAnswer) -> None:
        self.receipt.accepted += answer.accepted
        for refused in answer.rejected:
            self.receipt.reject(
                Remark(batch.numbers[refused.index], refused.reason, refused.detail)
            )
        for one in answer.warnings:
            self.receipt.warn(Remark(batch.numbers[one.index], one.code, one.detail))

    async def _post(self, batch: EventBatch) -> httpx.Response:
        body = b"\n".join(batch.lines) + b"\n"
        headers = {"Content-Type": "application/x-ndjson"}
        if self._pack and len(body) >= WORTH_PACKING:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers = {**headers, "Content-Encoding": "gzip"}
        return await self._client.post("/v1/events", content=body, headers=headers)


@asynccontextmanager
async def feed(target: Target, watch: Watch | None = None) -> AsyncIterator[EventFeed]:
    """A feed that works until the block is left; what is not drained by then is dropped. `watch` is
    told how its requests fare.

    On loopback bodies go unpacked, for there gzip costs both sides time and saves no network.
    """
    async with linked(target) as client:
        opened = EventFeed(client, target, watch or Unwatched())
        workers = [asyncio.create_task(opened.work()) for _ in range(target.in_flight)]
        try:
            yield opened
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
