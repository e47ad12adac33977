"""A Kafka producer in memory, with batches as small as a test likes and acknowledgements when it
likes.
"""

import asyncio


class SmallBatch:
    """Takes `room` records."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.values: list[bytes] = []

    def append(self, *, timestamp: int | None, key: bytes, value: bytes) -> object | None:  # noqa: ARG002  aiokafka's names
        if len(self.values) == self.room:
            return None
        self.values.append(value)
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

    async def partitions_for(self, _topic: str) -> set[int]:
        return {0, 1, 2}

    def create_batch(self) -> SmallBatch:
        return SmallBatch(self.room)

    async def send_batch(
        self, batch: SmallBatch, _topic: str, *, partition: int
    ) -> asyncio.Future[object]:
        await self.free.wait()
        self.sent.append((partition, batch.values, asyncio.get_running_loop().create_future()))
        return self.sent[-1][2]
