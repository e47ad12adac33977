"""The log on Kafka: opened with the first use, doubted after each failure, everything acknowledged
or nothing claimed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka.errors import KafkaError, KafkaTimeoutError
from structlog.stdlib import BoundLogger

from floorpulse.ingest.adapters.batching import Acknowledgement, BatchingProducer, BatchProducer
from floorpulse.ingest.ports import Record
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.kafka import NoIdempotentProducer
from floorpulse.runtime.time_limit import TimeLimit
from floorpulse.runtime.unavailable import LogUnavailable

logger: BoundLogger = structlog.get_logger(__name__)

AWAY = "Kafka does not answer; see FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS"
FIRST_PAUSE = 0.25
LAST_PAUSE = 2.0
OPERATOR_PAUSE = 30.0


@dataclass(frozen=True)
class OpeningFailure:
    """Why the log could not be opened, and until when (monotonic seconds) nobody tries again,
    `pause` seconds after the attempt.
    """

    why: str
    pause: float
    until: float


class ProducerLog:
    """A `Log` on Kafka.

    `prepare` sees to the topics, `start` makes a producer. Both come with the first use, so ingest
    starts, and says 503, while Kafka is away. After a failure topics are seen to again, for a
    broker may come back empty, and a producer that failed for good is replaced: aiokafka's
    idempotent producer never recovers from a lost sequence.

    What failed to open is not tried again by every request, but after a pause, by one of them:

        fails ── 0.25 s ──► fails ── 0.5 s ──► … 2 s       30 s where only an operator can help
    """

    def __init__(
        self,
        prepare: Callable[[], Awaitable[None]],
        start: Callable[[], Awaitable[BatchProducer]],
        within: float,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._prepare = prepare
        self._start = start
        self._limit = TimeLimit(within)
        self._now = now
        self._failure: OpeningFailure | None = None
        self._prepared = False
        self._producer: BatchingProducer | None = None
        self._opening = asyncio.Lock()

    async def append(self, records: Mapping[str, Sequence[Record]]) -> None:
        """See `Log.append`."""
        producer: BatchingProducer | None = None
        try:
            with self._limit.each():
                producer = await self._open()
                await _acknowledged(producer, records)
        except (KafkaError, OSError) as wrong:
            await self._doubt(producer, wrong)
            why = type(wrong).__name__
            message = f"Kafka did not acknowledge within {self._limit.seconds:g} s ({why})"
            raise LogUnavailable(message) from wrong

    async def unready(self) -> str | None:
        """See `Log.unready`."""
        try:
            with self._limit.each():
                return None if await (await self._open()).reachable() else AWAY
        except LogUnavailable as wrong:
            return str(wrong)
        except (KafkaError, OSError):
            return AWAY

    async def close(self) -> None:
        """Send what is under way, within bounds, and close."""
        producer = self._producer
        self._producer = None
        if producer is not None:
            await producer.close()

    async def _open(self) -> BatchingProducer:
        if self._prepared and self._producer is not None and self._failure is None:
            return self._producer
        async with self._opening:
            if self._failure is not None and self._now() < self._failure.until:
                raise LogUnavailable(self._failure.why)
            try:
                producer = await self._opened()
            except (KafkaError, OSError) as wrong:
                self._note(wrong)
                raise LogUnavailable(_words(wrong)) from wrong
            if self._failure is not None:
                logger.info("kafka_available_again")
                self._failure = None
            return producer

    async def _opened(self) -> BatchingProducer:
        if not self._prepared:
            await self._prepare()
            self._prepared = True
        if self._producer is None:
            self._producer = BatchingProducer(await self._start(), self._limit.seconds)
        return self._producer

    def _note(self, wrong: Exception) -> None:
        """Keep a failure for its pause; one that is new is logged, once."""
        self._prepared = False
        why = _words(wrong)
        last = self._failure
        if last is None or last.why != why:
            logger.error("kafka_unavailable", error=why)
            last = None
        if isinstance(wrong, NoIdempotentProducer):
            pause = OPERATOR_PAUSE
        else:
            pause = FIRST_PAUSE if last is None else min(LAST_PAUSE, last.pause * 2)
        self._failure = OpeningFailure(why, pause, self._now() + pause)

    async def _doubt(self, producer: BatchingProducer | None, wrong: Exception) -> None:
        """After any error look at the topics again; replace the producer after one that it will not
        get over, once.
        """
        self._prepared = False
        if producer is not self._producer or producer is None:
            return
        if (
            isinstance(wrong, KafkaError)
            and not wrong.retriable
            and not isinstance(wrong, KafkaTimeoutError)
        ):
            logger.warning("producer_replaced", error=str(wrong))
            await self.close()


def _words(wrong: Exception) -> str:
    return (
        str(wrong.args[0])
        if isinstance(wrong, NoIdempotentProducer)
        else f"{AWAY} ({type(wrong).__name__})"
    )


async def _acknowledged(
    producer: BatchingProducer, records: Mapping[str, Sequence[Record]]
) -> None:
    waits: list[Acknowledgement] = []
    for topic, some in records.items():
        waits += await producer.put(topic, some)
    if len(waits) == 1:
        await waits[0]
    else:
        await asyncio.gather(*waits)
