"""A floor whose events are folded as an engine folds them, and told to a board as one tells them,
by a clock that the test moves.
"""

from collections import deque
from collections.abc import Iterable

import msgspec

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import PaneRow, Update
from floorpulse.contracts.visits import VisitKey
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from tests.fakes.engine import MINUTE, MemoryStore
from tests.fakes.floor import MemoryFloor

LOG = "log"


class FoldedFloor:
    """The floor of one tenant at `now`: a partition of the real fold, over a store that is empty at
    first, and a board that hears of it.
    """

    def __init__(self, rules: Rules, tenant: str, begin: int) -> None:
        self.tenant = tenant
        self.now = begin
        self.board = Board(rules, lambda: self.now)
        self._store = MemoryStore()
        self._coming: deque[AnyEvent] = deque()
        position = PartitionPosition(0, LOG, 1, 1, 0)
        self._partition = Partition(position, MINUTE, ClaimedPresence(rules.horizons))
        self._store.positions[0] = position

    def take(self, events: Iterable[AnyEvent]) -> None:
        """Note events, in the order of their instants."""
        self._coming += [msgspec.structs.replace(event, tenant=self.tenant) for event in events]

    def advance(self, to: int) -> None:
        """Fold all that happened up to an instant and tell the board."""
        happened: list[AnyEvent] = []
        while self._coming and int(self._coming[0].at) <= to:
            happened.append(self._coming.popleft())
        offset = self._partition.next_offset
        self._partition.apply(enumerate(happened, offset), offset + len(happened))
        while wanted := self._partition.wanted:
            self._partition.join(wanted, self._store.find(0, wanted))
        self.now = to
        self.board.take(self._update(), to)

    def _update(self) -> Update:
        partition = self._partition
        return Update(
            partition=0,
            log_id=LOG,
            generation=1,
            epoch=1,
            next_offset=partition.published_offset,
            published_at=self.now,
            lag=0,
            applied=partition.next_offset,
            dead=0,
            watermark=self.now,
            rows=[
                PaneRow(*pane.key, pane.revision, dict(pane.cells))
                for pane in partition.panes.take_unpublished(1 << 30)
            ],
            gauges=partition.gauges(self.now),
            agents=partition.agents.take_unpublished(),
            talks=partition.visits.presence.take_talks(everything=False),
        )

    def stored(self) -> MemoryFloor:
        """What is stored of it by now, as readers of history find it."""
        rows = self._partition.take_dirty()
        if rows is not None:
            self._store.write(rows)
            self._partition.flushed()
        floor = MemoryFloor(watermark=self.now, clock=self.now)
        for key, visit in self._store.tables[0].visits.items():
            floor.visits_of[self.tenant, _named(key)] = visit
        for ((_, agent), _, _), entered in self._store.tables[0].agent_states.items():
            floor.enter(agent, entered, tenant=self.tenant)
        return floor


def _named(key: VisitKey) -> str:
    _, contact, number = key
    return contact if number == 1 else f"{contact}#{number}"
