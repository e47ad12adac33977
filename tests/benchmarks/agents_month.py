"""How quickly a month of agents answers: visits and states put into PostgreSQL by COPY, asked
through the use case.

python -m tests.benchmarks.agents_month [--agents 40] [--visits 31125] [--repeat 3]

Three months of visits are stored and the last is asked for; each agent has four states a visit
(ringing, busy, wrap-up, available). PostgreSQL is the embedded one; times are those of whole
answers, encoded, without HTTP.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import cast
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from pydantic import SecretStr

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.agents import Entered, encode_entered
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit
from floorpulse.demo.embedded import Postgres
from floorpulse.figures.agents.figures import AgentFigures, AgentQuery
from floorpulse.figures.agents.rows import ByAgent
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.kpi_engine.fold.rows import VISIT_COLUMNS
from floorpulse.kpi_engine.postgres.months import MonthlyParts
from floorpulse.kpi_engine.postgres.statements import AGENT_STATE_COLUMNS
from floorpulse.kpis.catalogue import BY_AGENT, CATALOGUE
from floorpulse.migrations import migrate
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.world import NOW, World

DAY = 24 * HOUR
MONTH = Span(NOW - NOW % DAY - 30 * DAY, NOW - NOW % DAY)
UTC_ZONE = ZoneInfo("UTC")
STATES: tuple[AgentState, ...] = ("ringing", "busy", "wrap_up", "available")
QUEUES = ("sales", "help", "vip")


def visits(number: int, agents: int, dice: random.Random) -> Iterator[Visit]:
    """Visits of three months in hours of business, one in ten scored."""
    for one in range(3 * number):
        offered = MONTH.end - DAY * (1 + one % 90) + dice.randrange(8 * HOUR, 20 * HOUR)
        answer = offered + dice.randrange(60_000)
        ended = answer + dice.randrange(20_000, 600_000)
        agent = f"agent{dice.randrange(agents)}"
        told = Visit(offered_at=offered, queue=dice.choice(QUEUES), answered_at=answer, agent=agent)
        told.ended_at = ended
        told.wrapped_at = ended + 20_000
        yield told


def states(taken: list[Visit]) -> Iterator[tuple[str, Entered]]:
    """Four states around each visit."""
    for visit in taken:
        at = visit.answered_at or 0
        ended = visit.ended_at or 0
        for state, entered in zip(STATES, (at - 3000, at, ended, ended + 20_000), strict=True):
            yield visit.agent or "", Entered(entered, state, (visit.queue or "",))


async def fill(pool: asyncpg.Pool, number: int, agents: int) -> int:
    """Store visits and states; how many states."""
    stored = list(visits(number, agents, random.Random(1)))
    rows = [
        (
            0,
            "demo",
            f"c{one}",
            1,
            visit.offered_at,
            visit.queue,
            "voice",
            None,
            None,
            None,
            encode_visit(visit),
        )
        for one, visit in enumerate(stored)
    ]
    entered = {
        (0, "demo", agent, one.at, one.state): encode_entered(one) for agent, one in states(stored)
    }
    async with pool.acquire() as connection:
        await MonthlyParts().ensure(
            cast("asyncpg.Connection", connection), {key[3] for key in entered}
        )
        await connection.copy_records_to_table("visit", records=rows, columns=VISIT_COLUMNS)
        states_of = [(*key, body, None) for key, body in entered.items()]
        await connection.copy_records_to_table(
            "agent_state", records=states_of, columns=AGENT_STATE_COLUMNS
        )
        await connection.execute("ANALYZE visit; ANALYZE agent_state")
    return len(entered)


def questions() -> Iterator[tuple[str, AgentQuery]]:
    """What is asked."""
    everything = tuple(BY_AGENT[name] for name in BY_AGENT if ":" not in name)
    some = (BY_AGENT["answered"], BY_AGENT["att"])
    for name, kpis, interval, by in (
        ("answered and att by agent, the month as one row", some, Interval.ALL, ByAgent.AGENT),
        ("all KPIs by agent, the month as one row", everything, Interval.ALL, ByAgent.AGENT),
        ("answered and att by agent and day, first page", some, Interval.D1, ByAgent.AGENT),
        ("occupancy of all, by day", (BY_AGENT["occupancy"],), Interval.D1, ByAgent.TOTAL),
    ):
        yield (
            name,
            AgentQuery(
                Selection("demo", by=By.TOTAL),
                (),
                MONTH,
                interval,
                UTC_ZONE,
                by,
                Question(kpis, AS_IN_FORCE),
            ),
        )


async def main(number: int, agents: int, repeat: int) -> None:
    """Fill, ask, print a Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        async with Postgres(Path(folder)) as server:
            settings = DatabaseSettings(url=SecretStr(server.dsn))
            await migrate(settings)
            async with asyncpg.create_pool(server.dsn, min_size=1, max_size=4) as pool:
                entered = await fill(pool, number, agents)
                sys.stdout.write(f"{3 * number} visits, {entered} states, {agents} agents\n\n")
                sys.stdout.write("| question | rows | median |\n| --- | --- | --- |\n")
                await ask(pool, repeat)


async def ask(pool: asyncpg.Pool, repeat: int) -> None:
    """Each question, `repeat` times."""
    world = World()
    figures = AgentFigures(world.floors, world.turns, PostgresAgents(pool), world.floor)
    for name, query in questions():
        took = []
        for _ in range(repeat):
            began = monotonic()
            rows, _more = await figures.page(query, None, 5000)
            msgspec.json.encode(rows)
            took.append(monotonic() - began)
        sys.stdout.write(f"| {name} | {len(rows)} | {median(took):.2f} s |\n")
    tables = Tables(PostgresPanes(pool), PostgresVisits(pool), PostgresAgents(pool), world.floor)
    past = PastFigures(world.floors, world.turns, tables)
    for kpi, interval in (
        ("occupancy", Interval.D1),
        ("agents", Interval.D1),
        ("occupancy", Interval.M30),
    ):
        began = monotonic()
        kpis = Question((CATALOGUE[kpi],), AS_IN_FORCE)
        rows_, _ = await past.page(
            HistoryQuery(Selection("demo", by=By.TOTAL), MONTH, interval, UTC_ZONE, kpis),
            None,
            5000,
        )
        sys.stdout.write(
            f"| history: {kpi} in total, {interval} | {len(rows_)} | {monotonic() - began:.2f} s "
            "|\n"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument("--visits", type=int, default=31_125, help="of a month")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(main(asked.visits, asked.agents, asked.repeat))
