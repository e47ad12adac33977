"""The benchmark: all systems on workload W1 in one run, stages and latency of ours, a report in
docs/benchmarks.

make bench ARGS="--systems ours,getmany --events 100000 --runs 5"
make bench ARGS="--systems ours,paces --against 6adb05b"      beside another revision, built here
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import get_args

import asyncpg
import httpx
import psutil
from aiokafka.errors import KafkaError

from floorpulse.board.ports import FeedLostError
from floorpulse.query.settings import ApiSettings
from floorpulse.runtime.clock import monotonic
from tests.benchmarks import breach as breaches
from tests.benchmarks import ingest_load as ingested
from tests.benchmarks import ingest_page, metrics_load
from tests.benchmarks.against import against
from tests.benchmarks.api_load import WIDE, Crowd, Load, Past, crowd, load, month
from tests.benchmarks.busy_floor import BusyFloor
from tests.benchmarks.checkout import Checkout, NotBuiltError, checkout
from tests.benchmarks.kills import Killed, killed
from tests.benchmarks.latency import Latency, latency
from tests.benchmarks.machine import cores, described
from tests.benchmarks.oracle import Answer, compared, recomputed
from tests.benchmarks.paces import Paced, Paces, paces
from tests.benchmarks.report import OURS, Findings, Result, Stages, write
from tests.benchmarks.rig import Rig, connected, rig
from tests.benchmarks.rules_load import rules_load, written
from tests.benchmarks.systems import SYSTEMS, System
from tests.benchmarks.trial import Failed, Trial, trial
from tests.benchmarks.workload import EVENTS_A_MINUTE, Keys, Record, Shape, digest, workload

OWN_PAGES = {"rules", "breach", "metrics", "ingest"}
"""What stands in pages of its own, and leaves the report as it is"""
EXTRAS = (
    "kills",
    "stages",
    "paces",
    "latency",
    "load",
    "month",
    "rules",
    "breach",
    "metrics",
    "ingest",
)
PACKAGES = ("faust-streaming", "aiokafka", "msgspec", "asyncpg")
REPORT = Path(__file__).parents[2] / "docs" / "benchmarks"
STAGES_WITHIN = 300.0
BREACH_RATE = 1000.0
"""Events a second beside the breaches, unless asked otherwise"""


class Bench:
    """One run of the benchmark."""

    def __init__(
        self, options: argparse.Namespace, records: list[Record], base: Checkout | None
    ) -> None:
        self._options = options
        self._base = base
        self._records = records
        self._began = monotonic()
        self._truths: dict[int, Answer] = {}
        self.absent: dict[str, str] = {}

    def say(self, words: str) -> None:
        """A line of progress."""
        print(f"[{monotonic() - self._began:6.0f} s] {words}", flush=True)  # noqa: T201

    async def results(self, here: Rig) -> list[Result]:
        """All chosen systems, in turn, as often as asked: each round meets every system, and every
        other round in the opposite order, so that none has the quiet minutes alone.
        """
        with self._chosen(here) as chosen:
            trials: dict[str, dict[int, Trial]] = {one.name: {} for one in chosen}
            for number in range(self._options.runs):
                for system in reversed(chosen) if number % 2 else chosen:
                    done = await self._trial(here, system)
                    trials[system.name] |= {} if done is None else {number: done}
        return [self._result(one, trials[one.name]) for one in chosen if trials[one.name]]

    @contextmanager
    def _chosen(self, here: Rig) -> Iterator[list[System]]:
        """The systems that were asked for and are there; right behind ours the other revision."""
        chosen = [
            one for one in SYSTEMS if one.name in self._options.systems and self._present(one)
        ]
        place = next((at for at, one in enumerate(chosen, 1) if one.name == OURS), None)
        if self._base is None or place is None:
            yield chosen
            return
        with against(here, self._base) as other:
            yield [*chosen[:place], other, *chosen[place:]]

    async def kills(self, here: Rig) -> list[Killed]:
        """What is wrong of each system's figures after it was killed."""
        with self._chosen(here) as chosen:
            found = [await self._killed(here, one) for one in chosen if one.figures]
        return [one for one in found if one is not None]

    async def _killed(self, here: Rig, system: System) -> Killed | None:
        records = self._records[: self._options.killed]
        try:
            answer = await killed(here, system.make, records, system.name, self._options.kill_rate)
        except Failed as failed:
            self.absent[f"{system.title}, killed"] = "the run failed"
            self.say(str(failed))
            return None
        verdict = compared(recomputed(records), answer, system.figures)
        self.say(f"{system.title}, killed: {verdict.wrong} of {verdict.cells} figures are wrong")
        return Killed(system.name, system.title, len(records), verdict)

    def _present(self, system: System) -> bool:
        why = system.missing()
        if why is not None:
            self.absent[system.title] = why
        return why is None

    def _share(self, system: System) -> list[Record]:
        return self._records[: round(len(self._records) * system.share)]

    async def _trial(self, here: Rig, system: System) -> Trial | None:
        try:
            done = await trial(here, system.make, self._share(system), system.name)
        except Failed as failed:
            self.absent[system.title] = "a run failed"
            self.say(str(failed))
            return None
        beside = ", ".join(f"{name} {spent:.1f}" for name, spent in done.beside.items())
        itself = (
            f"{done.cpu:.1f} µs an event, lowest part {min(done.parts):.1f}, "
            f"{done.pages:.2f} pages, {done.rate:,.0f} events/s"
        )
        self.say(f"{system.title}: {itself}; beside {beside}")
        return done

    def _result(self, system: System, by_round: dict[int, Trial]) -> Result:
        trials = list(by_round.values())
        truth = self._truth(system) if system.figures else {}
        verdicts = [compared(truth, one.answer, system.figures) for one in trials]
        worst = max(verdicts, key=lambda one: one.wrong)
        if worst.wrong:
            self.say(
                f"{system.title}: {worst.wrong} of {worst.cells} figures differ from the oracle"
            )
        return Result(
            name=system.name,
            title=system.title,
            events=trials[0].events,
            cpu=[one.cpu for one in trials],
            parts=[one.parts for one in trials],
            pages=[one.pages for one in trials],
            postgres=[one.beside["postgres"] for one in trials],
            kafka=[one.beside["kafka"] for one in trials],
            rate=[one.rate for one in trials],
            cells=worst.cells,
            wrong=worst.wrong,
            compared=system.figures,
            rounds=list(by_round),
            note=system.note,
        )

    def _truth(self, system: System) -> Answer:
        records = self._share(system)
        if len(records) not in self._truths:
            self._truths[len(records)] = recomputed(records)
        return self._truths[len(records)]

    async def stages(self, here: Rig) -> Stages | None:
        """Our CPU by stage: the lowest of as many runs, each in a process of its own on the core of
        the systems.
        """
        runs = [one for _ in range(self._options.runs) if (one := await self._stages(here))]
        return (
            {
                stage: (min(one[stage][0] for one in runs), min(one[stage][1] for one in runs))
                for stage in runs[0]
            }
            if runs
            else None
        )

    async def _stages(self, here: Rig) -> Stages | None:
        await here.renew()
        await here.fill(self._records)
        words = [here.server.bootstrap, here.database, str(len(self._records))]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.stages", *words, stdout=asyncio.subprocess.PIPE
        )
        os.sched_setaffinity(process.pid, cores()[0])
        try:
            async with asyncio.timeout(STAGES_WITHIN):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.returncode:
            self.absent["stages"] = "a run failed"
            return None
        spent: Stages = json.loads(said)
        self.say(
            "stages, whole/calm: "
            + ", ".join(f"{name} {whole:.2f}/{calm:.2f}" for name, (whole, calm) in spent.items())
        )
        return spent

    async def paces(self, here: Rig, shape: Shape) -> Paces | None:
        """CPU an event at full and at live pace, on a database that is not empty."""
        try:
            found = await paces(
                here, shape, Paced(self._options.stored, self._options.paced, self._base)
            )
        except (TimeoutError, OSError, RuntimeError, asyncpg.PostgresError) as failed:
            self.absent["both paces"] = f"the run failed ({type(failed).__name__})"
            self.say(str(failed))
            return None
        for one in found.paces:
            self.say(
                f"{one.title}, {one.pace}: {median(one.worker):.1f} µs an event, PostgreSQL "
                f"{median(one.postgres):.1f} µs"
            )
        return found

    async def latency(self, here: Rig, results: Sequence[Result]) -> Latency | None:
        """Event to API at a fifth of what our worker sustained."""
        sustained = next((median(one.rate) for one in results if one.name == OURS), None)
        rate = self._options.rate or (sustained / 5 if sustained else None)
        if rate is None:
            self.absent["latency"] = "needs ours or --rate"
            return None
        try:
            found = await latency(here, self._records, rate, self._options.seconds)
        except (TimeoutError, KafkaError, FeedLostError, httpx.HTTPError) as failed:
            self.absent["latency"] = f"the run failed ({type(failed).__name__})"
            return None
        pause = f"{found.pause.p50:.0f}/{found.pause.p99:.0f}"
        legs = ", ".join(
            f"{leg} {spent.p50:.0f}/{spent.p99:.0f}" for leg, spent in found.legs.items()
        )
        self.say(
            f"event to API at {found.rate:,.0f} events/s, ms at p50/p99: {legs}, a pause of 10 ms "
            f"{pause}"
        )
        return found

    async def own_pages(self, here: Rig) -> None:
        """What needs the servers and has pages of its own."""
        await self.breach(here)
        await self.ingest(here)

    async def breach(self, here: Rig) -> None:
        """From the event that breaches to the first notification, beside a floor of events."""
        if "breach" not in self._options.systems:
            return
        rate = self._options.rate or BREACH_RATE
        try:
            found = await breaches.breach(here, self._records, rate, self._options.seconds)
        except (TimeoutError, KafkaError, FeedLostError, OSError) as failed:
            self.absent["breach to notification"] = f"the run failed ({type(failed).__name__})"
            self.say(str(failed))
            return
        self.say(
            breaches.written(found, {**_machine(), **await _versions(here)}, self._options.out)
        )

    async def ingest(self, here: Rig) -> None:
        """What taking an event costs, beside a plain service."""
        if "ingest" not in self._options.systems:
            return
        await here.renew()
        around = ingested.Surroundings(here.kafka, here.database, here.folder)
        rounds = max(ingested.ROUNDS, self._options.runs)
        try:
            found = await ingested.ingest_load(around, rounds, self._base)
        except (TimeoutError, OSError, RuntimeError) as failed:
            self.absent["ingest"] = f"the run failed ({type(failed).__name__})"
            self.say(str(failed))
            return
        self.say(
            ingest_page.written(found, {**_machine(), **await _versions(here)}, self._options.out)
        )

    async def load(self, here: Rig) -> Load | None:
        """Live figures of 1,000 queues at 500 questions a second."""
        try:
            found = await load(here, BusyFloor(), self._options.questions, self._options.seconds)
        except (TimeoutError, KafkaError, OSError, RuntimeError) as failed:
            self.absent["live figures under load"] = f"the run failed ({type(failed).__name__})"
            return None
        kinds = "; ".join(
            f"{name} {one.p50:.1f}/{one.p99:.1f}"
            for name, one in {**found.kinds, "all": found.whole}.items()
        )
        beside = (
            f"{found.cpu:.2f} ms CPU, {found.wrong} wrong, a pause of 10 ms "
            f"{found.pause.p50:.0f}/{found.pause.p99:.0f}"
        )
        self.say(f"{found.rate:,.0f} questions/s, ms at p50/p99: {kinds}; {beside}")
        return found

    async def crowds(self, here: Rig) -> list[Crowd]:
        """A wall beside those who ask for everything: with the bound of queues as it is shipped,
        and with all told apart.
        """
        found: list[Crowd] = []
        for apart in (ApiSettings().most_queues, WIDE.queues):
            try:
                found.append(await crowd(here, apart, self._options.walls, self._options.seconds))
            except (TimeoutError, KafkaError, OSError, RuntimeError, httpx.HTTPError) as failed:
                self.absent[f"a wall beside everything, {apart:,} queues told apart"] = (
                    f"the run failed ({type(failed).__name__})"
                )
                continue
            one = found[-1]
            spreads = (
                f"{one.alone.p50:.1f}/{one.alone.p99:.1f} alone, "
                f"{one.beside.p50:.1f}/{one.beside.p99:.1f} beside"
            )
            rows = f"{one.exported:,} rows of a year and {one.everything:,} live ones"
            self.say(
                f"a wall, {apart:,} of {one.queues:,} queues told apart, ms at p50/p99: {spreads} "
                f"{rows}; {one.wrong} wrong"
            )
        return found

    async def month(self, here: Rig) -> dict[str, Past] | None:
        """A month of one queue's history."""
        try:
            found = await month(here)
        except (TimeoutError, OSError, httpx.HTTPError) as failed:
            self.absent["a month of history"] = f"the run failed ({type(failed).__name__})"
            return None
        asked = ", ".join(
            f"{name} {one.fastest:.0f}/{one.median:.0f} ({one.rows} rows)"
            for name, one in found.items()
        )
        self.say(f"a month of one queue, ms fastest/median: {asked}")
        return found


async def main(options: argparse.Namespace) -> None:
    """Run everything chosen and write the report; rules and metrics need no servers, and have pages
    of their own.
    """
    await _without_servers(options)
    if set(options.systems) <= {"rules", "metrics"}:
        return
    others = cores()[1]
    os.sched_setaffinity(0, others)
    shape = Shape(options.events, options.queues, options.keys, seed=options.seed)
    records = workload(shape)
    bench = Bench(options, records, checkout(options.against) if options.against else None)
    bench.say(f"{len(records):,} records; starting Apache Kafka and PostgreSQL")
    with tempfile.TemporaryDirectory(prefix="floorpulse-bench-") as name:
        async with rig(Path(name), shape.partitions) as here:
            results = await bench.results(here)
            worth = await bench.kills(here) if "kills" in options.systems else []
            stages = await bench.stages(here) if "stages" in options.systems else None
            both = await bench.paces(here, shape) if "paces" in options.systems else None
            delay = await bench.latency(here, results) if "latency" in options.systems else None
            asked = await bench.load(here) if "load" in options.systems else None
            await bench.own_pages(here)
            crowds = await bench.crowds(here) if "load" in options.systems else []
            past = await bench.month(here) if "month" in options.systems else None
            versions = await _versions(here)
    findings = Findings(
        _machine(),
        versions,
        _described(shape, records),
        results,
        bench.absent,
        stages,
        delay,
        asked,
        past,
        crowds,
        both,
        worth,
    )
    if set(options.systems) - OWN_PAGES:
        write(findings, options.out)
    bench.say(f"report in {options.out}")


async def _without_servers(options: argparse.Namespace) -> None:
    if "metrics" in options.systems:
        pages = await metrics_load.metrics_load(
            BusyFloor(queues=metrics_load.QUEUES), metrics_load.PAGES
        )
        print(metrics_load.written(pages, _machine(), options.out))  # noqa: T201
    if "rules" in options.systems:
        found = await rules_load(BusyFloor(), round(options.seconds))
        print(written(found, _machine(), options.out))  # noqa: T201


def _machine() -> dict[str, str]:
    busy = os.getloadavg()[0] / (psutil.cpu_count() or 1)
    return {**described(), "load": f"{busy:.1f} runnable processes a core at the end"}


async def _versions(here: Rig) -> dict[str, str]:
    async with connected(here.database) as connection:
        database = str(await connection.fetchval("SHOW server_version"))
    return {
        "Apache Kafka": here.version,
        "PostgreSQL": database,
        **{name: version(name) for name in PACKAGES},
    }


def _described(shape: Shape, records: Sequence[Record]) -> dict[str, str]:
    size = sum(len(one.value) for one in records) / len(records)
    minutes = shape.events / EVENTS_A_MINUTE
    return {
        "W1": f"seed {shape.seed}, {len(records):,} records of {size:.0f} bytes over "
        f"{minutes:.0f} min of event time",
        "keys": f"{shape.keys} over {shape.queues:,} queues of {shape.tenants} tenants",
        "partitions": str(shape.partitions),
        "sha256": f"`{digest(list(records))}`",
    }


def _folder(name: str) -> Path:
    """A folder that is there: what is found after long work must have its place."""
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; `words` instead of the process's own where they are given."""
    names = [one.name for one in SYSTEMS]
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument(
        "--systems",
        default=",".join([*names, *EXTRAS]),
        help=f"of {', '.join([*names, *EXTRAS])}",
    )
    parser.add_argument(
        "--events",
        type=int,
        default=Shape.events,
        help="records of the log; slow peers get its beginning",
    )
    parser.add_argument("--runs", type=int, default=3, help="of each system, in rounds")
    parser.add_argument("--queues", type=int, default=Shape.queues)
    parser.add_argument("--keys", choices=get_args(Keys), default=Shape.keys)
    parser.add_argument("--seed", type=int, default=Shape.seed)
    parser.add_argument(
        "--stored",
        type=int,
        default=400_000,
        help="events in the database before both paces are measured",
    )
    parser.add_argument(
        "--paced", type=int, default=100_000, help="events measured at each of both paces"
    )
    parser.add_argument(
        "--killed", type=int, default=20_000, help="records of the log for those that are killed"
    )
    parser.add_argument(
        "--kill-rate", type=float, default=500.0, help="records a second that they get"
    )
    parser.add_argument(
        "--against",
        metavar="REV",
        help="another revision, built in .against, that takes turns with this one: as a system and "
        "at both paces, and in ingest",
    )
    parser.add_argument(
        "--rate",
        type=float,
        help="events a second of the latency run; a fifth of ours unless given",
    )
    parser.add_argument("--questions", type=float, default=500.0, help="a second, of the load run")
    parser.add_argument(
        "--walls",
        type=float,
        default=50.0,
        help="a wall's questions a second, of the load run beside everything",
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="of the latency run and of the load run"
    )
    parser.add_argument("--out", type=_folder, default=REPORT, help="folder of the report")
    options = parser.parse_args(words)
    options.systems = options.systems.split(",")
    known = [*names, *EXTRAS]
    unknown = sorted(set(options.systems) - set(known))
    if unknown:
        parser.error(f"unknown systems: {', '.join(unknown)}; known are {', '.join(known)}")
    return options


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except (NotBuiltError, Failed) as failed:
        sys.exit(f"--against: {failed}")
