"""What the engine writes to Kafka: dead letters, live updates, re-driven events."""

from collections.abc import Iterable, Sequence

import msgspec
from aiokafka import AIOKafkaProducer

from floorpulse.contracts.events import AnyEvent, partition_key
from floorpulse.contracts.letters import DeadLetter, encode_letter
from floorpulse.contracts.topics import CONTACT_EVENTS, DEAD_LETTERS, KPI_UPDATES
from floorpulse.contracts.updates import Update
from floorpulse.runtime import tracing
from floorpulse.runtime.tracing import Role, TraceParent

encode = msgspec.json.Encoder().encode


class Outgoing:
    """`ports.Letters` and `ports.Live` on one producer; every call returns when the broker has
    acknowledged.
    """

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def send(self, letters: Iterable[DeadLetter]) -> None:
        """Keep dead letters; raises aiokafka's KafkaError."""
        sent = [
            await self._producer.send(
                DEAD_LETTERS.name, encode_letter(one), key=one.origin.encode()
            )
            for one in letters
        ]
        for acknowledgement in sent:
            await acknowledgement

    async def publish(self, update: Update, traces: Sequence[TraceParent] = ()) -> None:
        """Send a live update; raises aiokafka's KafkaError."""
        where = {"partition": update.partition, "next_offset": update.next_offset}
        with tracing.following("publish", Role.PRODUCER, traces, where) as followed:
            await self._producer.send_and_wait(
                KPI_UPDATES.name,
                encode(update),
                key=str(update.partition).encode(),
                headers=tracing.carried(followed),
            )

    async def redrive(self, event: AnyEvent) -> None:
        """Put a repaired event where it would have come in; raises aiokafka's KafkaError."""
        await self._producer.send_and_wait(
            CONTACT_EVENTS.name, encode(event), key=partition_key(event)
        )
