"""The panes of one partition in memory: absolute cells, and which of them are not yet stored or
published.

A pane that is not in memory is new where it starts at `since` or later. Where it starts earlier,
the database may hold a part of it: it collects changes at once, but it is `based`, written and
published only after its stored part was added:

    touch ─► new      ──────────────────────► flush, publish
    touch ─► unbased ─► (loaded) ─► rebase ─► flush, publish
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from floorpulse.contracts.cells import Cells
from floorpulse.contracts.events import AnyEvent, ContactAmended, ContactRetracted
from floorpulse.contracts.updates import PaneKey
from floorpulse.kpi_engine.fold.decode import Folded

NEVER = -(1 << 62)


class Pane(msgspec.Struct, gc=False, eq=False):
    """Cells of one pane as of `revision`; while it is not `based`, the cells are changes only, and
    the stored part must still be added.
    """

    key: PaneKey
    revision: int
    cells: Cells
    based: bool = True
    stored: bool = False
    dirty: bool = False
    unpublished: bool = False


class StoredPane(NamedTuple):
    """The part of a pane that the database holds, as of `revision`."""

    revision: int
    cells: Cells


class TakenPanes(NamedTuple):
    """Panes to write: those that the database does not have, and those it has."""

    new: list[Pane]
    known: list[Pane]


class Change(msgspec.Struct, frozen=True, gc=False):
    """What panes note of a change: its revision, and the event behind it in a pane that starts at
    `passed` or earlier, which may have been shown as final.
    """

    revision: int
    passed: int
    event: AnyEvent | None = None


def says_why(event: Folded) -> bool:
    """Whether the event puts right what others said, and gives the reason."""
    return isinstance(event, ContactAmended | ContactRetracted)


def _nothing() -> None:
    pass


class Panes:
    """All panes of one partition, each `length` milliseconds long."""

    def __init__(self, length: int, since: int = NEVER) -> None:
        """Panes that start at `since` or later are new when they are first touched."""
        self.length = length
        self.rows: dict[PaneKey, Pane] = {}
        self.since = since
        self.kept_since = NEVER
        self.late: dict[PaneKey, Folded] = {}
        self.unbased: dict[PaneKey, Pane] = {}
        self.dirty: list[Pane] = []
        self._unpublished: list[Pane] = []
        self.settle: Callable[[], None] = _nothing
        """Adds what the fold of the usual steps keeps apart, before cells are read"""

    # ------------------------------------------------------------- changing

    def touch(self, key: PaneKey, change: Change) -> Cells:
        """The cells of a pane that is about to change, to be changed in place."""
        pane = self.rows.get(key)
        if pane is None:
            pane = self._create(key)
        if not pane.dirty:
            pane.dirty = True
            self.dirty.append(pane)
        if not pane.unpublished:
            pane.unpublished = True
            self._unpublished.append(pane)
        pane.revision = change.revision
        if key[3] <= change.passed and change.event is not None:
            self.note_late(key, change.event)
        return pane.cells

    def note_late(self, key: PaneKey, event: Folded) -> None:
        """An event changed a pane late: the last one stands for all, but one that says why
        stays.
        """
        known = self.late.get(key)
        if known is None or says_why(event) or not says_why(known):
            self.late[key] = event

    def _create(self, key: PaneKey) -> Pane:
        start = key[3]
        pane = Pane(key, 0, {})
        if start < self.kept_since:  # its month was deleted: nothing of it is counted again
            pane.dirty = pane.unpublished = True
            return pane
        if start < self.since:
            pane.based = False
            self.unbased[key] = pane
        self.rows[key] = pane
        return pane

    def rebase(self, keys: Iterable[PaneKey], stored: Mapping[PaneKey, StoredPane]) -> None:
        """Add the stored parts of panes that were not based; those not stored are new."""
        for key in keys:
            pane = self.unbased.pop(key, None)
            if pane is None:
                continue
            revision, cells = stored.get(key, (0, {}))
            for code, amount in cells.items():
                pane.cells[code] = pane.cells.get(code, 0) + amount
            for code in [code for code, amount in pane.cells.items() if not amount]:
                del pane.cells[code]
            pane.revision = max(pane.revision, revision)
            pane.based = True
            pane.stored = key in stored

    # ------------------------------------------------------------- flushing

    def take_dirty(self) -> TakenPanes:
        """The panes to write; from now on they are no longer dirty."""
        self.settle()
        taken = self.dirty
        self.dirty = []
        new = [pane for pane in taken if not pane.stored]
        known = [pane for pane in taken if pane.stored]
        for pane in taken:
            pane.dirty = False
            pane.stored = True
        return TakenPanes(new, known)

    def put_back(self, taken: TakenPanes) -> None:
        """Make the panes dirty again that `take_dirty` gave and no flush wrote."""
        for pane in taken.new:
            pane.stored = False
        for pane in (*taken.new, *taken.known):
            if not pane.dirty:
                pane.dirty = True
                self.dirty.append(pane)

    def doubt(self, new: Iterable[Pane]) -> None:
        """Let these wait for their stored parts: the database may hold them after all."""
        for pane in new:
            pane.based = False
            self.unbased[pane.key] = pane

    # ------------------------------------------------------------- publishing

    @property
    def has_unpublished(self) -> bool:
        """Whether there is a complete pane that has not been published."""
        return any(pane.based for pane in self._unpublished)

    def take_unpublished(self, most: int) -> list[Pane]:
        """Up to `most` complete panes that changed since they were last taken."""
        self.settle()
        taken: list[Pane] = []
        waiting: list[Pane] = []
        while self._unpublished and len(taken) < most:
            pane = self._unpublished.pop()
            (taken if pane.based else waiting).append(pane)
        self._unpublished += waiting
        for pane in taken:
            pane.unpublished = False
        return taken

    def not_published(self, panes: Iterable[Pane]) -> None:
        """Publishing these failed: take them again."""
        for pane in panes:
            if not pane.unpublished:
                pane.unpublished = True
                self._unpublished.append(pane)

    # ------------------------------------------------------------- memory

    def trim(self, most: int, before: int) -> None:
        """Forget the oldest beyond `most` that are durable and published; those that start before
        `before` count as old then.
        """
        if len(self.rows) <= most:
            return
        wanted = len(self.rows) - most * 3 // 4
        free = (key for key, pane in self.rows.items() if not pane.dirty and not pane.unpublished)
        for key in [key for _, key in zip(range(wanted), free, strict=False)]:
            del self.rows[key]
            self.since = max(self.since, min(key[3] + 1, before))
