"""Retired sources and what sources delivered, in PostgreSQL."""

import asyncio
from collections.abc import Sequence

import asyncpg

from floorpulse.board.adapters.rows import ANSWER_WITHIN, away
from floorpulse.contracts.tallies import What
from floorpulse.figures.sources.deliveries import SourceTally

RETIRE = """
INSERT INTO retired_source (tenant, source, retired_at, retired_by)
VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, $3)
ON CONFLICT (tenant, source) DO UPDATE SET retired_at = excluded.retired_at,
    retired_by = excluded.retired_by
RETURNING retired_at
"""
TALLIES = """
SELECT source, what, kind, count, first_at, last_at, example FROM source_tally WHERE tenant = $1
"""


class PostgresRetiredSources:
    """A `RetiredStore` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def retire(self, tenant: str, source: str, by: str) -> int:
        """Note that a source is retired as of now."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                at: int = await self._pool.fetchval(RETIRE, tenant, source, by)
                return at


class PostgresSourceTallies:
    """A `TallyReader` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def tallies(self, tenant: str) -> Sequence[SourceTally]:
        """See `TallyReader.tallies`."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                rows = await self._pool.fetch(TALLIES, tenant)
        return [
            SourceTally(
                row["source"],
                What(row["what"]),
                row["kind"],
                row["count"],
                row["first_at"],
                row["last_at"],
            )
            for row in rows
        ]
