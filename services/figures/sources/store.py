"""Retired sources in PostgreSQL."""

import asyncio

import asyncpg

from floorpulse.board.adapters.rows import ANSWER_WITHIN, away

RETIRE = """
INSERT INTO retired_source (tenant, source, retired_at, retired_by)
VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, $3)
ON CONFLICT (tenant, source) DO UPDATE SET retired_at = excluded.retired_at,
    retired_by = excluded.retired_by
RETURNING retired_at
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
