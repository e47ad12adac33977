"""Tallies of sources in PostgreSQL, summed over all ingest processes."""

import asyncio
from collections.abc import Sequence
from dataclasses import astuple

import asyncpg

from floorpulse.ingest.tallies import Tally, TallyKey
from floorpulse.runtime.unavailable import StoreUnavailable

ANSWER_WITHIN = 10.0
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
ADD = """
INSERT INTO source_tally AS known (tenant, source, what, kind, count, first_at, last_at, example)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant, source, what, kind) DO UPDATE SET count = known.count + excluded.count,
    first_at = least(known.first_at, excluded.first_at),
    last_at = greatest(known.last_at, excluded.last_at),
    example = CASE excluded.example WHEN '' THEN known.example ELSE excluded.example END
"""


class PostgresTallies:
    """A `TallyStore` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, tallies: Sequence[tuple[TallyKey, Tally]]) -> None:
        """See `TallyStore.add`; keys come sorted, so that two processes do not wait for each
        other.
        """
        rows = [
            (key.tenant, key.source, key.what.value, key.kind, *astuple(one))
            for key, one in tallies
        ]
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self._pool.acquire() as connection,
                connection.transaction(),
            ):
                await connection.executemany(ADD, rows)
        except AWAY as wrong:
            message = f"PostgreSQL did not take the tallies of sources ({type(wrong).__name__})"
            raise StoreUnavailable(message) from wrong
