"""The live updates, read from Kafka without a group: every board reads all of them."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from structlog.stdlib import BoundLogger

from floorpulse.board.ports import COURTESY, FeedLostError, GiveWay, Heard, in_turn
from floorpulse.contracts.topics import KPI_UPDATES
from floorpulse.contracts.updates import Gauge, PackedUpdate, PaneRow, Update, UpdateHead
from floorpulse.runtime import tracing
from floorpulse.runtime.kafka_access import access
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import KafkaSettings
from floorpulse.runtime.tracing import parents

log: BoundLogger = structlog.get_logger(__name__)

T = TypeVar("T")

CONNECT_WITHIN = 15.0
READ_WITHIN = 30.0
QUIET = 500
"""Milliseconds after which a read without news returns."""
FETCH_WAIT = 100
"""Milliseconds a broker may hold a fetch: one that looks only at the end of it must not make news
older than this.
"""

DECODED_AT_ONCE = 100
"""Rows or gauges decoded between two looks at everything else: some tenths of a millisecond"""

decode = msgspec.json.Decoder(PackedUpdate).decode
decode_row = msgspec.json.Decoder(PaneRow).decode
decode_gauge = msgspec.json.Decoder(Gauge).decode


class KafkaUpdates:
    """An `UpdateFeed` that starts `overlap` records before the end of `kpi-updates`."""

    def __init__(
        self,
        settings: KafkaSettings,
        overlap: int,
        steady: Callable[[], int],
        give_way: GiveWay = in_turn,
    ) -> None:
        """`steady` is milliseconds of a clock that nobody sets; decoding gives way."""
        self._settings = settings
        self._overlap = overlap
        self._steady = steady
        self._give_way = give_way
        self._horizons: dict[TopicPartition, Horizon] = {}
        self._consumer: AIOKafkaConsumer | None = None

    async def open(self) -> None:
        """Connect, and stand `overlap` records before the end of each partition, or at its
        beginning.
        """
        await self.close()
        with lost():
            self._consumer = AIOKafkaConsumer(
                **access(self._settings),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="none",
                fetch_max_wait_ms=FETCH_WAIT,
            )
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._consumer.start()
                await self._take_place(self._consumer)

    async def _take_place(self, consumer: AIOKafkaConsumer) -> None:
        async with kafka_log(self._settings, KPI_UPDATES.name) as view:
            bounds = await view.bounds()
        if not bounds:
            message = (
                f"the topic {KPI_UPDATES.name} does not exist yet; an engine or an ingest "
                "creates it"
            )
            raise FeedLostError(message)
        places = {
            TopicPartition(KPI_UPDATES.name, number): max(begin, end - self._overlap)
            for number, (begin, end) in bounds.items()
        }
        consumer.assign(list(places))
        for place, offset in places.items():
            consumer.seek(place, offset)
        opened_at = self._steady()
        self._horizons = {
            TopicPartition(KPI_UPDATES.name, number): Horizon(end, opened_at)
            for number, (_, end) in bounds.items()
        }

    async def read(self) -> list[Heard]:
        """The next updates; a record that cannot be read is skipped and logged."""
        if self._consumer is None:
            message = "the feed is not open"
            raise FeedLostError(message)
        with lost():
            async with asyncio.timeout(READ_WITHIN):
                portions = await self._consumer.getmany(timeout_ms=QUIET)
        found: list[Heard] = []
        until = asyncio.get_running_loop().time() + COURTESY
        for place, records in portions.items():
            for heard in self._heard(place, records, self._consumer):
                await self._give_way(until)
                found += [] if heard is None else [heard]
        return found

    def _heard(
        self, place: TopicPartition, records: list[ConsumerRecord], consumer: AIOKafkaConsumer
    ) -> Iterator[Heard | None]:
        """Each record when it is decoded; None after each step of that, and where it cannot be."""
        horizon = self._horizons[place]
        horizon.see(max(consumer.highwater(place) or 0, records[-1].offset + 1), self._steady())
        for record in records:
            for update in _decoded(record):
                if update is None:
                    yield None
                else:
                    traces = parents(record.headers) if tracing.on() else ()
                    yield Heard(update, *horizon.of(record.offset), traces)

    async def close(self) -> None:
        """Disconnect."""
        consumer = self._consumer
        self._consumer = None
        if consumer is None:
            return
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await consumer.stop()
        except (KafkaError, OSError, TimeoutError) as failed:
            log.warning("consumer_not_stopped", topic=KPI_UPDATES.name, error=str(failed))


class Horizon:
    """When a reader first knew how far a log reached: a record is at least as old as the first look
    that lay beyond it.
    """

    def __init__(self, end: int, at: int) -> None:
        """The log ended before `end` at the steady instant `at`, when the reader began to
        listen.
        """
        self._began = end, at
        self._looks: deque[tuple[int, int]] = deque()

    def see(self, end: int, at: int) -> None:
        """The log ends before `end` at `at`."""
        if end > (self._looks[-1][0] if self._looks else self._began[0]):
            self._looks.append((end, at))

    def of(self, offset: int) -> tuple[int, bool]:
        """When the record at `offset`, the next one read, was known to be there, and whether it
        came while the reader listened.
        """
        end, at = self._began
        if offset < end:
            return at, False
        while len(self._looks) > 1 and self._looks[0][0] <= offset:
            self._looks.popleft()
        return self._looks[0][1], True


def _decoded(record: ConsumerRecord) -> Iterator[Update | None]:
    """The update after several steps, each of which is None; no update where the record cannot be
    read, which is logged.
    """
    rows: list[PaneRow] = []
    gauges: list[Gauge] = []
    changed: list[Gauge] = []
    try:
        packed = decode(record.value)
        for decoding in (
            _each(packed.rows, decode_row, rows),
            _each(packed.gauges, decode_gauge, gauges),
            _each(packed.changed, decode_gauge, changed),
        ):
            yield from decoding
    except msgspec.DecodeError as wrong:
        log.warning(
            "update_not_decoded",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            error=str(wrong),
        )
        return
    head = {name: getattr(packed, name) for name in UpdateHead.__struct_fields__}
    yield Update(
        **head,
        rows=rows,
        gauges=None if packed.gauges is None else gauges,
        changed=None if packed.changed is None else changed,
    )


def _each(
    packed: Sequence[msgspec.Raw] | None, unpack: Callable[[msgspec.Raw], T], into: list[T]
) -> Iterator[None]:
    """Decode into a list, with a step after every `DECODED_AT_ONCE`."""
    for first in range(0, len(packed or ()), DECODED_AT_ONCE):
        into += [unpack(one) for one in (packed or ())[first : first + DECODED_AT_ONCE]]
        yield None


@contextmanager
def lost() -> Iterator[None]:
    """Whatever Kafka may fail with, said as `FeedLostError`."""
    try:
        yield
    except (KafkaError, OSError, TimeoutError) as failed:
        message = f"Kafka did not answer: {type(failed).__name__}: {failed}"
        raise FeedLostError(message) from failed
