"""What it costs to tell readers, and what it costs them to take it in: CPU of publishing and of a
board alone, in a process that does nothing else.

    W1 ─► fold ─► [Publisher ─► producer] ─► broker          [decode ─► Board]

The clock is made: between two rounds of telling so many events arrive as their pace says. A worker
that reads an old log is behind and knows it; one on a live floor is not. Folding is not counted.

python -m tests.benchmarks.telling [--without-broker] > JSON by case
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from floorpulse.board.adapters import updates as reading
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker
from floorpulse.kpi_engine.fold.decode import decode
from floorpulse.kpi_engine.fold.partition import Numbered, Partition
from floorpulse.kpi_engine.kafka.producer import Outgoing
from floorpulse.kpi_engine.publish import publisher as publishing
from floorpulse.kpi_engine.publish.publisher import Publisher
from floorpulse.runtime.gc_tuning import leave_alone_what_is_here
from floorpulse.runtime.kafka import ensure_topics, producer
from floorpulse.runtime.settings import KafkaSettings
from tests.benchmarks.workload import START, Shape, workload
from tests.fakes.engine import MemoryStore
from tests.fakes.slices import told_by

ALLOWANCE = 15_000
FLUSH = 1_000


@dataclass(frozen=True)
class Case:
    """So many events of a floor, at `pace` a second, told every `every` milliseconds; `behind`: all
    of them stand in the log already.
    """

    name: str
    shape: Shape
    pace: int
    every: int
    behind: bool


CASES = (
    Case("an old log", Shape(events=200_000), 20_000, 100, behind=True),
    Case("a live floor", Shape(events=60_000), 1_000, 250, behind=False),
    Case("20,000 queues", Shape(events=60_000, queues=20_000), 1_000, 250, behind=False),
)


@dataclass(frozen=True)
class Cost:
    """µs of CPU an event, for who tells and for who reads; `updates` and bytes an event."""

    telling: float
    reading: float
    updates: int
    size: float
    version: int


class Clock:
    """A wall clock and a steady one that go on together."""

    def __init__(self) -> None:
        self.now = START

    def install(self) -> None:
        """Let the publisher go by it."""
        for name in ("now_ms", "steady_ms"):
            setattr(publishing, name, lambda: self.now)


class Wire:
    """A producer that remembers what it sends, and sends it by another one where there is one."""

    def __init__(self, real: Any = None) -> None:
        self.sent: list[bytes] = []
        self._real = real

    async def send_and_wait(self, topic: str, value: bytes, **more: Any) -> None:
        """As aiokafka's."""
        self.sent.append(value)
        if self._real is not None:
            await self._real.send_and_wait(topic, value, **more)


async def measured(case: Case, wire: Wire) -> Cost:
    """Tell all of a case, then read it."""
    clock = Clock()
    clock.install()
    store = MemoryStore()
    partitions = [store.own(number) for number in range(case.shape.partitions)]
    publisher = Publisher(Outgoing(wire), ALLOWANCE)
    log = events_of(case.shape)
    total = sum(map(len, log))
    rounds = -(-total * 1000 // (case.pace * case.every))
    leave_alone_what_is_here()
    told = 0.0
    for one in range(1, rounds + 1):
        clock.now += case.every
        for partition, mine in zip(partitions, log, strict=True):
            reached = min(len(mine), -(-len(mine) * one // rounds))
            fold(publisher, partition, mine[partition.next_offset : reached], reached)
            if one % (FLUSH // case.every) == 0 and partition.take_dirty() is not None:
                partition.flushed()
        ends = {
            one.number: len(log[one.number]) if case.behind else one.next_offset
            for one in partitions
        }
        began = process_time()
        await publisher.publish(partitions, ends)
        told += process_time() - began
    taken, board = read(wire.sent, clock.now)
    size = sum(map(len, wire.sent)) / total
    return Cost(told * 1e6 / total, taken * 1e6 / total, len(wire.sent), size, board.version)


def events_of(shape: Shape) -> list[list[Numbered]]:
    """The workload's events by partition, those that cannot be read left out."""
    log: list[list[Numbered]] = [[] for _ in range(shape.partitions)]
    for record in workload(shape):
        event = decode(record.value)
        if not isinstance(event, Refusal):
            mine = log[record.partition]
            mine.append((len(mine), event))
    return log


def fold(
    publisher: Publisher, partition: Partition, events: Sequence[Numbered], reached: int
) -> None:
    """As the engine takes a slice in."""
    if not events:
        return
    partition.apply(events, reached)
    instants: list[int] = [event.at for _, event in events]  # type: ignore[misc]  # decoded
    at = max(instants)
    partition.advance(instants, at, ALLOWANCE)
    partition.applied += len(events)
    publisher.note(partition.number, told_by(*(event for _, event in events), appended_at=at))


def read(sent: Sequence[bytes], now: int) -> tuple[float, Board]:
    """A board takes in what was told; the CPU that it took."""
    board = Board(Rules(ZoneInfo("UTC"), idle=1 << 50), lambda: now)
    began = process_time()
    for value in sent:
        record: Any = SimpleNamespace(value=value, topic="", partition=0, offset=0)
        for update in reading._decoded(record):
            if update is not None:
                board.take(update, now)
    return process_time() - began, board


@asynccontextmanager
async def brokered(folder: Path) -> AsyncIterator[Any]:
    """A producer of an embedded broker."""
    broker = Broker(folder / "broker")
    await broker.start()
    settings = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    try:
        await ensure_topics(settings, TOPICS)
        sender = await producer(settings)
        try:
            yield sender
        finally:
            await sender.stop()
    finally:
        await broker.stop()


async def main(*, without_broker: bool) -> Mapping[str, Mapping[str, Any]]:
    """All cases."""
    if without_broker:
        return {case.name: asdict(await measured(case, Wire())) for case in CASES}
    with TemporaryDirectory() as folder:
        async with brokered(Path(folder)) as sender:
            return {case.name: asdict(await measured(case, Wire(sender))) for case in CASES}


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(asyncio.run(main(without_broker="--without-broker" in sys.argv)), indent=1)
        + "\n"
    )
