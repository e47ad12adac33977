"""The topic of dead letters on Kafka: read page by page, and followed to count what is in it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from structlog.stdlib import BoundLogger

from floorpulse.contracts.letters import DeadLetter
from floorpulse.contracts.topics import DEAD_LETTERS
from floorpulse.query.pipeline.letters import (
    KeptLetter,
    LetterCounts,
    LetterPlace,
    LetterQuery,
)
from floorpulse.runtime.kafka_access import access
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import KafkaSettings
from floorpulse.runtime.unavailable import LogUnavailable

log: BoundLogger = structlog.get_logger(__name__)

ANSWER_WITHIN = 15.0
LOOKED_AT = 20_000
"""Letters that one page looks at, most of which may be others'"""
AT_ONCE = 500
QUIET = 500
"""Milliseconds after which a read without news returns"""
AGAIN_AFTER = 5.0


class _Counted(msgspec.Struct, frozen=True):
    """What is counted of a letter."""

    reason: str
    tenant: str | None = None


_decode = msgspec.json.Decoder(DeadLetter).decode
_decode_counted = msgspec.json.Decoder(_Counted).decode


class KafkaLetters:
    """`Letters` that connects anew for each page: who asks is a person, and seldom."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    async def page(
        self, query: LetterQuery, after: LetterPlace | None, limit: int
    ) -> tuple[list[KeptLetter], LetterPlace | None]:
        """See `Letters.page`."""
        found: list[KeptLetter] = []
        looked_at = 0
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                async for record in self._records(after):
                    looked_at += 1
                    after = LetterPlace(record.partition, record.offset)
                    letter = _letter(record)
                    if letter is not None and query.asks_for(letter):
                        found.append(KeptLetter(after, letter))
                    if len(found) == limit or looked_at == LOOKED_AT:
                        return found, after
        except (KafkaError, OSError, TimeoutError) as failed:
            message = (
                f"Kafka did not give the letters of {DEAD_LETTERS.name} "
                f"({type(failed).__name__}: {failed}); try again"
            )
            raise LogUnavailable(message) from failed
        return found, None

    async def _records(self, after: LetterPlace | None) -> AsyncIterator[ConsumerRecord]:
        """All records behind `after` that the topic held when this began, partition by
        partition.

        Where there are none nothing is connected: aiokafka's consumer cannot be stopped before it
        read anything, its task of commits would end as if somebody had cancelled us.
        """
        async with kafka_log(self._settings, DEAD_LETTERS.name) as view:
            spans = _behind(after, await view.bounds())
        if not spans:
            return
        async with _consumer(self._settings) as consumer:
            for number, (first, end) in sorted(spans.items()):
                async for record in _between(consumer, number, first, end):
                    yield record


def _behind(
    after: LetterPlace | None, bounds: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """The offsets of each partition that lie behind a place, where there are any."""
    if after is None:
        behind = dict(bounds)
    else:
        behind = {number: span for number, span in bounds.items() if number >= after.partition}
        if after.partition in behind:
            begin, end = behind[after.partition]
            behind[after.partition] = max(begin, after.offset + 1), end
    return {number: (first, end) for number, (first, end) in behind.items() if first < end}


async def _between(
    consumer: AIOKafkaConsumer, number: int, first: int, end: int
) -> AsyncIterator[ConsumerRecord]:
    place = TopicPartition(DEAD_LETTERS.name, number)
    consumer.assign([place])
    consumer.seek(place, first)
    while first < end:
        portions = await consumer.getmany(place, timeout_ms=QUIET, max_records=AT_ONCE)
        for record in portions.get(place, ()):
            if record.offset < end:
                yield record
            first = record.offset + 1


def _letter(record: ConsumerRecord) -> DeadLetter | None:
    """The letter of a record; None where something else was written there."""
    try:
        return _decode(record.value or b"")
    except msgspec.DecodeError:
        return None


@asynccontextmanager
async def _consumer(settings: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        **access(settings),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


class LetterFollower:
    """Counts the letters that the topic holds, and those that come while it runs."""

    def __init__(self, settings: KafkaSettings, counts: LetterCounts) -> None:
        self._settings = settings
        self._counts = counts
        self._next: dict[int, int] = {}

    async def run(self) -> None:
        """Read until cancelled; where Kafka is away, go on once it is back."""
        while True:
            try:
                await self._follow()
            except (KafkaError, OSError, TimeoutError) as away:
                log.warning("letters_wait", error=f"{type(away).__name__}: {away}")
            await asyncio.sleep(AGAIN_AFTER)

    async def _follow(self) -> None:
        async with kafka_log(self._settings, DEAD_LETTERS.name) as view:
            bounds = await view.bounds()
        if not bounds:
            return
        async with _consumer(self._settings) as consumer:
            self._take_place(consumer, bounds)
            while True:
                for place, records in (await consumer.getmany(timeout_ms=QUIET)).items():
                    self._counts.note(_counted(record) for record in records)
                    self._next[place.partition] = records[-1].offset + 1

    def _take_place(
        self, consumer: AIOKafkaConsumer, bounds: Mapping[int, tuple[int, int]]
    ) -> None:
        places = {
            TopicPartition(DEAD_LETTERS.name, number): begin
            for number, (begin, _) in bounds.items()
        }
        consumer.assign(list(places))
        for place, begin in places.items():
            consumer.seek(place, max(begin, self._next.get(place.partition, begin)))


def _counted(record: ConsumerRecord) -> tuple[str | None, str]:
    try:
        said = _decode_counted(record.value or b"")
    except msgspec.DecodeError:
        return None, "malformed"
    return said.tenant, said.reason
