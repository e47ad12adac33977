"""Recorded corrections, read from PostgreSQL in the order of the quarters they are about."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.packed import unpack
from floorpulse.counting.grains import QUARTER
from floorpulse.figures.ports import CorrectionPlace, StoredCorrection
from floorpulse.figures.selection import Selection
from floorpulse.runtime.database import IN_ORDER, planned

FETCHED = 500
"""Corrections of one round trip"""
PORTION = 50
"""Corrections decoded in one go; whoever takes them hands the loop back between two portions"""

CORRECTIONS = """
SELECT id, start, until, queue, channel, old, new, source, event, type, reason,
    recorded_at FROM correction
WHERE tenant = $1 AND start > $2 AND until > $3 AND start < $4 AND recorded_at >= $5
  AND ($6::text[] IS NULL OR queue = ANY ($6)) AND ($7::text[] IS NULL OR channel = ANY ($7))
  AND (start, id) >= ($8, $9)
ORDER BY start, id LIMIT $10
"""


ARRIVED = """
SELECT count(*) FROM rollup
WHERE tenant = $1 AND grain = 'quarter' AND start >= $2 AND start < $3 AND queue <> ''
  AND filled_at IS NOT NULL
  AND ($4::text[] IS NULL OR queue = ANY ($4)) AND ($5::text[] IS NULL OR channel = ANY ($5))
"""


class PostgresCorrections:
    """A `CorrectionHistory` over a pool of connections; each portion is a statement of its own."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def corrections(
        self, selection: Selection, span: Span, recorded_since: int, since: CorrectionPlace
    ) -> AsyncIterator[Sequence[StoredCorrection]]:
        """Corrections of quarters that touch `span`, from the place `since` on."""
        place: CorrectionPlace = max(since, (span.begin - QUARTER, 0))
        while fetched := await self._fetched(selection, span, recorded_since, place):
            for first in range(0, len(fetched), PORTION):
                yield [_stored(record) for record in fetched[first : first + PORTION]]
            if len(fetched) < FETCHED:
                return
            place = fetched[-1]["start"], fetched[-1]["id"] + 1

    async def arrived(self, selection: Selection, span: Span) -> int:
        """See `CorrectionHistory.arrived`."""
        chosen = list(selection.queues) or None, list(selection.channels) or None
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                planned(self._pool, IN_ORDER, FREE_WITHIN) as connection,
            ):
                found: int = await connection.fetchval(
                    ARRIVED, selection.tenant, span.begin, span.end, *chosen
                )
        return found

    async def _fetched(
        self, selection: Selection, span: Span, recorded_since: int, since: CorrectionPlace
    ) -> list[asyncpg.Record]:
        chosen = list(selection.queues) or None, list(selection.channels) or None
        values = (
            selection.tenant,
            span.begin - QUARTER,
            span.begin,
            span.end,
            recorded_since,
            *chosen,
            *since,
            FETCHED,
        )
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                planned(self._pool, IN_ORDER, FREE_WITHIN) as connection,
            ):
                return await connection.fetch(CORRECTIONS, *values)


def _stored(record: asyncpg.Record) -> StoredCorrection:
    return StoredCorrection(
        **{**dict(record), "old": unpack(record["old"]), "new": unpack(record["new"])}
    )
