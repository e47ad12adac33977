"""Retired sources, what sources delivered and what is wrong with it, in PostgreSQL."""

import asyncio
from collections.abc import Sequence

import asyncpg
import msgspec

from floorpulse.board.adapters.rows import ANSWER_WITHIN, away
from floorpulse.contracts.tallies import Example, Missing, What
from floorpulse.figures.sources.deliveries import SourceTally
from floorpulse.figures.sources.feeds import DelayCount, OrphanCount

RETIRE = """
INSERT INTO retired_source (tenant, source, retired_at, retired_by)
VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, $3)
ON CONFLICT (tenant, source) DO UPDATE SET retired_at = excluded.retired_at,
    retired_by = excluded.retired_by
RETURNING retired_at
"""
TALLIES = """
SELECT source, what, kind, count, first_at, last_at, examples FROM source_tally WHERE tenant = $1
"""
ORPHANS = """
SELECT source, missing, count, first_at, last_at, examples FROM source_orphan WHERE tenant = $1
"""
DELAYS = """
SELECT source, bucket, sum(count)::bigint AS count FROM source_delay
WHERE tenant = $1 AND slot >= $2 GROUP BY source, bucket
"""
decode_examples = msgspec.json.Decoder(tuple[Example, ...]).decode


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
    """A `FeedReader` over a pool of connections."""

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
                decode_examples(row["examples"]),
            )
            for row in rows
        ]

    async def orphans(self, tenant: str) -> Sequence[OrphanCount]:
        """See `FeedReader.orphans`."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                rows = await self._pool.fetch(ORPHANS, tenant)
        return [
            OrphanCount(
                row["source"],
                Missing(row["missing"]),
                row["count"],
                row["first_at"],
                row["last_at"],
                decode_examples(row["examples"]),
            )
            for row in rows
        ]

    async def delays(self, tenant: str, since: int) -> Sequence[DelayCount]:
        """See `FeedReader.delays`."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                rows = await self._pool.fetch(DELAYS, tenant, since)
        return [DelayCount(row["source"], row["bucket"], row["count"]) for row in rows]
