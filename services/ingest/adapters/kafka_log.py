"""The log on Kafka: opened with the first use, doubted after each failure, everything acknowledged or nothing claimed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from services.ingest.adapters.outbox import Acknowledgement, Post
from services.ingest.ports import LogUnavailable, Record

logger = logging.getLogger(__name__)


class KafkaLog:
    """A `Log` on Kafka.

    `prepare` sees to the topics, `start` makes a producer. Both come with the first use, so ingest starts, and says 503,
    while Kafka is away. After a failure topics are seen to again, for a broker may come back empty, and a producer that
    failed for good is replaced: aiokafka's idempotent producer never recovers from a lost sequence.
    """

    def __init__(self, prepare: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[AIOKafkaProducer]], within: float) -> None:
        self._prepare = prepare
        self._start = start
        self._within = within
        self._prepared = False
        self._post: Post | None = None
        self._opening = asyncio.Lock()

    async def append(self, records: Mapping[str, Sequence[Record]]) -> None:
        """See `Log.append`."""
        post: Post | None = None
        try:
            async with asyncio.timeout(self._within):
                post = await self._open()
                await _acknowledged(post, records)
        except (KafkaError, OSError) as wrong:
            await self._doubt(post, wrong)
            message = f"Kafka did not acknowledge within {self._within:g} s ({type(wrong).__name__})"
            raise LogUnavailable(message) from wrong

    async def ready(self) -> bool:
        """See `Log.ready`."""
        try:
            async with asyncio.timeout(self._within):
                return await (await self._open()).reachable()
        except (KafkaError, OSError):
            return False

    async def close(self) -> None:
        """Send what is under way, within bounds, and close."""
        post, self._post = self._post, None
        if post is not None:
            await post.close()

    async def _open(self) -> Post:
        async with self._opening:
            if not self._prepared:
                await self._prepare()
                self._prepared = True
            if self._post is None:
                self._post = Post(await self._start(), self._within)
            return self._post

    async def _doubt(self, post: Post | None, wrong: Exception) -> None:
        """After any error look at the topics again; replace the producer after one that it will not get over, once."""
        self._prepared = False
        if post is not self._post or post is None:
            return
        if isinstance(wrong, KafkaError) and not wrong.retriable and not isinstance(wrong, KafkaTimeoutError):
            logger.warning("the Kafka producer failed for good (%s) and is replaced", wrong)
            await self.close()


async def _acknowledged(post: Post, records: Mapping[str, Sequence[Record]]) -> None:
    waits: list[Acknowledgement] = []
    for topic, some in records.items():
        waits += await post.put(topic, some)
    await asyncio.gather(*map(asyncio.shield, waits))
