"""Whole record batches give what aiokafka's stock records give; this fails when aiokafka's private
class changes.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from floorpulse.kpi_engine.app import RecordBatch
from floorpulse.kpi_engine.kafka import record_batches
from floorpulse.kpi_engine.kafka.record_batches import STOCK, WholeBatches, from_stock, joined
from floorpulse.runtime import tracing

Records = TypeVar("Records")

TP = TopicPartition("contact-events", 0)


GONE = b"gone"
"""A value that the broker threw away when it compacted the log"""


def encoded(
    base: int,
    values: Sequence[bytes | None],
    *,
    transactional: bool = False,
    producer: int = -1,
    compression: int = 0,
    headers: list[tuple[str, bytes]] | None = None,
) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=transactional,
        producer_id=producer,
        producer_epoch=0 if producer >= 0 else -1,
        base_sequence=0 if producer >= 0 else -1,
        batch_size=1 << 20,
    )
    for index, value in enumerate(values):
        if value is not GONE:
            builder.append(
                index, timestamp=1_000 + index, key=None, value=value, headers=headers or []
            )
    raw = bytearray(builder.build())
    raw[0:8] = base.to_bytes(8, "big")
    return bytes(raw)


def read(
    kind: Callable[..., Records],
    data: bytes,
    position: int,
    *,
    aborted: Sequence[tuple[int, int]] = (),
    isolation: int = fetcher.READ_UNCOMMITTED,
) -> Records:
    return kind(TP, MemoryRecords(data), list(aborted), position, None, None, True, isolation)


BATCHES = [
    (3, encoded(0, [b"a", b"b", b"c"])),
    (5, encoded(3, [b"d", None], compression=1)),
    (9, encoded(8, [b"e"])),
]
LOG = b"".join(data for _, data in BATCHES)


def fetched(position: int) -> bytes:
    """What a broker sends for a position: from the batch that holds it on."""
    return b"".join(data for end, data in BATCHES if end > position)


@pytest.mark.parametrize("position", [0, 1, 3, 4, 8])
def test_values_and_offsets_equal_the_stock_records_from_any_position(position: int) -> None:
    stock = list(read(STOCK, fetched(position), position))
    whole = list(read(WholeBatches, fetched(position), position))

    assert [value for batch in whole for value in batch.values] == [
        record.value for record in stock
    ]
    assert [offset for batch in whole for offset in batch.offsets] == [
        record.offset for record in stock
    ]


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_a_batch_with_gaps_is_read_as_the_stock_records_are(position: int) -> None:
    log = encoded(0, [b"a", GONE, b"c", b"d"])
    stock = list(read(STOCK, log, position))
    [whole] = read(WholeBatches, log, position)

    assert list(zip(whole.offsets, whole.values, strict=True)) == [
        (record.offset, record.value) for record in stock
    ]


def test_traces_are_read_where_they_are_followed_each_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = encoded(0, [b"a", b"b"], headers=[("other", b"1"), ("traceparent", b"00-a-b-01")])

    [unread] = read(WholeBatches, log, 0)
    monkeypatch.setattr(tracing, "on", lambda: True)
    [whole] = read(WholeBatches, log, 0)

    assert unread.traces == ()
    assert whole.traces == (b"00-a-b-01",)


def test_batches_tell_where_they_begin_and_where_the_log_goes_on() -> None:
    whole = list(read(WholeBatches, LOG, 1))

    assert [(batch.start, batch.next) for batch in whole] == [(1, 3), (3, 5), (8, 9)]


def test_the_position_ends_where_the_stock_class_ends() -> None:
    stock = read(STOCK, LOG, 0)
    whole = read(WholeBatches, LOG, 0)
    list(stock)
    list(whole)

    assert whole.next_fetch_offset == stock.next_fetch_offset == 9


def test_aborted_transactions_come_as_empty_batches() -> None:
    log = encoded(0, [b"a", b"b"], transactional=True, producer=7) + encoded(2, [b"c"])
    whole = list(read(WholeBatches, log, 0, aborted=[(7, 0)], isolation=fetcher.READ_COMMITTED))

    assert [batch.values for batch in whole] == [[], [b"c"]]
    assert whole[0].next == 2


def test_a_broken_batch_is_an_error_not_an_event() -> None:
    broken = bytearray(encoded(0, [b"a"]))
    broken[-1] ^= 1

    with pytest.raises(fetcher.Errors.CorruptRecordException):
        list(read(WholeBatches, bytes(broken), 0))


def test_only_our_topics_are_read_whole() -> None:
    try:
        record_batches.install(["contact-events"])
        other = fetcher.PartitionRecords(
            TopicPartition("engine-commands", 0), MemoryRecords(b""), [], 0, None, None, True, 0
        )
        ours = fetcher.PartitionRecords(TP, MemoryRecords(b""), [], 0, None, None, True, 0)

        assert type(ours) is WholeBatches
        assert type(other) is STOCK
    finally:
        fetcher.PartitionRecords = STOCK


def test_stock_records_of_one_poll_become_one_batch() -> None:
    [batch] = from_stock(list(read(STOCK, LOG, 0)))

    assert (batch.start, batch.next) == (0, 9)
    assert list(batch.offsets) == [0, 1, 2, 3, 4, 8]
    assert from_stock([]) == []


def test_batches_that_follow_each_other_and_were_appended_together_are_one() -> None:
    first = RecordBatch(0, 2, [b"a", b"b"], range(2), 1_000)
    then = RecordBatch(2, 5, [b"c", b"d"], [2, 4], 2_000)

    [batch] = joined([first, then])

    assert (batch.start, batch.next, batch.values, batch.offsets) == (
        0,
        5,
        [b"a", b"b", b"c", b"d"],
        [0, 1, 2, 4],
    )
    assert batch.appended_at == 1_000


def test_batches_that_are_one_and_whole_have_a_range_of_offsets() -> None:
    first = RecordBatch(4, 6, [b"a", b"b"], range(4, 6), 1_000, [b"t1"])
    then = RecordBatch(6, 7, [b"c"], [6], 1_500, [b"t2"])
    last = RecordBatch(7, 9, [b"d", b"e"], range(7, 9), 2_000)

    assert joined([first, then, last]) == [
        RecordBatch(4, 9, [b"a", b"b", b"c", b"d", b"e"], range(4, 9), 1_000, [b"t1", b"t2"])
    ]


def test_instants_are_compared_with_the_first_of_those_that_are_one() -> None:
    first = RecordBatch(0, 1, [b"a"], range(1), 1_000)
    then = RecordBatch(1, 2, [b"b"], range(1, 2), 1_900)
    last = RecordBatch(2, 3, [b"c"], range(2, 3), 2_100)

    [both, alone] = joined([first, then, last])

    assert (both.values, alone) == ([b"a", b"b"], last)


@pytest.mark.parametrize(
    "then",
    [
        RecordBatch(3, 4, [b"c"], [3], 1_000),
        RecordBatch(2, 3, [b"c"], [2], 2_001),
        RecordBatch(2, 3, [b"c"], [2], 999),
    ],
)
def test_batches_with_a_gap_or_time_between_them_stay_apart(then: RecordBatch) -> None:
    first = RecordBatch(0, 2, [b"a", b"b"], range(2), 1_000)

    assert joined([first, then]) == [first, then]
