"""The durable rows, read from PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
import msgspec

from floorpulse.board.domain.positions import Position
from floorpulse.board.domain.series import QueueChannelSpan
from floorpulse.contracts.agents import LONGEST, OLDEST, AgentNow, decode_entered
from floorpulse.contracts.cells import Cells
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.contracts.updates import PaneRow
from floorpulse.counting.agent_record import WORK
from floorpulse.runtime.database import NO_SCAN, planned
from floorpulse.runtime.unavailable import StoreSlow, StoreUnavailable

FETCHED = 1000
"""Rows of one round trip"""
PORTION = 200
"""Rows decoded and taken in one go: less than a millisecond or two that others wait"""
ANSWER_WITHIN = 75.0
"""Seconds to wait for a connection and a statement: more than the longest time limit that a
statement may be given
"""
FREE_WITHIN = 10.0
"""Seconds to wait for a connection of the pool"""
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

ROWS = """
SELECT partition, tenant, queue, channel, start, revision, cells FROM pane WHERE start >= $1
"""
POSITIONS = """
SELECT partition, log_id, generation, epoch, next_offset, updated_at AS published_at, applied,
    dead, watermark,
    greatest(0, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - updated_at) AS age
FROM stream_partition WHERE topic = $1
"""
# What is rolled up is read from days and quarters: the panes of years are many, and may be gone.
QUEUE_CHANNELS = """
WITH RECURSIVE known AS (
    SELECT least((SELECT min(tenant) FROM pane), (SELECT min(tenant) FROM rollup)) AS tenant
    UNION ALL
    SELECT least((SELECT min(tenant) FROM pane
        WHERE tenant > known.tenant), (SELECT min(tenant) FROM rollup WHERE tenant > known.tenant))
    FROM known WHERE known.tenant IS NOT NULL
), found AS (
    SELECT tenant, one.* FROM known, roller, LATERAL (
        SELECT queue, channel, min(start) AS first, max(until) - 1 AS last FROM rollup
        WHERE rollup.tenant = known.tenant AND grain = 'day' AND queue <> '' GROUP BY 1, 2
        UNION ALL
        SELECT queue, channel, min(start), max(start) FROM rollup
        WHERE rollup.tenant = known.tenant AND grain = 'quarter' AND start >= roller.day
            AND queue <> '' GROUP BY 1, 2
        UNION ALL
        SELECT queue, channel, min(start), max(start) FROM pane
            WHERE pane.tenant = known.tenant AND start >= roller.quarter GROUP BY 1, 2
    ) AS one
    UNION ALL
    SELECT tenant, queue, channel, start, start FROM late_change
)
SELECT tenant, queue, channel, min(first), max(last) FROM found GROUP BY 1, 2, 3 ORDER BY 4, 1, 2, 3
"""

RETIRED = """
SELECT tenant, source, greatest(0, floor(extract(epoch
    FROM clock_timestamp()) * 1000)::bigint - retired_at) FROM retired_source
"""

# The states of two days, and older ones that are believed for longer: each agent's last, and when
# it last told one of work.
AGENTS = """
SELECT DISTINCT ON (tenant, agent) tenant, agent, body,
    coalesce(max(at) FILTER (WHERE state = ANY ($3)) OVER (PARTITION BY tenant, agent), 0)
FROM agent_state WHERE at >= $1 OR (lasts IS NOT NULL AND at >= $2)
ORDER BY tenant, agent, at DESC, state DESC
"""

decode_cells = msgspec.msgpack.Decoder(Cells).decode


class PostgresRows:
    """A `RowStore` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def rows(self, since: int) -> AsyncIterator[Sequence[tuple[int, PaneRow]]]:
        """Pane rows of every tenant, read through a cursor, so that a long day does not stand in
        memory twice.
        """
        with away():
            async with (
                self._pool.acquire(timeout=FREE_WITHIN) as connection,
                connection.transaction(),
            ):
                cursor = await connection.cursor(ROWS, since)
                while fetched := await cursor.fetch(FETCHED):
                    for first in range(0, len(fetched), PORTION):
                        yield [_row(*record) for record in fetched[first : first + PORTION]]

    async def positions(self) -> list[Position]:
        """The durable positions of the topic of contact events."""
        with away():
            return [
                Position(**dict(record))
                for record in await self._fetch(POSITIONS, CONTACT_EVENTS.name)
            ]

    async def queue_channels(self) -> list[QueueChannelSpan]:
        """Every queue and channel that ever had a pane, the first known first.

        Each tenant's rows are found by index, however few tenants the statistics know.
        """
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                planned(self._pool, NO_SCAN, FREE_WITHIN) as connection,
            ):
                rows = await connection.fetch(QUEUE_CHANNELS)
        return [
            QueueChannelSpan((tenant, queue, channel), first, last)
            for tenant, queue, channel, first, last in map(tuple, rows)
        ]

    async def agents(self, now: int) -> list[AgentNow]:
        """The last state of every agent that may still be believed or missed."""
        bounds = now - 2 * LONGEST, now - OLDEST
        with away():
            return [
                AgentNow(tenant, agent, decode_entered(body), worked)
                for tenant, agent, body, worked in map(
                    tuple, await self._fetch(AGENTS, *bounds, sorted(WORK))
                )
            ]

    async def retired(self) -> Mapping[tuple[str, str], int]:
        """The sources that were retired by hand, and for how long."""
        with away():
            return {
                (tenant, source): age
                for tenant, source, age in map(tuple, await self._fetch(RETIRED))
            }

    async def _fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await self._pool.fetch(statement, *values)


def _row(partition: int, *pane: Any) -> tuple[int, PaneRow]:
    tenant, queue, channel, start, revision, cells = pane
    return partition, PaneRow(tenant, queue, channel, start, revision, decode_cells(cells))


@contextmanager
def away() -> Iterator[None]:
    """Whatever the database may fail with, said as `StoreUnavailable`; as `StoreSlow`
    where it ended a statement.
    """
    try:
        yield
    except asyncpg.QueryCanceledError as ended:
        message = f"PostgreSQL ended a statement: {ended}"
        raise StoreSlow(message) from ended
    except AWAY as failed:
        message = f"PostgreSQL did not answer: {type(failed).__name__}: {failed}"
        raise StoreUnavailable(message) from failed
