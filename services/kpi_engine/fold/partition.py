"""One source partition's state in memory: visits, panes, agents, position; and what of it is not
yet durable or published.

`apply` takes events in one by one without ever waiting, so any moment between two events is a
consistent cut:

    apply ─► wanted ─► (loaded) ─► join ─► take_dirty ─► (written) ─► flushed | not_flushed
      │                                                                       | conflicted
      └────► take_unpublished ─► (published)
"""

from collections.abc import Iterable
from dataclasses import dataclass

from floorpulse.contracts.agents import Entered
from floorpulse.contracts.events import AgentMissed, AgentStateChanged, AnyEvent
from floorpulse.contracts.updates import JOIN_BITS, Gauge, PaneKey, revision
from floorpulse.kpi_engine.fold.agents import AgentStates, StateKey, entered, state_rows
from floorpulse.kpi_engine.fold.decode import Folded
from floorpulse.kpi_engine.fold.flush_rows import FlushRows, late_rows
from floorpulse.kpi_engine.fold.forgetting import forget_oldest
from floorpulse.kpi_engine.fold.orphans import TakenOrphans, orphan_rows
from floorpulse.kpi_engine.fold.packed import NothingPacked
from floorpulse.kpi_engine.fold.panes import NEVER, Change, Panes, TakenPanes
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence, PageBuilder, WrittenPages
from floorpulse.kpi_engine.fold.records import StoredRecords, WantedRecords
from floorpulse.kpi_engine.fold.stored_visits import join_stored
from floorpulse.kpi_engine.fold.visits import Visits
from floorpulse.kpi_engine.fold.watermark import (
    advance_watermark,
    believed_watermark,
    idle_watermark,
)

WATERMARK_STEP = 60_000
FIRST_FINAL = 120_000
"""Milliseconds after a pane's end from which a change may correct a final figure."""

Numbered = tuple[int, AnyEvent]
"""(offset in the source partition, event)"""


@dataclass(frozen=True)
class _TakenRows:
    """The rows of a flush under way, to be put back should it not happen."""

    rows: FlushRows
    panes: TakenPanes
    agent_states: dict[StateKey, Entered]
    late: dict[PaneKey, Folded]
    presence: WrittenPages
    orphans: TakenOrphans


class Partition:
    """The state of one source partition under one owner.

    `next_offset` is the first offset not included in memory, `durable_offset` the first not
    included in the database.
    """

    def __init__(
        self, position: PartitionPosition, length: int, claimed: ClaimedPresence, since: int = NEVER
    ) -> None:
        """Begin at `position` with panes of `length` milliseconds.

        `claimed` holds the open visits by the pages that were read. The database holds nothing that
        happened at `since` or later but for clocks ahead of time.
        """
        self.number = position.partition
        self.log_id = position.log_id
        self.generation = position.generation
        self.epoch = position.epoch
        self.next_offset = self.durable_offset = position.next_offset
        self.watermark = self._durable_watermark = self._highest = position.watermark
        self._by_events: int | None = None
        self.applied = position.applied
        self.dead = position.dead
        self._length = length
        self._joins = 0
        self._withheld: int | None = None
        self._taken: _TakenRows | None = None
        self.panes = Panes(length, since if since == NEVER else since - since % length + length)
        self.visits = Visits(self.panes, claimed.presence, since)
        self._presence_log = claimed.following
        self.agents = AgentStates()

    def pack(self, packed: NothingPacked) -> None:
        """Let visits be packed there."""
        self.visits.packed = self.visits.presence.packed = packed
        self.panes.settle = packed.settle

    @property
    def position(self) -> PartitionPosition:
        """Where memory stands."""
        return PartitionPosition(
            self.number,
            self.log_id,
            self.generation,
            self.epoch,
            self.next_offset,
            self.watermark,
            self.applied,
            self.dead,
        )

    @property
    def published_offset(self) -> int:
        """The first offset that published rows may not include."""
        return self.next_offset if self._withheld is None else self._withheld

    @property
    def dirty(self) -> int:
        """Rows that the next flush will write."""
        visits = self.visits
        waiting = len(visits.parked) + len(self.agents.parked) + len(visits.orphans.dirty)
        written = len(visits.dirty) + visits.packed.dirty
        return written + len(self.panes.dirty) + len(self.agents.dirty) + waiting

    def keep_since(self, instant: int) -> None:
        """Panes that start before `instant` were deleted and are not counted again."""
        self.panes.kept_since = instant
        self.visits.presence.unresolved.keep_since(instant)

    # ------------------------------------------------------------- applying

    def apply(self, events: Iterable[Numbered], next_offset: int) -> None:
        """Take in the events up to `next_offset`."""
        first = revision(self.generation, 0)
        passed = self._passed()
        visits = self.visits
        for offset, event in events:
            if type(event) is AgentStateChanged:
                taken = self.agents.enter((event.tenant or "", event.agent), entered(event))
            elif type(event) is AgentMissed and event.ring_ms == 0:
                continue  # a telephone that did not ring
            else:
                taken = visits.apply(event, Change(first + (offset << JOIN_BITS), passed, event))
            if not taken and self._withheld is None:
                self._withheld = offset
        if self.panes.unbased and self._withheld is None:
            self._withheld = self.next_offset
        self.next_offset = next_offset
        self._joins = 0

    def _passed(self) -> int:
        """The start of the last pane that may have been shown as final, also by a watermark that
        was withdrawn.
        """
        return NEVER if self._highest is None else self._highest - FIRST_FINAL - self._length

    # ------------------------------------------------------------- event time

    def advance(self, instants: list[int], appended_at: int, allowance: int) -> None:
        """Events at `instants` were applied, appended to the log at `appended_at`."""
        self._by_events = advance_watermark(self._by_events, instants, appended_at, allowance)
        self._reach(advance_watermark(self.watermark, instants, appended_at, allowance))

    def wait(self, now: int, allowance: int, *, idle: bool) -> None:
        """It is `now` on the wall; while the partition is `idle`, caught up and silent, its event
        time follows.
        """
        believed = believed_watermark(self.watermark, self._by_events, now, allowance)
        self._reach(idle_watermark(believed, now, allowance) if idle else believed)

    def _reach(self, watermark: int | None) -> None:
        self.watermark = watermark
        if watermark is not None and (self._highest is None or watermark > self._highest):
            self._highest = watermark

    # ------------------------------------------------------------- stored records

    @property
    def wanted(self) -> WantedRecords:
        """The stored records that must be loaded and joined before the next flush."""
        return WantedRecords(
            self.visits.wanted,
            list(self.panes.unbased),
            self.agents.wanted(),
        )

    def join(self, wanted: WantedRecords, stored: StoredRecords) -> None:
        """Join the `stored` ones of the records that were `wanted`; panes that this touches may be
        wanted in turn.
        """
        self._joins += 1
        join_stored(
            self.visits,
            wanted.visits,
            stored.visits,
            revision=revision(self.generation, max(0, self.next_offset - 1), self._joins),
            passed=self._passed(),
        )
        self.agents.join(wanted.agents, stored.agents)
        self.panes.rebase(wanted.panes, stored.panes)
        if not self.wanted:
            self._withheld = None

    # ------------------------------------------------------------- flushing

    def take_dirty(self) -> FlushRows | None:
        """Encode all dirty rows at the current position; None where the database has everything, or
        while records are wanted.

        The rows stay remembered until `flushed`, `not_flushed` or `conflicted` is called.
        """
        if self._taken is not None or self.wanted:
            return None
        if self.watermark is not None:
            self.visits.orphans.judge(self.visits.get, self.watermark)
        if not self._anything_new():
            return None
        presence = self.visits.presence
        if self._by_events is not None:
            presence.expire(self._by_events)
        visits = self.visits.take_dirty()
        panes = self.panes.take_dirty()
        states = self.agents.dirty
        self.agents.dirty = {}
        late = self.panes.late
        self.panes.late = {}
        page = PageBuilder(presence)
        visit_rows = self.visits.rows_of(self.number, visits, page)
        pages = self._presence_log.take(page)
        orphans = self.visits.orphans.take()
        rows = FlushRows(
            before=self.durable_offset,
            position=self.position,
            new_visits=visit_rows.new,
            visits=visit_rows.known,
            new_panes=self.visits.packed.pane_rows(self.number, panes.new),
            panes=self.visits.packed.pane_rows(self.number, panes.known),
            agent_states=state_rows(self.number, states),
            late=late_rows(self.number, late),
            presence=[
                (self.number, number, page) for number, page in enumerate(pages.pages, pages.first)
            ],
            presence_since=pages.first if pages.everything else 0,
            instants=frozenset(pane.key[3] for pane in panes.new) | {at for _, at, _ in states},
            lonely=visit_rows.lonely,
            lonely_packed=visit_rows.lonely_packed,
            orphans=orphan_rows(self.number, self.epoch, orphans),
        )
        self._taken = _TakenRows(rows, panes, states, late, pages, orphans)
        return rows

    def _anything_new(self) -> bool:
        return (
            bool(self.dirty) or self.next_offset != self.durable_offset or self._watermark_moved()
        )

    def flushed(self) -> None:
        """The taken rows are durable."""
        if self._taken is not None:
            self.durable_offset = self._taken.rows.position.next_offset
            self._durable_watermark = self._taken.rows.position.watermark
            self._presence_log.flushed(self._taken.presence)
            self.visits.flushed()
            self._taken = None

    def not_flushed(self) -> None:
        """The taken rows were not written; make them dirty again."""
        taken = self._taken
        self._taken = None
        if taken is not None:
            self.visits.put_back()
            self.panes.put_back(taken.panes)
            self.agents.dirty = {**taken.agent_states, **self.agents.dirty}
            self.panes.late = {**taken.late, **self.panes.late}
            self.visits.presence.unresolved.put_back(taken.presence.changed)
            self.visits.orphans.put_back(taken.orphans)

    def conflicted(self) -> None:
        """The taken rows were not written, because some that were taken for new exist; look all of
        those up before the next flush.
        """
        taken = self._taken
        if taken is not None:
            new = self.visits.taken_for_new()
            self.not_flushed()
            self.visits.doubt(new)
            self.panes.doubt(taken.panes.new)

    def _watermark_moved(self) -> bool:
        """Whether idle time alone is worth a write: once a minute."""
        return (
            self.watermark is not None
            and abs(self.watermark - (self._durable_watermark or 0)) >= WATERMARK_STEP
        )

    # ------------------------------------------------------------- publishing

    def gauges(self, now: int) -> list[Gauge]:
        """The open visits at `now`, by queue and channel; one that waits longer than its
        channel's longest wait is unresolved.
        """
        return self.visits.presence.gauges(now)

    # ------------------------------------------------------------- memory

    def trim(self, most_visits: int, most_panes: int) -> None:
        """Forget the oldest rows beyond these numbers that are durable, published and not going
        on; they can be loaded again.
        """
        if self._taken is not None or self.watermark is None:
            return
        forget_oldest(self.visits, most_visits, self.watermark)
        self.panes.trim(most_panes, self.watermark)
        self.agents.trim(most_panes, self.watermark)
