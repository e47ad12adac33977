"""The way to Kafka's partitions: records of all requests share batches, and each partition's
batches go one after the other.

    requests ─► open batch ─► queue ─► one waits in the producer ─► one is on its way ─►
    acknowledged: all its requests know

Measured with aiokafka 0.14: its `send` costs about 28 µs of CPU a record, a batch of ours about 7.5
µs. Of many callers of its `send_batch` for one partition all wake up for each free place and one
gets it, and their time limit shrinks with every turn they lose (0.14.0 subtracts the whole wait
again each time); so one task a partition calls it.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder

from floorpulse.ingest.domain.partitions import partition_of, partitions_of
from floorpulse.ingest.ports import Record
from floorpulse.runtime import kafka, tracing
from floorpulse.runtime.time_limit import TimeLimit

Acknowledgement = asyncio.Future[None]
NO_HEADERS: tracing.RecordHeaders = []
KEPT = 1.0
"""Seconds for which the partitions of a topic are believed to be the same"""
FEW = 3
"""Records that are not worth compressing"""
LITTLE = 1024
"""Bytes of values that are not"""
NEVER_READ: tuple[float, list[int]] = float("-inf"), []


class BatchProducer(Protocol):
    """What is needed of a producer: aiokafka's, with small batches."""

    @property
    def client(self) -> Any:
        """Its connections."""
        ...

    async def partitions_for(self, topic: str) -> set[int]:
        """All partitions of a topic."""
        ...

    def create_batch(self) -> BatchBuilder:
        """An empty batch."""
        ...

    def create_small_batch(self) -> BatchBuilder:
        """An empty batch for little."""
        ...

    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> asyncio.Future[object]:
        """Hand a batch over once it has its turn; what becomes of it."""
        ...


class BatchingProducer:
    """The queues of one started producer, one a partition; a batch waits at most `within` seconds
    for its turn.
    """

    def __init__(self, producer: BatchProducer, within: float) -> None:
        self._producer = producer
        self._turn = TimeLimit(within)
        self._queues: dict[tuple[str, int], PartitionQueue] = {}
        self._partitions: dict[str, tuple[float, list[int]]] = {}

    async def put(self, topic: str, records: Sequence[Record]) -> list[Acknowledgement]:
        """Hand over records; each future, this request's alone, is done when its part of them is
        acknowledged, or has the error.
        """
        partitions = await self._partitions_of(topic)
        headers = tracing.headers()
        waits: list[Acknowledgement] = []
        for partition, group in _grouped(records, partitions).items():
            queue = self._queues.get((topic, partition))
            if queue is None:
                queue = self._queues[topic, partition] = PartitionQueue(
                    self._producer, topic, partition, self._turn
                )
            waits += queue.put(group, headers)
        return waits

    async def _partitions_of(self, topic: str) -> list[int]:
        """All partitions of a topic in ascending order, as they were less than `KEPT` ago."""
        now = asyncio.get_running_loop().time()
        read_at, partitions = self._partitions.get(topic, NEVER_READ)
        if now - read_at >= KEPT:
            partitions = sorted(await self._producer.partitions_for(topic))
            self._partitions[topic] = now, partitions
        return partitions

    async def reachable(self) -> bool:
        """Whether a broker answers now."""
        return bool(await self._producer.client.force_metadata_update())

    async def close(self) -> None:
        """Let the producer send what it has, within bounds, and close it."""
        for queue in self._queues.values():
            await queue.close()
        await kafka.close(self._producer)


class SharedBatch:
    """Records of several requests, and what each of these waits for."""

    def __init__(self, builder: BatchBuilder) -> None:
        self.builder = builder
        self._waits: list[Acknowledgement] = []

    def joined(self) -> Acknowledgement:
        """One request's acknowledgement; who gives up cancels it, and leaves the others theirs."""
        wait: Acknowledgement = asyncio.get_running_loop().create_future()
        self._waits.append(wait)
        return wait

    def acknowledge(self, sent: asyncio.Future[object]) -> None:
        """Tell all what became of the batch."""
        wrong = KafkaTimeoutError() if sent.cancelled() else sent.exception()
        if wrong is not None:
            self.fail(wrong)
            return
        for wait in self._waits:
            if not wait.done():
                wait.set_result(None)

    def fail(self, wrong: BaseException) -> None:
        """Tell all an error; it counts as seen even when every request that waited is gone."""
        for wait in self._waits:
            if not wait.done():
                wait.set_exception(wrong)
                wait.exception()


class PartitionQueue:
    """The queue of one partition: batches with room for more requests' records, the last one
    open.
    """

    def __init__(
        self, producer: BatchProducer, topic: str, partition: int, turn: TimeLimit
    ) -> None:
        self._producer = producer
        self._topic = topic
        self._partition = partition
        self._turn = turn
        self._queue: deque[SharedBatch] = deque()
        self._sending: asyncio.Task[None] | None = None

    def put(
        self, records: Sequence[Record], headers: tracing.RecordHeaders = NO_HEADERS
    ) -> list[Acknowledgement]:
        """Put records at the end, each with `headers`; an acknowledgement of each batch that they
        are in.
        """
        batch = self._queue[-1] if self._queue else self._first(records)
        append = batch.builder.append
        joined: dict[SharedBatch, Acknowledgement] = {}
        for key, value in records:
            if append(timestamp=None, key=key, value=value, headers=headers) is None:
                batch = self._opened()  # an empty one takes a record of any size
                append = batch.builder.append
                append(timestamp=None, key=key, value=value, headers=headers)
            if batch not in joined:
                joined[batch] = batch.joined()
        if self._is_idle:
            self._sending = asyncio.create_task(self._send())
        return list(joined.values())

    async def close(self) -> None:
        """Fail what still waits for its turn."""
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending
        self._fail(KafkaTimeoutError())

    @property
    def _is_idle(self) -> bool:
        """Whether nothing waits for its turn."""
        return self._sending is None or self._sending.done()

    def _first(self, records: Sequence[Record]) -> SharedBatch:
        """An empty batch: for few records a small one, unless more may join them while another one
        is on its way.
        """
        if (
            self._is_idle
            and len(records) <= FEW
            and sum(len(value) for _, value in records) <= LITTLE
        ):
            return self._queued(self._producer.create_small_batch())
        return self._opened()

    def _opened(self) -> SharedBatch:
        """An empty batch at the end of the queue."""
        return self._queued(self._producer.create_batch())

    def _queued(self, builder: BatchBuilder) -> SharedBatch:
        batch = SharedBatch(builder)
        self._queue.append(batch)
        return batch

    async def _send(self) -> None:
        """Hand over batch after batch; when one does not get its turn, those behind it would not
        either.
        """
        while self._queue:
            batch = self._queue.popleft()
            try:
                with self._turn.each():
                    sent = await self._producer.send_batch(
                        batch.builder, self._topic, partition=self._partition
                    )
            except asyncio.CancelledError:
                batch.fail(KafkaTimeoutError())
                raise
            except (KafkaError, OSError) as wrong:
                batch.fail(wrong)
                self._fail(wrong)
            else:
                sent.add_done_callback(batch.acknowledge)

    def _fail(self, wrong: Exception) -> None:
        while self._queue:
            self._queue.popleft().fail(wrong)


def _grouped(records: Sequence[Record], partitions: list[int]) -> Mapping[int, Sequence[Record]]:
    """The records of each partition, in their order."""
    if len(records) == 1:
        return {partition_of(records[0][0], partitions): records}
    chosen = partitions_of([key for key, _ in records], partitions)
    groups: dict[int, list[Record]] = {}
    for record in records:
        groups.setdefault(chosen[record[0]], []).append(record)
    return groups
