"""What the core in C saves: W1 decoded, folded and encoded in this process by Python and by the
core in turn, without a broker and a database.

python -m tests.benchmarks.folds [EVENTS] [ROUNDS]      prints µs of CPU an event, each pair, and
the median of their ratios
"""

import asyncio
import gc
import sys
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from statistics import median
from time import process_time

from prometheus_client import CollectorRegistry

from floorpulse.kpi_engine.app import Engine, EngineOptions, RecordBatch
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.native.core import Core, core
from tests.benchmarks.workload import START, Record, Shape, workload
from tests.fakes.engine import Channels, MemoryStore

BATCH = 1_000
FLUSH_EVERY = 20_000
"""Events between two flushes of all partitions"""
OPTIONS = EngineOptions(
    allowance=15_000,
    slice_records=400,
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


async def spent(log: list[tuple[int, RecordBatch]], chosen: Core | None) -> tuple[float, float]:
    """Seconds of CPU: decoding and folding, encoding."""
    channels = Channels()
    engine = Engine(
        MemoryStore(), channels, channels, OPTIONS, EngineMetrics(CollectorRegistry()), chosen
    )
    for number in {number for number, _ in log}:
        engine.adopt(await engine.claim(number, "log", 0, 1 << 40))
    folding = encoding = 0.0
    since = 0
    for number, batch in log:
        began = process_time()
        await engine.apply(engine.partitions[number], batch)
        folding += process_time() - began
        since += len(batch.values)
        if since >= FLUSH_EVERY:
            since = 0
            encoding += await flushed(engine)
    return folding, encoding + await flushed(engine)


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
    number = sum(len(batch.values) for _, batch in log)
    ratios: list[float] = []
    for _ in range(rounds):
        costs = []
        for chosen in (None, core()):
            gc.collect()
            costs.append([one * 1e6 / number for one in asyncio.run(spent(log, chosen))])
        (python, encoding), (native, encoding_too) = costs
        ratios.append((native + encoding_too) / (python + encoding))
        print(  # noqa: T201  a table for who runs it
            f"decode and fold {python:.2f} → {native:.2f}, encode {encoding:.2f} → "
            f"{encoding_too:.2f} µs an event; together × {ratios[-1]:.2f}"
        )
    print(f"median × {median(ratios):.2f}")  # noqa: T201  see above


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
