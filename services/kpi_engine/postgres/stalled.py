"""Flushes whose client stands still in the middle of a COPY.

    worker frozen, or its host gone       the server waits for rows, and holds the partitions' locks
    whoever needs such a lock             waits `LOCK_WITHIN` ─► ends what stands still ─► goes on

PostgreSQL (seen with 18.4) ends a transaction at its time limit only while it waits for a command
or works: one that waits for the rows of a COPY stays until they come or the connection is known to
be dead, which takes hours where a host vanished without a word. Nobody could claim its partitions.
"""

from asyncpg.pool import PoolConnectionProxy

FLUSHING = "floorpulse engine flush"
"""How connections that flush call themselves, for operators too"""
LOCK_WITHIN = 3.0
"""Seconds that a claim or a flush waits for a lock"""
STANDS_STILL = 10.0
"""Seconds after which a flush that waits for its client is over"""

BOUND = "SET {reach} lock_timeout = {milliseconds}"

# Chosen first, whatever the planner thinks of it: a condition that ends backends may be looked at
# before all others.
END = """
WITH still AS MATERIALIZED (
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = $1
      AND state = 'active' AND wait_event = 'ClientRead'
      AND xact_start < clock_timestamp() - make_interval(secs => $2)
)
SELECT pid, pg_terminate_backend(pid) AS ended FROM still
"""


def lock_bound(reach: str) -> str:
    """The statement that bounds the wait for a lock, of a SESSION or a LOCAL transaction."""
    return BOUND.format(reach=reach, milliseconds=int(LOCK_WITHIN * 1000))


async def end_stalled(connection: PoolConnectionProxy) -> list[int]:
    """End the flushes of this database that stand still; the process ids of their backends.

    One that goes on after all loses its connection, so its outcome is unknown to its worker, who
    settles it as after any other failure.
    """
    rows = await connection.fetch(END, FLUSHING, STANDS_STILL)
    return [row["pid"] for row in rows if row["ended"]]
