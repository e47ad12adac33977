"""Kafka record batches read whole: four times cheaper than aiokafka's record object a message.

aiokafka looks `PartitionRecords` up as a global of its fetcher module; for our topics it finds a
subclass that yields one `Batch` a record batch. Private API: aiokafka is pinned, a test fails when
the class changes, and stock records stay as a setting.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException

from floorpulse.kpi_engine.app import RecordBatch
from floorpulse.runtime import tracing
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.tracing import TraceParent, parents

LOG_APPEND_TIME = 1
AHEAD = 86_400_000
TOGETHER = 1_000
"""Milliseconds; small beside what an event may lie ahead of its append time"""

STOCK = fetcher.PartitionRecords

ReadRecords = tuple[list[bytes | None], Sequence[int], Sequence[TraceParent]]
"""Values, their offsets, and the traces they carry on"""
NOTHING: ReadRecords = ([], range(0), ())


class WholeBatches(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka is untyped
    """Yields `Batch`es; control and aborted ones come empty, so that the position moves over
    them.
    """

    next_fetch_offset: int

    def _unpack_records(self) -> Iterator[RecordBatch]:
        batches = self._records
        while batches.has_next():
            batch = batches.next_batch()
            if self._check_crcs and not batch.validate_crc():
                message = f"Invalid CRC - {self._tp}"
                raise CorruptRecordException(message)
            start = max(self.next_fetch_offset, batch.base_offset)
            values, offsets, traces = NOTHING if self._skipped(batch) else read(batch, start)
            self.next_fetch_offset = max(start, batch.next_offset)
            yield RecordBatch(
                start,
                self.next_fetch_offset,
                values,
                offsets,
                appended(batch.max_timestamp, batch.timestamp_type),
                traces,
            )

    def _skipped(self, batch: Any) -> bool:
        """Whether a batch holds no records for readers: control, or of an aborted transaction."""
        if self._isolation_level == fetcher.READ_COMMITTED and batch.producer_id is not None:
            self._consume_aborted_up_to(batch.base_offset)
            if batch.is_control_batch and self._contains_abort_marker(batch):
                self._aborted_producers.discard(batch.producer_id)
            elif batch.is_transactional and batch.producer_id in self._aborted_producers:
                return True
        return bool(batch.is_control_batch)


def read(batch: Any, start: int) -> tuple[list[bytes | None], Sequence[int], Sequence[TraceParent]]:
    """The values of a batch's records from the offset `start` on, their offsets, a range where
    nothing is missing, and the traces they carry on, each once.

    aiokafka hands records out once only, and lets go of each one at once.
    """
    values: list[bytes | None] = []
    offsets: list[int] = []
    traces: dict[TraceParent, None] = {}
    traced = tracing.on()
    for one in batch:
        values.append(one.value)
        offsets.append(one.offset)
        if traced and one.offset >= start:
            traces.update(dict.fromkeys(parents(one.headers)))
    if start == batch.base_offset and len(values) == batch.next_offset - start:
        return values, range(start, batch.next_offset), tuple(traces)
    first = bisect_left(offsets, start)
    return values[first:], offsets[first:], tuple(traces)


def install(topics: Collection[str]) -> None:
    """Consumers of this process yield `Batch`es for `topics`, stock records for all others."""

    def choose(tp: Any, *args: Any, **kwargs: Any) -> Any:
        return (WholeBatches if tp.topic in topics else STOCK)(tp, *args, **kwargs)

    fetcher.PartitionRecords = choose


def joined(batches: Sequence[RecordBatch]) -> list[RecordBatch]:
    """The batches of one poll, where those that follow each other and were appended together are
    one: less to do for each.
    """
    runs: list[list[RecordBatch]] = []
    for batch in batches:
        if runs and follows(runs[-1], batch):
            runs[-1].append(batch)
        else:
            runs.append([batch])
    return [run[0] if len(run) == 1 else _one(run) for run in runs]


def follows(run: Sequence[RecordBatch], then: RecordBatch) -> bool:
    """Whether a batch may be one with those of a run: nothing is between them, and the run's first
    instant will do for it, too.
    """
    return then.start == run[-1].next and 0 <= then.appended_at - run[0].appended_at <= TOGETHER


def _one(run: Sequence[RecordBatch]) -> RecordBatch:
    start = run[0].start
    end = run[-1].next
    values = [value for one in run for value in one.values]
    whole = len(values) == end - start
    return RecordBatch(
        start,
        end,
        values,
        range(start, end) if whole else [offset for one in run for offset in one.offsets],
        run[0].appended_at,
        [trace for one in run for trace in one.traces],
    )


def from_stock(records: list[Any]) -> list[RecordBatch]:
    """Stock records of one poll as one batch."""
    if not records:
        return []
    first = records[0]
    last = records[-1]
    appended_at = appended(last.timestamp, last.timestamp_type)
    return [
        RecordBatch(
            first.offset,
            last.offset + 1,
            [one.value for one in records],
            [one.offset for one in records],
            appended_at,
            [trace for one in records for trace in parents(one.headers)] if tracing.on() else (),
        )
    ]


def appended(stamp: int | None, kind: int) -> int:
    """When records came into the log, epoch milliseconds: the broker's stamp, or where it gives
    none the producer's.

    A producer's clock is not believed beyond a day ahead of ours; ingest accepts no event that is
    further ahead.
    """
    if stamp is None or stamp < 0:
        return now_ms()
    return stamp if kind == LOG_APPEND_TIME else min(stamp, now_ms() + AHEAD)
