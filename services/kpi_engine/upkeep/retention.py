"""Deletes rows beyond retention: months of panes and agents by dropping their tables, the rest in
batches.

announced ── 5 min: every engine refuses older events ──► no late change waits, months are rolled up
──► gone
"""

from collections.abc import Mapping
from functools import partial

import asyncpg
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.kpi_engine.postgres.statements import NOW
from floorpulse.kpi_engine.upkeep.retention_limits import (
    RELOADED_WITHIN,
    limit,
    month_named,
    rolled_limit,
)
from floorpulse.runtime.clock import now_ms

log: BoundLogger = structlog.get_logger(__name__)

BATCH = 5000
BATCHES = 200
"""Batches of one run, at most: the next one goes on"""

ROLLED = "SELECT day FROM roller"
ANNOUNCE = """
INSERT INTO retention AS known (kept, since, announced_at) VALUES ($1, $2, $3)
ON CONFLICT (kept) DO UPDATE SET since = excluded.since, announced_at = excluded.announced_at
    WHERE known.since < excluded.since
"""
DUE = "SELECT since FROM retention WHERE kept = $1 AND announced_at <= $2"
GONE = "UPDATE retention SET gone = since WHERE kept = $1"
BOUND = "SET LOCAL lock_timeout = '3s'; SET LOCAL idle_in_transaction_session_timeout = '30s'"
LOCK = "SELECT FROM roller FOR UPDATE"
WAITING = "SELECT count(*) FROM late_change WHERE start < $1"
PARTS = (
    "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent "
    "= $1::regclass ORDER BY relname"
)
DROP = "DROP TABLE {part}"
DELETE = (
    "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {column} < "
    "$1 LIMIT $2))"
)

MONTHLY = {"panes": ("pane",), "agents": ("agent_state",)}
BATCHED = {
    "visits": ("visit", "offered_at"),
    "rollups": ("rollup", "until"),
    "corrections": ("correction", "until"),
}


class Retention:
    """Enforces `limits`, days by what is kept: panes, agents, visits, rollups, corrections.

    Time is the database's, and no later than the leader's own: a worker whose clock is ahead must
    not delete.
    """

    def __init__(self, pool: asyncpg.Pool, limits: Mapping[str, int]) -> None:
        self._pool = pool
        self._limits = limits

    async def enforce(self) -> None:
        """Announce the limits, and delete what was announced long enough ago. Raises asyncpg's
        errors and OSError.
        """
        for kept, days in self._limits.items():
            now = min(now_ms(), await self._pool.fetchval(NOW))
            await self._announce(kept, days, now)
            since = await self._pool.fetchval(DUE, kept, now - RELOADED_WITHIN)
            if since is not None:
                await (self._drop(kept, since) if kept in MONTHLY else self._delete(kept, since))

    async def _announce(self, kept: str, days: int, now: int) -> None:
        rolled = await self._pool.fetchval(ROLLED)
        since = rolled_limit(days, now, rolled) if kept == "panes" else limit(days, now)
        await self._pool.execute(ANNOUNCE, kept, since, now)

    async def _drop(self, kept: str, since: int) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(BOUND)
            await connection.execute(LOCK)
            if kept == "panes" and await connection.fetchval(WAITING, since):
                return
            for table in MONTHLY[kept]:
                for row in await connection.fetch(PARTS, table):
                    if month_named(row["relname"]).end <= since:
                        await connection.execute(DROP.format(part=row["relname"]))
                        log.info("month_dropped", table=row["relname"])
            await connection.execute(GONE, kept)

    async def _delete(self, kept: str, since: int) -> None:
        table, column = BATCHED[kept]
        delete = partial(
            self._pool.execute, DELETE.format(table=table, column=column), since, BATCH
        )
        await self._pool.execute(GONE, kept)
        for _ in range(BATCHES):
            status = await delete()
            if int(status.split()[-1]) < BATCH:
                return
