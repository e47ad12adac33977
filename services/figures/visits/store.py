"""Stored visits, read from PostgreSQL: in the order of their offers, by their contact, by the
complaints about them, by their customers' returns.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.counting.histograms import HOUR
from floorpulse.figures.open_complaints import StoredComplaint, complaints_of
from floorpulse.figures.ports import Place, StoredVisit
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.sums import PaneTally
from floorpulse.kpis.formulas.repeats import LOOK_BACK
from floorpulse.runtime.database import IN_ORDER, NO_SCAN, planned

FETCHED = 1000
"""Visits of one round trip"""
PORTION = 100
"""Visits decoded in one go; whoever takes them hands the loop back between two portions"""

VISITS = """
SELECT offered_at, contact, visit, body FROM visit
WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3 AND ($4::text[] IS NULL
    OR queue = ANY ($4))
  AND (offered_at, contact, visit) > ($5, $6, $7)
ORDER BY offered_at, contact, visit LIMIT $8
"""
# The condition is that of an index which holds no calls.
SLOW_VISITS = """
SELECT offered_at, contact, visit, body FROM visit
WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3 AND ($4::text[] IS NULL
    OR queue = ANY ($4))
  AND channel NOT IN ('voice', 'callback')
"""
# The key begins with the partition, of which there are few: each is looked into by itself.
JOURNEY = """
SELECT offered_at, contact, visit, body FROM visit
WHERE partition IN (SELECT DISTINCT partition FROM stream_partition) AND tenant = $1
  AND contact = $2 AND offered_at IS NOT NULL
ORDER BY offered_at, visit
"""
GONE = "SELECT coalesce(max(gone), 0) FROM retention WHERE kept = 'visits'"
COMPLAINTS = """
SELECT body FROM visit
WHERE tenant = $1 AND complained_at IS NOT NULL AND complained_at < $3 AND (settled_at IS NULL
    OR settled_at > $2)
"""
# Customers of the asked visits ─► all their visits since a week before, each customer's read once
# ─► window functions.
# No plan of it is quadratic. The customer's index is the only one that the inner conditions fit: a
# comparison of rows starts with
# the customer, and OFFSET keeps the tenant out of it, by whom another index would find everybody's
# visits for each customer.
# A visit's last other contact: where the contact before it is another, that; else what the visit
# before it has. The bucket is
# `hour_bucket`'s: 2·h for a gap of exactly h hours, 2·h + 1 up to the next. Of two offers at one
# instant the contact's name
# decides which came first, so that one repeats the other. Whom the centre calls back has not
# come.
RETURNS = f"""
WITH asked AS MATERIALIZED (
    SELECT DISTINCT customer FROM visit
    WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3 AND customer IS NOT NULL
      AND channel <> 'callback'
      AND ($4::text[] IS NULL OR queue = ANY ($4)) AND ($5::text[] IS NULL OR channel = ANY ($5))
), known AS (
    SELECT one.* FROM asked CROSS JOIN LATERAL (
        SELECT tenant, queue, channel, contact, customer, offered_at FROM visit
        WHERE customer = asked.customer
          AND (customer, offered_at) >= (asked.customer, $2 - {LOOK_BACK * HOUR})
          AND (customer, offered_at) < (asked.customer, $3)
        OFFSET 0
    ) AS one
    WHERE one.tenant = $1 AND one.channel <> 'callback'
), stepped AS (
    SELECT *, CASE WHEN contact <> lag(contact) OVER ordered THEN lag(offered_at) OVER ordered
        END AS other
    FROM known WINDOW ordered AS (PARTITION BY customer, queue ORDER BY offered_at, contact)
), gaps AS (
    SELECT *, offered_at - max(other) OVER (
        PARTITION BY customer, queue ORDER BY offered_at, contact ROWS UNBOUNDED PRECEDING
    ) AS gap FROM stepped
)
SELECT width_bucket(offered_at, $6::bigint[]) - 1,
       CASE WHEN $7 THEN queue ELSE '' END, CASE WHEN $8 THEN channel ELSE '' END,
       CASE WHEN gap <= {LOOK_BACK * HOUR} THEN 2 * (gap / {HOUR}) + (gap % {HOUR} > 0)::int END,
           count(*)
FROM gaps
WHERE offered_at >= $2 AND ($4::text[] IS NULL OR queue = ANY ($4)) AND ($5::text[] IS NULL
    OR channel = ANY ($5))
GROUP BY 1, 2, 3, 4
"""  # noqa: S608  its numbers are constants


class PostgresVisits:
    """A `ContactHistory` over a pool of connections.

    Each portion is a statement of its own, so that a slow reader holds no transaction open; a visit
    that changes meanwhile is shown as it was when its portion was read.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def visits(
        self, selection: Selection, span: Span, after: Place | None = None
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        """Visits offered in `span` to the selected queues, behind `after`."""
        place: Place = after or (span.begin, "", 0)
        while fetched := await self._fetched(selection, span, place):
            for first in range(0, len(fetched), PORTION):
                records = fetched[first : first + PORTION]
                yield list(map(_stored, records))
            if len(fetched) < FETCHED:
                return
            last = fetched[-1]
            place = last[0], last[1], last[2]

    async def _fetched(
        self, selection: Selection, span: Span, after: Place
    ) -> list[asyncpg.Record]:
        values = (
            selection.tenant,
            max(span.begin, after[0]),
            span.end,
            list(selection.queues) or None,
            *after,
            FETCHED,
        )
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                planned(self._pool, IN_ORDER, FREE_WITHIN) as connection,
            ):
                return await connection.fetch(VISITS, *values)

    async def slow_visits(
        self, selection: Selection, span: Span
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        """Those of channels on which contacts wait for days."""
        if span.end <= span.begin:
            return
        values = selection.tenant, span.begin, span.end, list(selection.queues) or None
        with away():
            async with (
                planned(self._pool, IN_ORDER, FREE_WITHIN) as connection,
            ):
                cursor = await connection.cursor(SLOW_VISITS, *values)
                while fetched := await cursor.fetch(FETCHED):
                    for first in range(0, len(fetched), PORTION):
                        yield list(map(_stored, fetched[first : first + PORTION]))

    async def journey(self, tenant: str, contact: str) -> Sequence[StoredVisit]:
        """All visits of one contact whose offer is known."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                rows = await self._pool.fetch(JOURNEY, tenant, contact)
        return list(map(_stored, rows))

    async def visits_since(self) -> int:
        """Since when visits are kept, as retention noted it."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                since: int = await self._pool.fetchval(GONE)
        return since

    async def complaints(self, tenant: str, span: Span) -> Sequence[StoredComplaint]:
        """Complaints that were open at some instant of `span`, and others about the same visits."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                rows = await self._pool.fetch(COMPLAINTS, tenant, span.begin, span.end)
        return [one for row in rows for one in complaints_of(decode_visit(row[0]))]

    async def returns(self, selection: Selection, spans: Sequence[Span]) -> Sequence[PaneTally]:
        """The selected visits offered in `spans` (contiguous, ascending), by how long ago their
        customer had been there.
        """
        chosen = list(selection.queues) or None, list(selection.channels) or None
        grouped = [span.begin for span in spans], selection.by.queues, selection.by.channels
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                planned(self._pool, NO_SCAN, FREE_WITHIN) as connection,
            ):
                rows = await connection.fetch(
                    RETURNS, selection.tenant, spans[0].begin, spans[-1].end, *chosen, *grouped
                )
        return [_tally(*row) for row in rows]


def _stored(record: asyncpg.Record) -> StoredVisit:
    return StoredVisit(record[0], record[1], record[2], decode_visit(record[3]))


def _tally(interval: int, queue: str, channel: str, bucket: int | None, visits: int) -> PaneTally:
    gap = {} if bucket is None else {Histogram.RETURN_GAP + bucket: visits}
    return PaneTally(interval, RowKey(queue, channel), 0, [{Cell.CUSTOMER_KNOWN: visits, **gap}])
