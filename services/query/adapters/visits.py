"""Stored visits, read from PostgreSQL in the order of their offers."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg

from services.board.adapters.rows import ANSWER_WITHIN, away
from services.board.domain.windows import Span
from services.contracts.visits import decode_visit
from services.query.domain.selection import Selection
from services.query.ports import Place, StoredVisit

PORTION = 1000

VISITS = """
SELECT offered_at, contact, visit, body FROM visit
WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3 AND ($4::text[] IS NULL OR queue = ANY ($4))
  AND (offered_at, contact, visit) > ($5, $6, $7)
ORDER BY offered_at, contact, visit LIMIT $8
"""


class PostgresVisits:
    """A `VisitHistory` over a pool of connections.

    Each portion is a statement of its own, so that a slow reader holds no transaction open; a visit that changes meanwhile is
    shown as it was when its portion was read.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def visits(self, selection: Selection, span: Span, after: Place | None = None) -> AsyncIterator[Sequence[StoredVisit]]:
        """Visits offered in `span` to the selected queues, behind `after`."""
        place: Place = after or (span.begin, "", 0)
        while portion := await self._portion(selection, span, place):
            yield portion
            if len(portion) < PORTION:
                return
            place = portion[-1].place

    async def _portion(self, selection: Selection, span: Span, after: Place) -> list[StoredVisit]:
        values = selection.tenant, max(span.begin, after[0]), span.end, list(selection.queues) or None, *after, PORTION
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                found = await self._pool.fetch(VISITS, *values)
        return [StoredVisit(record[0], record[1], record[2], decode_visit(record[3])) for record in found]
