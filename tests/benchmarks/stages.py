"""Where the engine's CPU goes: each stage run on the whole workload in this process, alone, as the difference to the stage before.

    fetch     record batches from the broker, whole            aiokafka, adapters/record_batches
    decode    JSON to events                                    domain/decode
    fold      events to visits and panes, slice by slice        app.Engine.apply, less decode
    encode    dirty rows to what PostgreSQL is sent             Partition.take_dirty
    flush     the transaction, our side of it                   adapters/store, the rest of the whole

The one file of the benchmark that knows the engine's inside.

python -m tests.benchmarks.stages BOOTSTRAP DSN TOPIC_RECORDS        prints JSON, µs of CPU an event by stage
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from time import process_time
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.contracts.topics import CONTACT_EVENTS
from services.kpi_engine.adapters import record_batches
from services.kpi_engine.adapters.loop import BATCHES_A_POLL
from services.kpi_engine.app import Batch, Engine
from services.kpi_engine.domain.decode import decode
from services.kpi_engine.ports import StoreUnavailable
from services.kpi_engine.settings import EngineSettings
from services.kpi_engine.wiring import worker
from services.runtime.kafka_log import kafka_log
from services.runtime.settings import DatabaseSettings, KafkaSettings

TOPIC = CONTACT_EVENTS.name
STAGES = ("fetch", "decode", "fold", "encode", "flush")
FLUSH_EVERY = 1.0
"""Seconds of CPU between two flushes: the engine's pace while it has much to do."""

FLUSHES = 5
"""How often a flush is tried."""

Log = dict[int, list[Batch]]


class Meter:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """What happens inside belongs to `stage`."""
        began = process_time()
        try:
            yield
        finally:
            self.spent[stage] += process_time() - began


async def main(settings: EngineSettings, number: int) -> dict[str, float]:
    """All stages on a topic that holds `number` records, into an empty database."""
    meter = Meter()
    record_batches.install([TOPIC])
    log = await fetched(settings.kafka, number, meter)
    gc.freeze()
    with meter("decode"):
        for batches in log.values():
            for batch in batches:
                for value in batch.values:
                    decode(value)
    async with worker(settings, CollectorRegistry()) as (service, _):
        engine: Engine = service._engine
        await claim(engine, settings)
        await folded(engine, log, meter)
    meter.spent["fold"] -= meter.spent["decode"]
    return {stage: seconds * 1e6 / number for stage, seconds in meter.spent.items()}


async def fetched(kafka: KafkaSettings, number: int, meter: Meter) -> Log:
    """The whole topic, batch by batch."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    log: Log = {}
    try:
        while sum(batches[-1].next for batches in log.values()) < number:
            with meter("fetch"):
                polled: Mapping[TopicPartition, list[Batch]] = await consumer.getmany(timeout_ms=200, max_records=BATCHES_A_POLL)
            for tp, batches in polled.items():
                log.setdefault(tp.partition, []).extend(batches)
    finally:
        await consumer.stop()
    return log


async def claim(engine: Engine, settings: EngineSettings) -> None:
    """Make the engine the owner of every partition."""
    async with kafka_log(settings.kafka, TOPIC) as view:
        log_id = await view.identity()
        for number, (begin, end) in (await view.bounds()).items():
            engine.adopt(await engine.claim(number, log_id, begin, end))


async def folded(engine: Engine, log: Log, meter: Meter) -> None:
    """Apply the log, the partitions in turn, flushing as the engine does; encoding is measured inside the flush."""
    take = {number: metered(partition.take_dirty, meter) for number, partition in engine.partitions.items()}
    for number, partition in engine.partitions.items():
        partition.take_dirty = take[number]  # type: ignore[method-assign]
    flushed_at = 0.0
    for place in range(max(map(len, log.values()))):
        for number, batches in log.items():
            for batch in batches[place : place + 1]:
                with meter("fold"):
                    await engine.apply(engine.partitions[number], batch)
        if engine.crowded or meter.spent["fold"] - flushed_at > FLUSH_EVERY:
            flushed_at = meter.spent["fold"]
            await flush(engine, meter)
    await flush(engine, meter)


async def flush(engine: Engine, meter: Meter) -> None:
    """One flush, less what encoding takes in it."""
    encoded = meter.spent["encode"]
    with meter("flush"):
        for _ in range(FLUSHES):
            with suppress(StoreUnavailable):  # a slow moment of the database
                await engine.flush()
                break
        else:
            message = "the database did not take a flush"
            raise StoreUnavailable(message)
    meter.spent["flush"] -= meter.spent["encode"] - encoded


def metered(take_dirty: Any, meter: Meter) -> Any:
    """`take_dirty`, counted as encoding."""

    def counted() -> Any:
        with meter("encode"):
            return take_dirty()

    return counted


if __name__ == "__main__":
    chosen = EngineSettings(kafka=KafkaSettings(bootstrap_servers=sys.argv[1]), database=DatabaseSettings(url=SecretStr(sys.argv[2])))
    print(json.dumps(asyncio.run(main(chosen, int(sys.argv[3])))))  # noqa: T201
