"""The parts of the soak: each disturbs a ground that is its own, then holds every pane against the
oracle.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from statistics import linear_regression

import psutil

from floorpulse.demo.embedded.child import LOOPBACK
from floorpulse.kpi_engine.native.build import CannotBuild
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.database import dsn
from tests.integration.kafka import ApacheKafka
from tests.reliability import fold_fuzz
from tests.reliability.fresh_demo import WITHIN, scraped
from tests.reliability.http_load import Ingest, http_load
from tests.reliability.killing import FRESH_WITHIN, KillLoop, Round, summary
from tests.reliability.load import Load, load, pacing
from tests.reliability.proxy import Mode, Proxy
from tests.reliability.rig import Rig
from tests.reliability.workers import Worker

WRONG = "- WRONG:"
SHOWN = 5
SETTLED_WITHIN = 900.0
HOUR = 3600.0


@dataclass(frozen=True)
class Options:
    """How long and how hard; spans in seconds, rates in events a second."""

    rounds: int = 100
    rate: float = 100.0
    session: float = 6.0
    storms: int = 50
    events: int = 1_000_000
    restarts: int = 20
    silence: float = 60.0
    outage: float = 600.0
    kills: int = 50
    quiet: float = 7200.0
    demos: int = 20
    visits: int = 30_000
    watched: float = 60.0
    logs: int = 1000
    seed: int = 1

    @classmethod
    def offered(cls) -> dict[str, tuple[int | float, str]]:
        """Name, default and meaning of each option."""
        return {
            one.name: (one.default, MEANINGS[one.name])
            for one in fields(cls)
            if isinstance(one.default, int | float)
        }


MEANINGS = {
    "rounds": "of the kill loop",
    "rate": "events a second of the load",
    "session": "of the workers in Kafka, seconds",
    "storms": "from one to three workers and back",
    "events": "of the fuzz",
    "restarts": "of the broker",
    "silence": "of the broker behind each fault of the network, seconds",
    "outage": "of the database, seconds",
    "kills": "of ingest",
    "quiet": "length of the quiet run that watches memory, seconds",
    "demos": "that are started afresh and scraped",
    "visits": "sent to each of them at once",
    "watched": "how long each is scraped once they are counted, seconds",
    "logs": "that both folds fold alike",
    "seed": "of loads and disturbances",
}


@dataclass(frozen=True)
class Ground:
    """Where a part happens."""

    rig: Rig
    apache: ApacheKafka
    to_kafka: Proxy
    to_postgres: Proxy


def say(words: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{monotonic():10.1f} {words}\n")
    sys.stderr.flush()


async def verdict(rig: Rig, kept: Iterable[bytes]) -> list[str]:
    """Settle, compare and count: the last lines of every part."""
    took = await rig.settled(SETTLED_WITHIN)
    kept = list(kept)
    different = await rig.differences(kept)
    (applied, dead) = await rig.counts()
    records = sum((await rig.ends()).values())
    lines = [
        (
            f"- {len(kept):,} events acknowledged; {records:,} records in the log = {applied:,} "
            f"applied + {dead:,} dead, after {took:.1f} s"
        ),
        f"- {len(await rig.panes()):,} panes, {len(different)} differ from the oracle",
    ]
    wrong = [f"{WRONG} {line}" for line in different[:SHOWN]]
    if applied + dead != records:
        wrong.append(f"{WRONG} {applied + dead} records are accounted for of {records}")
    return [*lines, *wrong]


async def kill(here: Ground, options: Options) -> list[str]:
    """Two workers killed, frozen and rolled."""
    async with load(here.rig.kafka, options.seed) as told:
        loop = KillLoop(here.rig, told, options.session, options.seed)
        async with pacing(told, options.rate):
            await loop.begin()
            for number in range(options.rounds):
                done = await loop.disturb()
                say(
                    f"kill: round {number + 1}, {done.kind}, fresh after {done.fresh:.1f} s, "
                    f"{len(told.kept):,} events"
                )
        await here.rig.settled(SETTLED_WITHIN)
        await loop.end()
    return [summary(loop.rounds), "", *await verdict(here.rig, told.kept)]


async def storm(here: Ground, options: Options) -> list[str]:
    """One worker, three, one again."""
    rounds: list[Round] = []
    async with load(here.rig.kafka, options.seed) as told, pacing(told, options.rate):
        staying = hire(here.rig, options)
        for number in range(options.storms):
            others = [hire(here.rig, options), hire(here.rig, options)]
            rounds.append(Round("1 to 3", await fresh(here.rig, told)))
            for other in others:
                await other.stop()
            rounds.append(Round("3 to 1", await fresh(here.rig, told)))
            say(
                f"storm: {number + 1}, fresh after {rounds[-2].fresh:.1f} and "
                f"{rounds[-1].fresh:.1f} s"
            )
        assert staying.running
    return [summary(rounds), "", *await verdict(here.rig, told.kept)]


async def fuzz(here: Ground, options: Options) -> list[str]:
    """As many events as fit through, twice, late and out of order, past two workers."""
    workers = [hire(here.rig, options), hire(here.rig, options)]
    began = monotonic()
    sent = 0
    async with load(here.rig.kafka, options.seed) as told:
        while sent < options.events:
            part = min(10_000, options.events - sent)
            await told.send(part)
            sent += part
            say(f"fuzz: {sent:,} sent")
    lines = await verdict(here.rig, told.kept)
    assert all(worker.running for worker in workers)
    return [f"- {sent:,} events sent and counted in {monotonic() - began:.0f} s", *lines]


async def broker(here: Ground, options: Options) -> list[str]:
    """The broker restarts, and the network before it resets, is half open, swallows; events come by
    way of ingest.
    """
    proxied = {"KAFKA__BOOTSTRAP_SERVERS": f"{LOOPBACK}:{here.to_kafka.port}"}
    worker = here.rig.hire(ENGINE__SESSION_SECONDS=options.session, **proxied)
    entry = Ingest(here.rig, **proxied)
    rounds: list[Round] = []
    async with http_load(here.rig, entry.port, options.seed) as told:
        over = asyncio.Event()
        sending = asyncio.create_task(told.pace(options.rate, over))
        for mode in (Mode.RESET, Mode.HALF_OPEN, Mode.BLACKHOLE, Mode.DOWN):
            await here.to_kafka.become(mode)
            await asyncio.sleep(options.silence)
            await here.to_kafka.become(Mode.OPEN)
            rounds.append(Round(mode, await caught_up(here.rig)))
            say(
                f"broker: {mode}, fresh after {rounds[-1].fresh:.1f} s, answers "
                f"{dict(told.answers)}"
            )
        for number in range(options.restarts):
            await here.apache.stop()
            await here.apache.start()
            rounds.append(Round("restart", await caught_up(here.rig)))
            say(
                f"broker: restart {number + 1}, fresh after {rounds[-1].fresh:.1f} s, answers "
                f"{dict(told.answers)}"
            )
        over.set()
        await sending
    lines = await verdict(here.rig, told.kept)
    assert worker.running
    return [summary(rounds), "", f"- ingest answered {dict(told.answers)} (0: no answer)", *lines]


async def database(here: Ground, options: Options) -> list[str]:
    """PostgreSQL away for long, then slow, then silent."""
    url = dsn(here.rig.database)
    port = url.rpartition(":")[2].partition("/")[0]
    here.rig.hire(
        ENGINE__SESSION_SECONDS=options.session,
        DATABASE__URL=url.replace(f":{port}/", f":{here.to_postgres.port}/"),
    )
    rounds: list[Round] = []
    async with load(here.rig.kafka, options.seed) as told, pacing(told, options.rate):
        await fresh(here.rig, told)
        for mode, span in (
            (Mode.DOWN, options.outage),
            (Mode.SLOW, 60.0),
            (Mode.BLACKHOLE, 60.0),
            (Mode.RESET, 30.0),
        ):
            await here.to_postgres.become(mode)
            await asyncio.sleep(span)
            await here.to_postgres.become(Mode.OPEN)
            rounds.append(Round(mode, await fresh(here.rig, told)))
            say(f"database: {mode} for {span:g} s, fresh after {rounds[-1].fresh:.1f} s")
    return [summary(rounds), "", *await verdict(here.rig, told.kept)]


async def ingest(here: Ground, options: Options) -> list[str]:
    """Ingest is killed again and again; what it accepted is counted."""
    hire(here.rig, options)
    entry = Ingest(here.rig)
    dice = Random(options.seed)
    async with http_load(here.rig, entry.port, options.seed) as told:
        over = asyncio.Event()
        sending = asyncio.create_task(told.pace(options.rate, over))
        for number in range(options.kills):
            await asyncio.sleep(dice.uniform(2, 6))
            await entry.replace()
            say(
                f"ingest: killed {number + 1} times, {len(told.kept):,} events accepted, answers "
                f"{dict(told.answers)}"
            )
        over.set()
        await sending
    return [
        f"- {options.kills} kills; answers {dict(told.answers)} (0: no answer)",
        *await verdict(here.rig, told.kept),
    ]


async def quiet(here: Ground, options: Options) -> list[str]:
    """Nothing happens but load: memory, descriptors and threads of the worker stay where they
    are.
    """
    worker = hire(here.rig, options)
    samples: list[tuple[float, int, int]] = []
    async with load(here.rig.kafka, options.seed) as told, pacing(told, options.rate):
        await fresh(here.rig, told)
        began = monotonic()
        process = psutil.Process(worker.pid)
        while (age := monotonic() - began) < options.quiet:
            samples.append((age, process.memory_info().rss, process.num_fds()))
            if len(samples) % 20 == 1:
                say(
                    f"quiet: {age:.0f} s, {samples[-1][1] / 2**20:.1f} MiB, {samples[-1][2]} "
                    "descriptors"
                )
            await asyncio.sleep(min(15.0, options.quiet / 40))
    settled = [one for one in samples if one[0] > options.quiet / 4]
    slope = (
        linear_regression(
            [age for age, _, _ in settled], [size / 2**20 for _, size, _ in settled]
        ).slope
        * HOUR
    )
    sizes = [size / 2**20 for _, size, _ in samples]
    descriptors = [number for *_, number in samples]
    lines = [
        (
            f"- memory {sizes[0]:.1f} to {sizes[-1]:.1f} MiB, slope of the last three quarters "
            f"{slope:+.2f} MiB/h"
        )
    ]
    lines.append(f"- descriptors {descriptors[0]} to {descriptors[-1]}, at most {max(descriptors)}")
    return [*lines, *await verdict(here.rig, told.kept)]


async def metrics(_: Ground, options: Options) -> list[str]:
    """Fresh demos, each sent very many visits at once: Prometheus has every page in time.

    Every other one is not scraped before all are counted.
    """
    lines = []
    wrong = []
    for number in range(options.demos):
        with tempfile.TemporaryDirectory(prefix="floorpulse-fresh-") as name:
            seed = options.seed + number
            late = bool(number % 2)
            seen = await scraped(Path(name), options.visits, options.watched, seed, late=late)
        ordered = sorted(seen.took)
        lines.append(
            f"- demo {number + 1}: {len(ordered)} pages, half within"
            f" {ordered[len(ordered) // 2]:.2f} s, the slowest {ordered[-1]:.2f} s;"
            f" {seen.repeated} told repeat contacts;"
            f" {options.visits:,} visits counted after {seen.counted:.0f} s"
        )
        say(f"metrics: {lines[-1]}")
        if seen.late or seen.refused:
            late_pages = f"{seen.late} pages took over {WITHIN:g} s"
            wrong.append(f"{WRONG} demo {number + 1}: {late_pages}, refused {seen.refused[:SHOWN]}")
    return [*lines, *wrong]


async def fold(_: Ground, options: Options) -> list[str]:
    """Logs that Python and the core in C must fold alike, a tenth as many more with sanitizers."""
    lines = []
    for sanitized, logs in ((False, options.logs), (True, options.logs // 10)):
        how = "with sanitizers" if sanitized else "as it is built"
        try:
            code = await asyncio.to_thread(
                fold_fuzz.run, first=options.seed, logs=logs, sanitized=sanitized
            )
        except CannotBuild as reason:
            return [f"- skipped: {reason}"]
        lines.append(f"{WRONG if code else '-'} {logs:,} logs, the core {how}: exit code {code}")
        say(f"fold: {lines[-1]}")
    return lines


def hire(rig: Rig, options: Options) -> Worker:
    """One more worker with the chosen session."""
    return rig.hire(ENGINE__SESSION_SECONDS=options.session)


async def fresh(rig: Rig, told: Load) -> float:
    """Seconds until events sent now to each partition are in the database."""
    began = monotonic()
    await rig.reached(await told.mark(), FRESH_WITHIN)
    return monotonic() - began


async def caught_up(rig: Rig) -> float:
    """Seconds until what the log holds now is in the database."""
    began = monotonic()
    await rig.settled(SETTLED_WITHIN)
    return monotonic() - began
