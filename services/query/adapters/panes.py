"""Stored panes, streamed from PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import msgspec

from services.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from services.board.domain.series import Home
from services.board.domain.windows import Span
from services.contracts.cells import Cells
from services.query.domain.ledger import PastPane
from services.query.domain.selection import Selection

PORTION = 1000
"""Rows decoded in one go: a few milliseconds that other requests wait."""

SELECTED = """
FROM pane
WHERE tenant = $1 AND start >= $2 AND start < $3
  AND ($4::text[] IS NULL OR queue = ANY ($4)) AND ($5::text[] IS NULL OR channel = ANY ($5))
"""
PANES = "SELECT start, queue, channel, revision, cells" + SELECTED
HOMES = "SELECT DISTINCT tenant, queue, channel" + SELECTED

decode_cells = msgspec.msgpack.Decoder(Cells).decode


def bounds(selection: Selection, span: Span) -> tuple[object, ...]:
    """The values that `SELECTED` asks for."""
    return selection.tenant, span.begin, span.end, list(selection.queues) or None, list(selection.channels) or None


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

    async def panes(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[PastPane]]:
        """The selected panes that start in `span`."""
        with away():
            async with self._pool.acquire(timeout=FREE_WITHIN) as connection, connection.transaction(readonly=True):
                cursor = await connection.cursor(PANES, *bounds(selection, span))
                while portion := await cursor.fetch(PORTION):
                    yield [PastPane(one[0], one[1], one[2], one[3], decode_cells(one[4])) for one in portion]
