"""A floor of many queues as an engine leaves and tells it: panes of the last hours in PostgreSQL,
news of every partition four times a second.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import msgspec

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.packed import pack
from floorpulse.contracts.topics import CONTACT_EVENTS, KPI_UPDATES
from floorpulse.contracts.updates import Gauge, PaneRow, Update, revision
from floorpulse.kpi_engine.postgres.months import MonthlyParts
from floorpulse.kpi_engine.publish.gauges import ToldGauges
from floorpulse.runtime.clock import monotonic, now_ms, steady_ms
from floorpulse.runtime.kafka import producer
from tests.benchmarks.history_year import contacts
from tests.benchmarks.rig import Rig, connected

TENANT = "demo"
LOG = "bench"
GENERATION = 1
MINUTE = 60_000
KINDS = 60
ROUNDS = 4
"""How often each partition is told of in a second, as an engine that is not behind does it"""
CHANGED = 5
"""Queues of one update: 240 a second of twelve partitions, some 500 events a second"""
PANE = ("tenant", "start", "queue", "channel", "partition", "revision", "cells")


@dataclass(frozen=True)
class BusyFloor:
    """`queues` queues, each in one source partition, with contacts in half of the minutes of the
    last `hours`.
    """

    queues: int = 1000
    hours: int = 3
    partitions: int = 12

    def name(self, number: int) -> str:
        """Of a queue."""
        return f"queue-{number:04}"

    def names(self) -> list[str]:
        """Of all queues."""
        return [self.name(number) for number in range(self.queues)]


def patterns() -> list[Cells]:
    """Cells of a minute: one to six contacts."""
    dice = random.Random(1)
    return [contacts(dice, 1 + kind % 6) for kind in range(KINDS)]


async def fill(rig: Rig, floor: BusyFloor) -> int:
    """Put the panes up to now into the empty tables; how many."""
    dice = random.Random(2)
    known = [pack(one) for one in patterns()]
    now = now_ms()
    current = now - now % MINUTE
    starts = range(current - floor.hours * 60 * MINUTE, current, MINUTE)
    rows = [
        (
            TENANT,
            start,
            floor.name(number),
            "voice",
            number % floor.partitions,
            revision(GENERATION, 1),
            dice.choice(known),
        )
        for start in starts
        for number in range(floor.queues)
        if dice.random() < 0.5
    ]
    async with connected(rig.database) as connection:
        await MonthlyParts().ensure(connection, (starts[0], current))
        await connection.copy_records_to_table("pane", records=rows, columns=PANE)
        await connection.copy_records_to_table("stream_partition", records=_positions(floor, now))
        await standing(connection)
    return len(rows)


def _positions(floor: BusyFloor, now: int) -> Iterator[tuple[object, ...]]:
    for number in range(floor.partitions):
        yield CONTACT_EVENTS.name, number, LOG, GENERATION, 1, "bench", 1, now, 1, 0, now


async def standing(connection: asyncpg.Connection) -> None:
    """Give the roller its row again, which emptying the tables took away."""
    await connection.execute("INSERT INTO roller DEFAULT VALUES ON CONFLICT DO NOTHING")
    await connection.execute("VACUUM ANALYZE")


class News:
    """What an engine tells of each partition: rows that changed, who waits and talks in the same
    queues, where it stands; every 5 s who waits and talks in all of its queues.
    """

    def __init__(self, floor: BusyFloor) -> None:
        self._floor = floor
        self._dice = random.Random(3)
        self._patterns = patterns()
        self._rows: dict[tuple[int, int], Cells] = {}
        self._sequence = 1
        now = now_ms()
        self._gauges = [
            {number: self._gauge(number, now) for number in self._homes(partition)}
            for partition in range(floor.partitions)
        ]
        self._told = [ToldGauges() for _ in range(floor.partitions)]

    def update(self, partition: int) -> Update:
        """The next news of one partition."""
        self._sequence += 1
        now = now_ms()
        homes = self._homes(partition)
        changed = self._dice.sample(homes, min(CHANGED, len(homes)))
        gauges = self._gauges[partition]
        gauges.update({number: self._gauge(number, now) for number in changed})
        news = self._told[partition].news(list(gauges.values()), self._sequence, steady_ms())
        return Update(
            partition=partition,
            log_id=LOG,
            generation=GENERATION,
            epoch=1,
            next_offset=self._sequence,
            published_at=now,
            lag=0,
            applied=self._sequence,
            dead=0,
            watermark=now - 2000,
            sequence=self._sequence,
            rows=[self._row(number, now) for number in changed],
            gauges=news.gauges,
            changed=news.changed,
            follows=news.follows,
        )

    def _homes(self, partition: int) -> range:
        return range(partition, self._floor.queues, self._floor.partitions)

    def _row(self, number: int, now: int) -> PaneRow:
        start = now - now % MINUTE
        cells = self._rows.setdefault((number, start), {})
        add(cells, self._dice.choice(self._patterns))
        return PaneRow(
            TENANT,
            self._floor.name(number),
            "voice",
            start,
            revision(GENERATION, self._sequence),
            dict(cells),
        )

    def _gauge(self, number: int, now: int) -> Gauge:
        waiting = sorted(now - self._dice.randrange(90_000) for _ in range(self._dice.randrange(3)))
        return Gauge(TENANT, self._floor.name(number), "voice", waiting, self._dice.randrange(6), 0)


async def tell(rig: Rig, floor: BusyFloor) -> None:
    """Tell the news of every partition `ROUNDS` times a second until cancelled. Raises aiokafka's
    KafkaError.
    """
    news = News(floor)
    encode = msgspec.json.Encoder().encode
    sender = await producer(rig.kafka)
    try:
        began = monotonic()
        told = 0
        while True:
            partition = told % floor.partitions
            await sender.send_and_wait(
                KPI_UPDATES.name, encode(news.update(partition)), key=b"%d" % partition
            )
            told += 1
            due = began + told / floor.partitions / ROUNDS
            await asyncio.sleep(max(0.0, due - monotonic()))
    finally:
        await sender.stop()
