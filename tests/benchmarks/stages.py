"""Where the engine's CPU goes: each stage run on the whole workload in this process, alone, as the
difference to the stage before.

    fetch     record batches from the broker, whole            aiokafka, adapters/record_batches
    decode    JSON to events                                    domain/decode
    fold      events to visits and panes, slice by slice        app.Engine.apply, less decode
    encode    dirty rows to what PostgreSQL is sent             Partition.take_dirty
    flush     the transaction, our side of it                   adapters/store, the rest of the
    whole

The one file of the benchmark that knows the engine's inside.

python -m tests.benchmarks.stages BOOTSTRAP DSN TOPIC_RECORDS        prints JSON: by stage, µs of
CPU an event, [whole, calm]
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import process_time
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.kpi_engine.app import Engine, RecordBatch
from floorpulse.kpi_engine.fold.decode import decode
from floorpulse.kpi_engine.kafka import record_batches
from floorpulse.kpi_engine.kafka.consumer import BATCHES_A_POLL
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.kpi_engine.wiring import worker
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.logging import configure
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings, LogSettings
from floorpulse.runtime.unavailable import StoreUnavailable

TOPIC = CONTACT_EVENTS.name
STAGES = ("fetch", "decode", "fold", "encode", "flush")
FLUSH_EVERY = 1.0
"""Seconds of CPU between two flushes: the engine's pace while it has much to do."""

FLUSHES = 5
"""How often a flush is tried."""

Log = dict[int, list[RecordBatch]]


class Meter:
    """CPU seconds by stage, piece by piece."""

    def __init__(self) -> None:
        self.pieces: dict[str, list[tuple[float, int]]] = {stage: [] for stage in STAGES}

    @contextmanager
    def __call__(self, stage: str) -> Iterator["Piece"]:
        """What happens inside is a piece of `stage`; how many events it was for may be said before
        it ends.
        """
        piece = Piece()
        began = process_time()
        try:
            yield piece
        finally:
            self.pieces[stage].append((process_time() - began - piece.less, piece.events))

    def gather(self, stage: str, events: int) -> float:
        """Make one piece of those whose events are not said yet; its seconds."""
        known = [piece for piece in self.pieces[stage] if piece[1]]
        seconds = self.spent(stage) - sum(seconds for seconds, _ in known)
        self.pieces[stage] = [*known, (seconds, events)]
        return seconds

    def spent(self, stage: str) -> float:
        """Seconds so far."""
        return sum(seconds for seconds, _ in self.pieces[stage])

    def whole(self, stage: str, number: int) -> float:
        """µs an event, of all `number`."""
        return self.spent(stage) * 1e6 / number

    def calm(self, stage: str) -> float:
        """µs an event: lower quartile of the pieces, so that what the host takes for itself is left
        out.
        """
        costs = sorted(seconds * 1e6 / events for seconds, events in self.pieces[stage] if events)
        return costs[(len(costs) - 1) // 4]


@dataclass(eq=False)
class Piece:
    """What a piece of work was for, and seconds in it that belong to another stage."""

    events: int = 0
    less: float = 0.0


async def main(settings: EngineSettings, number: int) -> dict[str, tuple[float, float]]:
    """All stages on a topic that holds `number` records, into an empty database."""
    meter = Meter()
    record_batches.install([TOPIC])
    log = await fetched(settings.kafka, number, meter)
    gc.freeze()
    for batches in log.values():
        for batch in batches:
            with meter("decode") as piece:
                piece.events = len(batch.values)
                for value in batch.values:
                    decode(value)
    async with worker(settings, CollectorRegistry()) as (service, _):
        engine: Engine = service._engine
        await claim(engine, settings)
        await folded(engine, log, meter)
    found = {stage: (meter.whole(stage, number), meter.calm(stage)) for stage in STAGES}
    (whole, calm) = found["fold"]
    (decoding, calmly) = found["decode"]
    return found | {"fold": (whole - decoding, calm - calmly)}


async def fetched(kafka: KafkaSettings, number: int, meter: Meter) -> Log:
    """The whole topic, batch by batch."""
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    log: Log = {}
    try:
        while sum(batches[-1].next for batches in log.values()) < number:
            with meter("fetch") as piece:
                polled: Mapping[TopicPartition, list[RecordBatch]] = await consumer.getmany(
                    timeout_ms=200, max_records=BATCHES_A_POLL
                )
                piece.events = sum(
                    len(batch.values) for batches in polled.values() for batch in batches
                )
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
    """Apply the log, the partitions in turn, flushing as the engine does; encoding is measured
    inside the flush.
    """
    take = {
        number: metered(partition.take_dirty, meter)
        for number, partition in engine.partitions.items()
    }
    for number, partition in engine.partitions.items():
        partition.take_dirty = take[number]  # type: ignore[method-assign]
    flushed_at = 0.0
    since = 0
    for place in range(max(map(len, log.values()))):
        for number, batches in log.items():
            for batch in batches[place : place + 1]:
                with meter("fold") as piece:
                    piece.events = len(batch.values)
                    await engine.apply(engine.partitions[number], batch)
                since += len(batch.values)
        if engine.crowded or meter.spent("fold") - flushed_at > FLUSH_EVERY:
            flushed_at = meter.spent("fold")
            await flush(engine, meter, since)
            since = 0
    await flush(engine, meter, since)


async def flush(engine: Engine, meter: Meter, events: int) -> None:
    """One flush of so many events, less what encoding takes in it; encoding becomes one piece."""
    with meter("flush") as piece:
        for _ in range(FLUSHES):
            with suppress(StoreUnavailable):  # a slow moment of the database
                await engine.flush()
                break
        else:
            message = "the database did not take a flush"
            raise StoreUnavailable(message)
        piece.events = events
        piece.less = meter.gather("encode", events)


def metered(take_dirty: Any, meter: Meter) -> Any:
    """`take_dirty`, counted as encoding."""

    def counted() -> Any:
        with meter("encode"):
            return take_dirty()

    return counted


if __name__ == "__main__":
    configure(LogSettings())  # what is logged must not stand between the figures
    chosen = EngineSettings(
        kafka=KafkaSettings(bootstrap_servers=sys.argv[1]),
        database=DatabaseSettings(url=SecretStr(sys.argv[2])),
    )
    print(json.dumps(asyncio.run(main(chosen, int(sys.argv[3])))))  # noqa: T201
