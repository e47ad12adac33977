"""Alembic's entry: run the steps over asyncpg, one transaction for all, one migrator at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text

from floorpulse.contracts.tables.declared import declared
from floorpulse.runtime.database import async_engine

UNLIMITED = None
"""A step may take hours where there is much to rewrite"""
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('floorpulse migrate'))")


def run(connection: Connection) -> None:
    """Apply the steps on an open connection."""
    context.configure(connection=connection, target_metadata=declared(), compare_type=True)
    with context.begin_transaction():
        connection.execute(ONE_AT_A_TIME)
        context.run_migrations()


async def main() -> None:
    """Connect, migrate, leave."""
    engine = async_engine(context.config.attributes["database"], UNLIMITED)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(main())
