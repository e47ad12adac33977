"""Stored figures, sorted into intervals and streamed by PostgreSQL: rollups where they suffice,
else panes, in one snapshot.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.packed import unpack_joined
from floorpulse.counting.grains import ALL_QUEUES, Grain
from floorpulse.figures.history.coverage import Part, parts
from floorpulse.figures.history.rolled import reach
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.sums import PaneTally

DAY = 24 * HOUR
PORTION = 16_384
"""Bytes of packed cells decoded in one go, well below a millisecond; whoever takes them hands the
loop back between two portions
"""
FETCHED = 200
"""Groups of one round trip of a cursor"""

PANES = """
FROM pane
WHERE tenant = $1 AND start >= $2 AND start < $3
  AND ($4::text[] IS NULL OR queue = ANY ($4)) AND ($5::text[] IS NULL OR channel = ANY ($5))
"""
ROLLUPS = """
FROM rollup
WHERE tenant = $1 AND start >= $2 AND start < $3 AND grain = '{grain}'
  AND {queues} AND ($5::text[] IS NULL OR channel = ANY ($5))
"""
NAMED = "queue = ANY ($4::text[])"
ANY = "$4::text[] IS NULL AND queue <> ''"
QUEUE_CHANNELS = "SELECT DISTINCT tenant, queue, channel"
TALLIES = """
SELECT width_bucket(start, $6::bigint[]) - 1, CASE WHEN $7 THEN queue ELSE '' END,
    CASE WHEN $8 THEN channel ELSE '' END,
       max(revision), count(*), string_agg(cells, '')
"""
GROUPED = "GROUP BY 1, 2, 3, start / {together}"


class ReadPlan(NamedTuple):
    """How rows of a table are read: those within `together` milliseconds as one group, spans up to
    `at_once` in one round trip.
    """

    together: int
    at_once: int


READINGS: dict[Grain | None, ReadPlan] = {
    None: ReadPlan(HOUR, 2 * DAY),
    Grain.QUARTER: ReadPlan(6 * HOUR, 8 * DAY),
    Grain.DAY: ReadPlan(1, 32 * DAY),
    Grain.MONTH: ReadPlan(1, 400 * DAY),
}


def table(grain: Grain | None, queues: Sequence[str] | None) -> str:
    """Where the rows of a part come from, and which are selected."""
    return (
        PANES
        if grain is None
        else ROLLUPS.format(grain=grain.value, queues=ANY if queues is None else NAMED)
    )


class PostgresPanes:
    """A `PaneHistory` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def queue_channels(self, selection: Selection, span: Span) -> list[QueueChannel]:
        """The selected queues and channels that have panes in `span`."""
        found: set[QueueChannel] = set()
        queues = list(selection.queues) or None
        channels = list(selection.channels) or None
        with away():
            async with snapshot(self._pool, selection.tenant, [span]) as (connection, needed):
                for part in needed:
                    values = selection.tenant, part.span.begin, part.span.end, queues, channels
                    rows = await connection.fetch(
                        QUEUE_CHANNELS + table(part.grain, queues), *values, timeout=ANSWER_WITHIN
                    )
                    found.update((row[0], row[1], row[2]) for row in rows)
        return sorted(found)

    async def tallies(
        self, selection: Selection, spans: Sequence[Span]
    ) -> AsyncIterator[Sequence[PaneTally]]:
        """The selected panes that start in `spans` (contiguous, ascending), in portions; in their
        place what they were rolled up to.
        """
        with away():
            async with snapshot(self._pool, selection.tenant, spans) as (connection, needed):
                async for tallies in tallied(connection, needed, selection, spans):
                    yield tallies


@asynccontextmanager
async def snapshot(
    pool: asyncpg.Pool, tenant: str, spans: Sequence[Span]
) -> AsyncIterator[tuple[PoolConnectionProxy, list[Part]]]:
    """A connection that sees one instant, and which table answers which part of `spans` at it."""
    async with (
        pool.acquire(timeout=FREE_WITHIN) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        rolled = await reach(connection, tenant, Span(spans[0].begin, spans[-1].end))
        yield connection, parts(spans, rolled)


async def tallied(
    connection: PoolConnectionProxy,
    needed: Sequence[Part],
    selection: Selection,
    spans: Sequence[Span],
) -> AsyncIterator[Sequence[PaneTally]]:
    """The selected panes that start in `spans`, as `PostgresPanes.tallies` has them, in a
    snapshot.
    """
    grouped = [span.begin for span in spans], selection.by.queues, selection.by.channels
    for part in needed:
        queues = _queues(selection, part.grain)
        statement = (
            TALLIES
            + table(part.grain, queues)
            + GROUPED.format(together=READINGS[part.grain].together)
        )
        values = (
            selection.tenant,
            part.span.begin,
            part.span.end,
            queues,
            list(selection.channels) or None,
            *grouped,
        )
        async for rows in _rows(connection, part, statement, values):
            yield [
                PaneTally(one[0], RowKey(one[1], one[2]), one[3], unpack_joined(one[4], one[5]))
                for one in rows
            ]


def _queues(selection: Selection, grain: Grain | None) -> list[str] | None:
    """The names of the queues that are read; rollups hold the sum over all queues as one."""
    everything = not selection.queues and not selection.by.queues and grain is not None
    return [ALL_QUEUES] if everything else list(selection.queues) or None


async def _rows(
    connection: PoolConnectionProxy, part: Part, statement: str, values: Sequence[object]
) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """A short span in one round trip, longer ones by a cursor: what must be held at once is
    bounded.
    """
    if part.span.end - part.span.begin <= READINGS[part.grain].at_once:
        for portion in _portions(await connection.fetch(statement, *values, timeout=ANSWER_WITHIN)):
            yield portion
        return
    cursor = await connection.cursor(statement, *values)
    while rows := await cursor.fetch(FETCHED):
        for portion in _portions(rows):
            yield portion


def _portions(rows: Sequence[asyncpg.Record]) -> Iterator[Sequence[asyncpg.Record]]:
    portion: list[asyncpg.Record] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row[5])
        if size >= PORTION:
            yield portion
            portion = []
            size = 0
    if portion:
        yield portion
