"""Stored states of agents, and the visits they took, read from PostgreSQL through cursors: what is
held at once is bounded.
"""

from collections.abc import AsyncIterator, Sequence

import asyncpg

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.agents import LONGEST, OLDEST, decode_entered
from floorpulse.contracts.visits import Visit, decode_visit, encode_visit
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
PLAIN = encode_visit(Visit())[-9:]
"""How the record of a visit ends that has no transfer, no survey, evaluation or complaint, no
evidence and no miss: those are its last fields
"""
EARLIER_PLAIN = b"\x90\x90" + b"\xc0" * 6
"""How it ended before there were the last two"""
NOTHING = encode_visit(Visit())[:-2]
"""How the record begins of which nothing counts but misses, whatever its evidence: a visit that was
taken back, or a contact's feedback that counts with its visits
"""

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

TAKEN = "SELECT body FROM visit WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3"

# What is older than a day is read only where it may still count: other channels last longer,
# opinions come late.
VISITS = """
SELECT body FROM visit
WHERE tenant = $1 AND offered_at >= $2 - $5::bigint AND offered_at < $3
  AND (offered_at >= $2 - $6::bigint OR channel NOT IN ('voice', 'chat')
      OR (substring(body FROM octet_length(body) - 8) <> $7::bytea
          AND substring(body FROM octet_length(body) - 7) <> $9::bytea))
  AND ($4::text[] IS NULL OR queue = ANY ($4)
      OR (substring(body FROM octet_length(body) - 8) <> $7::bytea
          AND substring(body FROM octet_length(body) - 7) <> $9::bytea))
UNION ALL
SELECT body FROM visit WHERE tenant = $1 AND offered_at IS NULL
  AND (substring(body FOR octet_length($8::bytea)) <> $8::bytea
      OR substring(body FROM octet_length(body)) <> '\\x90')
"""


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
            PLAIN,
            NOTHING,
            EARLIER_PLAIN,
        ):
            yield [decode_visit(row[0]) for row in portion]

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
