"""How quickly the API answers: live figures of 1,000 queues at a steady rate of questions, and a
month of history of one queue.

    open-loop client ── 500 questions a second ──► floorpulse api ◄── kpi-updates ── 12 partitions,
                        over a minute, with its turn of panes   ▲     four times a second each
                                                                └── panes of three hours, PostgreSQL

The API has one core, everything else the others. Keys are checked as in production; every answer
must be 200.
"""

import asyncio
import random
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from types import MappingProxyType
from urllib.parse import urlencode

import asyncpg
import httpx
import msgspec
import psutil
from pydantic import SecretStr

from floorpulse.access.keys import KeyRing
from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings
from tests.benchmarks import greedy, history_year
from tests.benchmarks.busy_floor import TENANT, BusyFloor, fill, standing, tell
from tests.benchmarks.latency import Quantiles, quantiles, rest
from tests.benchmarks.machine import cpu
from tests.benchmarks.open_loop import Answered, Order
from tests.benchmarks.rig import Rig, connected
from tests.benchmarks.trial import READY_WITHIN, running, until

KPIS = "service_level,asa,abandonment_rate,waiting,longest_wait"
WARM_UP = 10.0
ONE = "one queue, 5 KPIs"
WALL = "a wall of 30 queues, 5 KPIs"
TOTAL = "the total, 5 KPIs"
WALLS = 50
"""Walls of the floor, each with its own 30 queues"""
MIX = {ONE: 0.7, WALL: 0.1, TOTAL: 0.2}
WIDE = BusyFloor(queues=21_000, hours=1)
YEAR = history_year.Year(queues=200, days=365, fine=0)
MONTH = history_year.Year(queues=100, days=31, fine=31)


@dataclass(frozen=True)
class Spread:
    """Milliseconds to the whole answer, of so many; see `open_loop` for where they begin."""

    number: int
    p50: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True)
class Load:
    """Live figures under load; `wrong` answers were not 200, `cpu` is the API's milliseconds a
    question.
    """

    queues: int
    rate: float
    seconds: float
    kinds: dict[str, Spread]
    whole: Spread
    wrong: int
    cpu: float
    pause: Quantiles


@dataclass(frozen=True)
class Past:
    """One question about a month, asked several times, milliseconds."""

    rows: int
    fastest: float
    median: float


@dataclass(frozen=True)
class Crowd:
    """A wall's questions over `queues` queues, `apart` of them told apart, while others ask for all
    there is.

    `alone` is before they do. `exported` is rows of the year, `everything` rows of live figures
    that were answered meanwhile.
    """

    queues: int
    apart: int
    rate: float
    alone: Spread
    beside: Spread
    wrong: int
    exported: int
    everything: int


class Api:
    """`floorpulse api` as it is shipped, but for `settings`."""

    def __init__(
        self, rig: Rig, zone: str = "UTC", settings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.command = [sys.executable, "-m", "floorpulse.cli.app", "api"]
        self.environment = {
            "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": rig.server.bootstrap,
            "FLOORPULSE_DATABASE__URL": rig.database,
            "FLOORPULSE_FLOOR__ZONE": zone,
            "FLOORPULSE_API__PORT": str(port),
            **settings,
        }

    async def ready(self) -> bool:
        """Whether it can answer."""
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(f"{self.url}/readyz")).is_success
            except httpx.TransportError:
                return False


@asynccontextmanager
async def started(
    rig: Rig, zone: str = "UTC", settings: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[tuple[Api, psutil.Process, str]]:
    """A running API that is ready, its process, and a key for it."""
    program = Api(rig, zone, settings)
    folder = Path(mkdtemp(prefix="api-", dir=rig.folder))
    engine = async_engine(DatabaseSettings(url=SecretStr(rig.database)))
    key = await KeyRing(engine).create(TENANT, "benchmark", ["kpi:read"])
    await engine.dispose()
    async with running(program, folder / "log") as process:
        await until(program.ready, READY_WITHIN)
        yield program, process, key


async def load(rig: Rig, floor: BusyFloor, rate: float, seconds: float) -> Load:
    """Ask at `rate` a second for `seconds` after a warm-up. Raises what client and servers
    raise.
    """
    await rig.renew()
    await fill(rig, floor)
    asked = questions(floor, round(rate * (WARM_UP + seconds)))
    pauses: list[float] = []
    async with started(rig) as (api, process, key):
        beside = asyncio.gather(tell(rig, floor), rest(pauses))
        busy = cpu(process)
        order = Order(
            api.url, [path for _, path in asked], rate, headers={"Authorization": f"Bearer {key}"}
        )
        answers = await answered(order)
        spent = (cpu(process) - busy) * 1000 / len(answers)
        beside.cancel()
        with suppress(asyncio.CancelledError):
            await beside
    told = [(kind, one) for (kind, _), one in zip(asked, answers, strict=True)]
    measured = told[round(rate * WARM_UP) :]
    kinds = {kind: spread([one for theirs, one in measured if theirs == kind]) for kind in MIX}
    wrong = sum(one.status != httpx.codes.OK for _, one in told)
    return Load(
        floor.queues,
        rate,
        seconds,
        kinds,
        spread([one for _, one in measured]),
        wrong,
        spent,
        quantiles(sorted(pauses)),
    )


def questions(floor: BusyFloor, number: int) -> list[tuple[str, str]]:
    """What is asked, each with its kind: mostly one queue, now and then a wall, now and then the
    total.
    """
    dice = random.Random(4)
    names = floor.names()
    walls = [",".join(dice.sample(names, 30)) for _ in range(WALLS)]
    chosen: dict[str, Callable[[], dict[str, str]]] = {
        ONE: lambda: {"queue": dice.choice(names), "window": dice.choice(("15m", "30m", "today"))},
        WALL: lambda: {"queue": dice.choice(walls), "window": "15m"},
        TOTAL: lambda: {"by": "total", "window": dice.choice(("30m", "today"))},
    }
    kinds = dice.choices(list(MIX), weights=list(MIX.values()), k=number)
    return [(kind, f"/v1/kpis?{urlencode({'kpi': KPIS, **chosen[kind]()})}") for kind in kinds]


async def answered(order: Order) -> list[Answered]:
    """The answers to an order, by a client in a process of its own. RuntimeError where it fails."""
    said = await ordered("tests.benchmarks.open_loop", order)
    return msgspec.json.decode(said, type=list[Answered])


async def harvested(order: greedy.Order) -> greedy.Harvest:
    """What a client that asks for everything got. RuntimeError where it fails."""
    said = await ordered("tests.benchmarks.greedy", order)
    return msgspec.json.decode(said, type=greedy.Harvest)


async def ordered(client: str, order: object) -> bytes:
    """What a client, a module that runs as a process of its own, says to an order."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        client,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(msgspec.json.encode(order))
    if process.returncode:
        message = f"{client} failed with exit status {process.returncode}"
        raise RuntimeError(message)
    return said


def spread(answers: Sequence[Answered]) -> Spread:
    """Nearest-rank quantiles."""
    ordered = sorted(one.seconds * 1000 for one in answers)
    last = len(ordered) - 1
    p50, p95, p99 = (ordered[min(last, int(len(ordered) * q))] for q in (0.5, 0.95, 0.99))
    return Spread(len(ordered), p50, p95, p99, ordered[-1])


async def crowd(rig: Rig, apart: int, rate: float, seconds: float) -> Crowd:
    """A wall asks at `rate` a second, half of the time alone, half while somebody exports a year
    and somebody asks for everything.
    """
    await rig.renew()
    await fill(rig, WIDE)
    await year_before(rig)
    wide = {"FLOORPULSE_API__MOST_QUEUES": str(apart), "FLOORPULSE_API__METRICS_OPEN": "true"}
    async with started(rig, history_year.ZONE.key, wide) as (api, _, key):
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=api.url, headers=headers, timeout=300.0) as client:
            shown = (
                (await client.get("/v1/queues", params={"limit": "20000"}))
                .raise_for_status()
                .json()["rows"]
            )
            names = set(WIDE.names())
            paths = walls_of(
                [row["queue"] for row in shown if row["queue"] in names],
                round(rate * seconds / 2),
            )
            order = Order(api.url, paths, rate, headers=headers)
            telling = asyncio.create_task(tell(rig, WIDE))
            await until(partial(settled, client), READY_WITHIN)
            await answered(Order(api.url, paths[: round(rate * WARM_UP)], rate, headers=headers))
            alone = await answered(order)
            asked = [
                greedy.Order(api.url, path, what, seconds / 2, headers | more)
                for path, what, more in (
                    ("/v1/kpis/history", year_asked(), {"Accept": "text/csv"}),
                    ("/v1/kpis", {"limit": "20000"}, {}),
                )
            ]
            beside = asyncio.gather(*map(harvested, asked))
            met = await answered(order)
            harvests = await beside
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
    wrong = sum(one.status != httpx.codes.OK for one in (*alone, *met))
    wrong += sum(one.wrong for one in harvests)
    rows = [one.rows for one in harvests]
    return Crowd(WIDE.queues, apart, rate, spread(alone), spread(met), wrong, *rows)


async def settled(client: httpx.AsyncClient) -> bool:
    """Whether the board has been loaded for the second time, as it is soon after a start: what it
    may have missed meanwhile.
    """
    page = (await client.get("/metrics")).raise_for_status().text
    [loads] = re.findall(r"^floorpulse_board_loads_total (\S+)$", page, re.MULTILINE)
    return float(loads) > 1


def walls_of(names: Sequence[str], number: int) -> list[str]:
    """Questions of walls, each with its own 30 queues."""
    dice = random.Random(5)
    walls = [",".join(dice.sample(list(names), 30)) for _ in range(WALLS)]
    return [
        f"/v1/kpis?{urlencode({'kpi': KPIS, 'queue': dice.choice(walls), 'window': '15m'})}"
        for _ in range(number)
    ]


async def year_before(rig: Rig) -> None:
    """A year of rolled-up days before the panes of now."""
    pattern = history_year.Pattern(random.Random(1))
    async with connected(rig.database) as connection:
        for records in history_year.portions(YEAR, pattern):
            await connection.copy_records_to_table(
                "rollup", records=records, columns=history_year.COLUMNS
            )
        reached = {
            str(number): history_year.END + history_year.DAY for number in range(WIDE.partitions)
        }
        await connection.execute(
            "UPDATE roller SET completion = $1, quarter = $1, reached = $1, day = $1, zone = $2, "
            "watermarks = $3",
            history_year.END, history_year.ZONE.key, msgspec.json.encode(reached).decode(),
        )  # fmt: skip
        await connection.execute("VACUUM ANALYZE")


def year_asked() -> dict[str, str]:
    """The export: every queue's days of a year."""
    begin = history_year.text(YEAR.begin)
    end = history_year.text(history_year.END)
    return {
        "from": begin,
        "to": end,
        "interval": "1d",
        "kpi": history_year.PLAIN,
        "tz": history_year.ZONE.key,
    }


async def month(rig: Rig, repeat: int = 15) -> dict[str, Past]:
    """A month of one queue, asked over HTTP again and again."""
    await rig.renew()
    async with connected(rig.database) as connection:
        await standing(connection)
    async with asyncpg.create_pool(rig.database, min_size=1, max_size=1) as pool:
        await history_year.fill(pool, MONTH)
    async with started(rig, history_year.ZONE.key) as (api, _, key):
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=api.url, headers=headers, timeout=30.0) as client:
            return {name: await past(client, asked, repeat) for name, asked in months().items()}


def months() -> dict[str, dict[str, str]]:
    """What is asked of a month, by its name in the report."""
    begin, end = (
        history_year.text(at) for at in (history_year.END - 31 * history_year.DAY, history_year.END)
    )
    asked = {
        "from": begin,
        "to": end,
        "queue": "queue-007",
        "kpi": "service_level,aht,abandonment_rate",
        "limit": "20000",
    }
    return {
        f"3 KPIs by {interval}": {**asked, "interval": interval}
        for interval in ("30m", "1d", "all")
    }


async def past(client: httpx.AsyncClient, asked: dict[str, str], repeat: int) -> Past:
    """One question, `repeat` times."""
    took = []
    rows = 0
    for _ in range(repeat):
        began = monotonic()
        answer = await client.get("/v1/kpis/history", params=asked)
        took.append(1000 * (monotonic() - began))
        rows = len(answer.raise_for_status().json()["rows"])
    return Past(rows, min(took), median(took))
