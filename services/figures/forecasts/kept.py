"""Forecasts kept in the background, for whoever answers or judges by them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg

from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.forecasts.store import PostgresForecasts

EVERY = 1.0
"""Seconds between two looks for new versions"""


@asynccontextmanager
async def kept_forecasts(
    pool: asyncpg.Pool, now: Callable[[], int]
) -> AsyncIterator[ForecastKeeper]:
    """A keeper of forecasts around `now` (epoch milliseconds) that looks for new versions until the
    context ends.
    """
    keeper = ForecastKeeper(PostgresForecasts(pool), now)
    keeping = asyncio.create_task(keeper.run(EVERY), name="forecasts")
    try:
        yield keeper
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
