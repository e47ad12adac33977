"""The floor around a past instant, read from PostgreSQL in one snapshot."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import LONGEST, OLDEST, AgentNow, decode_entered
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.contracts.visits import Visit
from floorpulse.counting.agent_record import WORK
from floorpulse.figures.at.ports import BeyondRetentionError, MomentPortion, MomentReading
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.history.panes import snapshot, tallied
from floorpulse.figures.selection import Selection
from floorpulse.runtime.database import NO_SCAN, planned

FETCHED = 1000
"""Visits of one round trip"""
PORTION = 200
"""Visits decoded in one go; whoever takes them hands the loop back between two portions"""

GONE = "SELECT max(gone) FROM retention WHERE kept IN ('panes', 'visits', 'agents')"
VISITS = """
SELECT body FROM visit
WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3 AND ($4::text[] IS NULL
    OR queue = ANY ($4))
"""
# The condition is that of an index which holds no calls.
SLOW_VISITS = VISITS + "AND channel NOT IN ('voice', 'callback')"
# A contact's other visits are in its own partition, next to each other in the key.
CONTACTS = """
SELECT stay.partition, stay.contact, stay.visit, stay.body
FROM (
    SELECT DISTINCT one.partition, one.contact FROM visit AS one
    WHERE one.tenant = $1 AND one.offered_at >= $2 AND one.offered_at < $3 AND EXISTS (
        SELECT FROM visit AS other
        WHERE other.partition = one.partition AND other.tenant = one.tenant
          AND other.contact = one.contact AND other.visit <> one.visit)
) AS several
JOIN visit AS stay ON stay.partition = several.partition AND stay.tenant = $1
    AND stay.contact = several.contact
ORDER BY stay.partition, stay.contact
"""
# The states of two days, and older ones that are believed for longer: each agent's last, and when
# it last told one of work.
AGENTS = """
SELECT DISTINCT ON (agent) agent, body,
    coalesce(max(at) FILTER (WHERE state = ANY ($5)) OVER (PARTITION BY agent), 0)
FROM agent_state
WHERE tenant = $1 AND at <= $2 AND (at > $3 OR (lasts IS NOT NULL AND at > $4))
ORDER BY agent, at DESC, state DESC
"""


class PostgresMoments:
    """A `MomentHistory` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def moment(self, reading: MomentReading) -> AsyncIterator[MomentPortion]:
        """Panes, then visits."""
        try:
            with away():
                async for portion in self._portions(reading):
                    yield portion
        except NotKeptError as gone:
            raise BeyondRetentionError(gone.since) from gone

    async def _portions(self, reading: MomentReading) -> AsyncIterator[MomentPortion]:
        selection = reading.selection
        begin = min(reading.spans[0].begin, reading.offered.begin)
        async with snapshot(self._pool, selection.tenant, reading.spans) as (connection, parts):
            gone = await connection.fetchval(GONE, timeout=ANSWER_WITHIN)
            if gone is not None and begin < gone:
                raise BeyondRetentionError(gone)
            async for tallies in tallied(connection, parts, selection, reading.spans):
                yield MomentPortion(tallies=tallies)
            for statement, span in ((VISITS, reading.offered), (SLOW_VISITS, reading.earlier)):
                async for bodies in _bodies(connection, statement, reading.selection, span):
                    yield MomentPortion(visits=[decode_visit(one[0]) for one in bodies])
            async for contacts in _contacts(connection, reading):
                yield MomentPortion(contacts=contacts)

    async def agents_at(self, tenant: str, at: int) -> Sequence[AgentNow]:
        """The agents' last states."""
        bounds = at, at - 2 * LONGEST, at - OLDEST
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                planned(self._pool, NO_SCAN, FREE_WITHIN) as connection,
            ):
                rows = await connection.fetch(AGENTS, tenant, *bounds, sorted(WORK))
        return [
            AgentNow(tenant, agent, decode_entered(body), worked)
            for agent, body, worked in map(tuple, rows)
        ]


async def _bodies(
    connection: PoolConnectionProxy, statement: str, selection: Selection, span: Span
) -> AsyncIterator[Sequence[asyncpg.Record]]:
    await connection.execute(NO_SCAN)
    cursor = await connection.cursor(
        statement, selection.tenant, *span, list(selection.queues) or None
    )
    while fetched := await cursor.fetch(FETCHED):
        for first in range(0, len(fetched), PORTION):
            yield fetched[first : first + PORTION]


async def _contacts(
    connection: PoolConnectionProxy, reading: MomentReading
) -> AsyncIterator[Sequence[Mapping[int, Visit]]]:
    """Contacts of several visits, those of one after the other."""
    if reading.whole is None:
        return
    cursor = await connection.cursor(CONTACTS, reading.selection.tenant, *reading.whole)
    known: dict[tuple[int, str], dict[int, Visit]] = {}
    while fetched := await cursor.fetch(PORTION):
        for partition, contact, number, body in map(tuple, fetched):
            known.setdefault((partition, contact), {})[number] = decode_visit(body)
        last = known.popitem()
        yield list(known.values())
        known = dict([last])
    yield list(known.values())
