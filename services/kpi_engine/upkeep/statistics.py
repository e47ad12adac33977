"""Statistics for PostgreSQL's planner, early: its own daemon looks once a minute at most, and a
floor fills a table in seconds.

rows  0 ─► 1,000 ─► 2,000 ─► 4,000 …   ANALYZE each time a table has doubled; autovacuum keeps them
up to date from then on
"""

import asyncpg
import structlog
from structlog.stdlib import BoundLogger

log: BoundLogger = structlog.get_logger(__name__)

FEWEST = 1000
"""Changed rows below which a wrong plan costs nothing"""
TABLES = (
    "visit",
    "pane",
    "agent_state",
    "rollup",
    "late_change",
    "correction",
    "forecast_slot",
)
BOUND = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '60s'"

# A table that was never analysed has -1 rows. Parts of months are tables of their own; autovacuum
# never looks at their parents.
GROWN = """
SELECT stat.relid::regclass::text FROM pg_stat_user_tables AS stat JOIN pg_class AS class
    ON class.oid = stat.relid
LEFT JOIN pg_inherits ON inhrelid = stat.relid
WHERE stat.schemaname = current_schema() AND coalesce(inhparent,
    stat.relid)::regclass::text = ANY ($1)
  AND stat.n_mod_since_analyze >= greatest($2, class.reltuples)
ORDER BY 1
"""


class Statistics:
    """Lets PostgreSQL look at tables that have grown from nothing."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def refresh(self) -> list[str]:
        """Analyse the tables that have doubled since somebody looked; which they were. Raises
        asyncpg's errors and OSError.
        """
        grown = [row[0] for row in await self._pool.fetch(GROWN, TABLES, FEWEST)]
        for table in grown:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(BOUND)
                await connection.execute(f"ANALYZE {table}")
            log.info("table_analysed", table=table)
        return grown
