"""The long proofs of the alerts service; progress on the way, a summary in Markdown at the end.

    python -m tests.reliability.alert_soak [--schedules 10000] [--rounds 50] [--restarts 5]

`schedules` are courses of events in virtual time, the first of them a crash or a freeze at each
await; `rounds` are replicas of the real command, killed, frozen and cut off on PostgreSQL of their
own; `restarts` are restarts of that PostgreSQL. Exit code 1 when something is wrong.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random

import structlog
from pydantic import SecretStr

from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker, Postgres
from floorpulse.demo.embedded.child import free_port
from floorpulse.migrations import migrate
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.reliability.alert_rig import (
    AlertRig,
    Outcome,
    alert_rig,
    disturbed_round,
    restarted_round,
)
from tests.reliability.alert_schedules import Judged, Schedule, at_each_await, schedule, tried
from tests.reliability.rig import staffed
from tests.reliability.soak_parts import WRONG, say

SHOWN = 20
KINDS = ("kill", "freeze", "outage")
SILENT = 50


@dataclass(frozen=True)
class Options:
    """How long."""

    schedules: int
    rounds: int
    restarts: int
    seed: int


def plans(options: Options) -> Iterator[Schedule]:
    """What is tried: something at each await, then whatever the seeds say."""
    yield from islice(at_each_await(), options.schedules)
    left = options.schedules - sum(1 for _ in islice(at_each_await(), options.schedules))
    yield from (schedule(seed) for seed in islice(count(options.seed * 1_000_000), left))


def simulated(options: Options) -> list[str]:
    """All schedules in virtual time."""
    began = monotonic()
    found: list[Judged] = []
    wrong: list[str] = []
    for number, plan in enumerate(plans(options), 1):
        judged = tried(plan)
        found.append(judged)
        wrong += [f"{WRONG} {plan}: {line}" for line in judged.wrong]
        if number % 500 == 0:
            say(f"schedules: {number}, wrong {len(wrong)}")
    taken = sum(one.taken for one in found)
    doubled = sum(one.doubled for one in found)
    latest = max(one.latest for one in found) / 1000
    line = (
        f"- {len(found):,} schedules, {taken:,} messages taken, {doubled:,} of them again with the "
        f"same key (taken, and not recorded), the latest {latest:.1f} s after it was owed or "
        f"after the last disturbance; {monotonic() - began:.0f} s"
    )
    return [line, *wrong[:SHOWN]]


async def on_servers(options: Options) -> list[str]:
    """Rounds on real servers."""
    with tempfile.TemporaryDirectory(prefix="floorpulse-alerts-") as name:
        folder = Path(name)
        postgres = Postgres(folder, port=free_port())
        broker = Broker(folder / "broker.log")
        await postgres.start()
        await broker.start()
        try:
            kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
            await ensure_topics(kafka, TOPICS)
            database = DatabaseSettings(url=SecretStr(postgres.dsn), pool=4)
            await migrate(database)
            async with (
                staffed(kafka, database, folder) as rig,
                alert_rig(rig, folder) as here,
            ):
                return [*await rounds(here, options), *await restarts(here, postgres, options)]
        finally:
            await broker.stop()
            await postgres.stop()


async def rounds(here: AlertRig, options: Options) -> list[str]:
    """Replicas are killed, frozen, their channel does not answer."""
    dice = Random(options.seed)
    every: dict[str, Outcome] = {kind: Outcome() for kind in KINDS}
    for number in range(options.rounds):
        kind = KINDS[number % len(KINDS)]
        outcome = await disturbed_round(here, kind, dice)
        every[kind] += outcome
        say(f"round {number + 1}: {kind}, late {max(outcome.late)} ms, wrong {outcome.wrong}")
        if outcome.wrong:
            say(here.rig.log.read_text("utf-8")[-4000:])
    return [line for kind in KINDS for line in told(kind, every[kind])]


async def restarts(here: AlertRig, postgres: Postgres, options: Options) -> list[str]:
    """PostgreSQL restarts."""
    every = Outcome()
    for number in range(options.restarts):
        outcome = await restarted_round(here, postgres.stop, postgres.start)
        every += outcome
        say(f"restart {number + 1}: late {max(outcome.late)} ms, wrong {outcome.wrong}")
    return told("restart of PostgreSQL", every)


def told(kind: str, outcome: Outcome) -> list[str]:
    """The lines of a kind of disturbance."""
    line = (
        f"- {kind}: {outcome.owed} notices, {outcome.doubled} heard again with the same key, the "
        f"latest {max(outcome.late, default=0) / 1000:.1f} s after it was owed or after the "
        "disturbance"
    )
    return [line, *(f"{WRONG} {kind}: {one}" for one in outcome.wrong[:SHOWN])]


def main() -> None:
    """Read the options, run, print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, default in (("schedules", 10_000), ("rounds", 50), ("restarts", 5), ("seed", 1)):
        words.add_argument(f"--{name}", type=int, default=default)
    options = Options(**vars(words.parse_args()))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(SILENT))
    lines = simulated(options) if options.schedules else []
    if options.rounds or options.restarts:
        lines += asyncio.run(on_servers(options))
    sys.stdout.write("# Alerts\n\n" + "\n".join(lines) + "\n")
    sys.exit(1 if any(line.startswith(WRONG) for line in lines) else 0)


if __name__ == "__main__":
    main()
