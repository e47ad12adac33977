"""The long proofs of reliability, on Apache Kafka and PostgreSQL of its own; progress on the way, a
summary in Markdown at the end.

    python -m tests.reliability.soak [--parts kill,storm,fuzz,broker,database,ingest,quiet,metrics,
    fold] [--rounds 100] [--report FILE]

Every part has an empty log and an empty database, and ends with all panes held against the oracle
(`metrics` has demos of its own, and looks at how long they take to answer; `fold` holds the two
folds against one another); exit code 1 when something is wrong.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Postgres
from floorpulse.demo.embedded.child import free_port
from floorpulse.migrations import migrate
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.integration.kafka import ApacheKafka
from tests.reliability import soak_parts
from tests.reliability.proxy import Proxy
from tests.reliability.rig import staffed
from tests.reliability.soak_parts import Ground, Options, say

Part = Callable[[Ground, Options], Awaitable[list[str]]]

PARTS: dict[str, Part] = {
    "kill": soak_parts.kill,
    "storm": soak_parts.storm,
    "fuzz": soak_parts.fuzz,
    "broker": soak_parts.broker,
    "database": soak_parts.database,
    "ingest": soak_parts.ingest,
    "quiet": soak_parts.quiet,
    "metrics": soak_parts.metrics,
    "fold": soak_parts.fold,
}


@dataclass
class Servers:
    """What all parts run on."""

    folder: Path
    postgres: Postgres
    apache: ApacheKafka
    to_kafka: Proxy
    to_postgres: Proxy


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[Servers]:
    """PostgreSQL and Apache Kafka, each with a proxy beside the direct way."""
    postgres = Postgres(folder)
    behind = free_port()
    try:
        await postgres.start()
        port = int(postgres.dsn.rpartition(":")[2].partition("/")[0])
        async with Proxy(behind) as to_kafka, Proxy(port) as to_postgres:
            apache = ApacheKafka(folder, proxied=(behind, to_kafka.port))
            try:
                await apache.start()
                yield Servers(folder, postgres, apache, to_kafka, to_postgres)
            finally:
                await apache.stop()
    finally:
        await postgres.stop()


@asynccontextmanager
async def ground(there: Servers, name: str) -> AsyncIterator[Ground]:
    """An empty log, an empty database and no workers."""
    await there.apache.clear()
    kafka = KafkaSettings(bootstrap_servers=there.apache.bootstrap)
    await ensure_topics(kafka, TOPICS)
    connection = await asyncpg.connect(there.postgres.dsn, ssl=False)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    database = DatabaseSettings(
        url=SecretStr(there.postgres.dsn.rpartition("/")[0] + f"/{name}"), pool=4
    )
    await migrate(database)
    home = there.folder / name
    home.mkdir()
    async with staffed(kafka, database, home) as rig:
        yield Ground(rig, there.apache, there.to_kafka, there.to_postgres)


async def run(options: Options, parts: list[str]) -> tuple[str, bool]:
    """All parts, one after the other: (the report, whether all is well)."""
    sections = []
    well = True
    with tempfile.TemporaryDirectory(prefix="floorpulse-soak-") as name:
        async with servers(Path(name)) as there:
            for part in parts:
                lines, wrong = await one(there, part, options)
                sections.append("\n".join([f"## {part}", "", *lines]))
                well = well and not wrong
    return "# Soak on Apache Kafka\n\n" + "\n\n".join(sections) + "\n", well


async def one(there: Servers, part: str, options: Options) -> tuple[list[str], bool]:
    """One part: (its lines of the report, whether anything is wrong)."""
    began = monotonic()
    say(f"{part}: begins")
    async with ground(there, part) as here:
        try:
            lines = await PARTS[part](here, options)
            found = [line for line in lines if line.startswith(soak_parts.WRONG)]
        except Exception as failed:  # noqa: BLE001  the other parts still run, and the report says what broke this one
            lines = found = [f"{soak_parts.WRONG} {type(failed).__name__}: {failed}"]
    lines = [*lines, f"- {monotonic() - began:.0f} s in all"]
    say(f"{part}: " + " ".join(lines))
    return lines, bool(found)


def main() -> None:
    """Read the options, run, print and keep the report."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    words.add_argument(
        "--parts", default=",".join(PARTS), help="comma-separated, of " + ", ".join(PARTS)
    )
    for name, (default, meaning) in Options.offered().items():
        words.add_argument(f"--{name}", type=type(default), default=default, help=meaning)
    words.add_argument("--report", type=Path, help="file for the summary")
    chosen = vars(words.parse_args())
    parts = chosen.pop("parts").split(",")
    report = chosen.pop("report")
    text, well = asyncio.run(run(Options(**chosen), parts))
    sys.stdout.write(text)
    if report is not None:
        report.write_text(text, "utf-8")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
