"""A Kafka producer in memory, with batches as small as a test likes and acknowledgements when it
likes.
"""

import asyncio
from typing import Any

from floorpulse.runtime.tracing import RecordHeaders


class SmallBatch:
    """Takes `room` records."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.values: list[bytes] = []
        self.headers: list[RecordHeaders] = []

    def append(
        self,
        *,
        timestamp: int | None,  # noqa: ARG002  aiokafka's names
        key: bytes,  # noqa: ARG002  as above
        value: bytes,
        headers: RecordHeaders,
    ) -> object | None:
        if len(self.values) == self.room:
            return None
        self.values.append(value)
        self.headers.append(headers)
        return value


class MemoryProducer:
    """What an outbox needs of aiokafka's producer; a test completes the futures in `sent`, and
    clears `free` to keep it busy.
    """

    def __init__(self, room: int = 3) -> None:
        self.room = room
        self.free = asyncio.Event()
        self.free.set()
        self.sent: list[tuple[int, list[bytes], asyncio.Future[object]]] = []
        self.headers: list[RecordHeaders] = []
        self.small = 0
        self.asked = 0
        self.client: Any = None

    async def partitions_for(self, topic: str) -> set[int]:  # noqa: ARG002  aiokafka's names
        self.asked += 1
        return {0, 1, 2}

    def create_batch(self) -> SmallBatch:
        return SmallBatch(self.room)

    def create_small_batch(self) -> SmallBatch:
        self.small += 1
        return SmallBatch(self.room)

    async def send_batch(
        self,
        batch: SmallBatch,
        topic: str,  # noqa: ARG002  as above
        *,
        partition: int,
    ) -> asyncio.Future[object]:
        await self.free.wait()
        self.headers += batch.headers
        self.sent.append((partition, batch.values, asyncio.get_running_loop().create_future()))
        return self.sent[-1][2]
