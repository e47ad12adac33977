"""What every system under test works between: one Apache Kafka node, one PostgreSQL, a topic of
eight partitions, empty each time.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.producer.message_accumulator import BatchBuilder
from pydantic import SecretStr

from floorpulse.contracts.tables.declared import declared
from floorpulse.contracts.topics import CONTACT_EVENTS, TOPICS
from floorpulse.demo.embedded import Postgres
from floorpulse.migrations import migrate
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.kafka import ensure_topics, producer
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.benchmarks.workload import Record
from tests.integration.kafka import ApacheKafka

KAFKA = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"

AT_ONCE = 4_000
"""Records that are sent together: some 500 a partition, as a busy ingest sends them."""

PACED = 0.1
"""Seconds between two portions of records that are sent at a rate"""

AUDITED = {"audit_entry", "audit_head"}
"""Tables that are only ever appended to"""


@dataclass
class Rig:
    """The servers, and the consumer group of the run."""

    server: ApacheKafka
    postgres: Postgres
    admin: AIOKafkaAdminClient
    folder: Path
    partitions: int
    group: str = ""
    kafka: KafkaSettings = field(init=False)

    def __post_init__(self) -> None:
        self.kafka = KafkaSettings(bootstrap_servers=self.server.bootstrap)

    async def renew(self) -> None:
        """An empty topic, empty tables, a group that nobody used."""
        self.group = f"bench-{uuid4().hex[:12]}"
        await self.server.clear()
        await ensure_topics(
            self.kafka, [replace(CONTACT_EVENTS, partitions=self.partitions), *TOPICS[1:]]
        )
        async with connected(self.database) as connection:
            await connection.execute(f"TRUNCATE {', '.join(declared().tables.keys() - AUDITED)}")
            await connection.execute("CHECKPOINT")

    async def fill(self, records: Sequence[Record], rate: float | None = None) -> None:
        """Put the records into the topic, in order, and return when all are acknowledged; `rate` of
        them a second, or as fast as it goes.
        """
        sender = await producer(self.kafka)
        at_once = max(1, round(rate * PACED)) if rate else AT_ONCE
        began = monotonic()
        try:
            for first in range(0, len(records), at_once):
                if rate:
                    await asyncio.sleep(began + first / rate - monotonic())
                await _send(sender, records[first : first + at_once])
        finally:
            await sender.stop()

    async def committed(self) -> int:
        """How many records of the topic the consumer group has committed. Raises aiokafka's
        KafkaError.
        """
        offsets = await self.admin.list_consumer_group_offsets(self.group)
        return sum(
            max(0, known.offset) for tp, known in offsets.items() if tp.topic == CONTACT_EVENTS.name
        )

    @property
    def database(self) -> str:
        """PostgreSQL's address."""
        return self.postgres.dsn

    @property
    def version(self) -> str:
        """Apache Kafka's."""
        [number] = re.findall("<kafka.version>(.+)</kafka.version>", KAFKA.read_text("utf-8"))
        return str(number)

    @property
    def bystanders(self) -> dict[str, psutil.Process]:
        """The servers, whose CPU is told beside."""
        return {
            "kafka": psutil.Process(self.server.pid),
            "postgres": psutil.Process(self.postgres.pid),
        }


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def rig(folder: Path, partitions: int) -> AsyncIterator[Rig]:
    """Both servers, started here and stopped at the end."""
    async with AsyncExitStack() as stack:
        postgres = Postgres(folder)
        server = ApacheKafka(folder)
        stack.push_async_callback(postgres.stop)
        await postgres.start()
        await migrate(DatabaseSettings(url=SecretStr(postgres.dsn)))
        stack.push_async_callback(server.stop)
        await server.start()
        admin = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap)
        stack.push_async_callback(admin.close)
        await admin.start()
        yield Rig(server, postgres, admin, folder, partitions)


async def _send(sender: AIOKafkaProducer, records: Sequence[Record]) -> None:
    """One batch a partition, or more where they do not fit into one."""
    batches: dict[int, BatchBuilder] = {}
    sent = []
    for one in records:
        batch = batches.setdefault(one.partition, sender.create_batch())
        if batch.append(key=one.key, value=one.value, timestamp=None) is None:
            sent.append(
                await sender.send_batch(batch, CONTACT_EVENTS.name, partition=one.partition)
            )
            batches[one.partition] = fresh = sender.create_batch()
            fresh.append(key=one.key, value=one.value, timestamp=None)
    sent += [
        await sender.send_batch(batch, CONTACT_EVENTS.name, partition=number)
        for number, batch in batches.items()
    ]
    await asyncio.gather(*sent)
