"""What an answer about a past instant costs: CPU of the process that answers, and how long it took.

python -m tests.benchmarks.past_instants [--queues 30] [--contacts 24000] [--repeat 8]

The contacts of fourteen hours stand in an embedded PostgreSQL, first as panes alone, then rolled
up; five KPIs of every queue are asked at random instants of one hour. PostgreSQL's own CPU is not
counted.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, Window
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.demo.embedded import Postgres
from floorpulse.figures.at.figures import MomentTables, PastFloors
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.migrations import migrate
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.settings import DatabaseSettings
from tests.contract.readers import NOON, PostgresReaders, postgres_readers
from tests.fakes.floor import abandoned, answered

ZONE = ZoneInfo("Asia/Shanghai")
KPIS = ("service_level", "waiting", "longest_wait", "abandonment_rate", "aht")
HOURS = 14


def contact(rng: random.Random, queues: int) -> Visit:
    """A contact of the last hours; one in twelve gave up."""
    at, queue = NOON - rng.randrange(HOURS * HOUR), f"q{rng.randrange(queues):02}"
    if rng.randrange(12):
        return answered(at, rng.randrange(60), rng.randrange(400), queue)
    return abandoned(at, 40, queue)


async def measured(past: PastFloors, window: Window, repeat: int) -> str:
    """CPU and duration of some answers."""
    rng = random.Random(2)
    kpis = tuple(CATALOGUE[name] for name in KPIS)
    query = LiveQuery(Selection("demo"), window, Question(kpis, AS_IN_FORCE))
    spent, took, rows = [], [], 0
    for _ in range(repeat):
        at = NOON - HOUR - rng.randrange(HOUR)
        cpu, begun = process_time(), perf_counter()
        rows = len(await (await past.figures(query, at)).rows(query))
        spent.append(1000 * (process_time() - cpu))
        took.append(1000 * (perf_counter() - begun))
    return (
        f"{window.value:>6} {rows:6} rows   CPU {median(spent):6.1f} ms, at most {max(spent):6.1f}"
        f"   took {median(took):6.0f} ms\n"
    )


async def answers(readers: PostgresReaders, repeat: int) -> None:
    """Ask, and say what it cost."""
    board = Board(Rules(ZONE), lambda: NOON)
    for update in readers.floor.updates(NOON):
        board.take(update, NOON)
    floors = Floors(board, lambda: NOON, lambda: NOTHING)
    tables = MomentTables(readers.moments, readers.visits, readers.agents)
    past = PastFloors(floors, Turns(), tables, monotonic)
    for kind in ("panes", "rolled up"):
        if kind == "rolled up":
            await readers.rolled_up()
        for window in (Window.M15, Window.M60, Window.TODAY):
            sys.stdout.write(f"{kind:>9} {await measured(past, window, repeat)}")


async def main(queues: int, contacts: int, repeat: int) -> None:
    """Fill a database and ask it."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        async with Postgres(Path(folder)) as server:
            settings = DatabaseSettings(url=SecretStr(server.dsn))
            await migrate(settings)
            async with postgres_readers(settings) as readers:
                readers.floor.put(*(contact(rng, queues) for _ in range(contacts)))
                readers.floor.watermark = NOON
                await readers.written()
                await answers(readers, repeat)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queues", type=int, default=30)
    parser.add_argument("--contacts", type=int, default=24_000)
    parser.add_argument("--repeat", type=int, default=8)
    asked = parser.parse_args()
    asyncio.run(main(asked.queues, asked.contacts, asked.repeat))
