"""The engine at two paces on a database that is not empty: full, where a flush gathers many events,
and live, where it gathers few.

    fill ── vacuum ── round 1: live, full ── round 2: live, full ── … ── vacuum      another
    revision (`--against`) takes turns, round by round

Nothing goes on in the server meanwhile but what a portion asks for: autovacuum is off and no
checkpoint is due. The vacuum at the end is told apart, as CPU of each event since the first vacuum.

PostgreSQL's work an event depends on both: few events a flush are written one by one, and a table
that was vacuumed and has been full of rows for long is not what an empty one is.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import psutil

from tests.benchmarks.checkout import Checkout, this, with_its_own
from tests.benchmarks.machine import cores, cpu
from tests.benchmarks.rig import Rig, connected
from tests.benchmarks.workload import Shape

WORKER = Path(__file__).with_name("pace_worker.py")
PACES = {"live": 1_000, "full": 20_000}
"""Events of a flush: an engine flushes each second, and after as many rows at the latest"""
PORTION = 20_000
FILLING = 20_000
ANSWER_WITHIN = 600.0

QUIET = {"autovacuum": "off", "checkpoint_timeout": "1h", "max_wal_size": "16GB"}
WRITTEN = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
UPDATES = (
    "SELECT coalesce(sum(n_tup_upd), 0), coalesce(sum(n_tup_hot_upd), 0) FROM "
    "pg_stat_user_tables WHERE relname = 'visit'"
)


@dataclass(frozen=True)
class Paced:
    """What was asked: `stored` events before the first measured one, `events` at each pace, the
    revision to compare with.
    """

    stored: int
    events: int
    base: Checkout | None = None

    @property
    def rounds(self) -> int:
        """How often every engine does a portion at every pace."""
        return max(1, self.events // PORTION)


@dataclass(frozen=True)
class Pace:
    """One engine at one pace: CPU µs an event of the worker and of PostgreSQL, portion by portion,
    and WAL bytes an event.
    """

    title: str
    pace: str
    every: int
    events: int
    worker: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Paces:
    """All of them, how many events were stored before; and of each engine, by its title, what
    follows.

    `hot` is the share of visit updates that touched no index, `vacuum` CPU µs an event of vacuuming
    afterwards, `folds` says who makes the usual steps of the fold: "native" (the core in C) or
    "python".
    """

    stored: int
    paces: list[Pace]
    hot: dict[str, float]
    vacuum: dict[str, float]
    folds: dict[str, str]


class Worker:
    """An engine in a process of its own, with a database of its own."""

    def __init__(
        self,
        title: str,
        process: asyncio.subprocess.Process,
        database: asyncpg.Connection,
        server: psutil.Process,
    ) -> None:
        self.title = title
        self.paces = {pace: Pace(title, pace, every, 0) for pace, every in PACES.items()}
        self.hot = 0.0
        self.vacuum = 0.0
        self.log = ""
        self.folds_by = ""
        self._process = process
        self._database = database
        self._server = server

    async def answer(self) -> dict[str, Any]:
        """The next line that it says. Raises TimeoutError, RuntimeError where it ended."""
        out = self._process.stdout
        line = b"" if out is None else await asyncio.wait_for(out.readline(), ANSWER_WITHIN)
        if not line:
            message = f"{self.title}: the worker ended"
            raise RuntimeError(message)
        said: dict[str, Any] = json.loads(line)
        return said

    async def fold(self, events: int, every: int) -> dict[str, Any]:
        """Let it fold so many events and flush every so many."""
        if self._process.stdin is not None:
            self._process.stdin.write(b"%d %d\n" % (events, every))
        return await self.answer()

    async def settle(self) -> None:
        """Leave the tables as autovacuum and a checkpoint leave them."""
        await self._database.execute("VACUUM (ANALYZE)")
        await self._database.execute("CHECKPOINT")

    async def measure(self, pace: str) -> None:
        """One portion at a pace."""
        known = self.paces[pace]
        before = cpu(self._server)
        wal = await self._database.fetchval(WRITTEN)
        done = await self.fold(PORTION, known.every)
        if not done["events"]:
            return
        share = 1e6 / done["events"]
        known.worker.append(done["cpu"] * share)
        known.postgres.append((cpu(self._server) - before) * share)
        known.written.append(float(await self._database.fetchval(WRITTEN) - wal) / done["events"])
        self.paces[pace] = replace(known, events=known.events + done["events"])

    async def end(self) -> None:
        """Vacuum; let it end, and look at what the server counted of its updates: sessions tell at
        their end at the latest.
        """
        before = cpu(self._server)
        await self._database.execute("VACUUM")
        self.vacuum = (
            (cpu(self._server) - before) * 1e6 / sum(one.events for one in self.paces.values())
        )
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        await asyncio.sleep(1)
        [(updates, hot)] = await self._database.fetch(UPDATES)
        self.hot = float(hot / updates) if updates else 0.0


async def paces(rig: Rig, shape: Shape, asked: Paced) -> Paces:
    """Measure this checkout, and the other one in turns with it. Raises TimeoutError, RuntimeError
    and asyncpg's errors.
    """
    log = replace(shape, events=asked.stored + len(PACES) * asked.rounds * PORTION)
    checkouts = [this(), *([] if asked.base is None else [asked.base])]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(undisturbed(rig))
        workers = [await stack.enter_async_context(started(rig, one, log)) for one in checkouts]
        if len({worker.log for worker in workers}) > 1:
            message = "the other revision writes another log: its paces cannot be compared"
            raise RuntimeError(message)
        for worker in workers:
            await worker.fold(asked.stored, FILLING)
            await worker.settle()
        for worker, pace in turns(workers, asked.rounds):
            await worker.measure(pace)
        for worker in workers:
            await worker.end()
        measured = [one for worker in workers for one in worker.paces.values()]
        return Paces(
            asked.stored,
            measured,
            {one.title: one.hot for one in workers},
            {one.title: one.vacuum for one in workers},
            {one.title: one.folds_by for one in workers},
        )


@asynccontextmanager
async def undisturbed(rig: Rig) -> AsyncIterator[None]:
    """The server does nothing by itself meanwhile."""
    async with connected(rig.database) as server:
        for name, value in QUIET.items():
            await server.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await server.execute("SELECT pg_reload_conf()")
        yield
        for name in QUIET:
            await server.execute(f"ALTER SYSTEM RESET {name}")
        await server.execute("SELECT pg_reload_conf()")


def turns(workers: Sequence[Worker], rounds: int) -> Iterator[tuple[Worker, str]]:
    """Who does what next: every round each engine at each pace, so that none has the quiet minutes
    alone.
    """
    for number in range(rounds):
        for pace in PACES:
            for worker in reversed(workers) if number % 2 else workers:
                yield worker, pace


@asynccontextmanager
async def started(rig: Rig, checkout: Checkout, log: Shape) -> AsyncIterator[Worker]:
    """A worker of a checkout on the core of the systems, its database made and dropped."""
    name = f"pace_{uuid4().hex[:12]}"
    dsn = rig.database.rpartition("/")[0] + f"/{name}"
    async with connected(rig.database) as server:
        await server.execute(f"CREATE DATABASE {name}")
        process = await asyncio.create_subprocess_exec(
            checkout.python, WORKER, json.dumps(asdict(log)),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env=with_its_own({**checkout.environment, "FLOORPULSE_DATABASE__URL": dsn}),
        )  # fmt: skip
        os.sched_setaffinity(process.pid, cores()[0])
        try:
            async with connected(dsn) as connection:
                worker = Worker(checkout.title, process, connection, rig.bystanders["postgres"])
                ready = await worker.answer()
                worker.log = ready["log"]
                worker.folds_by = ready["fold"]
                yield worker
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
