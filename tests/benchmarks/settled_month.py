"""What it costs to settle a month of a million visits: put into PostgreSQL by COPY, settled by the
command, issued, settled again with late visits, verified.

python -m tests.benchmarks.settled_month [--visits 1000000]

CPU seconds are those of the command's own process, its peak memory is that of the same; PostgreSQL
is the embedded one and is not in them.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.demo.embedded import Postgres
from floorpulse.kpi_engine.fold.rows import VISIT_COLUMNS
from floorpulse.migrations import migrate
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.contracts import CARE, FLOOR, at
from tests.fakes.definitions import entries
from tests.fakes.floor import abandoned, answered

MONTH = at("10-01 00:00"), at("11-01 00:00")
LATE = 1000
MEASURED = """
import sys
from time import process_time
from floorpulse.cli.app import app
began = process_time()
try:
    app(sys.argv[1:], standalone_mode=False)
finally:
    with open("/proc/self/status") as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    print(f"CPU {process_time() - began:.1f} s, peak {int(peak.split()[1]) / 1024:.0f} MiB")
"""


def visits(number: int, dice: random.Random) -> Iterator[Visit]:
    """Visits all over the month: nine in ten answered, with talk, hold and wrap-up."""
    for _ in range(number):
        offered = dice.randrange(*MONTH)
        if dice.random() < 0.1:
            yield abandoned(offered, dice.expovariate(1 / 30))
            continue
        wait, talk = dice.expovariate(1 / 15), dice.expovariate(1 / 240)
        ended = offered + round(wait * 1000) + round(talk * 1000)
        wrapped = ended + dice.randrange(1000, 60_000)
        queue = dice.choice(["sales", "help"])
        yield answered(offered, wait, talk, queue, wrapped_at=wrapped, customer="p4f1c2a3b4d5e6f7")


def rows(number: int, first: int, dice: random.Random) -> Iterator[tuple[object, ...]]:
    """Rows of the table of visits."""
    for count, visit in enumerate(visits(number, dice), start=first):
        key = count % 12, "demo", f"019d2c3a-4b5e-7f6a-{count:012d}", 1
        yield (
            *key,
            visit.offered_at,
            visit.queue,
            visit.channel,
            customer_mark(visit.customer),
            None,
            None,
            encode_visit(visit),
        )


async def fill(database: DatabaseSettings, number: int) -> None:
    """Tables of a floor whose month is over."""
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=2)
    async with pool:
        await PostgresDefinitions(pool).save(entries(FLOOR + CARE), MONTH[0])
        await pool.copy_records_to_table(
            "visit", records=rows(number, 0, random.Random(17)), columns=VISIT_COLUMNS
        )
        await pool.execute("ANALYZE visit")
        place = CONTACT_EVENTS.name, 0, "log", 1, 1, "engine", number, at("11-02 00:00"), number, 0
        await pool.copy_records_to_table("stream_partition", records=[(*place, 0)])


async def late(database: DatabaseSettings, first: int) -> None:
    """Visits that come after the settlement was issued."""
    connection = await asyncpg.connect(database.url.get_secret_value())
    records = rows(LATE, first, random.Random(18))
    await connection.copy_records_to_table("visit", records=records, columns=VISIT_COLUMNS)
    await connection.close()


def command(database: DatabaseSettings, *words: str) -> None:
    """Run the command and show what it says and costs."""
    environment = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value(), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "settle", *words],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    sys.stdout.write(f"settle {' '.join(words)}\n{done.stdout}{done.stderr}\n")


async def main(number: int, folder: Path) -> None:
    """Fill, settle, correct, verify."""
    postgres = Postgres(folder / "postgres")
    await postgres.start()
    try:
        database = DatabaseSettings(url=SecretStr(postgres.dsn), pool=4)
        await migrate(database)
        await fill(database, number)
        out = folder / "out"
        wanted = ("--contract", "acme-care", "--month", "2026-10", "--out", str(out))
        await asyncio.to_thread(command, database, *wanted, "--issue")
        await asyncio.to_thread(command, database, "--verify", str(out / "acme-care-2026-10.json"))
        await late(database, number)
        await asyncio.to_thread(command, database, *wanted)
    finally:
        await postgres.stop()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--visits", type=int, default=1_000_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(main(given.visits, Path(temporary)))
