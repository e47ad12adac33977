"""The live picture as any reader gets it: `kpi-updates` followed from the start, the highest revision of every row kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from services.contracts.topics import KPI_UPDATES
from services.contracts.updates import Update
from services.runtime.clock import monotonic
from services.runtime.settings import KafkaSettings

POLL = 200
_decode = msgspec.json.Decoder(Update).decode


class Live:
    """What the workers told; `applied` is the first offset not yet applied, by source partition."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.applied: dict[int, int] = {}

    async def reached(self, offsets: dict[int, int], within: float) -> float:
        """Wait until everything below these offsets is in the live picture; the seconds it took, TimeoutError after `within`."""
        began = monotonic()
        async with asyncio.timeout(within):
            while any(self.applied.get(number, 0) < offset for number, offset in offsets.items()):
                await self._poll()
        return monotonic() - began

    async def _poll(self) -> None:
        for records in (await self._consumer.getmany(timeout_ms=POLL)).values():
            for record in records:
                update = _decode(record.value)
                self.applied[update.partition] = update.next_offset


@asynccontextmanager
async def live(kafka: KafkaSettings) -> AsyncIterator[Live]:
    """A reader that begins at the start of the log."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(KPI_UPDATES.name, 0)])
        yield Live(consumer)
    finally:
        await consumer.stop()
