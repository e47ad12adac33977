"""How engine and PostgreSQL's cost of an event grows with queues, partitions and what is stored.

    each case: its own engine and database ── fill ── vacuum        then portions in turns, at
    live and at full pace

The first case is what the others are held against, portion against portion of the same round.

python -m tests.benchmarks.growth --rounds 7 --out docs/benchmarks         writes growth.md
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from tests.benchmarks.checkout import HERE, this
from tests.benchmarks.machine import cores, described
from tests.benchmarks.paces import FILLING, PACES, PORTION, Worker, started, turns, undisturbed
from tests.benchmarks.rig import Rig, connected, rig
from tests.benchmarks.workload import Shape

REPORT = HERE / "docs" / "benchmarks"
PAGE = "growth.md"
SIZE = (
    "SELECT coalesce(sum(pg_database_size(datname)), 0)::float FROM pg_database WHERE datname "
    "LIKE 'pace_%'"
)


@dataclass(frozen=True)
class Case:
    """A shape of the log, and how many of its events are stored before the first measured one."""

    title: str
    shape: Shape
    stored: int = 60_000


CASES = (
    Case("500 queues, 8 partitions, 60,000 events stored", Shape()),
    Case("20,000 queues", Shape(queues=20_000)),
    Case("1 partition", Shape(partitions=1)),
    Case("32 partitions", Shape(partitions=32)),
    Case("400,000 events stored", Shape(), 400_000),
)


async def measured(here: Rig, rounds: int) -> tuple[list[Worker], dict[str, float]]:
    """All cases in turns, and the bytes of the database by case for each event. Raises
    TimeoutError, RuntimeError and asyncpg's errors.
    """
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(undisturbed(here))
        workers: list[Worker] = []
        sizes: dict[str, float] = {}
        for case in CASES:
            events = case.stored + len(PACES) * rounds * PORTION
            log = replace(case.shape, events=events)
            checkout = replace(this(), title=case.title)
            worker = await stack.enter_async_context(started(here, checkout, log))
            before = await size(here)
            await worker.fold(case.stored, FILLING)
            await worker.settle()
            sizes[case.title] = (await size(here) - before) / case.stored
            workers.append(worker)
            say(f"{case.title}: filled")
        for worker, pace in turns(workers, rounds):
            await worker.measure(pace)
        return workers, sizes


async def size(here: Rig) -> float:
    """Bytes of all engines' databases."""
    async with connected(here.database) as server:
        return float(await server.fetchval(SIZE))


def written(workers: Sequence[Worker], sizes: dict[str, float], facts: dict[str, str]) -> str:
    """The page."""
    rows = [row(worker, workers[0], pace, sizes) for worker in workers for pace in PACES]
    machine = "; ".join(f"{name} {fact}" for name, fact in facts.items())
    return "\n".join(
        [HEAD.format(portions=len(workers[0].paces["live"].worker)), *rows, "", f"{machine}.", ""]
    )


def row(worker: Worker, base: Worker, pace: str, sizes: dict[str, float]) -> str:
    """One case at one pace."""
    mine, first = worker.paces[pace], base.paces[pace]
    costs = [
        f"**{median(here):.1f}** [{min(here):.1f}, {max(here):.1f}] | {ratio(here, there):.2f}"
        for here, there in ((mine.worker, first.worker), (mine.postgres, first.postgres))
    ]
    beside = f"{median(mine.written):,.0f} | {sizes[worker.title]:,.0f}"
    return f"| {worker.title}, {pace} | {' | '.join(costs)} | {beside} |"


def ratio(mine: Sequence[float], first: Sequence[float]) -> float:
    """The median of portion against portion."""
    return median(here / there for here, there in zip(mine, first, strict=False))


HEAD = """# Cost by queues, partitions and what is stored

Written by `python -m tests.benchmarks.growth`: an engine and a database for each case, all on one
core and one server, taking turns in portions of 20,000 events. *Live*: a flush gathers 1,000
events. *Full*: it gathers 20,000. Medians [lowest, highest] of {portions} portions; ×: the median
of the ratios to the first case's portion of the same round. *Stored*: bytes of the whole database
for each event before the first portion, after a vacuum.

| | worker, CPU µs an event | × | PostgreSQL, CPU µs an event | × | WAL bytes an event | stored |
| --- | --- | --- | --- | --- | --- | --- |"""


def say(words: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{words}\n")


async def main(rounds: int, out: Path) -> None:
    """Measure and write."""
    os.sched_setaffinity(0, cores()[1])
    with tempfile.TemporaryDirectory(prefix="floorpulse-growth-") as name:
        async with rig(Path(name), Shape().partitions) as here:
            workers, sizes = await measured(here, rounds)
            async with connected(here.database) as server:
                versions = {"PostgreSQL": str(await server.fetchval("SHOW server_version"))}
    (out / PAGE).write_text(written(workers, sizes, {**described(), **versions}), "utf-8")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    words.add_argument("--rounds", type=int, default=7, help="portions of each case at each pace")
    words.add_argument("--out", type=Path, default=REPORT, help="folder of the page")
    asyncio.run(main(**vars(words.parse_args())))
