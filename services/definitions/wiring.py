"""A running keeper of definitions from settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from prometheus_client import CollectorRegistry

from floorpulse.definitions.adapters.folder import Folder
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.metrics import DefinitionMetrics
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.runtime.clock import now_ms


@asynccontextmanager
async def kept_definitions(
    settings: DefinitionsSettings, pool: asyncpg.Pool, registry: CollectorRegistry
) -> AsyncIterator[DefinitionKeeper]:
    """Definitions that are kept in the background; wait for `loaded` before believing them."""
    files = None if settings.dir is None else Folder(settings.dir)
    keeper = DefinitionKeeper(PostgresDefinitions(pool), files, DefinitionMetrics(registry), now_ms)
    keeping = asyncio.create_task(keeper.run(settings.reload_seconds), name="definitions")
    try:
        yield keeper
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
