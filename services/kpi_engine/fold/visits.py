"""The visits of one partition: those in memory, and the stored records of those that are not.

An event of a visit that is not in memory is one of two. An offer, an answer or an abandon younger
than `since` begins a new visit, counted at once. Anything else waits in `parked`, uncounted, until
the stored record was loaded and joined:

    offered (young) ─► rows, dirty, counted ──────────────────────────────► flush
    wrapped, survey, old offer ─► parked ─► (loaded) ─► join, counted ────► flush

So does everything of a visit that went on when the partition was claimed: only `presence` knows of
it until something is heard.

Should the database hold a record that was taken for new after all, the insert fails, both are
joined, and the flush is tried again.

Whenever a record is loaded, the other visits of its contact are, too: what a contact counts as a
whole is told by all of its stays.
Feedback that names its contact and no visit waits for all stored visits of the contact, unless the
only one is in memory as far as is known: a flush is refused where that is wrong. From then on the
contact is one of `chains`: whatever changes one of its visits lets all of its feedback be placed
again, and its records leave memory together.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from floorpulse.contracts.events import (
    AnyEvent,
    ContactAbandoned,
    ContactAnswered,
    ContactEvent,
    ContactHeld,
    ContactOffered,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
)
from floorpulse.contracts.presence import Home
from floorpulse.contracts.visits import Visit, VisitKey, offer_at, queue_of
from floorpulse.kpi_engine.fold.advance import STEPS, advance, amend, begin
from floorpulse.kpi_engine.fold.chains import Chains
from floorpulse.kpi_engine.fold.evidence import told_of
from floorpulse.kpi_engine.fold.feedback import CONTACT
from floorpulse.kpi_engine.fold.join import join
from floorpulse.kpi_engine.fold.merge import repeats
from floorpulse.kpi_engine.fold.orphans import Orphans
from floorpulse.kpi_engine.fold.packed import ContactKey, NothingPacked, VisitRows
from floorpulse.kpi_engine.fold.panes import NEVER, Change, Panes
from floorpulse.kpi_engine.fold.parked import ParkedVisit
from floorpulse.kpi_engine.fold.presence import PartitionPresence
from floorpulse.kpi_engine.fold.presence_log import PageBuilder
from floorpulse.kpi_engine.fold.rows import EncodedRows, joined, visit_row
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from floorpulse.kpi_engine.fold.whole_contacts import WholeContacts

_BEGINS = frozenset((ContactOffered, ContactAnswered, ContactAbandoned))
_TURNS = frozenset((*ContactEvent.__subclasses__(),)) - {
    ContactHeld,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
}
"""Events after which a visit may have begun, or be over."""
_WHOLE = frozenset((*ContactEvent.__subclasses__(),)) - {
    ContactHeld,
    ContactResumed,
    ContactWrapped,
}
"""Events that may change what the contact counts as a whole."""


@dataclass(frozen=True)
class TakenVisits:
    """Visits to write: those that the database does not have, and those it has."""

    new: list[VisitKey]
    known: list[VisitKey]


class Visits:
    """All visits of one partition; what they contribute goes into `panes`."""

    def __init__(self, panes: Panes, presence: PartitionPresence, since: int = NEVER) -> None:
        """`presence` are those that go on, none in memory yet; what happens from `since` on may
        begin a new visit.
        """
        self.rows: dict[VisitKey, Visit] = {}
        self.presence = presence
        self.since = since
        self.parked: dict[VisitKey, ParkedVisit] = {}
        self.dirty: dict[VisitKey, bool] = {}
        self.contacts = WholeContacts(self.rows, panes, self._unwritten)
        self.chains = Chains(self.rows, panes, self._rewrite)
        self.orphans = Orphans()
        self._known = self.contacts.known
        self._of = self.contacts.of
        self.doubted: set[VisitKey] = set()
        self.flying: dict[VisitKey, bool] = {}
        self.packed = NothingPacked()
        self._absent = presence.absent
        presence.rows = self.rows
        self.panes = panes

    # ------------------------------------------------------------- applying

    def apply(self, event: AnyEvent, change: Change) -> bool:
        """Merge and count one event, of which panes note `change`; False where it must wait for a
        stored record.
        """
        key = visit_key(event)
        visit = self.rows.get(key)
        whole = True
        if visit is None:
            begins = type(event) in _BEGINS and event.at >= self.since  # type: ignore[operator]  # decoded: milliseconds
            if key[2] == CONTACT and (only := self._only(key)) is not None:
                self.place_feedback(key[:2], {only}, ParkedVisit.of(event), change)
                return True
            if not begins or key in self._absent or key in self.parked:
                self._park(key, event)
                return False
            self._begin(key, event, change)
        elif self._step(key, visit, event, change):
            self.dirty.setdefault(key, False)
            stays = self._of.get(key) if self._of else None
            if stays is not None and type(event) in _WHOLE:
                whole = self.contacts.change(key, stays, change)
        followed = self.chains.follow(key, change) if self.chains.any else True
        return whole and followed

    def get(self, key: VisitKey) -> Visit | None:
        """A visit in memory; where it is packed, a copy of it."""
        return self.rows.get(key) or self.packed.peek(key)

    def _rewrite(self, key: VisitKey) -> None:
        self.dirty.setdefault(key, False)

    def _step(self, key: VisitKey, visit: Visit, event: AnyEvent, change: Change) -> bool:
        """Merge and count an event of a visit in memory; whether it said anything new."""
        step = STEPS.get(type(event))
        if step is not None and step(visit, event, key[0], self.panes, change):
            self._move(key, visit)
            return True
        if repeats(visit, event):
            return False
        if key[2] == CONTACT:
            return self.chains.hear(key, visit, event, change)
        if type(event) not in _TURNS:
            changed = amend(visit, event, key[0], self.panes, change)
            if changed and type(event) is ContactWrapped:
                self.orphans.doubt(key, visit, event)
            return changed
        self.presence.withdraw(key, visit)
        changed = amend(visit, event, key[0], self.panes, change)
        self.presence.enter(key, visit)
        if changed:
            self.orphans.doubt(key, visit, event)
        return changed

    def _move(self, key: VisitKey, visit: Visit) -> None:
        """A visit made one of the usual steps, which begin with an offer in a queue."""
        home: Home = key[0], visit.queue, visit.channel  # type: ignore[assignment]  # see above
        offered: int = visit.offered_at  # type: ignore[assignment]  # see above
        if visit.answered_at is None:
            self.presence.stop_waiting(home, key, offered)
        elif visit.ended_at is None:
            self.presence.answer(home, key, offered, visit.answered_at)
        else:
            self.presence.hang_up(home, key)

    def _begin(self, key: VisitKey, event: AnyEvent, change: Change) -> None:
        if type(event) is ContactOffered:
            visit = begin(event, key[0], self.panes, change)
            self.presence.wait((key[0], event.queue, event.channel), key, visit.offered_at)  # type: ignore[arg-type]  # it is one
        else:
            visit = Visit()
            advance(visit, event, key[0], self.panes, change)
            self.presence.enter(key, visit)
            self.orphans.doubt(key, visit, event)
        self.rows[key] = visit
        self.dirty[key] = True
        known = self._known[key[0]].setdefault(key[1], key[2])
        if known != key[2]:
            self.contacts.accompany(key, known, change)

    def _only(self, key: VisitKey) -> int | None:
        """The number of the contact's only visit, if that is in memory and nothing else is stored
        of the contact, as far as is known.
        """
        contact = key[:2]
        only = self.contacts.only(contact)
        if only is None or key in self.parked or contact in self.chains.unsure:
            return None
        return None if (*contact, only) in self.doubted else only

    def _unwritten(self, key: VisitKey) -> bool:
        """Whether a visit is not stored, as far as is known."""
        return self.dirty.get(key) or self.flying.get(key) or False

    def _park(self, key: VisitKey, event: AnyEvent) -> None:
        parked = self.parked.get(key)
        if parked is None:
            self.parked[key] = ParkedVisit.of(event)
        else:
            parked.hear(event)

    # ------------------------------------------------------------- stored records

    @property
    def wanted(self) -> list[VisitKey]:
        """Visits whose stored record must be loaded before anything can be flushed; number 0 stands
        for the feedback of a contact.
        """
        unsure = [(*contact, CONTACT) for contact in self.chains.unsure]
        further = [*(key for key in unsure if key not in self.parked), *self.contacts.scattered]
        return [*self.parked, *sorted(self.doubted), *further]

    def doubt(self, keys: Iterable[VisitKey]) -> None:
        """Look these up: the database may hold them after all."""
        self.doubted.update(keys)

    def place_feedback(
        self, contact: ContactKey, chain: set[int], parked: ParkedVisit | None, change: Change
    ) -> None:
        """Hold a contact's feedback in memory, with what was `parked`, and place it."""
        key = (*contact, CONTACT)
        known = self.rows.get(key)
        if known is None:
            known = self.rows[key] = Visit()
            self.dirty[key] = True
        told = copy(told_of(known))
        if parked is not None:
            told = join(told, parked.visit) if CONTACT in chain else parked.visit
            change = Change(change.revision, change.passed, parked.event)
        self.chains.begin(contact, chain, told, change)

    def replace(self, key: VisitKey, visit: Visit, kept: Visit | None) -> None:
        """Hold `visit` in memory in place of what is there; `kept` is the stored record."""
        self.presence.loaded(key, stored=kept is not None)
        for known in (kept, self.rows.get(key)):
            if known is not None:
                self.presence.withdraw(key, known)
        self.presence.enter(key, visit)
        self.rows[key] = visit
        if visit != kept:
            self.dirty[key] = kept is None
        else:
            self.dirty.pop(key, None)

    # ------------------------------------------------------------- flushing

    def take_dirty(self) -> TakenVisits:
        """The visits to write; from now on they are not dirty."""
        taken = self.flying = self.dirty
        self.dirty = {}
        new = [key for key, is_new in taken.items() if is_new]
        return TakenVisits(
            new,
            [key for key, is_new in taken.items() if not is_new] if len(new) < len(taken) else [],
        )

    def flushed(self) -> None:
        """What was taken is stored."""
        self.packed.flushed()
        self.contacts.flushed(self.flying)
        self.flying = {}

    def put_back(self) -> None:
        """Make the visits dirty again that `take_dirty` gave and no flush wrote."""
        self.packed.put_back()
        self.dirty = {**self.dirty, **self.flying}
        self.flying = {}

    def taken_for_new(self) -> list[VisitKey]:
        """The visits of the flush under way that were taken for new; none of it stays packed."""
        self.packed.release_taken()
        return [key for key, is_new in self.flying.items() if is_new]

    def rows_of(self, partition: int, taken: TakenVisits, page: PageBuilder) -> VisitRows:
        """The table's rows of these visits and of those that are packed; `page` notes those that
        are open.
        """
        packed = self.packed.take(partition, page.entries)
        return VisitRows(
            self._rows_of(partition, taken.new, page, stored=False) + packed.new,
            self._rows_of(partition, taken.known, page, stored=True) + packed.known,
            self.contacts.lonely(taken.new, self.chains.asked),
            packed.lonely_packed,
        )

    def _rows_of(
        self, partition: int, keys: Iterable[VisitKey], page: PageBuilder, *, stored: bool
    ) -> EncodedRows:
        rows: list[bytes] = []
        for key in keys:
            visit = self.rows[key]
            offered, queue = (
                (visit.offered_at, visit.queue)
                if visit.offered_at is not None
                else (offer_at(visit), queue_of(visit))
            )
            home = None if queue is None else (key[0], queue, visit.channel)
            rows.append(visit_row(partition, key, visit, offered, queue))
            page.note(key, visit, home, offered, stored=stored)
        return joined(rows)
