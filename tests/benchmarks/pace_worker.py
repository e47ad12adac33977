"""An engine without Kafka that folds a log portion by portion and flushes every so many events, as
it is told on its input.

    python pace_worker.py SHAPE              SHAPE: JSON of workload.Shape
    > 20000 1000                             fold 20,000 events, flush every 1,000
    < {"events": 20000, "cpu": 0.31}         seconds of this process

Its first line says by what it folds: as `FLOORPULSE_ENGINE__FOLD` asks, by the core in C where it
is there. The database is that of the settings. Other revisions are measured beside this one with
this file, run by their own interpreter: `part` finds what each calls by other names.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from time import process_time
from typing import Any

from prometheus_client import CollectorRegistry

from tests.benchmarks.workload import Record, Shape, digest, workload

PACKAGE = "floorpulse" if find_spec("floorpulse") else "services"


def part(*places: str) -> Any:
    """The first of some `module:name` that this revision has; the newest come first."""
    for place in places:
        module, _, name = place.partition(":")
        with suppress(ModuleNotFoundError, AttributeError):
            return getattr(import_module(f"{PACKAGE}.{module}"), name)
    message = f"this revision has none of {', '.join(places)}"
    raise ImportError(message)


Engine = part("kpi_engine.app:Engine")
RecordBatch = part("kpi_engine.app:RecordBatch", "kpi_engine.app:Batch")
EngineMetrics = part("kpi_engine.metrics:EngineMetrics")
PostgresStore = part(
    "kpi_engine.postgres.store:PostgresStore", "kpi_engine.adapters.store:PostgresStore"
)
EngineSettings = part("kpi_engine.settings:EngineSettings")
options = part("kpi_engine.wiring:options")
store_options = part("kpi_engine.wiring:store_options", "kpi_engine.wiring:shape")
migrate = part("migrations:migrate")
now_ms = part("runtime.clock:now_ms")
asyncpg_pool = part("runtime.database:asyncpg_pool")
leave_alone_what_is_here = part(
    "runtime.gc_tuning:leave_alone_what_is_here", "runtime.collector:leave_alone_what_is_here"
)
StoreUnavailable = part("runtime.unavailable:StoreUnavailable", "kpi_engine.ports:StoreUnavailable")

PYTHON = "python"
"""By what revisions fold that have no core"""
FLUSHES = 5
"""How often a flush is tried"""


class Nowhere:
    """`ports.Letters` and `ports.Live` that keep nothing."""

    async def send(self, _: Iterable[Any]) -> None:
        """Keep nothing."""

    async def publish(self, _: Any, __: Any = ()) -> None:
        """Tell nobody."""


class Folding:
    """The engine and where it is in the log."""

    def __init__(self, engine: Any, records: Iterator[Record]) -> None:
        self._engine = engine
        self._records = records

    async def go_on(self, events: int, every: int) -> int:
        """Fold the next `events` records and flush every so many of them; how many there were."""
        done = 0
        while done < events and (
            portion := list(itertools.islice(self._records, min(every, events - done)))
        ):
            for number, values in by_partition(portion).items():
                partition = self._engine.partitions[number]
                start = partition.next_offset
                offsets = range(start, start + len(values))
                await self._engine.apply(
                    partition, RecordBatch(start, offsets.stop, values, offsets, now_ms())
                )
            await self._flush()
            done += len(portion)
        return done

    async def _flush(self) -> None:
        for _ in range(FLUSHES):
            with suppress(StoreUnavailable):  # a slow moment of the database
                await self._engine.flush()
                return
        message = "the database did not take a flush"
        raise StoreUnavailable(message)


def fold_of(settings: Any) -> tuple[str, list[Any]]:
    """By what this revision folds, and what its engine is given for that."""
    try:
        folding = part("kpi_engine.native.choice:folding")
    except ImportError:
        return PYTHON, []
    fold = folding(settings.engine.fold)
    return fold.by, [fold.core]


def by_partition(records: Iterable[Record]) -> dict[int, list[bytes | None]]:
    """The values of each partition, in order."""
    values: dict[int, list[bytes | None]] = {}
    for one in records:
        values.setdefault(one.partition, []).append(one.value)
    return values


async def main(settings: Any, log: Shape) -> None:
    """Migrate an empty database, own all partitions, do what is asked until the input ends."""
    await migrate(settings.database)
    records = workload(log)
    pool = await asyncpg_pool(settings.database)
    store = PostgresStore(pool, settings.database, "pace", store_options(settings))
    by, core = fold_of(settings)
    metrics = EngineMetrics(CollectorRegistry())
    engine = Engine(store, Nowhere(), Nowhere(), options(settings), metrics, *core)
    for number in range(log.partitions):
        engine.adopt(await engine.claim(number, "log", 0, len(records)))
    folding = Folding(engine, iter(records))
    leave_alone_what_is_here()
    say({"ready": len(records), "log": digest(records), "fold": by})
    for line in sys.stdin:
        events, every = map(int, line.split())
        began = process_time()
        done = await folding.go_on(events, every)
        say({"events": done, "cpu": process_time() - began})
    await store.aclose()
    await pool.close()


def say(words: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps(words), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(EngineSettings(), Shape(**json.loads(sys.argv[1]))))
