"""Connections to PostgreSQL: SQLAlchemy for statements that people read, asyncpg for bulk."""

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.runtime.settings import DatabaseSettings

CONNECT_WITHIN = 10.0
COMMAND_WITHIN = 60.0


def database_url(settings: DatabaseSettings) -> URL:
    """The configured address, told to use asyncpg."""
    return make_url(settings.url.get_secret_value()).set(drivername="postgresql+asyncpg")


def async_engine(settings: DatabaseSettings) -> AsyncEngine:
    """A pooled SQLAlchemy engine; connections are tried before use, so a restarted server is not an error."""
    return create_async_engine(
        database_url(settings),
        pool_size=settings.pool,
        pool_pre_ping=True,
        connect_args={"timeout": CONNECT_WITHIN, "command_timeout": COMMAND_WITHIN},
    )


def dsn(settings: DatabaseSettings) -> str:
    """The configured address as asyncpg reads it."""
    return database_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)


async def asyncpg_pool(settings: DatabaseSettings) -> asyncpg.Pool:
    """A pool of raw connections."""
    return await asyncpg.create_pool(
        dsn(settings), min_size=1, max_size=settings.pool, timeout=CONNECT_WITHIN, command_timeout=COMMAND_WITHIN, reset=_as_it_is
    )


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Nothing of ours sets anything on a session, so giving a connection back needs no round trip to undo it."""
