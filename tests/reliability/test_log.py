"""The log itself goes wrong: truncated, behind the database, replaced by another; nothing is reset
silently.
"""

from functools import partial

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime.settings import KafkaSettings
from tests.reliability.brokers import on_apache, on_embedded
from tests.reliability.load import Load, load
from tests.reliability.rig import Rig

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500)]

ALARM = "log_lost"
BROKEN = 3


async def counted_and_stopped(rig: Rig, told: Load, number: int) -> None:
    """A worker counts so many events and ends."""
    worker = rig.hire(ENGINE__GROUP="first")
    await told.send(number)
    await told.mark()
    await rig.settled()
    assert await worker.stop() == 0


@on_apache
async def test_where_records_were_deleted_before_they_were_counted_the_partition_stops_and_alarms(
    rig: Rig,
) -> None:
    async with load(rig.kafka, seed=21) as told:
        await counted_and_stopped(rig, told, 100)
        before = await rig.positions()
        ends = await told.mark()
        await delete_below(rig.kafka, BROKEN, ends[BROKEN])
        await stops_at(rig, before[BROKEN], ends)


@on_embedded
async def test_where_the_log_ends_before_what_was_counted_the_partition_stops_and_alarms(
    rig: Rig,
) -> None:
    async with load(rig.kafka, seed=22) as told:
        await counted_and_stopped(rig, told, 100)
        [row] = await rig.fetch(
            "UPDATE stream_partition SET next_offset = next_offset + 1000 WHERE partition = $1 "
            "RETURNING next_offset",
            BROKEN,
        )
        await stops_at(rig, row["next_offset"], await told.mark())


async def stops_at(rig: Rig, stored: int, ends: dict[int, int]) -> None:
    """The next worker leaves the broken partition where it is, says so critically, and counts all
    others.
    """
    assert ALARM not in rig.said()
    worker = rig.hire(ENGINE__GROUP="second")
    await rig.reached({number: end for number, end in ends.items() if number != BROKEN})
    await rig.eventually(lambda: ALARM in rig.said())
    assert f"{CONTACT_EVENTS.name}/{BROKEN}" in next(
        line for line in rig.said().splitlines() if ALARM in line
    )
    assert (await rig.positions())[BROKEN] == stored
    assert worker.running


async def delete_below(kafka: KafkaSettings, partition: int, offset: int) -> None:
    """Kafka's own way of truncating a log."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_records(
            {TopicPartition(CONTACT_EVENTS.name, partition): RecordsToDelete(offset)}
        )
    finally:
        await admin.close()


@on_embedded
async def test_a_log_with_another_identity_is_counted_from_its_start_and_what_was_counted_stays(
    rig: Rig,
) -> None:
    async with load(rig.kafka, seed=23) as told:
        for name in ("one", "other"):
            worker = rig.hire(ENGINE__GROUP=name, KAFKA__LOG_ID=name)
            await told.send(150)
            await told.mark()
            await rig.eventually(partial(counted_from, rig, name))
            assert await worker.stop() == 0
    rows = await rig.fetch("SELECT generation, log_id FROM stream_partition")

    assert await rig.differences(told.kept) == []
    assert {(row["generation"], row["log_id"]) for row in rows} == {(2, "other")}


async def counted_from(rig: Rig, log: str) -> bool:
    """Whether the whole of this log is in the database."""
    rows = await rig.fetch(
        "SELECT partition, next_offset FROM stream_partition WHERE log_id = $1", log
    )
    return {row["partition"]: row["next_offset"] for row in rows} == await rig.ends()
