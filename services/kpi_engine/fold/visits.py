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
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.events import (
    AnyEvent,
    ComplaintClosed,
    ComplaintOpened,
    ContactAbandoned,
    ContactAnswered,
    ContactEvent,
    ContactHeld,
    ContactOffered,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
    QaRetracted,
    QaScored,
    SurveyAnswered,
    SurveyOffered,
)
from floorpulse.contracts.presence import Home
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import (
    Visit,
    VisitKey,
    complaining,
    encode_visit,
    is_open,
    offer_at,
    queue_of,
)
from floorpulse.counting.contributions import contributions, deltas
from floorpulse.kpi_engine.fold.advance import STEPS, advance, amend, begin
from floorpulse.kpi_engine.fold.join import join
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.panes import NEVER, Change, Panes
from floorpulse.kpi_engine.fold.presence import PartitionPresence
from floorpulse.kpi_engine.fold.presence_log import PageBuilder
from floorpulse.kpi_engine.fold.whole_contacts import ContactKey, WholeContacts

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
_OWN_NAME = {
    QaScored: ("evaluation:", "evaluation"),
    QaRetracted: ("evaluation:", "evaluation"),
    SurveyOffered: ("survey:", "survey"),
    SurveyAnswered: ("survey:", "survey"),
    ComplaintOpened: ("complaint:", "complaint"),
    ComplaintClosed: ("complaint:", "complaint"),
}


def visit_key(event: AnyEvent) -> VisitKey:
    """The visit an event of a contact or about one belongs to.

    A survey, evaluation or complaint without a contact has a record of its own, numbered 0, which
    no contact can have.
    """
    contact = event.contact  # type: ignore[union-attr]  # agent states have no visit and are not asked about
    if contact is not None:
        return event.tenant, contact, event.visit  # type: ignore[union-attr, return-value]
    prefix, name = _OWN_NAME[type(event)]
    return event.tenant, prefix + getattr(event, name), 0  # type: ignore[return-value]


NEVER_COMPLAINED = (None, None)


class ParkedVisit(msgspec.Struct, gc=False):
    """The events so far of a visit whose stored record is not known yet, merged, and the last of
    them.
    """

    visit: Visit
    event: AnyEvent


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
        self.contacts = WholeContacts(self.rows, panes)
        self._doubted: set[VisitKey] = set()
        self._flying: dict[VisitKey, bool] = {}
        self._absent = presence.absent
        self._panes = panes

    # ------------------------------------------------------------- applying

    def apply(self, event: AnyEvent, change: Change) -> bool:
        """Merge and count one event, of which panes note `change`; False where it must wait for a
        stored record.
        """
        key = visit_key(event)
        visit = self.rows.get(key)
        if visit is None:
            begins = type(event) in _BEGINS and event.at >= self.since  # type: ignore[operator]  # decoded: milliseconds
            if not begins or key in self._absent or key in self.parked:
                self._park(key, event)
                return False
            self._begin(key, event, change)
        elif self._step(key, visit, event, change):
            if key not in self.dirty:
                self.dirty[key] = False
            stays = self.contacts.of.get(key)
            if stays is not None and type(event) in _WHOLE:
                return self.contacts.change(key, stays, change)
        return True

    def _step(self, key: VisitKey, visit: Visit, event: AnyEvent, change: Change) -> bool:
        """Merge and count an event of a visit in memory; whether it said anything new."""
        step = STEPS.get(type(event))
        if step is not None and step(visit, event, key[0], self._panes, change):
            self._move(key, visit)
            return True
        if type(event) not in _TURNS:
            return amend(visit, event, key[0], self._panes, change)
        self.presence.withdraw(key, visit)
        changed = amend(visit, event, key[0], self._panes, change)
        self.presence.enter(key, visit)
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
            visit = begin(event, key[0], self._panes, change)
            self.presence.wait((key[0], event.queue, event.channel), key, visit.offered_at)  # type: ignore[arg-type]  # it is one
        else:
            visit = Visit()
            advance(visit, event, key[0], self._panes, change)
            self.presence.enter(key, visit)
        self.rows[key] = visit
        self.dirty[key] = True
        self.contacts.begin(key, change, self._unwritten)

    def _unwritten(self, key: VisitKey) -> bool:
        """Whether a visit is not stored, as far as is known."""
        return self.dirty.get(key) or self._flying.get(key) or False

    def _park(self, key: VisitKey, event: AnyEvent) -> None:
        parked = self.parked.get(key)
        if parked is None:
            parked = self.parked[key] = ParkedVisit(Visit(), event)
        merge(parked.visit, event)
        parked.event = event

    # ------------------------------------------------------------- stored records

    @property
    def wanted(self) -> list[VisitKey]:
        """Visits whose stored record must be loaded before anything can be flushed."""
        return [*self.parked, *self._doubted, *self.contacts.scattered]

    def doubt(self, keys: Iterable[VisitKey]) -> None:
        """Look these up: the database may hold them after all."""
        self._doubted.update(keys)

    def join(
        self,
        keys: Iterable[VisitKey],
        stored: Mapping[VisitKey, Visit],
        *,
        revision: int,
        passed: int,
    ) -> None:
        """Join the visits of `keys` with their `stored` records, which are all of their contacts,
        and count the difference as of `revision`; panes that start at `passed` or earlier note it.
        """
        stays = _by_contact(keys, stored)
        counted = {one: self.contacts.counted(one, known) for one, known in stays.items()}
        joined: dict[ContactKey, list[int]] = {}
        changes: dict[ContactKey, Change] = {}
        for key in keys:
            change = changes[key[:2]] = Change(revision, passed, self._behind(key))
            joined.setdefault(key[:2], []).append(key[2])
            self._join(key, stored.get(key), change)
        for contact, known in stays.items():
            self._load(contact, known)
            self.contacts.gather(
                contact, joined[contact], known, counted[contact], changes[contact]
            )

    def _behind(self, key: VisitKey) -> AnyEvent | None:
        """The last event for which a record is loaded."""
        parked = self.parked.get(key)
        return self.contacts.scattered.get(key) if parked is None else parked.event

    def _join(self, key: VisitKey, kept: Visit | None, change: Change) -> None:
        """Join one visit with its record, if anything is to be joined."""
        counted = [kept] if kept is not None else []
        parked = self.parked.pop(key, None)
        if parked is not None:
            mine = parked.visit
        elif key in self._doubted:
            mine = self.rows[key]
            counted.append(mine)
        else:
            return
        self._doubted.discard(key)
        joined = mine if kept is None else join(kept, mine)
        self._count_difference(key[0], counted, joined, change)
        self._replace(key, joined, kept)

    def _load(self, contact: ContactKey, stored: Mapping[int, Visit]) -> None:
        """Hold the stored visits of a contact in memory; those that are parked wait for their own
        turn.
        """
        for number, visit in stored.items():
            key = (*contact, number)
            if key not in self.rows and key not in self.parked:
                self._replace(key, visit, visit)

    def _count_difference(
        self, tenant: str, counted: Iterable[Visit], visit: Visit, change: Change
    ) -> None:
        """Let panes count `visit` in place of those that were `counted` under its key."""
        length = self._panes.length
        before: dict[PaneKey, Cells] = {}
        for one in counted:
            for pane, cells in contributions(tenant, one, length).items():
                add(before.setdefault(pane, {}), cells)
        for pane, cells in deltas(before, contributions(tenant, visit, length)):
            add(self._panes.touch(pane, change), cells)

    def _replace(self, key: VisitKey, visit: Visit, kept: Visit | None) -> None:
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
        taken = self._flying = self.dirty
        self.dirty = {}
        new = [key for key, is_new in taken.items() if is_new]
        return TakenVisits(
            new,
            [key for key, is_new in taken.items() if not is_new] if len(new) < len(taken) else [],
        )

    def flushed(self) -> None:
        """What was taken is stored."""
        self.contacts.flushed(self._flying)
        self._flying = {}

    def put_back(self, taken: TakenVisits) -> None:
        """Make the visits dirty again that `take_dirty` gave and no flush wrote."""
        self._flying = {}
        self.dirty = {
            **self.dirty,
            **dict.fromkeys(taken.known, False),
            **dict.fromkeys(taken.new, True),
        }

    def rows_of(
        self, partition: int, keys: Iterable[VisitKey], page: PageBuilder, *, stored: bool
    ) -> list[tuple[object, ...]]:
        """The table's rows of these visits, which may be `stored` already; `page` notes those that
        are open.
        """
        rows: list[tuple[object, ...]] = []
        for key in keys:
            visit = self.rows[key]
            tenant, contact, number = key
            offered, queue = (
                (visit.offered_at, visit.queue)
                if visit.offered_at is not None
                else (offer_at(visit), queue_of(visit))
            )
            noted = (
                visit.channel,
                visit.customer,
                *(complaining(visit) if visit.complaints else NEVER_COMPLAINED),
            )
            rows.append(
                (partition, tenant, contact, number, offered, queue, *noted, encode_visit(visit))
            )
            page.note(
                key,
                visit,
                None if queue is None else (tenant, queue, visit.channel),
                offered,
                stored=stored,
            )
        return rows

    # ------------------------------------------------------------- memory

    def trim(self, most: int, before: int) -> None:
        """Forget the oldest beyond `most` that are durable and not going on.

        Those are over, or so old that their end must have been lost. What happened before `before`
        may be theirs then: of a visit that is over no more than up to its outcome, of one without
        its end anything.
        """
        if len(self.rows) <= most:
            return
        going_on = len(self.presence) - len(self._absent)
        wanted = len(self.rows) - going_on - most * 3 // 4
        if wanted <= most // 4:
            return
        holds = self.presence.holds
        free = (
            key for key, visit in self.rows.items() if key not in self.dirty and not holds(visit)
        )
        for key in [key for _, key in zip(range(wanted), free, strict=False)]:
            visit = self.rows.pop(key)
            self.contacts.forget(key)
            last = max(
                visit.offered_at or NEVER, visit.answered_at or NEVER, visit.abandoned_at or NEVER
            )
            self.since = max(self.since, before if is_open(visit) else min(last + 1, before))


def _by_contact(
    keys: Iterable[VisitKey], stored: Mapping[VisitKey, Visit]
) -> dict[ContactKey, dict[int, Visit]]:
    """The stored visits of the contacts of `keys`, by their numbers."""
    found: dict[ContactKey, dict[int, Visit]] = {key[:2]: {} for key in keys}
    for (tenant, contact, number), visit in stored.items():
        if (tenant, contact) in found:
            found[tenant, contact][number] = visit
    return found
