"""What the core in C saves: W1 decoded, folded and encoded in this process by Python and by the
core in turn, without a broker and a database.

python -m tests.benchmarks.folds [EVENTS] [ROUNDS]      prints µs of CPU an event, each pair, and
the median of their ratios
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from time import process_time

from prometheus_client import CollectorRegistry

from floorpulse.kpi_engine.app import Engine, EngineOptions, RecordBatch
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.native.core import Core, core
from floorpulse.runtime.gc_tuning import COLLECTIONS, leave_alone_what_is_here
from tests.benchmarks.workload import START, Record, Shape, workload
from tests.fakes.engine import Channels, MemoryStore

BATCH = 1_000
FLUSH_EVERY = 20_000
"""Events between two flushes of all partitions"""
OPTIONS = EngineOptions(
    allowance=15_000,
    slice_records=1_000,
    dirty_rows=1 << 30,
    outage_rows=1 << 30,
    visits_in_memory=50_000,
    panes_in_memory=50_000,
)


def batches(records: Iterable[Record]) -> list[tuple[int, RecordBatch]]:
    """The log as it is read: some records of one partition, then of the next."""
    logs: defaultdict[int, list[bytes | None]] = defaultdict(list)
    for one in records:
        logs[one.partition].append(one.value)
    found = [
        (first, number, RecordBatch(first, last, log[first:last], range(first, last), START))
        for number, log in logs.items()
        for first, last in pairwise([*range(0, len(log), BATCH), len(log)])
    ]
    return [(number, batch) for _, number, batch in sorted(found, key=lambda one: one[:2])]


@dataclass
class Costs:
    """Pieces of work: seconds of CPU, and for how many events."""

    fold: list[tuple[float, int]] = field(default_factory=list)
    encode: list[tuple[float, int]] = field(default_factory=list)


def whole(pieces: Sequence[tuple[float, int]]) -> float:
    """µs an event, of all."""
    return sum(cost for cost, _ in pieces) * 1e6 / sum(number for _, number in pieces)


def calm(pieces: Sequence[tuple[float, int]]) -> float:
    """µs an event, the lower quartile of the pieces: what other processes cost is left out."""
    costs = sorted(cost * 1e6 / number for cost, number in pieces)
    return costs[(len(costs) - 1) // 4]


async def spent(log: list[tuple[int, RecordBatch]], chosen: Core | None) -> Costs:
    """What decoding and folding cost, batch by batch, and encoding, flush by flush."""
    costs = Costs()
    channels = Channels()
    engine = Engine(
        MemoryStore(), channels, channels, OPTIONS, EngineMetrics(CollectorRegistry()), chosen
    )
    for number in {number for number, _ in log}:
        engine.adopt(await engine.claim(number, "log", 0, 1 << 40))
    since = 0
    for number, batch in log:
        began = process_time()
        await engine.apply(engine.partitions[number], batch)
        costs.fold.append((process_time() - began, len(batch.values)))
        since += len(batch.values)
        if since >= FLUSH_EVERY:
            costs.encode.append((await flushed(engine), since))
            since = 0
    return costs


async def flushed(engine: Engine) -> float:
    """Seconds of CPU for encoding what is dirty; joins are settled before."""
    await engine.join()
    began = process_time()
    taken = [partition.take_dirty() for partition in engine.partitions.values()]
    lasted = process_time() - began
    for partition, rows in zip(engine.partitions.values(), taken, strict=True):
        if rows is not None:
            partition.flushed()
    return lasted


def main(events: int = 200_000, rounds: int = 5) -> None:
    """Alternate, and print."""
    log = batches(workload(Shape(events)))
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        leave_alone_what_is_here(COLLECTIONS)
        python, native = (asyncio.run(spent(log, chosen)) for chosen in (None, core()))
        for name, way in (("whole", whole), ("calm", calm)):
            fold = way(python.fold), way(native.fold)
            encode = way(python.encode), way(native.encode)
            ratios[name].append((fold[1] + encode[1]) / (fold[0] + encode[0]))
            print(  # noqa: T201  a table for who runs it
                f"{name}: decode and fold {fold[0]:.2f} → {fold[1]:.2f}, encode "
                f"{encode[0]:.2f} → {encode[1]:.2f} µs an event; together × {ratios[name][-1]:.2f}"
            )
    for name, found in ratios.items():
        print(f"{name}: median × {median(found):.2f}")  # noqa: T201  see above


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
