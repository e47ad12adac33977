"""One source partition's state in memory: visits, panes, position; and what of it is not yet durable or published.

`commit` moves everything at once, so any moment between two commits is a consistent cut.
"""

from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from services.contracts.cells import Cells, add
from services.contracts.events import AgentStateChanged
from services.contracts.updates import Gauge, PaneKey, PaneRow, revision
from services.contracts.visits import Visit, VisitKey, encode_visit, is_open, offer_at, queue_of
from services.kpi_engine.domain.fold import Fold

K = TypeVar("K", bound=Hashable)

encode_cells = msgspec.msgpack.Encoder().encode
encode_event = msgspec.json.Encoder().encode

WATERMARK_STEP = 60_000


class Pane(msgspec.Struct, gc=False):
    """Absolute cells of one pane, as of `revision`."""

    revision: int
    cells: Cells


@dataclass(frozen=True)
class Position:
    """Where a partition's tables stand, and whose they are: compared before every write."""

    partition: int
    log_id: str
    generation: int
    epoch: int
    next_offset: int
    watermark: int | None
    applied: int
    dead: int


@dataclass(frozen=True)
class Rows:
    """Dirty rows of one partition, encoded, with the position they belong to and the durable one they follow."""

    before: int
    position: Position
    visits: list[tuple[object, ...]]
    panes: list[tuple[object, ...]]
    agent_states: list[tuple[object, ...]]
    visit_keys: frozenset[VisitKey]
    pane_keys: frozenset[PaneKey]

    @property
    def instants(self) -> set[int]:
        """Instants of all rows that are kept by month."""
        return {key[3] for key in self.pane_keys} | {at for _, _, _, at, *_ in self.agent_states if isinstance(at, int)}

    def __len__(self) -> int:
        return len(self.visits) + len(self.panes) + len(self.agent_states)


@dataclass(frozen=True)
class _Open:
    """A visit that is going on."""

    home: tuple[str, str, str]
    since: int
    waiting: bool


@dataclass(eq=False)
class Partition:
    """The state of one source partition under one owner.

    `next_offset` is the first offset not included in memory, `durable_offset` the first not included in the database.
    """

    number: int
    log_id: str
    generation: int
    epoch: int
    next_offset: int
    watermark: int | None = None
    applied: int = 0
    dead: int = 0
    visits: dict[VisitKey, Visit] = field(default_factory=dict)
    panes: dict[PaneKey, Pane] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.durable_offset = self.next_offset
        self._durable_watermark = self.watermark
        self._dirty_visits: set[VisitKey] = set()
        self._dirty_panes: set[PaneKey] = set()
        self._flushing: Rows | None = None
        self._agent_states: list[tuple[object, ...]] = []
        self._unpublished: set[PaneKey] = set()
        self._open: dict[VisitKey, _Open] = {}
        for key, visit in self.visits.items():
            self._index(key, visit)

    @property
    def position(self) -> Position:
        """Where memory stands."""
        return Position(self.number, self.log_id, self.generation, self.epoch, self.next_offset, self.watermark, self.applied, self.dead)

    @property
    def dirty(self) -> int:
        """Rows that the next flush will write."""
        return len(self._dirty_visits) + len(self._dirty_panes) + len(self._agent_states)

    # ------------------------------------------------------------- applying

    def missing_panes(self, fold: Fold) -> list[PaneKey]:
        """The panes a fold changes that are not in memory."""
        return [key for key in fold.changes if key not in self.panes]

    def commit(self, fold: Fold, loaded: Mapping[PaneKey, Pane], next_offset: int) -> None:
        """Take over what a fold changed, up to `next_offset`; `loaded` holds the stored ones of its missing panes."""
        for key, (visit, _) in fold.visits.items():
            self.visits[key] = visit
            self._dirty_visits.add(key)
            self._index(key, visit)
        for pane_key, (change, offset) in fold.changes.items():
            pane = self.panes.get(pane_key) or loaded.get(pane_key) or Pane(0, {})
            add(pane.cells, change)
            pane.revision = max(pane.revision, revision(self.generation, offset))
            self.panes[pane_key] = pane
            self._dirty_panes.add(pane_key)
            self._unpublished.add(pane_key)
        self.next_offset = next_offset

    def note(self, state: AgentStateChanged) -> None:
        """Keep an agent's state for the database."""
        row = (self.number, state.tenant, state.agent, state.at, state.state, encode_event(state))
        self._agent_states.append(row)

    def _index(self, key: VisitKey, visit: Visit) -> None:
        queue, offered = queue_of(visit), offer_at(visit)
        if queue is None or offered is None or not is_open(visit):
            self._open.pop(key, None)
            return
        waiting = visit.answered_at is None
        since = offered if waiting or visit.answered_at is None else visit.answered_at
        self._open[key] = _Open((key[0], queue, visit.channel), since, waiting)

    # ------------------------------------------------------------- flushing

    def take_dirty(self) -> Rows | None:
        """Encode all dirty rows at the current position; None where the database has everything already.

        The rows stay remembered until `flushed` or `not_flushed` tells what became of them.
        """
        if self._flushing is not None or not (self.dirty or self.next_offset != self.durable_offset or self._watermark_moved()):
            return None
        self._flushing = Rows(
            before=self.durable_offset,
            position=self.position,
            visits=[self._visit_row(key) for key in self._dirty_visits],
            panes=[self._pane_row(key) for key in self._dirty_panes],
            agent_states=self._agent_states,
            visit_keys=frozenset(self._dirty_visits),
            pane_keys=frozenset(self._dirty_panes),
        )
        self._dirty_visits, self._dirty_panes, self._agent_states = set(), set(), []
        return self._flushing

    def flushed(self) -> None:
        """The taken rows are durable."""
        if self._flushing is not None:
            self.durable_offset = self._flushing.position.next_offset
            self._durable_watermark = self._flushing.position.watermark
            self._flushing = None

    def not_flushed(self) -> None:
        """The taken rows were not written: they are dirty again."""
        if self._flushing is not None:
            self._dirty_visits |= self._flushing.visit_keys
            self._dirty_panes |= self._flushing.pane_keys
            self._agent_states = self._flushing.agent_states + self._agent_states
            self._flushing = None

    def _watermark_moved(self) -> bool:
        """Whether idle time alone is worth a write: once a minute."""
        return self.watermark is not None and self.watermark - (self._durable_watermark or 0) >= WATERMARK_STEP

    def _visit_row(self, key: VisitKey) -> tuple[object, ...]:
        visit = self.visits[key]
        return (self.number, *key, offer_at(visit), queue_of(visit), is_open(visit), encode_visit(visit))

    def _pane_row(self, key: PaneKey) -> tuple[object, ...]:
        tenant, queue, channel, start = key
        pane = self.panes[key]
        return tenant, start, queue, channel, self.number, pane.revision, encode_cells(pane.cells)

    # ------------------------------------------------------------- publishing

    def take_changed(self, most: int) -> list[PaneRow]:
        """Up to `most` rows changed since they were last taken."""
        keys = [self._unpublished.pop() for _ in range(min(most, len(self._unpublished)))]
        return [PaneRow(*key, self.panes[key].revision, dict(self.panes[key].cells)) for key in keys]

    def not_published(self, keys: Iterable[PaneKey]) -> None:
        """These rows did not get out: take them again."""
        self._unpublished.update(keys)

    @property
    def unpublished(self) -> int:
        """Rows that readers have not been told."""
        return len(self._unpublished)

    def gauges(self, now: int, longest: int) -> list[Gauge]:
        """What is going on at `now`, per queue and channel; what began more than `longest` milliseconds ago is unresolved."""
        horizon = now - longest
        found: dict[tuple[str, str, str], tuple[list[int], list[int]]] = {}
        for one in self._open.values():
            waiting, others = found.setdefault(one.home, ([], [0, 0]))
            if not one.waiting:
                others[0] += one.since >= horizon
            elif one.since >= horizon:
                waiting.append(one.since)
            else:
                others[1] += 1
        return [Gauge(*home, sorted(waiting), others[0], others[1]) for home, (waiting, others) in found.items()]

    # ------------------------------------------------------------- memory

    def trim(self, most_visits: int, most_panes: int) -> None:
        """Forget the oldest rows beyond these numbers that are durable, published and closed; they can be loaded again."""
        busy_visits = self._dirty_visits | self._open.keys() | (self._flushing.visit_keys if self._flushing else frozenset())
        for key in _surplus(self.visits, most_visits, busy_visits):
            del self.visits[key]
        busy_panes = self._dirty_panes | self._unpublished | (self._flushing.pane_keys if self._flushing else frozenset())
        for pane_key in _surplus(self.panes, most_panes, busy_panes):
            del self.panes[pane_key]


def _surplus(rows: Mapping[K, object], most: int, busy: AbstractSet[K]) -> list[K]:
    """The oldest keys to drop so that a quarter below `most` stay, none of them busy; nothing while there is room."""
    if len(rows) <= most:
        return []
    wanted = len(rows) - most * 3 // 4
    free = (key for key in rows if key not in busy)
    return [key for _, key in zip(range(wanted), free, strict=False)]
