"""Stored panes, sorted into intervals and streamed by PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import msgspec

from services.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from services.board.domain.series import Home
from services.board.domain.windows import Span
from services.contracts.cells import Cells
from services.query.domain.ledger import Tally
from services.query.domain.selection import Selection, Subject

AT_ONCE = 2 * 86_400_000
"""Milliseconds of panes that are fetched in one round trip"""
PORTION = 20
"""Rows decoded in one go, each an hour of panes: a few milliseconds that other requests wait."""

SELECTED = """
FROM pane
WHERE tenant = $1 AND start >= $2 AND start < $3
  AND ($4::text[] IS NULL OR queue = ANY ($4)) AND ($5::text[] IS NULL OR channel = ANY ($5))
"""
HOMES = "SELECT DISTINCT tenant, queue, channel" + SELECTED
TALLIES = (
    """
SELECT width_bucket(start, $6::bigint[]) - 1, CASE WHEN $7 THEN queue ELSE '' END, CASE WHEN $8 THEN channel ELSE '' END,
       max(revision), count(*), string_agg(cells, '')
"""
    + SELECTED
    + "GROUP BY 1, 2, 3, start / 3600000"
)

ARRAY_32 = b"\xdd"
"""MessagePack's mark before a 32-bit count and that many values."""

decode_panes = msgspec.msgpack.Decoder(list[Cells]).decode


def bounds(selection: Selection, span: Span) -> tuple[object, ...]:
    """The values that `SELECTED` asks for."""
    return selection.tenant, span.begin, span.end, list(selection.queues) or None, list(selection.channels) or None


def panes_of(count: int, joined: bytes) -> list[Cells]:
    """The panes whose stored cells were joined end to end."""
    return decode_panes(ARRAY_32 + count.to_bytes(4, "big") + joined)


class PostgresPanes:
    """A `PaneHistory` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def homes(self, selection: Selection, span: Span) -> list[Home]:
        """The selected queues and channels that have panes in `span`."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                found = await self._pool.fetch(HOMES, *bounds(selection, span))
        return [(one[0], one[1], one[2]) for one in found]

    async def tallies(self, selection: Selection, spans: Sequence[Span]) -> AsyncIterator[Sequence[Tally]]:
        """The selected panes that start in `spans` (contiguous, ascending), in portions."""
        whole = Span(spans[0].begin, spans[-1].end)
        grouped = [span.begin for span in spans], selection.by.queues, selection.by.channels
        with away():
            async for rows in self._rows(whole, *bounds(selection, whole), *grouped):
                yield [Tally(one[0], Subject(one[1], one[2]), one[3], panes_of(one[4], one[5])) for one in rows]

    async def _rows(self, span: Span, *values: object) -> AsyncIterator[list[asyncpg.Record]]:
        """A few days in one round trip, longer spans by a cursor: what must be held at once is bounded."""
        if span.end - span.begin <= AT_ONCE:
            async with asyncio.timeout(ANSWER_WITHIN):
                found = await self._pool.fetch(TALLIES, *values)
            for first in range(0, len(found), PORTION):
                yield found[first : first + PORTION]
                await asyncio.sleep(0)
            return
        async with self._pool.acquire(timeout=FREE_WITHIN) as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(TALLIES, *values)
            while portion := await cursor.fetch(PORTION):
                yield portion
