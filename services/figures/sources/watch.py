"""The sources of a tenant: who speaks, who fell silent, which queues' figures stand because of it;
and who is retired.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.sources import (
    NO_SILENCE,
    NOTHING_KNOWN,
    Silence,
    SilenceRule,
    SourceNow,
)
from floorpulse.definitions.domain.calendars import open_spans
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import InForce

LOOK_AGAIN = 1_000
"""Milliseconds for which an answer about silence holds: silences are minutes long"""
REMEMBERED = 4096
"""Instants that are remembered"""


class RetiredStore(Protocol):
    """Where retirements are kept. May raise `StoreUnavailable`."""

    async def retire(self, tenant: str, source: str, by: str) -> int:
        """Note that a source is retired as of now; the instant, epoch milliseconds of the store's
        clock.
        """
        ...


@dataclass(frozen=True)
class HeardSource:
    """A source and when it was last heard, epoch milliseconds of the reader's clock."""

    source: SourceNow
    last_at: int


class SourceWatch:
    """Answers from the board, under the definitions of the moment."""

    def __init__(
        self, board: Board, now: Callable[[], int], definitions: Callable[[], Definitions]
    ) -> None:
        self._board = board
        self._now = now
        self._definitions = definitions
        self._known: dict[str, tuple[int, Silence]] = {}
        self._instants: dict[int, int] = {}

    def silence(self, tenant: str) -> Silence:
        """Who is silent and what that means; in closing hours, and just after them, silence means
        nothing.
        """
        steady = self._board.steady()
        at, silence = self._known.get(tenant, (None, NO_SILENCE))
        if at is None or not 0 <= steady - at < LOOK_AGAIN:
            silence = self._silence(tenant)
            self._known[tenant] = steady, silence
        return silence

    def _silence(self, tenant: str) -> Silence:
        in_force = self._definitions().at(tenant, self._now())
        silence = self._board.silence(tenant, patience(in_force))
        if not silence.touched:
            return silence
        awaited = frozenset(
            queue for queue in silence.touched if self._awaited(tenant, in_force, queue)
        )
        return Silence(
            {queue: at for queue, at in silence.standing.items() if queue in awaited}, awaited
        )

    def _awaited(self, tenant: str, in_force: InForce, queue: str) -> bool:
        """Whether the queue has been open for as long as silence is believed at least."""
        calendar = in_force.calendar(queue)
        if calendar is None:
            return True
        now = self._now()
        begin = now - self._board.rules.silence
        zone = self._definitions().of(tenant).zone or self._board.rules.zone
        return open_spans(calendar, begin, now, zone) == [(begin, now)]

    def instant(self, steady: int) -> int:
        """A steady instant on the reader's wall clock, as it was when it was first asked for: the
        same whenever it is told.
        """
        known = self._instants.get(steady)
        if known is None:
            if len(self._instants) >= REMEMBERED:
                self._instants.clear()
            known = self._instants[steady] = self._now() - (self._board.steady() - steady)
        return known

    def all(self, tenant: str) -> list[HeardSource]:
        """Every source, by name."""
        known = patience(self._definitions().at(tenant, self._now()))
        return [
            HeardSource(one, self.instant(one.last_at))
            for one in self._board.all_sources(tenant, known)
        ]


class Retirement:
    """Retires sources by hand; `heed` makes this process know at once, others learn it within
    seconds.
    """

    def __init__(self, store: RetiredStore, heed: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._heed = heed

    async def retire(self, tenant: str, source: str, by: str) -> int:
        """Wait for a source no longer, until it speaks again; since when, epoch milliseconds.
        Raises StoreUnavailable.
        """
        at = await self._store.retire(tenant, source, by)
        await self._heed()
        return at


def patience(in_force: InForce) -> Mapping[str, SilenceRule]:
    """What definitions say of sources."""
    if not in_force.sources:
        return NOTHING_KNOWN
    bodies = in_force.sources.items()
    return {
        name: SilenceRule(None if one.silence is None else one.silence * 1000, one.retired)
        for name, one in bodies
    }
