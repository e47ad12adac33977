"""The log of contact events, asked at most once at a time however many want to know."""

import asyncio
from contextlib import AsyncExitStack

from aiokafka.errors import KafkaError

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.query.pipeline.lag import LogRange
from floorpulse.query.pipeline.ports import LogView
from floorpulse.runtime.kafka_log import KafkaLog, kafka_log
from floorpulse.runtime.settings import KafkaSettings
from floorpulse.runtime.unavailable import LogUnavailable

ANSWER_WITHIN = 8.0


class KafkaEventLog:
    """An `EventLog` over one connection, which is made anew after a failure.

    Callers that wait together share one look, but only a look that began after they asked: what a
    client sent before it asked is always in the ends it is told.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._one_at_a_time = asyncio.Lock()
        self._connection: tuple[AsyncExitStack, KafkaLog] | None = None
        self._asked = 0
        self._last: tuple[int, LogView] | None = None

    async def look(self) -> LogView:
        """Which log it is and what it holds; `LogUnavailable` when Kafka does not tell in
        time.
        """
        self._asked += 1
        mine = self._asked
        async with self._one_at_a_time:
            if self._last is None or self._last[0] < mine:
                self._last = self._asked, await self._look()
            return self._last[1]

    async def _look(self) -> LogView:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                log = await self._connected()
                bounds = await log.bounds()
                identity = await _identity(log)
        except (KafkaError, OSError, TimeoutError) as failed:
            await self.close()
            message = (
                f"Kafka did not tell the ends of {CONTACT_EVENTS.name} "
                f"({type(failed).__name__}: {failed}); try again"
            )
            raise LogUnavailable(message) from failed
        return LogView(identity, {number: LogRange(*ends) for number, ends in bounds.items()})

    async def _connected(self) -> KafkaLog:
        if self._connection is None:
            stack = AsyncExitStack()
            self._connection = (
                stack,
                await stack.enter_async_context(kafka_log(self._settings, CONTACT_EVENTS.name)),
            )
        return self._connection[1]

    async def close(self) -> None:
        """Leave Kafka."""
        connection = self._connection
        self._connection = None
        if connection is not None:
            await connection[0].aclose()


async def _identity(log: KafkaLog) -> str | None:
    try:
        return await log.identity()
    except LookupError:
        return None
