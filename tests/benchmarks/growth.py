"""How the cost of an event in the engine grows with queues, partitions and what is held already.

    each case: its own engine ── fill ── portions in turns, forwards and backwards

The first case is what the others are held against, portion against portion of the same round.
Decoding and folding are measured as the setting FLOORPULSE_ENGINE__FOLD says, by the CPU of this
process; what is written goes to a store in memory and is not measured.

python -m tests.benchmarks.growth --rounds 5         prints the rows of a table
"""

import argparse
import asyncio
import gc
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from time import process_time

from prometheus_client import CollectorRegistry

from floorpulse.kpi_engine.app import Engine, RecordBatch
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.native.choice import folding
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.kpi_engine.wiring import options
from tests.benchmarks.pace_worker import Nowhere, by_partition
from tests.benchmarks.workload import START, Record, Shape, workload
from tests.fakes.engine import MemoryStore

PORTION = 20_000
FLUSHED = 5_000
"""Events between two flushes"""


@dataclass(frozen=True)
class Case:
    """A shape of the log, and how many of its events are counted before the first measured one."""

    title: str
    shape: Shape
    before: int = 40_000


CASES = (
    Case("500 queues, 8 partitions, after 40,000 events", Shape()),
    Case("20,000 queues", Shape(queues=20_000)),
    Case("1 partition", Shape(partitions=1)),
    Case("32 partitions", Shape(partitions=32)),
    Case("after 300,000 events", Shape(), 300_000),
)


@dataclass
class Running:
    """The engine of a case, where it is in its log, and what its portions cost: CPU µs an event."""

    case: Case
    engine: Engine
    records: Iterator[Record]
    costs: list[float] = field(default_factory=list)

    async def go_on(self, events: int) -> float:
        """Count the next events; CPU µs of decoding and folding one."""
        spent = 0.0
        for _ in range(0, events, FLUSHED):
            portion = by_partition(itertools.islice(self.records, FLUSHED))
            began = process_time()
            for number, values in portion.items():
                await self._apply(number, values)
            spent += process_time() - began
            await self.engine.flush()
        return spent * 1e6 / events

    async def _apply(self, number: int, values: list[bytes | None]) -> None:
        partition = self.engine.partitions[number]
        offsets = range(partition.next_offset, partition.next_offset + len(values))
        batch = RecordBatch(offsets.start, offsets.stop, values, offsets, START)
        await self.engine.apply(partition, batch)


async def running(case: Case, rounds: int) -> Running:
    """A case that has counted what comes before."""
    # a record may come twice or be late, so the log is a little longer than its events
    records = workload(replace(case.shape, events=case.before + rounds * PORTION))
    settings = EngineSettings()
    engine = Engine(
        MemoryStore(),
        Nowhere(),
        Nowhere(),
        options(settings),
        EngineMetrics(CollectorRegistry()),
        folding(settings.engine.fold).core,
    )
    for number in range(case.shape.partitions):
        engine.adopt(await engine.claim(number, "log", 0, len(records)))
    one = Running(case, engine, iter(records))
    await one.go_on(case.before)
    return one


async def measured(rounds: int) -> list[Running]:
    """All cases, portion by portion in turns."""
    cases = [await running(case, rounds) for case in CASES]
    for number in range(rounds):
        for one in reversed(cases) if number % 2 else cases:
            gc.collect()
            gc.freeze()
            one.costs.append(await one.go_on(PORTION))
    return cases


def row(one: Running, first: Running) -> str:
    """One case: median, lowest and highest, and the median of the ratios to the first one's."""
    costs = one.costs
    spread = f"**{median(costs):.1f}** [{min(costs):.1f}, {max(costs):.1f}]"
    return f"| {one.case.title} | {spread} | {ratio(costs, first.costs):.2f} |"


def ratio(mine: Sequence[float], first: Sequence[float]) -> float:
    """The median of portion against portion."""
    return median(here / there for here, there in zip(mine, first, strict=True))


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    words.add_argument("--rounds", type=int, default=5, help="portions of each case")
    cases = asyncio.run(measured(words.parse_args().rounds))
    sys.stdout.write("".join(f"{row(one, cases[0])}\n" for one in cases))
