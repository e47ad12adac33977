"""Alembic: how the tables of `services/contracts/tables` come to be, step by step; `floorpulse
migrate` applies it.

Alembic is imported by whoever migrates: a service that only looks whether its tables are there
starts without it.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from floorpulse.runtime.database import CONNECT_WITHIN, dsn, shown_address
from floorpulse.runtime.settings import DatabaseSettings

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
AT = "SELECT version_num FROM alembic_version"


class NotMigrated(Exception):  # noqa: N818  it says what is missing
    """The database lacks tables that the services need; the message says what to run."""


def configuration(settings: DatabaseSettings) -> "Config":
    """Alembic's configuration for one database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["database"] = settings
    return config


async def migrate(settings: DatabaseSettings, revision: str = "head") -> None:
    """Bring the database to `revision`; raises SQLAlchemy's errors, with nothing half done, when it
    cannot.
    """
    from alembic import command

    await asyncio.to_thread(command.upgrade, configuration(settings), revision)


async def downgrade(settings: DatabaseSettings, revision: str) -> None:
    """Take the steps behind `revision` back; only from 0007 on, steps can be taken back."""
    from alembic import command

    await asyncio.to_thread(command.downgrade, configuration(settings), revision)


def steps() -> list[str]:
    """The names of all steps, the newest first: each begins the name of its file."""
    files = (HERE / "versions").glob("s*_*.py")
    return sorted((file.name[1:].partition("_")[0] for file in files), reverse=True)


async def expect_migrated(settings: DatabaseSettings) -> None:
    """Raise NotMigrated where the database is behind this version's tables.

    One that is ahead is taken: during an upgrade the old services run on the new tables.
    """
    at = await _revision(settings)
    known = steps()
    where = shown_address(settings)
    if at is None:
        message = (
            f"PostgreSQL at {where} has no tables of Floorpulse: run `floorpulse migrate` first"
        )
        raise NotMigrated(message)
    if at in known[1:]:
        message = (
            f"PostgreSQL at {where} has tables of an earlier Floorpulse (step {at}, needed is "
            f"{known[0]}): run `floorpulse migrate` first"
        )
        raise NotMigrated(message)


async def _revision(settings: DatabaseSettings) -> str | None:
    """The last step that was applied; None in a database without any."""
    connection = await asyncpg.connect(dsn(settings), timeout=CONNECT_WITHIN)
    try:
        revision: str | None = await connection.fetchval(AT)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return revision
