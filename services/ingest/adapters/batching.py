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
from collections.abc import Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder

from floorpulse.ingest.domain.partitions import partitions_of
from floorpulse.ingest.ports import Record
from floorpulse.runtime import kafka, tracing

Acknowledgement = asyncio.Future[None]
NO_HEADERS: tracing.RecordHeaders = []


class BatchingProducer:
    """The queues of one started producer, one a partition; a batch waits at most `within` seconds
    for its turn.
    """

    def __init__(self, producer: AIOKafkaProducer, within: float) -> None:
        self._producer = producer
        self._within = within
        self._queues: dict[tuple[str, int], PartitionQueue] = {}

    async def put(self, topic: str, records: Sequence[Record]) -> list[Acknowledgement]:
        """Hand over records; each future is done when its part of them is acknowledged, or has the
        error.
        """
        partitions = sorted(await self._producer.partitions_for(topic))
        headers = tracing.headers()
        waits: list[Acknowledgement] = []
        for partition, group in _grouped(records, partitions).items():
            queue = self._queues.get((topic, partition))
            if queue is None:
                queue = self._queues[topic, partition] = PartitionQueue(
                    self._producer, topic, partition, self._within
                )
            waits += queue.put(group, headers)
        return waits

    async def reachable(self) -> bool:
        """Whether a broker answers now."""
        return bool(await self._producer.client.force_metadata_update())

    async def close(self) -> None:
        """Let the producer send what it has, within bounds, and close it."""
        for queue in self._queues.values():
            await queue.close()
        await kafka.close(self._producer)


class PartitionQueue:
    """The queue of one partition: batches with room for more requests' records, the last one
    open.
    """

    def __init__(
        self, producer: AIOKafkaProducer, topic: str, partition: int, within: float
    ) -> None:
        self._producer = producer
        self._topic = topic
        self._partition = partition
        self._within = within
        self._queue: deque[tuple[BatchBuilder, Acknowledgement]] = deque()
        self._sending: asyncio.Task[None] | None = None

    def put(
        self, records: Sequence[Record], headers: tracing.RecordHeaders = NO_HEADERS
    ) -> list[Acknowledgement]:
        """Put records at the end, each with `headers`; their acknowledgements are shared with other
        requests', so shield them.
        """
        batch, done = self._queue[-1] if self._queue else self._opened()
        waits: list[Acknowledgement] = []
        for key, value in records:
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                batch, done = self._opened()  # an empty one takes a record of any size
                batch.append(timestamp=None, key=key, value=value, headers=headers)
            if not waits or waits[-1] is not done:
                waits.append(done)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())
        return waits

    async def close(self) -> None:
        """Fail what still waits for its turn."""
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending
        self._fail(KafkaTimeoutError())

    def _opened(self) -> tuple[BatchBuilder, Acknowledgement]:
        """An empty batch at the end of the queue."""
        done = _heard(asyncio.get_running_loop().create_future())
        self._queue.append((self._producer.create_batch(), done))
        return self._queue[-1]

    async def _send(self) -> None:
        """Hand over batch after batch; when one does not get its turn, those behind it would not
        either.
        """
        while self._queue:
            batch, done = self._queue.popleft()
            try:
                async with asyncio.timeout(self._within):
                    sent = await self._producer.send_batch(
                        batch, self._topic, partition=self._partition
                    )
            except asyncio.CancelledError:
                _fail(done, KafkaTimeoutError())
                raise
            except (KafkaError, OSError) as wrong:
                _fail(done, wrong)
                self._fail(wrong)
            else:
                sent.add_done_callback(lambda sent, done=done: _tell(done, sent))

    def _fail(self, wrong: Exception) -> None:
        while self._queue:
            _fail(self._queue.popleft()[1], wrong)


def _grouped(records: Sequence[Record], partitions: list[int]) -> dict[int, list[Record]]:
    """The records of each partition, in their order."""
    chosen = partitions_of([key for key, _ in records], partitions)
    groups: dict[int, list[Record]] = {}
    for record in records:
        groups.setdefault(chosen[record[0]], []).append(record)
    return groups


def _tell(done: Acknowledgement, sent: asyncio.Future[object]) -> None:
    wrong = KafkaTimeoutError() if sent.cancelled() else sent.exception()
    if wrong is not None:
        _fail(done, wrong)
    elif not done.done():
        done.set_result(None)


def _fail(done: Acknowledgement, wrong: BaseException) -> None:
    if not done.done():
        done.set_exception(wrong)


def _heard(done: Acknowledgement) -> Acknowledgement:
    """Count an error as seen even when every request that waited for it is gone."""
    done.add_done_callback(lambda done: done.cancelled() or done.exception())
    return done
