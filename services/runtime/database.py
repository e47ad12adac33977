"""Connections to PostgreSQL: asyncpg for figures, SQLAlchemy for tables of a few rows (API keys).

Both pools stand beside one another on purpose: a key is looked up at most once in five seconds, and
must be found also while long questions hold every connection of the readers' pool.

SQLAlchemy is imported by whoever opens an engine: an engine worker speaks asyncpg alone, and starts
in half of the time without it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from floorpulse.runtime.addresses import libpq_url
from floorpulse.runtime.settings import DatabaseSettings
from floorpulse.runtime.unavailable import StoreUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

CONNECT_WITHIN = 10.0
COMMAND_WITHIN = 60.0
IDLE_CONNECTIONS = 2
SLACK = 5.0
"""Seconds after the server's own time limit at which a client gives a statement up"""
RAISED = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""What asyncpg raises where PostgreSQL does not do what it is asked"""

# Nobody knows what a plan is worth that was made while a table was empty: asyncpg keeps statements,
# PostgreSQL their plans.
LIMITED = """
SELECT set_config('statement_timeout', $1, false),
    set_config('plan_cache_mode', 'force_custom_plan', false)
"""
NO_SCAN = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
IN_ORDER = f"{NO_SCAN}; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"


def raised_by_clients() -> tuple[type[Exception], ...]:
    """What the clients of PostgreSQL raise in this process: SQLAlchemy's errors too, where anybody
    has imported it.
    """
    alchemy = sys.modules.get("sqlalchemy.exc")
    return RAISED if alchemy is None else (alchemy.SQLAlchemyError, *RAISED)


def away() -> tuple[type[Exception], ...]:
    """What is raised where PostgreSQL is away; what comes too late is an `OSError` too."""
    return (*raised_by_clients(), OSError)


def async_engine(
    settings: DatabaseSettings, statement_seconds: float | None = COMMAND_WITHIN
) -> "AsyncEngine":
    """A pooled SQLAlchemy engine; connections are tried before use, so a restarted server is not an
    error.

    A statement is cancelled after `statement_seconds`, where there are any. asyncpg reads the
    address itself: SQLAlchemy would hand each option of it (`sslmode`, …) over as an argument that
    asyncpg does not have (SQLAlchemy 2.1).
    """
    from sqlalchemy.ext.asyncio import create_async_engine

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            dsn(settings), timeout=CONNECT_WITHIN, command_timeout=statement_seconds
        )

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=settings.pool,
        pool_pre_ping=True,
    )


@asynccontextmanager
async def answering(
    within: float, message: str, unavailable: type[StoreUnavailable] = StoreUnavailable
) -> AsyncIterator[None]:
    """What PostgreSQL does not answer an engine within so many seconds, or not at all, is
    `unavailable`; `message` has a place, `{}`, for the name of what was raised.
    """
    try:
        async with asyncio.timeout(within):
            yield
    except away() as wrong:
        raise unavailable(message.format(type(wrong).__name__)) from wrong


def dsn(settings: DatabaseSettings) -> str:
    """The configured address as asyncpg reads it."""
    return libpq_url(settings.url.get_secret_value())


def shown_address(settings: DatabaseSettings) -> str:
    """The same with its password masked."""
    return libpq_url(settings.url.get_secret_value(), mask=True)


async def asyncpg_pool(settings: DatabaseSettings) -> asyncpg.Pool:
    """A pool of raw connections."""
    return await asyncpg.create_pool(
        dsn(settings),
        min_size=1,
        max_size=settings.pool,
        timeout=CONNECT_WITHIN,
        command_timeout=COMMAND_WITHIN,
        reset=_as_it_is,
    )


async def readers_pool(settings: DatabaseSettings, statement_seconds: float) -> asyncpg.Pool:
    """A pool for questions: the server itself ends each statement after `statement_seconds`, and
    plans it for what is asked.
    """

    async def limit(connection: asyncpg.Connection) -> None:
        await connection.fetchrow(LIMITED, str(round(statement_seconds * 1000)))

    return await asyncpg.create_pool(
        dsn(settings),
        min_size=1,
        max_size=settings.pool,
        timeout=CONNECT_WITHIN,
        command_timeout=statement_seconds + SLACK,
        reset=_as_it_is,
        init=limit,
    )


@asynccontextmanager
async def idle_pool(settings: DatabaseSettings) -> AsyncIterator[asyncpg.Pool]:
    """A small pool that connects with its first use, so whoever opens it can start while PostgreSQL
    is away.
    """
    pool = asyncpg.create_pool(
        dsn(settings),
        min_size=0,
        max_size=IDLE_CONNECTIONS,
        timeout=CONNECT_WITHIN,
        command_timeout=COMMAND_WITHIN,
    )
    async with pool:
        yield pool


@asynccontextmanager
async def planned(
    pool: asyncpg.Pool, settings: str, free_within: float
) -> AsyncIterator[PoolConnectionProxy]:
    """A read-only transaction whose statements are planned under `settings`, whatever the
    statistics say.

    Without statistics, or with those of another time, PostgreSQL guesses how many rows there are. A
    statement that reads by index (`NO_SCAN`), and in the order of an index (`IN_ORDER`), reads what
    it needs however wrong the guess is.
    """
    async with (
        pool.acquire(timeout=free_within) as connection,
        connection.transaction(readonly=True),
    ):
        await connection.execute(settings)
        yield connection


async def _as_it_is(_: asyncpg.Connection) -> None:
    """What is set on a session is meant for all of it, so giving a connection back needs no round
    trip to undo anything.
    """
