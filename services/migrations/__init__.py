"""Alembic: how the tables of `services/contracts/tables.py` come to be, step by step; `floorpulse
migrate` applies it.
"""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config

from services.runtime.database import database_url
from services.runtime.settings import DatabaseSettings


def configuration(settings: DatabaseSettings) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = database_url(settings)
    return config


async def migrate(settings: DatabaseSettings, revision: str = "head") -> None:
    """Bring the database to `revision`; raises SQLAlchemy's errors, with nothing half done, when it
    cannot.
    """
    await asyncio.to_thread(command.upgrade, configuration(settings), revision)


async def downgrade(settings: DatabaseSettings, revision: str) -> None:
    """Take the steps behind `revision` back; only from 0007 on, steps can be taken back."""
    await asyncio.to_thread(command.downgrade, configuration(settings), revision)
