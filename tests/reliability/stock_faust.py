"""How many counts stock Faust loses and doubles when its worker is killed, beside our worker under
the same load and kills.

    python -m tests.reliability.stock_faust [--kills 5] [--rate 50] [--seed 1]

Both run on Apache Kafka, one worker each, kill -9 and a new start every 10 to 20 s. Faust's table
counts records, so records sent twice are counted twice there and held against that; ours is held
against the oracle.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from random import Random

from floorpulse.contracts.topics import TOPICS
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import KafkaSettings
from tests.integration.kafka import ApacheKafka
from tests.reliability.load import Load, load, pacing
from tests.reliability.oracle import MINUTE
from tests.reliability.rig import Rig
from tests.reliability.soak import ground, servers
from tests.reliability.workers import Worker

APP = Path(__file__).with_name("stock_faust_app.py")
SETTLED_AFTER = 30.0
WITHIN = 600.0
Restart = Callable[[], Awaitable[None]]


class FaustWorker:
    """The stock worker in a process of its own."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self._words = [str(APP), bootstrap, str(folder / "table.json"), str(folder / "faust")]
        self._table = folder / "table.json"
        self._log = folder / "faust.log"
        self._process: asyncio.subprocess.Process | None = None

    async def restart(self) -> None:
        """kill -9 what runs, and start anew."""
        await self.kill()
        self._table.unlink(missing_ok=True)
        with self._log.open("ab") as said:
            environment = dict(os.environ)  # noqa: TID251  PATH
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._words, env=environment, stdout=said, stderr=said
            )

    async def kill(self) -> None:
        """kill -9"""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()

    def table(self) -> Counter[str]:
        """What it has counted, by tenant, type and minute."""
        return (
            Counter(json.loads(self._table.read_text("utf-8")))
            if self._table.exists()
            else Counter()
        )

    async def settled(self) -> Counter[str]:
        """Its table once it has not changed for `SETTLED_AFTER` seconds."""
        began = monotonic()
        last = self.table()
        since = monotonic()
        while not last or monotonic() - since < SETTLED_AFTER:
            await asyncio.sleep(1)
            now = self.table()
            if now != last:
                last = now
                since = monotonic()
            if monotonic() - began > WITHIN:
                break
        return last


def counted(values: Iterable[bytes]) -> Counter[str]:
    """What the table should hold."""
    events = map(json.loads, values)
    return Counter(
        f"{event['tenant']}|{event['type']}|{event['at'] // MINUTE * MINUTE // 1000}"
        for event in events
    )


async def killed(told: Load, restart: Restart, options: argparse.Namespace) -> None:
    """Load, and kill after kill."""
    dice = Random(options.seed)
    async with pacing(told, options.rate):
        await restart()
        await asyncio.sleep(30)
        for number in range(options.kills):
            await asyncio.sleep(dice.uniform(10, 20))
            await restart()
            sys.stderr.write(f"kill {number + 1}, {len(told.kept):,} events\n")
        await asyncio.sleep(20)


async def stock(apache: ApacheKafka, folder: Path, options: argparse.Namespace) -> str:
    """Faust's row of the table."""
    await apache.clear()
    kafka = KafkaSettings(bootstrap_servers=apache.bootstrap, compression="none")
    await ensure_topics(kafka, TOPICS)
    worker = FaustWorker(apache.bootstrap, folder)
    try:
        async with load(kafka, options.seed) as told:
            await killed(told, worker.restart, options)
        found = await worker.settled()
    finally:
        await worker.kill()
    expected = counted(told.kept)
    lost = (expected - found).total()
    doubled = (found - expected).total()
    return row(
        "stock Faust",
        len(told.kept),
        options.kills,
        [lost, doubled, sum(found[key] != expected[key] for key in found | expected)],
    )


async def ours(rig: Rig, options: argparse.Namespace) -> str:
    """Our row of the table."""
    workers: list[Worker] = []

    async def restart() -> None:
        if workers:
            workers.pop().kill()
        workers.append(rig.hire())

    async with load(rig.kafka, options.seed) as told:
        await killed(told, restart, options)
    await rig.settled(WITHIN)
    return row(
        "Floorpulse",
        len(told.kept),
        options.kills,
        ["–", "–", len(await rig.differences(told.kept))],
    )


def row(name: str, events: int, kills: int, figures: list[object]) -> str:
    """One line of the Markdown table."""
    return "| " + " | ".join([name, f"{events:,}", str(kills), *map(str, figures)]) + " |"


async def main(options: argparse.Namespace) -> None:
    """Run both and print the table."""
    with tempfile.TemporaryDirectory(prefix="floorpulse-faust-") as name:
        async with servers(Path(name)) as there:
            rows = [await stock(there.apache, Path(name), options)]
            async with ground(there, "ours") as here:
                rows.append(await ours(here.rig, options))
    heading = "| worker | events | kill -9 | counts lost | counts doubled | wrong rows at the end |"
    sys.stdout.write(
        "\n".join([heading, "| --- | ---: | ---: | ---: | ---: | ---: |", *rows]) + "\n"
    )


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    words.add_argument("--kills", type=int, default=5)
    words.add_argument("--rate", type=float, default=50.0)
    words.add_argument("--seed", type=int, default=1)
    asyncio.run(main(words.parse_args()))
