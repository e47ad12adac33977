"""Pathway as the benchmark sees it."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from floorpulse.contracts.topics import CONTACT_EVENTS, HOURS, Topic
from floorpulse.runtime.kafka import ensure_topics
from tests.benchmarks.oracle import FIGURES, Answer
from tests.benchmarks.own_python import installed, python
from tests.benchmarks.programs import Peer
from tests.benchmarks.rig import Rig

VERSION = "0.33.0"
NAME = "pathway"
PANES = "pathway-panes"

Ends = Mapping[TopicPartition, int]
"""The offset behind the last record, by partition"""

STATE = 2
"""Where a group's description has its state"""


class Pathway(Peer):
    """The program `pathway_peer`. It says how many events it has counted; records that are no
    events it leaves out, so they are counted here. Its panes are read from their topic.
    """

    def __init__(self, rig: Rig, folder: Path) -> None:
        super().__init__(rig, folder, script="pathway_peer")
        self.command[0] = str(python(NAME))
        self._rig = rig
        self._records = 0
        self._left_out = 0

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run, having tried to install it; None when it can."""
        return installed(NAME, f"pathway=={VERSION}", f"msgspec=={version('msgspec')}")

    async def ready(self) -> bool:
        """See `Program.ready`: the consumer group has every partition. Pathway makes no topic, so
        that of the panes is made here.
        """
        topics = [Topic(PANES, "", None, self._rig.partitions, HOURS)]
        await ensure_topics(self._rig.kafka, topics)
        return await joined(self._rig)

    async def reached(self) -> int:
        """See `Program.reached`."""
        if not self.progress.reached:
            return 0
        async with reading(self._rig, CONTACT_EVENTS.name) as (consumer, ends):
            if sum(ends.values()) != self._records:
                values = await taken(consumer, ends)
                self._records = len(values)
                self._left_out = sum(not readable(value) for value in values)
        return self.progress.reached + self._left_out

    async def answer(self) -> Answer | None:
        """See `Program.answer`."""
        async with reading(self._rig, PANES) as (consumer, ends):
            return told([json.loads(value) for value in await taken(consumer, ends)])


async def joined(rig: Rig) -> bool:
    """Whether the consumer group's members have their partitions."""
    try:
        [described] = await rig.admin.describe_consumer_groups([rig.group])
    except KafkaError:
        return False
    return bool(described.groups[0][STATE] == "Stable")


@asynccontextmanager
async def reading(rig: Rig, topic: str) -> AsyncIterator[tuple[AIOKafkaConsumer, Ends]]:
    """Somebody who reads a topic from its beginning, and where each partition ends."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=rig.server.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        yield consumer, await consumer.end_offsets(consumer.assignment())
    finally:
        await consumer.stop()


async def taken(consumer: AIOKafkaConsumer, ends: Ends) -> list[bytes]:
    """The values up to the ends."""
    values: list[bytes] = []
    while any([await consumer.position(place) < end for place, end in ends.items()]):
        polled = await consumer.getmany(timeout_ms=200)
        values += [one.value for records in polled.values() for one in records]
    return values


def readable(value: bytes) -> bool:
    """Whether a record is an event."""
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def told(rows: list[dict[str, Any]]) -> Answer:
    """The last row of each pane; a row with the diff -1 takes an earlier one back."""
    last: dict[tuple[str, str, int], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: (one["time"], one["diff"])):
        last[row["tenant"], row["queue"], row["minute"]] = row
    return {
        pane: {name: row[name] for name in FIGURES if row[name]}
        for pane, row in last.items()
        if row["diff"] > 0
    }
