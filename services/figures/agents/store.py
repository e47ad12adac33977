"""Stored states of agents, and the visits they took, read from PostgreSQL through cursors: what is
held at once is bounded.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import msgspec

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.agents import LONGEST, OLDEST, decode_entered
from floorpulse.contracts.visit_records import decode_visit, encode_visit
from floorpulse.contracts.visits import Evidence, Visit
from floorpulse.counting.agent_record import CONVERSATION
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import AgentEntered, AgentTook, contact_of

FETCHED = 1000
"""Rows of one round trip"""
PORTION = 100
"""Rows decoded in one go; whoever takes them hands the loop back between two portions"""

STATES = """
SELECT agent, body FROM agent_state WHERE tenant = $1 AND at >= $2 AND at < $3 ORDER BY agent, at,
    state
"""

SHORT = 24 * HOUR
LONG = 90 * 24 * HOUR
"""How long before a span a visit may have been offered that is completed in it: at the telephone,
and by post or of late opinions
"""
DRIFT = HOUR
"""How far an answer may be stamped before its offer by a source with two clocks"""
PLAIN_BEFORE = b"\x90\x90" + b"\xc0" * 6
"""How the record of a visit ended that had no transfer, survey, evaluation, complaint, evidence and
miss, first without and then with the last two: records of before have all fields in order
"""
PLAIN_LATER = b"\x90" + b"\xc0" * 7 + b"\x90"
_EVIDENCE = msgspec.msgpack.encode(Evidence(Visit()))
NOTHING = encode_visit(Visit(evidence=Evidence(Visit())))[: -len(_EVIDENCE)]
"""How the record begins of which nothing counts but its evidence: a visit that was taken back, or a
contact's feedback that counts with its visits; with a miss it begins otherwise
"""
NOTHING_BEFORE = b"\xdc\x00\x1f\xc0\xc0\xa5voice" + b"\xc0" * 18 + b"\x90\x90" + b"\xc0" * 6
"""How such a record of before begins, whose last byte says whether there is a miss"""

# Two days back every state counts; before that, those that are believed for longer.
LAST_STATES = """
SELECT DISTINCT ON (agent) agent, body FROM (
    (SELECT DISTINCT ON (agent) agent, at, state, body FROM agent_state
        WHERE tenant = $1 AND at >= $2 AND at < $4 ORDER BY agent, at DESC, state DESC)
    UNION ALL
    (SELECT DISTINCT ON (agent) agent, at, state, body FROM agent_state
        WHERE tenant = $1 AND lasts IS NOT NULL AND at >= $3 AND at < $4
        ORDER BY agent, at DESC, state DESC)
) AS last ORDER BY agent, at DESC, state DESC
"""

VISITS_GONE = "SELECT coalesce(max(gone), 0) FROM retention WHERE kept = 'visits'"
STAYS_GONE = """
SELECT coalesce(max(gone + CASE kept WHEN 'agents' THEN $1::bigint ELSE 0 END), 0)
FROM retention WHERE kept IN ('agents', 'visits') AND gone > 0
"""
TAKEN = "SELECT body FROM visit WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3"

# What is older than a day is read only where it may still count: other channels last longer,
# opinions come late.
# A plain one has the mark of usual records, or is one of before that ends so.
PLAIN = """CASE get_byte(body, 0) WHEN 2 THEN true WHEN 3 THEN false
    ELSE substring(body FROM octet_length(body) - 8) = $7::bytea
      OR substring(body FROM octet_length(body) - 7) = $9::bytea END"""
VISITS = f"""
SELECT body FROM visit
WHERE tenant = $1 AND offered_at >= $2 - $5::bigint AND offered_at < $3
  AND (offered_at >= $2 - $6::bigint OR channel NOT IN ('voice', 'chat') OR NOT {PLAIN})
  AND ($4::text[] IS NULL OR queue = ANY ($4) OR NOT {PLAIN})
UNION ALL
SELECT body FROM visit WHERE tenant = $1 AND offered_at IS NULL
  AND substring(body FOR octet_length($8::bytea)) <> $8::bytea
  AND (substring(body FOR octet_length($10::bytea)) <> $10::bytea
      OR substring(body FROM octet_length(body)) <> '\\x90')
"""  # noqa: S608  constants of this module


class PostgresAgents:
    """An `AgentHistory` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool, conversation: int = CONVERSATION) -> None:
        """A contact is believed to go on for `conversation` milliseconds."""
        self._pool = pool
        self._conversation = conversation

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        """The agents' last states before an instant."""
        bounds = before - 2 * LONGEST, before - OLDEST, before
        return [
            AgentEntered(agent, decode_entered(body))
            async for portion in self._read(LAST_STATES, tenant, *bounds)
            for agent, body in map(tuple, portion)
        ]

    async def contacts(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentTook]]:
        """What agents took of the visits offered in `span`."""
        async for portion in self._read(TAKEN, tenant, span.begin, span.end):
            taken = (contact_of(decode_visit(row[0]), self._conversation) for row in portion)
            yield [one for one in taken if one is not None]

    async def states(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentEntered]]:
        """The states entered in `span`, in the order of agents and times."""
        async for portion in self._read(STATES, tenant, span.begin, span.end):
            yield [AgentEntered(agent, decode_entered(body)) for agent, body in map(tuple, portion)]

    async def handled(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[Visit]]:
        """Visits that may count in `span`."""
        queues = list(selection.queues) or None
        async for portion in self._read(
            VISITS,
            selection.tenant,
            span.begin,
            span.end + DRIFT,
            queues,
            LONG,
            SHORT,
            PLAIN_LATER,
            NOTHING,
            PLAIN_BEFORE,
            NOTHING_BEFORE,
        ):
            yield [decode_visit(row[0]) for row in portion]

    async def visits_since(self) -> int:
        """Since when visits are kept, as retention noted it."""
        return await self._since(VISITS_GONE)

    async def stays_since(self) -> int:
        """Since when it is known who was there."""
        return await self._since(STAYS_GONE, LONGEST)

    async def _since(self, statement: str, *values: object) -> int:
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                since: int = await self._pool.fetchval(statement, *values)
        return since

    async def _read(
        self, statement: str, *values: object
    ) -> AsyncIterator[Sequence[asyncpg.Record]]:
        with away():
            async with (
                self._pool.acquire(timeout=FREE_WITHIN) as connection,
                connection.transaction(readonly=True),
            ):
                cursor = await connection.cursor(statement, *values, timeout=ANSWER_WITHIN)
                while fetched := await cursor.fetch(FETCHED, timeout=ANSWER_WITHIN):
                    for first in range(0, len(fetched), PORTION):
                        yield fetched[first : first + PORTION]
