"""Rules tried out by hand: over stored history, against this environment's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from floorpulse.alerts.rules.past_feed import TooMuchHistoryError
from floorpulse.alerts.rules.past_tables import PastTables
from floorpulse.alerts.rules.replay import Progress as Heard
from floorpulse.alerts.rules.replay import ReplayLimits, ReplayQuery, RuleReplay, unheard
from floorpulse.alerts.rules.replay_answer import ReplayAnswer
from floorpulse.alerts.rules.under_test import UnderTest, WrongRulesError, tenant_of, under_test
from floorpulse.board.domain.windows import Span
from floorpulse.board.wiring import LIMITS, rules
from floorpulse.cli import option_types
from floorpulse.cli.rules_shown import told
from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import readers_pool
from floorpulse.runtime.settings import Settings

STATEMENT_SECONDS = 300.0
MOST = ReplayLimits(visits=5_000_000, looks=20_000_000)
"""Nobody else waits meanwhile"""


@dataclass(frozen=True)
class RuleTestOptions:
    """What is tried out; the options of the command as they were written."""

    file: Path
    since: str
    until: str | None
    every: str
    tenant: str | None = None
    rule: str | None = None
    queue: str | None = None
    as_json: bool = False


async def test(settings: Settings, options: RuleTestOptions) -> int:
    """Print when the rules would have fired; 1 where the file is wrong. ValueError for options that
    say nothing usable.
    """
    text = _read(options.file)
    asked = query(options, now_ms())
    tenant = options.tenant or tenant_of(text)
    if tenant is None:
        message = f"{options.file} names no tenant: say --tenant"
        raise ValueError(message)
    pool = await readers_pool(settings.database, STATEMENT_SECONDS)
    try:
        stored = await PostgresDefinitions(pool).load()
        tried = under_test(str(options.file), text, stored, tenant, options.rule)
        answer = await _replayed(settings, pool, tried, asked)
    except WrongRulesError as wrong:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(wrong), markup=False)
        return 1
    except TooMuchHistoryError as much:
        raise ValueError(str(much)) from much
    finally:
        await pool.close()
    _print(answer, as_json=options.as_json)
    return 0


def query(options: RuleTestOptions, now: int) -> ReplayQuery:
    """The question that options ask at an instant; ValueError where they ask none."""
    since = parse_instant(options.since)
    until = now if options.until is None else parse_instant(options.until)
    every = round(option_types.seconds(options.every) * 1000)
    if since >= until:
        message = f"--from {options.since} is not before --to {options.until or 'now'}"
        raise ValueError(message)
    if until > now:
        message = f"--to {options.until} has not come yet"
        raise ValueError(message)
    if every < 1000:  # noqa: PLR2004  a second
        message = f"--every {options.every} is less than a second"
        raise ValueError(message)
    return ReplayQuery(Span(since, until), every, options.queue)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as wrong:
        message = f"{file} cannot be read ({wrong.strerror})"
        raise ValueError(message) from wrong
    except UnicodeDecodeError as wrong:
        message = f"{file} is no UTF-8"
        raise ValueError(message) from wrong


async def _replayed(
    settings: Settings, pool: asyncpg.Pool, tried: UnderTest, asked: ReplayQuery
) -> ReplayAnswer:
    tables = PastTables(
        PostgresVisits(pool), PostgresAgents(pool), PostgresPanes(pool), PostgresForecasts(pool)
    )
    replay = RuleReplay(tables, rules(settings.floor, LIMITS), Turns(), MOST)
    with _progress() as heard:
        return await replay.replay(tried, asked, heard)


@contextmanager
def _progress() -> Iterator[Heard]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield unheard
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("replaying", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _print(answer: ReplayAnswer, *, as_json: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        body = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
        console.print(body, markup=False)
    else:
        told(console, answer)
