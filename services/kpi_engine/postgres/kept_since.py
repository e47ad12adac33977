"""The instant since which events are counted, as retention announced it."""

import asyncpg
from asyncpg.pool import PoolConnectionProxy

KEPT_SINCE = "SELECT max(since) FROM retention WHERE kept IN ('panes', 'agents', 'visits')"


async def kept_since(connection: asyncpg.Connection | PoolConnectionProxy) -> int | None:
    """Events that happened before this are not counted any more, epoch milliseconds; None where
    everything is. Raises asyncpg's errors.
    """
    since: int | None = await connection.fetchval(KEPT_SINCE)
    return since
