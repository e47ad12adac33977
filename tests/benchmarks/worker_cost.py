"""CPU an event: one engine worker with durable state, PostgreSQL beside it, and idiomatic Faust on the same log.

    python -m tests.benchmarks.worker_cost [--events 60000] [--faust-events 6000]

Runs on Apache Kafka. The workers join while the log is empty and are frozen while it fills, so that neither start-up nor
the generator is measured: from thaw to the last event counted (ours: and durable).
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import asyncpg
import msgspec
import psutil
from pydantic import SecretStr

from services.contracts import events
from services.contracts.events import AnyEvent, partition_key
from services.contracts.topics import CONTACT_EVENTS, TOPICS
from services.migrations import migrate
from services.runtime.embedded import Postgres
from services.runtime.kafka import ensure_topics, producer
from services.runtime.settings import DatabaseSettings, KafkaSettings
from tests.integration.kafka import ApacheKafka

START = 1_794_300_000_000
HOUR = 3_600_000
QUEUES = 50
WITHIN = 900.0
Reached = Callable[[], Awaitable[int]]
IDIOMATIC = Path(__file__).with_name("idiomatic_faust.py")


def workload(number: int) -> list[AnyEvent]:
    """The first events of contacts over an hour, in order: 15 % abandon, the others are answered, ended and wrapped."""
    return sorted(islice(contacts(number), number), key=lambda one: one.at)


def contacts(most: int) -> Iterator[AnyEvent]:
    """Contacts, three or so events each, one after the other."""
    dice = random.Random(11)
    for number in range(most):
        at = START + number * HOUR // most
        common = {"source": "bench", "tenant": "acme", "contact": f"c{number:08}"}
        yield events.ContactOffered(id=f"{number}-o", at=at, queue=f"q{dice.randrange(QUEUES)}", **common)  # type: ignore[arg-type]
        wait = int(dice.expovariate(1 / 15_000))
        if dice.random() < 0.15:
            yield events.ContactAbandoned(id=f"{number}-x", at=at + wait, **common)  # type: ignore[arg-type]
            continue
        talk = int(dice.expovariate(1 / 180_000))
        yield events.ContactAnswered(id=f"{number}-a", at=at + wait, agent=f"a{dice.randrange(400)}", **common)  # type: ignore[arg-type]
        yield events.ContactEnded(id=f"{number}-e", at=at + wait + talk, talk_ms=talk, **common)  # type: ignore[arg-type]
        yield events.ContactWrapped(id=f"{number}-w", at=at + wait + talk + 20_000, wrap_ms=20_000, **common)  # type: ignore[arg-type]


async def fill(kafka: KafkaSettings, told: list[AnyEvent]) -> None:
    """Put the events into the log."""
    sender = await producer(kafka, linger_ms=20)
    try:
        sent = [await sender.send(CONTACT_EVENTS.name, msgspec.json.encode(one), key=partition_key(one)) for one in told]
        await asyncio.gather(*sent)
    finally:
        await sender.stop()


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a process and its children, living or not, have used."""
    used = process.cpu_times()
    return float(sum(used[:4]) + sum(cpu(child) for child in process.children()))


@asynccontextmanager
async def running(*command: str, log: Path, **settings: str) -> AsyncIterator[psutil.Process]:
    """A worker in a process of its own."""
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            env={**os.environ, **settings},  # noqa: TID251  PATH
            stdout=said,
            stderr=said,
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        await process.wait()


async def measured(watched: list[psutil.Process], kafka: KafkaSettings, told: list[AnyEvent], reached: Reached) -> list[float]:
    """Fill the log while the worker (the first of `watched`) is frozen; CPU µs an event of each from thaw to the last event."""
    watched[0].send_signal(signal.SIGSTOP)
    await fill(kafka, told)
    before = [cpu(one) for one in watched]
    watched[0].send_signal(signal.SIGCONT)
    await until(reached, len(told))
    return [(cpu(one) - start) * 1e6 / len(told) for one, start in zip(watched, before, strict=True)]


async def until(reached: Reached, goal: int) -> None:
    """Return once that many events are counted; TimeoutError after `WITHIN` seconds."""
    async with asyncio.timeout(WITHIN):
        while await reached() < goal:  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(0.2)


async def floorpulse(server: ApacheKafka, postgres: Postgres, folder: Path, number: int) -> list[float]:
    """The engine as it is shipped: CPU µs an event of the worker, and of PostgreSQL."""
    kafka, database = KafkaSettings(bootstrap_servers=server.bootstrap), DatabaseSettings(url=SecretStr(postgres.dsn))
    await ensure_topics(kafka, TOPICS)
    await migrate(database)
    connection = await asyncpg.connect(postgres.dsn)

    async def durable() -> int:
        return int(await connection.fetchval("SELECT coalesce(sum(next_offset), 0) FROM stream_partition"))

    async def claimed() -> int:
        return int(await connection.fetchval("SELECT count(*) FROM stream_partition"))

    settings = {
        "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": server.bootstrap,
        "FLOORPULSE_DATABASE__URL": postgres.dsn,
        "FLOORPULSE_ENGINE__SESSION_SECONDS": "30",
    }
    try:
        async with running("-m", "services.cli", "engine", log=folder / "engine.log", **settings) as worker:
            await until(claimed, CONTACT_EVENTS.partitions)
            return await measured([worker, psutil.Process(postgres.pid)], kafka, workload(number), durable)
    finally:
        await connection.close()


async def idiomatic_faust(server: ApacheKafka, folder: Path, number: int) -> list[float]:
    """A Faust agent that counts the same events in a windowed table: CPU µs an event of the worker."""
    kafka, progress = KafkaSettings(bootstrap_servers=server.bootstrap, compression="none"), folder / "progress"
    await ensure_topics(kafka, TOPICS)

    async def counted() -> int:
        return int(progress.read_text() or 0) if progress.exists() else -1

    words = [str(IDIOMATIC), server.bootstrap, str(progress), str(folder / "faust")]
    async with running(*words, log=folder / "faust.log") as worker:
        await until(counted, 0)
        return await measured([worker], kafka, workload(number), counted)


async def main(number: int, faust_number: int) -> None:
    """Print both figures and their ratio."""
    with tempfile.TemporaryDirectory(prefix="floorpulse-bench-") as name:
        folder = Path(name)
        postgres = Postgres(folder)
        server = ApacheKafka(folder)
        try:
            await postgres.start()
            await server.start()
            worker, database = await floorpulse(server, postgres, folder, number)
            await server.clear()
            [faust] = await idiomatic_faust(server, folder, faust_number)
        finally:
            await server.stop()
            await postgres.stop()
    print(f"Apache Kafka, {number:,} events; Faust {faust_number:,}")  # noqa: T201
    print(f"worker, durable   {worker:8.1f} µs of CPU an event")  # noqa: T201
    print(f"PostgreSQL        {database:8.1f}")  # noqa: T201
    print(f"idiomatic Faust   {faust:8.1f}   {faust / worker:.1f} × the worker")  # noqa: T201


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--events", type=int, default=60_000)
    options.add_argument("--faust-events", type=int, default=6_000)
    chosen = options.parse_args()
    asyncio.run(main(chosen.events, chosen.faust_events))
