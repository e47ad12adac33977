"""The topic `alert-events`: every line of every timeline, in order and at least once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.bridges.alert_events import BATCH, AlertEvents
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.contracts.alert_events import AlertEvent
from floorpulse.contracts.tables.alerts import incident_event
from floorpulse.contracts.topics import ALERT_EVENTS
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.kafka import producer
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from floorpulse.runtime.unavailable import LogUnavailable
from tests.fakes.incidents import incident
from tests.integration.alert_rows import put_events, put_incidents

pytestmark = pytest.mark.embedded

AT = 1_794_360_600_000


@asynccontextmanager
async def engine_of(database: DatabaseSettings) -> AsyncIterator[AsyncEngine]:
    engine = async_engine(database)
    try:
        yield engine
    finally:
        await engine.dispose()


def publisher(engine: AsyncEngine, kafka: KafkaSettings) -> AlertEvents:
    metrics = BridgeMetrics(CollectorRegistry())
    return AlertEvents(engine, partial(producer, kafka), metrics, now_ms)


async def records(kafka: KafkaSettings, count: int) -> list[tuple[str, AlertEvent]]:
    """The first records of the topic, with their keys."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(ALERT_EVENTS.name, 0)])
        found = [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()
    return [(one.key.decode(), msgspec.json.decode(one.value, type=AlertEvent)) for one in found]


async def unpublished(engine: AsyncEngine) -> int:
    asked = select(func.count()).where(~incident_event.c.published)
    async with engine.connect() as connection:
        return int((await connection.execute(asked)).scalar_one())


async def test_every_line_is_published_once_in_the_order_of_its_incident(
    kafka: KafkaSettings, database: DatabaseSettings
) -> None:
    async with engine_of(database) as engine:
        await put_incidents(engine, incident("i1"), incident("i2", "help"))
        await put_events(
            engine,
            ("i1", 1, AT, "breached"),
            ("i2", 1, AT + 1, "breached"),
            ("i1", 3, AT + 2, "cleared"),
            ("i1", 2, AT + 2, "step_due"),
        )
        ours = publisher(engine, kafka)
        counts = [await ours.publish(), await ours.publish()]
        await put_events(engine, ("i2", 2, AT + 9, "cleared"))
        counts.append(await ours.publish())
        await ours.close()
        told = await records(kafka, 5)

    assert counts == [4, 0, 1]
    assert [(key, one.id) for key, one in told] == [
        ("i1", "i1.1"),
        ("i1", "i1.2"),
        ("i1", "i1.3"),
        ("i2", "i2.1"),
        ("i2", "i2.2"),
    ]
    assert told[0][1].rule == "level"
    assert told[0][1].severity == "critical"
    assert told[0][1].body == {"comment": "订单"}


class Vanishing(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """Takes what it is given, and dies before it can say so."""

    async def send(self, *words: object, **more: object) -> object:
        await (await super().send(*words, **more))
        raise KafkaError


async def test_what_was_not_marked_goes_out_again_under_the_same_id(
    kafka: KafkaSettings, database: DatabaseSettings
) -> None:
    async def vanishing() -> AIOKafkaProducer:
        made = Vanishing(bootstrap_servers=kafka.bootstrap_servers)
        await made.start()
        return made

    async with engine_of(database) as engine:
        await put_incidents(engine, incident("i1"))
        await put_events(engine, ("i1", 1, AT, "breached"))
        metrics = BridgeMetrics(CollectorRegistry())
        first = AlertEvents(engine, vanishing, metrics, now_ms)
        with pytest.raises(LogUnavailable):
            await first.publish()
        assert await unpublished(engine) == 1
        second = publisher(engine, kafka)
        await second.publish()
        await second.close()
        told = await records(kafka, 2)

    assert [one.id for _, one in told] == ["i1.1", "i1.1"]


@pytest.mark.parametrize("kafka", ["embedded"], indirect=True)
async def test_a_backlog_goes_out_in_portions(
    kafka: KafkaSettings, database: DatabaseSettings
) -> None:
    async with engine_of(database) as engine:
        await put_incidents(engine, incident("i1"))
        await put_events(
            engine, *(("i1", number, AT + number, "commented") for number in range(1, BATCH + 3))
        )
        ours = publisher(engine, kafka)
        counts = [await ours.publish() for _ in range(3)]
        await ours.close()
        told = await records(kafka, BATCH + 2)

    assert counts == [BATCH, 2, 0]
    assert [one.number for _, one in told] == list(range(1, BATCH + 3))
