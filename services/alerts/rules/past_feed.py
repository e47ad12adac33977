"""Feeds a floor of the past from the tables, as far as it has come: what is held at once is
bounded.

visits    ├─────── read ───────┤ … read when the floor gets there
states    ├── six hours ──┤├── six hours ──┤ …
"""

from collections.abc import AsyncIterator, Sequence

from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.alerts.rules.past_tables import PastTables
from floorpulse.board.domain.series import QueueChannelSpan
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.agents import LONGEST, AgentNow
from floorpulse.contracts.horizons import CALLS
from floorpulse.contracts.visits import Visit, is_open, offer_at
from floorpulse.figures.at.known import last_told
from floorpulse.figures.ports import StoredVisit
from floorpulse.figures.selection import Selection
from floorpulse.figures.turns import Turns

SHIFT = 6 * HOUR
"""States of agents are read for so long at once"""


class TooMuchHistoryError(Exception):
    """The span holds more than a replay reads; the text says what to do."""


class PastFeed:
    """Reads visits of the selected queues, and all agents' states, into `floor` over `span`; the
    first visits are those that were there when the span began.

    `feedback`: surveys, evaluations and complaints count, also those about older visits. `most` is
    how many visits are read at most.
    """

    def __init__(
        self, floor: PastFloor, tables: PastTables, turns: Turns, selection: Selection, most: int
    ) -> None:
        self._floor = floor
        self._tables = tables
        self._turns = turns
        self._selection = selection
        self._most = most
        self._visits: AsyncIterator[Sequence[StoredVisit]] | None = None
        self._read_to = 0
        self._states_to = 0

    async def begin(self, span: Span, *, feedback: bool, known: int | None = None) -> None:
        """Read what had been there before the span, and begin to read it; the floor's queues are
        `known` since that instant, None for an hour before.
        """
        rules = self._floor.board.rules
        horizons = self._floor.board.horizons_of(self._selection.tenant, span.begin)
        since = span.begin - sum(horizons.calls)
        earlier = Span(min(since, span.begin - sum(horizons.longest)), since)
        floor = Selection(self._selection.tenant, self._selection.queues)
        before = await self._tables.panes.queue_channels(
            floor, Span(span.begin - rules.idle, span.begin)
        )
        last = span.begin - HOUR
        self._floor.board.take_queue_channels(
            QueueChannelSpan(one, last if known is None else min(known, last), last)
            for one in before
        )
        if feedback:
            await self._older(span, since, earlier)
        await self._slow(span, earlier)
        self._visits = self._tables.visits.visits(self._selection, Span(since, span.end))
        self._states_to = span.begin - LONGEST
        tenant = self._floor.tenant
        entered = await self._tables.agents.last_states(tenant, self._states_to)
        self._floor.enter([AgentNow(tenant, *one) for one in entered])
        await self.reach(span.begin)

    async def _older(self, span: Span, before: int, slow: Span) -> None:
        """Visits of before, for the sake of what was said of them later; but those that `_slow`
        takes.
        """
        async for portion in self._tables.agents.handled(self._selection, span):
            older = (one for one in portion if _offered_before(one, before))
            self._take([one for one in older if not _was_there(one, span.begin, slow)])
            await self._turns.next()

    async def _slow(self, span: Span, offered: Span) -> None:
        """Mails and messages that had come long before the span, and still went on."""
        async for portion in self._tables.visits.slow_visits(self._selection, offered):
            visits = (one.visit for one in portion)
            self._take([one for one in visits if _was_there(one, span.begin, offered)])
            await self._turns.next()

    async def reach(self, to: int) -> None:
        """Read all that may have happened up to an instant. TooMuchHistoryError beyond the
        limit.
        """
        while self._visits is not None and self._read_to <= to:
            portion = await anext(self._visits, None)
            if portion is None:
                self._visits = None
                break
            self._take([one.visit for one in portion])
            self._read_to = portion[-1].offered_at
            await self._turns.next()
        while self._states_to <= to:
            await self._states(Span(self._states_to, max(self._states_to + SHIFT, to + 1)))

    def _take(self, visits: Sequence[Visit]) -> None:
        self._floor.take(visits)
        if self._floor.visits > self._most:
            message = (
                f"the span holds more than {self._most:,} contacts: test a shorter one, or "
                "name the queues"
            )
            raise TooMuchHistoryError(message)

    async def _states(self, span: Span) -> None:
        tenant = self._floor.tenant
        async for portion in self._tables.agents.states(tenant, span):
            self._floor.enter([AgentNow(tenant, *one) for one in portion])
            await self._turns.next()
        self._states_to = span.end


def _was_there(visit: Visit, at: int, slow: Span) -> bool:
    """Whether a visit that was offered long before an instant, on a channel other than calls have,
    went on at it.
    """
    offered = offer_at(visit)
    if visit.channel in CALLS or offered is None or offered not in slow:
        return False
    return is_open(visit) or last_told(visit) >= at


def _offered_before(visit: Visit, instant: int) -> bool:
    offered = offer_at(visit)
    return offered is None or offered < instant
