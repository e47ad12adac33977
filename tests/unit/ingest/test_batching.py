"""The way to Kafka's partitions: batches shared by requests, one after the other."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from floorpulse.ingest.adapters.batching import KEPT, BatchingProducer, PartitionQueue
from floorpulse.runtime.time_limit import TimeLimit
from tests.fakes.producer import MemoryProducer

WITHIN = 60.0


def records(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"key", value.encode()) for value in values]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def acknowledge(producer: MemoryProducer) -> None:
    for _, _, sent in producer.sent:
        if not sent.done():
            sent.set_result("offset")


async def test_records_put_at_once_share_a_batch_and_are_acknowledged_together() -> None:
    producer = MemoryProducer()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    first = queue.put(records("a"))
    second = queue.put(records("b"))
    await settled()
    assert [values for _, values, _ in producer.sent] == [[b"a", b"b"]]
    assert not first[0].done()
    acknowledge(producer)
    await asyncio.gather(*first, *second)


async def test_a_full_batch_is_followed_by_another_in_order() -> None:
    producer = MemoryProducer(room=2)
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    waits = queue.put(records("a", "b", "c", "d", "e"))
    await settled()
    assert [values for _, values, _ in producer.sent] == [[b"a", b"b"], [b"c", b"d"], [b"e"]]
    assert len(waits) == 3


async def test_while_the_producer_is_busy_records_gather_in_the_open_batch() -> None:
    producer = MemoryProducer()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    producer.free.clear()
    queue.put(records("a"))
    await settled()
    queue.put(records("b"))
    queue.put(records("c"))
    producer.free.set()
    await settled()
    assert [values for _, values, _ in producer.sent] == [[b"a"], [b"b", b"c"]]


async def test_an_idle_queue_starts_again() -> None:
    producer = MemoryProducer()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    for value in "ab":
        queue.put(records(value))
        await settled()
    assert [values for _, values, _ in producer.sent] == [[b"a"], [b"b"]]


async def test_a_failed_batch_fails_for_those_in_it_alone() -> None:
    producer = MemoryProducer(room=1)
    refused, taken = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN)).put(records("a", "b"))
    await settled()
    producer.sent[0][2].set_exception(KafkaConnectionError())
    acknowledge(producer)
    await taken
    with pytest.raises(KafkaConnectionError):
        await refused


async def test_a_batch_that_gets_no_turn_fails_with_all_behind_it() -> None:
    producer = MemoryProducer(room=1)
    producer.free.clear()
    waits = PartitionQueue(producer, "topic", 0, TimeLimit(0.0)).put(records("a", "b", "c"))
    results = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(result) for result in results] == [TimeoutError] * 3
    assert producer.sent == []


async def test_a_request_that_gives_up_leaves_the_others_their_acknowledgement() -> None:
    producer = MemoryProducer()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    (mine,) = queue.put(records("a"))
    (theirs,) = queue.put(records("b"))
    given_up = asyncio.ensure_future(asyncio.shield(mine))
    given_up.cancel()
    await settled()
    acknowledge(producer)
    await theirs


async def test_closing_fails_what_still_waits() -> None:
    producer = MemoryProducer(room=1)
    producer.free.clear()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    waits = queue.put(records("a", "b"))
    await settled()
    await queue.close()
    results = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(result) for result in results] == [KafkaTimeoutError] * 2


async def test_an_abandoned_send_counts_as_not_acknowledged() -> None:
    producer = MemoryProducer()
    (wait,) = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN)).put(records("a"))
    await settled()
    producer.sent[0][2].cancel()
    with pytest.raises(KafkaTimeoutError):
        await wait


async def test_a_key_has_one_partition_and_keys_spread() -> None:
    producer = MemoryProducer(room=100)
    batching = BatchingProducer(producer, WITHIN)
    await batching.put(
        "topic", [(str(number % 20).encode(), str(number).encode()) for number in range(60)]
    )
    await settled()
    homes = {value: partition for partition, values, _ in producer.sent for value in values}
    assert len(producer.sent) == 3
    assert all(
        homes[str(number).encode()] == homes[str(number + 20).encode()] for number in range(40)
    )


async def test_records_carry_the_headers_of_the_request_that_put_them() -> None:
    producer = MemoryProducer()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))
    traced = [("traceparent", b"00-a-b-01")]

    queue.put(records("a"), traced)
    queue.put(records("b"))
    await settled()

    assert producer.headers == [traced, []]


async def test_little_that_comes_alone_is_not_compressed_and_others_may_join_it() -> None:
    producer = MemoryProducer()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))

    queue.put(records("a"))
    queue.put(records("b"))
    await settled()
    assert (producer.small, [values for _, values, _ in producer.sent]) == (1, [[b"a", b"b"]])

    acknowledge(producer)
    queue.put(records("a", "b", "c", "d"))
    await settled()
    queue.put(records("x" * 2000))
    await settled()
    assert producer.small == 1

    queue.put(records("c"))
    await settled()
    assert producer.small == 2


async def test_what_comes_while_a_batch_waits_is_gathered_in_a_compressed_one() -> None:
    producer = MemoryProducer()
    producer.free.clear()
    queue = PartitionQueue(producer, "topic", 0, TimeLimit(WITHIN))

    queue.put(records("a"))
    await settled()
    queue.put(records("b"))
    queue.put(records("c"))
    producer.free.set()
    await settled()

    assert [values for _, values, _ in producer.sent] == [[b"a"], [b"b", b"c"]]
    assert producer.small == 1


async def test_partitions_are_asked_for_again_after_a_while() -> None:
    producer = MemoryProducer()
    batching = BatchingProducer(producer, WITHIN)
    loop = asyncio.get_running_loop()
    for _ in range(3):
        await batching.put("topic", records("a"))
    assert producer.asked == 1
    batching._partitions["topic"] = loop.time() - 2 * KEPT, [0]
    await batching.put("topic", records("a"))
    assert producer.asked == 2
