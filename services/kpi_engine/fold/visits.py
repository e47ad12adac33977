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

_BEGINS = frozenset((ContactOffered, ContactAnswered, ContactAbandoned))
_TURNS = frozenset((*ContactEvent.__subclasses__(),)) - {
    ContactHeld,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
}
"""Events after which a visit may have begun, or be over."""
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
        return event.tenant, contact, event.visit or 1  # type: ignore[union-attr, return-value]
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
        self._doubted: set[VisitKey] = set()
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
        elif self._step(key, visit, event, change) and key not in self.dirty:
            self.dirty[key] = False
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
        return [*self.parked, *self._doubted]

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
        """Join the visits of `keys` with their `stored` records, and count the difference as of
        `revision`; panes that start at `passed` or earlier note it.
        """
        for key in keys:
            kept = stored.get(key)
            counted = [kept] if kept is not None else []
            parked = self.parked.pop(key, None)
            if parked is not None:
                change = Change(revision, passed, parked.event)
                mine = parked.visit
            elif key in self._doubted:
                change = Change(revision, passed)
                mine = self.rows[key]
                counted.append(mine)
            else:
                continue
            self._doubted.discard(key)
            joined = mine if kept is None else join(kept, mine)
            self._count_difference(key[0], counted, joined, change)
            self._replace(key, joined, kept)

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
        taken = self.dirty
        self.dirty = {}
        new = [key for key, is_new in taken.items() if is_new]
        return TakenVisits(
            new,
            [key for key, is_new in taken.items() if not is_new] if len(new) < len(taken) else [],
        )

    def put_back(self, taken: TakenVisits) -> None:
        """Make the visits dirty again that `take_dirty` gave and no flush wrote."""
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
            last = max(
                visit.offered_at or NEVER, visit.answered_at or NEVER, visit.abandoned_at or NEVER
            )
            self.since = max(self.since, before if is_open(visit) else min(last + 1, before))
