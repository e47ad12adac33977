"""The live picture as any reader gets it: `kpi-updates` followed from the start, the highest
revision of every row kept.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from floorpulse.contracts.cells import Cell
from floorpulse.contracts.topics import CONTACT_EVENTS, KPI_UPDATES
from floorpulse.contracts.updates import PaneKey, PaneRow, Update
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.settings import KafkaSettings
from tests.reliability.load import MARKERS

POLL = 200
_decode = msgspec.json.Decoder(Update).decode


class Live:
    """What the workers told: the row of each pane and source partition with the highest
    revision.
    """

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.rows: dict[tuple[int, PaneKey], PaneRow] = {}

    async def shows(self, marks: int, within: float) -> float:
        """Wait until so many marks (`load.mark`) of every partition are counted; the seconds it
        took, TimeoutError after `within`.
        """
        return await self.counts(MARKERS, Cell.OFFERED, marks * CONTACT_EVENTS.partitions, within)

    async def counts(self, queue: str, cell: Cell, number: int, within: float) -> float:
        """Wait until a queue's total of `cell` is `number` or more; the seconds it took,
        TimeoutError after `within`.
        """
        began = monotonic()
        async with asyncio.timeout(within):
            while (
                sum(row.cells.get(cell, 0) for row in self.rows.values() if row.queue == queue)
                < number
            ):
                await self._poll()
        return monotonic() - began

    async def _poll(self) -> None:
        for records in (await self._consumer.getmany(timeout_ms=POLL)).values():
            for update in (_decode(record.value) for record in records):
                for row in update.rows:
                    known = self.rows.get((update.partition, row.key))
                    if known is None or row.revision >= known.revision:
                        self.rows[update.partition, row.key] = row


@asynccontextmanager
async def live(kafka: KafkaSettings) -> AsyncIterator[Live]:
    """A reader that begins at the start of the log."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(KPI_UPDATES.name, 0)])
        yield Live(consumer)
    finally:
        await consumer.stop()
