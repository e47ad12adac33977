"""A look at a topic from outside any consumer group: which log it is, where it begins and truly
ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.structs import TopicPartition

from floorpulse.runtime.kafka_access import access
from floorpulse.runtime.kafka_wire import high_watermarks, topic_id
from floorpulse.runtime.settings import KafkaSettings

ANSWER_WITHIN = 10.0


class KafkaLog:
    """One topic's identity and bounds. Every call raises aiokafka's KafkaError or TimeoutError when
    the broker is away.
    """

    def __init__(
        self, settings: KafkaSettings, topic: str, client: AIOKafkaClient, offsets: AIOKafkaConsumer
    ) -> None:
        self._settings = settings
        self._topic = topic
        self._client = client
        self._offsets = offsets

    async def identity(self) -> str:
        """The configured log id, else the topic's id; raises LookupError where the broker tells
        none.
        """
        if self._settings.log_id:
            return self._settings.log_id
        async with asyncio.timeout(ANSWER_WITHIN):
            found = await topic_id(self._client, self._topic)
        if found is None:
            message = (
                f"the broker tells no id of topic {self._topic}: set "
                "FLOORPULSE_KAFKA__LOG_ID to a name for this log"
            )
            raise LookupError(message)
        return found

    async def bounds(self) -> dict[int, tuple[int, int]]:
        """Per partition: the first offset held and the next one to be written."""
        async with asyncio.timeout(ANSWER_WITHIN):
            await self._client.force_metadata_update()
            partitions = [
                TopicPartition(self._topic, one)
                for one in self._client.cluster.partitions_for_topic(self._topic) or ()
            ]
            begins = await self._offsets.beginning_offsets(partitions)
            near = await self._offsets.end_offsets(partitions)
            ends = await high_watermarks(
                self._client,
                self._topic,
                {tp.partition: max(near[tp], begins[tp]) for tp in partitions},
            )
        return {tp.partition: (begins[tp], ends[tp.partition]) for tp in partitions}


@asynccontextmanager
async def kafka_log(settings: KafkaSettings, topic: str) -> AsyncIterator[KafkaLog]:
    """A connected view of `topic`."""
    client = AIOKafkaClient(**access(settings))
    offsets = AIOKafkaConsumer(**access(settings), enable_auto_commit=False)
    try:
        await client.bootstrap()
        client.add_topic(topic)
        await offsets.start()
        yield KafkaLog(settings, topic, client, offsets)
    finally:
        await asyncio.sleep(
            0
        )  # aiokafka 0.14 cancels its own start when stopped within the same tick
        await offsets.stop()
        await client.close()
