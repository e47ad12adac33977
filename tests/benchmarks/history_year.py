"""How quickly a year of 500 queues answers: rollups of realistic cells, put into PostgreSQL by
COPY, asked over `/v1/kpis/history`.

python -m tests.benchmarks.history_year [--queues 500] [--days 365] [--repeat 5]

Nothing is rolled up here: the quarters of the last days, and the days and months of the whole year
are generated as the roller would leave them (each coarser row the sum of its finer ones, totals
over queues beside them) and the cursors set. The API runs in this process, its requests pass
through ASGI; PostgreSQL is the embedded one. Times include everything but the network.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import psutil
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.app import BoardKeeper
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.metrics import BoardMetrics
from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.packed import pack
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.counting.finality import FINAL
from floorpulse.counting.grains import ALL_QUEUES, QUARTER, Grain, bounds_of
from floorpulse.counting.histograms import score_bucket, span_bucket
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.metrics import DefinitionMetrics
from floorpulse.demo.embedded import Postgres
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.turns import Turns
from floorpulse.migrations import migrate
from floorpulse.query.api.routes import router
from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.pipeline.event_log import KafkaEventLog
from floorpulse.query.pipeline.letter_log import KafkaLetters
from floorpulse.query.pipeline.letters import LetterBox, LetterCounts
from floorpulse.query.settings import ApiSettings
from floorpulse.query.stream.streams import Pulse
from floorpulse.query.wiring import Parts, assembled
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import ScriptedFeed

ZONE = ZoneInfo("Asia/Shanghai")
END = bounds_of(Grain.DAY, 1_794_398_400_000, ZONE).begin  # 2026-11-11T00:00:00+08:00
DAY = 86_400_000
OPEN = range(32, 88)
"""Quarters of a day in which contacts come: 8 to 22 o'clock"""
COLUMNS = ("tenant", "grain", "start", "queue", "channel", "until", "families", "revision", "cells")
HEAD = (
    "| question | rows | fastest ms | median ms | CPU ms of the API | CPU ms of PostgreSQL "
    "|\n| --- | --- | --- | --- | --- | --- |\n"
)
PLAIN = "offered,service_level,asa,aht"


@dataclass(frozen=True)
class Year:
    """What is generated: a year of days, and quarters of the last `fine` days."""

    queues: int
    days: int
    fine: int = 2

    @property
    def begin(self) -> int:
        """The first instant, at a month's begin of the floor's zone."""
        return bounds_of(Grain.MONTH, END - self.days * DAY, ZONE).begin


def contacts(dice: random.Random, number: int) -> Cells:
    """Cells of `number` contacts: log-normal waits and handle times, 8 % abandoned, 15 %
    surveyed.
    """
    cells: Cells = {}
    for _ in range(number):
        wait = round(1000 * dice.lognormvariate(2.6, 1.0))
        handle = round(1000 * dice.lognormvariate(5.2, 0.6))
        add(cells, {Cell.OFFERED: 1})
        if dice.random() < 0.08:
            add(
                cells,
                {
                    Cell.ABANDONED: 1,
                    Cell.ABANDONED_WAIT: wait,
                    Histogram.ABANDONED_WAIT + span_bucket(wait): 1,
                },
            )
            continue
        add(
            cells,
            {
                Cell.ANSWERED: 1,
                Cell.ANSWERED_WAIT: wait,
                Histogram.ANSWERED_WAIT + span_bucket(wait): 1,
            },
        )
        add(
            cells,
            {Cell.HANDLED: 1, Cell.TALK: handle, Histogram.HANDLE_TIME + span_bucket(handle): 1},
        )
        if dice.random() < 0.15:
            score = dice.choice((1, 3, 4, 5, 5))
            add(
                cells,
                {
                    Cell.CSAT_COUNT: 1,
                    Cell.CSAT_SUM: score * 1000,
                    Histogram.CSAT + score_bucket(score, 1, 5): 1,
                },
            )
    return cells


KINDS = 40
"""Queues of one kind have equal days, so that a year is made in seconds; its rows are as many and
as large as ever.
"""


class Pattern:
    """The days of each kind of queue, in quarters: 40 to 400 contacts a day."""

    def __init__(self, dice: random.Random) -> None:
        sizes = (2, 4, 8, 14)
        self.quarters = [
            [contacts(dice, dice.randrange(1 + sizes[kind % 4])) for _ in OPEN]
            for kind in range(KINDS)
        ]
        self.days = [_sum(day) for day in self.quarters]

    def of(self, number: int) -> list[int]:
        """Which day each kind has on day `number` of the year."""
        return [(kind + 13 * number) % KINDS for kind in range(KINDS)]


def _sum(many: list[Cells]) -> Cells:
    total: Cells = {}
    for one in many:
        add(total, one)
    return total


def rows(grain: Grain, at: int, kinds: list[Cells], queues: int) -> list[tuple[object, ...]]:
    """The rollups of all queues, and of their sum, as the roller writes them."""
    begin, end = bounds_of(grain, at, ZONE)
    total: Cells = {}
    for kind, cells in enumerate(kinds):
        add(total, cells, len(range(kind, queues, KINDS)))
    packed = [pack(cells) if cells else None for cells in kinds]
    named = [(f"queue-{queue:03}", packed[queue % KINDS]) for queue in range(queues)]
    named.append((ALL_QUEUES, pack(total)))
    return [
        ("demo", grain.value, begin, queue, "voice", end, int(FINAL), 1, cells)
        for queue, cells in named
        if cells is not None
    ]


def portions(year: Year, pattern: Pattern) -> Iterator[list[tuple[object, ...]]]:
    """The rows, day by day, then month by month."""
    months: dict[int, list[Cells]] = {}
    for number, at in enumerate(_days(year)):
        today = pattern.of(number)
        yield rows(Grain.DAY, at, [pattern.days[day] for day in today], year.queues)
        for kind, cells in enumerate(
            months.setdefault(bounds_of(Grain.MONTH, at, ZONE).begin, [{} for _ in range(KINDS)])
        ):
            add(cells, pattern.days[today[kind]])
        if at >= END - year.fine * DAY:
            for index, slot in enumerate(OPEN):
                quarters = [pattern.quarters[day][index] for day in today]
                yield rows(Grain.QUARTER, at + slot * QUARTER, quarters, year.queues)
    for begin, kinds in months.items():
        if bounds_of(Grain.MONTH, begin, ZONE).end <= END:
            yield rows(Grain.MONTH, begin, kinds, year.queues)


def _days(year: Year) -> Iterator[int]:
    at = year.begin
    while at < END:
        yield at
        at = bounds_of(Grain.DAY, at, ZONE).end


async def fill(pool: asyncpg.Pool, year: Year) -> int:
    """Put the year into the database; how many rows that are."""
    pattern = Pattern(random.Random(1))
    number = 0
    async with pool.acquire() as connection:
        for records in portions(year, pattern):
            await connection.copy_records_to_table("rollup", records=records, columns=COLUMNS)
            number += len(records)
        month = bounds_of(Grain.MONTH, END, ZONE).begin
        await connection.execute(
            "UPDATE roller SET completion = $1, quarter = $1, reached = $1, day = $1, month = $2, "
            "zone = $3, watermarks = $4",
            END, month, ZONE.key, f'{{"0": {END + DAY}}}',
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO stream_partition VALUES ($1, 0, 'log', 1, 1, 'me', 0, $2, 0, 0, $2)",
            CONTACT_EVENTS.name,
            END + DAY,
        )
        await connection.execute("VACUUM ANALYZE rollup")
    return number


@asynccontextmanager
async def api(pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    """The API over the pool, its board loaded; no Kafka."""
    board = Board(Rules(ZONE), lambda: END)
    keeper = BoardKeeper(
        board, PostgresRows(pool), ScriptedFeed(), BoardMetrics(CollectorRegistry()), lambda: END
    )
    await keeper.load()
    log = KafkaEventLog(KafkaSettings())
    app: FastAPI = create_app("benchmark", "benchmark")
    kept = DefinitionKeeper(
        PostgresDefinitions(pool), None, DefinitionMetrics(CollectorRegistry()), lambda: END
    )
    await kept.look()
    parts = Parts(
        QueryMetrics(CollectorRegistry()),
        Pulse(),
        kept,
        ForecastKeeper(PostgresForecasts(pool), lambda: END),
        Turns(),
        LetterBox(KafkaLetters(KafkaSettings()), LetterCounts()),
    )
    app.state.query = assembled(ApiSettings(most_rows=20_000), pool, keeper, log, parts)
    app.state.keys = None
    app.state.open_tenant = "demo"
    app.state.metrics_open = False
    app.state.session_secret = None
    app.include_router(router())
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", timeout=300
    ) as client:
        yield client
    await log.close()


def questions(year: Year) -> dict[str, dict[str, object]]:
    """What is asked, by its name in the report."""
    whole = {"from": text(year.begin), "to": text(END), "kpi": PLAIN}
    last = {"from": text(END - DAY), "to": text(END), "kpi": PLAIN}
    return {
        "one queue, a year by day": {**whole, "interval": "1d", "queue": "queue-007"},
        "one queue, a year by month": {**whole, "interval": "1M", "queue": "queue-007"},
        "total, a year by month": {**whole, "interval": "1M", "by": "total"},
        "total, a year by day": {**whole, "interval": "1d", "by": "total"},
        "all queues, a day by hour, first page": {**last, "interval": "1h"},
        "all queues, a day by hour, one KPI, all rows": {
            **last,
            "interval": "1h",
            "kpi": "offered",
            "limit": 20_000,
        },
        "all queues, a year as one": {**whole, "interval": "all"},
        "all queues, a year by month, one KPI, all rows": {
            **whole,
            "interval": "1M",
            "kpi": "service_level",
            "limit": 20_000,
        },
    }


def text(at: int) -> str:
    """An instant as the API reads it."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


@dataclass
class Measured:
    """Milliseconds of each try: on the wall, of this process's CPU, of PostgreSQL's (to 10 ms); and
    the rows of an answer.
    """

    wall: list[float] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    rows: int = 0

    def line(self, name: str) -> str:
        """As a line of a Markdown table."""
        cells = (min(self.wall), median(self.wall), min(self.api), median(self.database))
        return f"| {name} | {self.rows} | " + " | ".join(f"{cell:.0f}" for cell in cells) + " |\n"


def spent(server: int) -> float:
    """Seconds of CPU of PostgreSQL's backends."""
    return sum(
        times.user + times.system
        for one in psutil.Process(server).children()
        for times in [one.cpu_times()]
    )


async def measure(
    client: httpx.AsyncClient, server: int, asked: dict[str, object], repeat: int
) -> Measured:
    """Ask a question several times."""
    found = Measured()
    for _ in range(repeat):
        began = monotonic()
        busy = process_time()
        database = spent(server)
        answer = await client.get(
            "/v1/kpis/history", params={key: str(value) for key, value in asked.items()}
        )
        found.wall.append(1000 * (monotonic() - began))
        found.api.append(1000 * (process_time() - busy))
        found.database.append(1000 * (spent(server) - database))
        answer.raise_for_status()
        found.rows = len(answer.json()["rows"])
    return found


async def main(year: Year, repeat: int) -> None:
    """Fill, ask, print a Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        async with Postgres(Path(folder)) as server:
            settings = DatabaseSettings(url=SecretStr(server.dsn))
            await migrate(settings)
            async with asyncpg.create_pool(server.dsn, min_size=1, max_size=4) as pool:
                number = await fill(pool, year)
                size = await pool.fetchval("SELECT pg_total_relation_size('rollup')")
                sys.stdout.write(
                    f"{number} rollups of {year.queues} queues, {size / 1e6:.0f} MB with "
                    "indexes\n\n"
                )
                sys.stdout.write(HEAD)
                async with api(pool) as client:
                    for name, asked in questions(year).items():
                        sys.stdout.write(
                            (await measure(client, server.pid, asked, repeat)).line(name)
                        )
                        sys.stdout.flush()


if __name__ == "__main__":
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--queues", type=int, default=500)
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--repeat", type=int, default=5)
    given = options.parse_args()
    asyncio.run(main(Year(given.queues, given.days), given.repeat))
