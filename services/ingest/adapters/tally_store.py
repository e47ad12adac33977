"""Tallies of sources in PostgreSQL, summed over all ingest processes."""

import asyncio
from collections.abc import Sequence

import asyncpg
import msgspec

from floorpulse.contracts.tallies import DELAY_SLOT, MOST_EXAMPLES
from floorpulse.ingest.tallies import DelayKey, Tally, TallyKey
from floorpulse.runtime.unavailable import StoreUnavailable

ANSWER_WITHIN = 10.0
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
LATEST = f"$[0 to {MOST_EXAMPLES - 1}]"
KEPT = 24 * DELAY_SLOT
"""Milliseconds of arrivals whose delays are kept: an hour is asked for"""
ADD = """
INSERT INTO source_tally AS known (tenant, source, what, kind, count, first_at, last_at, examples)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
ON CONFLICT (tenant, source, what, kind) DO UPDATE SET count = known.count + excluded.count,
    first_at = least(known.first_at, excluded.first_at),
    last_at = greatest(known.last_at, excluded.last_at),
    examples = jsonb_path_query_array(excluded.examples || known.examples, $9::text::jsonpath)
"""
ADD_DELAY = """
INSERT INTO source_delay AS known (tenant, source, slot, bucket, count)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, source, slot, bucket) DO UPDATE SET count = known.count + excluded.count
"""
SWEEP = "DELETE FROM source_delay WHERE slot < $1"


class PostgresTallies:
    """A `TallyStore` over a pool of connections; delays of two hours ago go."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._swept = 0

    async def add(
        self,
        tallies: Sequence[tuple[TallyKey, Tally]],
        delays: Sequence[tuple[DelayKey, int]],
    ) -> None:
        """See `TallyStore.add`; keys come sorted, so that two processes do not wait for each
        other.
        """
        counted = [_row(key, one) for key, one in tallies]
        newest = max((key.slot for key, _ in delays), default=0)
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self._pool.acquire() as connection,
                connection.transaction(),
            ):
                await connection.executemany(ADD, counted)
                await connection.executemany(ADD_DELAY, [(*key, times) for key, times in delays])
                if newest > self._swept:
                    await connection.execute(SWEEP, newest - KEPT)
        except AWAY as wrong:
            message = f"PostgreSQL did not take the tallies of sources ({type(wrong).__name__})"
            raise StoreUnavailable(message) from wrong
        self._swept = max(self._swept, newest)


def _row(key: TallyKey, one: Tally) -> tuple[object, ...]:
    examples = msgspec.json.encode(one.examples).decode()
    name = (key.tenant, key.source, key.what.value, key.kind)
    return (*name, one.count, one.first_at, one.last_at, examples, LATEST)
