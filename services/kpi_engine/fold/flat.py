"""The flat path: the usual steps of visits, one event of a slice after the other.

    offered ─► answered ─► ended ─► wrapped
       └─────► abandoned | left

A usual step adds a few cells to a pane (wrapping moves them), moves one entry of who is there, and
that is all. Whether an event is one is asked before anything changes. What is none (disorder,
repetition, feedback, corrections, contacts of several stays, late changes, visits that are not in
memory) goes the plain way, `Visits.apply`, which is right for any event and stays the
specification: both leave the same behind.
"""

from collections.abc import Callable, Iterable
from typing import Any

from floorpulse.contracts.cells import LEFT, Cell, Cells, Histogram, add
from floorpulse.contracts.events import (
    AnyEvent,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactLeft,
    ContactOffered,
    ContactWrapped,
)
from floorpulse.contracts.presence import Home
from floorpulse.contracts.updates import JOIN_BITS
from floorpulse.contracts.visits import Visit, VisitKey, talk_of, wrap_of
from floorpulse.counting.contributions import deltas, offer_cells
from floorpulse.counting.histograms import EXACT_SECONDS, span_bucket
from floorpulse.kpi_engine.fold.chains import ContactKey
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.presence import NO_END, QueueOpenVisits
from floorpulse.kpi_engine.fold.visits import Visits

# Plain integers: looking up a member of an enum costs more than the addition.
OFFERED = int(Cell.OFFERED)
LEFT_WAIT = int(Cell.LEFT_WAIT)
HANDLED = int(Cell.HANDLED)
TALK = int(Cell.TALK)
HOLD = int(Cell.HOLD)
HELD = int(Cell.HELD)
WRAP = int(Cell.WRAP)
WRAP_TOLD = int(Cell.WRAP_TOLD)
HANDLE_TIMES = int(Histogram.HANDLE_TIME)
LEFT_BY = {reason: int(cell) for reason, cell in LEFT.items()}
EXACT = EXACT_SECONDS * 1000

Family = tuple[int, int, int]
"""(counter, sum of spans, histogram of spans)"""
ANSWERS: Family = (int(Cell.ANSWERED), int(Cell.ANSWERED_WAIT), int(Histogram.ANSWERED_WAIT))
ABANDONS: Family = (int(Cell.ABANDONED), int(Cell.ABANDONED_WAIT), int(Histogram.ABANDONED_WAIT))
HANDLES: Family = (HANDLED, TALK, HANDLE_TIMES)
INLINE = frozenset((ContactOffered, ContactAnswered, ContactAbandoned, ContactEnded))


class UsualSteps:
    """Takes the usual steps of one partition's visits.

    Events are decoded: their instants are epoch milliseconds, and they name their tenants.
    """

    __slots__ = (
        "_absent",
        "_begun",
        "_chained",
        "_dirty",
        "_forgotten",
        "_from",
        "_known",
        "_length",
        "_panes",
        "_parked",
        "_presence",
        "_queues",
        "_rows",
        "_several",
        "_since",
        "_steps",
        "_unsure",
        "_visits",
    )

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._rows = visits.rows
        self._parked = visits.parked
        self._known = visits.contacts.known
        self._several = visits.contacts.of
        self._chained = visits.chains.numbers
        self._unsure = visits.chains.unsure
        self._presence = visits.presence
        self._absent = visits.presence.absent
        self._queues = visits.presence.queues
        self._panes = visits.panes
        self._length = visits.panes.length
        self._forgotten = 0
        self._steps: dict[type, Callable[[Any, int], bool]] = {
            ContactLeft: self._leave,
            ContactWrapped: self._wrap,
        }

    def apply(  # noqa: C901, PLR0912, PLR0915  one loop on purpose: calls cost more than the steps
        self,
        events: Iterable[tuple[int, Any]],
        first: int,
        passed: int,
        plainly: Callable[[int, AnyEvent], None],
    ) -> None:
        """Take in numbered events, in order; those that are no usual steps are given to `plainly`.

        `first` is the revision of offset 0. Panes that start at `passed` or earlier may have been
        shown as final: no usual step changes them.
        """
        self._begin_slice(passed)
        visits = self._rows
        dirty = self._dirty
        begun = self._begun
        over = self._presence.over
        known = self._known
        queues = self._queues
        panes = self._panes.rows
        create = self._panes.create
        written = self._panes.dirty
        news = self._panes.unpublished
        length = self._length
        began = self._from
        several = self._several
        chained = self._chained
        unsure = self._unsure
        absent = self._absent
        parked = self._parked
        since = self._since
        for offset, event in events:
            kind = type(event)
            if kind not in INLINE:
                step = self._steps.get(kind)
                if step is None or not step(event, first + (offset << JOIN_BITS)):
                    plainly(offset, event)
                continue
            tenant = event.tenant
            contact = event.contact
            key = (tenant, contact, event.visit)
            at = event.at
            if (chained and (tenant, contact) in chained) or (
                unsure and (tenant, contact) in unsure
            ):
                plainly(offset, event)
                continue
            place = None
            visit = visits.get(key)
            if visit is None:
                contacts = known[tenant]
                if (
                    at < since
                    or contact in contacts
                    or (absent and key in absent)
                    or (parked and key in parked)
                ):
                    pass
                elif kind is not ContactOffered:
                    if self._hear_early(key, event):
                        contacts[contact] = key[2]
                        continue
                else:
                    queue = event.queue
                    channel = event.channel
                    place = queues.get((tenant, queue, channel))
                    if place is None:
                        place = self._presence.queue((tenant, queue, channel))
                    if at < place.waits_since:
                        place = None
                    else:
                        counter = OFFERED
                        home = place.home
                        key = (home[0], contact, key[2])  # visits of a queue share its names
                        start = at - at % length
                        contacts[contact] = key[2]
                        visits[key] = Visit(
                            at,
                            home[1],
                            channel,
                            priority=event.priority,
                            customer=event.customer,
                            attributes=event.attributes,
                        )
                        dirty[key] = True
                        place.waiting[key] = at
            elif kind is ContactOffered:
                if self._offer_late(key, visit, event, first + (offset << JOIN_BITS)):
                    continue
            elif (
                visit.ended_at is not None
                or visit.wrapped_at is not None
                or visit.evidence is not None
                or visit.queue is None
                or (several and key in several)
            ):
                pass
            elif kind is ContactEnded:
                answered = visit.answered_at
                if (
                    answered is not None
                    and at >= began
                    and visit.transferred_at is None
                    and not visit.holds
                ):
                    place = queues.get((tenant, visit.queue, visit.channel))
                    if place is not None:
                        start = at - at % length
                        hold = event.hold_ms
                        span = event.talk_ms
                        visit.ended_at = at
                        visit.talk = span
                        visit.hold = hold
                        dirty.setdefault(key, False)
                        if place.answered.pop(key, NO_END) < place.horizon:
                            place.gone -= 1
                        if begun.pop(key, None) is None:
                            over.add(key)
                        if span is None:
                            span = max(0, at - answered - (hold or 0))
                        if hold:
                            cells = self._panes.change(
                                (*place.home, start), first + (offset << JOIN_BITS)
                            )
                            add(cells, handled(span, hold, None))
                            place.gauge = None
                            continue
                        counter, total, histogram = HANDLES
            elif visit.answered_at is None and visit.abandoned_at is None and visit.left_at is None:
                offered = visit.offered_at
                if offered is not None and offered >= began:
                    place = queues.get((tenant, visit.queue, visit.channel))
                    if place is not None and place.waiting.pop(key, None) is None:
                        place = None
                    if place is not None:
                        start = offered - offered % length
                        dirty.setdefault(key, False)
                        span = event.wait_ms
                        if kind is ContactAnswered:
                            visit.answered_at = at
                            visit.agent = event.agent
                            visit.answered_queue = event.queue
                            visit.answered_wait = span
                            counter, total, histogram = ANSWERS
                            if at >= place.talks_since:
                                place.talk(key, at)
                                begun[key] = place.home
                        else:
                            visit.abandoned_at = at
                            visit.abandoned_queue = event.queue
                            visit.abandoned_wait = span
                            counter, total, histogram = ABANDONS
                        if span is None:
                            span = at - offered if at > offered else 0
            if place is None:
                plainly(offset, event)
                continue
            place.gauge = None
            if start == place.start:
                pane: Pane = place.pane  # type: ignore[assignment]  # it is the one of `start`
            else:
                tenant, queue, channel = place.home
                found = panes.get((tenant, queue, channel, start))
                pane = create((tenant, queue, channel, start)) if found is None else found
                if start > place.start:
                    place.start = start
                    place.pane = pane
            if not pane.dirty:
                pane.dirty = True
                written.append(pane)
            if not pane.unpublished:
                pane.unpublished = True
                news.append(pane)
            pane.revision = first + (offset << JOIN_BITS)
            cells = pane.cells
            cells[counter] = cells.get(counter, 0) + 1
            if counter != OFFERED:
                if span:
                    cells[total] = cells.get(total, 0) + span
                bucket = histogram + (
                    span // 1000 + (span + 999) // 1000 if span <= EXACT else span_bucket(span)
                )
                cells[bucket] = cells.get(bucket, 0) + 1

    def _begin_slice(self, passed: int) -> None:
        """Look up what changes from one slice to the next."""
        self._dirty = self._visits.dirty
        self._begun = self._presence.begun
        self._from = passed - passed % self._length + self._length
        self._since = max(self._visits.since, self._from)
        if self._forgotten != self._panes.forgotten:
            self._forgotten = self._panes.forgotten
            for place in self._queues.values():
                place.start = -NO_END
                place.pane = None

    # ------------------------------------------------------------- steps; False: not a usual one

    def _hear_early(self, key: VisitKey, event: Any) -> bool:
        """An answer or abandon comes before its offer, and does not say how long the wait was: it
        counts nothing yet.
        """
        kind = type(event)
        if kind is ContactEnded or event.wait_ms is not None:
            return False
        if kind is ContactAnswered:
            visit = Visit(answered_at=event.at, agent=event.agent, answered_queue=event.queue)
        else:
            visit = Visit(abandoned_at=event.at, abandoned_queue=event.queue)
        self._rows[key] = visit
        self._dirty[key] = True
        self._visits.orphans.doubt(key, visit, event)
        return True

    def _offer_late(self, key: VisitKey, visit: Visit, event: Any, revision: int) -> bool:
        """The offer comes of a visit of which only its answer or its abandon is known."""
        answered = visit.answered_at
        abandoned = visit.abandoned_at
        if (
            visit.offered_at is not None
            or (answered is None) == (abandoned is None)
            or visit.answered_wait is not None
            or visit.abandoned_wait is not None
            or visit.left_at is not None
            or visit.ended_at is not None
            or visit.wrapped_at is not None
            or event.at < self._since
            or bool(visit.surveys or visit.evaluations or visit.complaints or visit.missed)
            or self._is_special(key, visit)
        ):
            return False
        offered = visit.offered_at = event.at
        visit.queue = event.queue
        visit.channel = event.channel
        visit.priority = event.priority
        visit.customer = event.customer
        visit.attributes = event.attributes
        self._dirty.setdefault(key, False)
        self._presence.enter(key, visit)
        pane = (key[0], event.queue, event.channel, offered - offered % self._length)
        add(self._panes.change(pane, revision), offer_cells(visit))
        return True

    def _leave(self, event: Any, revision: int) -> bool:
        """A visit that waits leaves by another door."""
        key = (event.tenant, event.contact, event.visit)
        visit = self._rows.get(key)
        place = None if visit is None else self._no_longer_waits(key, visit)
        if visit is None or place is None:
            return False
        at = event.at
        stated = event.wait_ms
        offered: int = visit.offered_at  # type: ignore[assignment]  # it waited
        visit.left_at = at
        visit.left_reason = event.reason
        visit.left_wait = stated
        wait = stated if stated is not None else max(0, at - offered)
        cells = self._panes.change((*place.home, offered - offered % self._length), revision)
        add(
            cells,
            {LEFT_BY[event.reason]: 1, LEFT_WAIT: wait} if wait else {LEFT_BY[event.reason]: 1},
        )
        return True

    def _wrap(self, event: Any, revision: int) -> bool:
        """The work after a conversation ends: what handling counts moves to that instant."""
        key = (event.tenant, event.contact, event.visit)
        visit = self._rows.get(key)
        if (
            visit is None
            or visit.offered_at is None
            or visit.answered_at is None
            or visit.ended_at is None
            or visit.wrapped_at is not None
            or self._is_special(key, visit)
        ):
            return False
        at = event.at
        ended = visit.ended_at
        if at < self._from or ended < self._from:
            return False
        self._dirty.setdefault(key, False)
        visit.wrapped_at = at
        visit.wrap = event.wrap_ms
        home: Home = (key[0], visit.queue, visit.channel)  # type: ignore[assignment]  # an offer names one
        talk = talk_of(visit)
        hold = visit.hold or 0
        before = {(*home, ended - ended % self._length): handled(talk, hold, None)}
        after = {(*home, at - at % self._length): handled(talk, hold, wrap_of(visit))}
        for pane, cells in deltas(before, after):
            add(self._panes.change(pane, revision), cells)
        return True

    # ------------------------------------------------------------- their parts

    def _is_special(self, key: VisitKey, visit: Visit) -> bool:
        """Whether more than two instants tell what a visit counts, or its contact has to be looked
        at as a whole.
        """
        return bool(
            visit.evidence is not None
            or visit.transferred_at is not None
            or visit.holds
            or (self._several and key in self._several)
            or self._is_linked(key[:2])
        )

    def _is_linked(self, contact: ContactKey) -> bool:
        """Whether the contact has feedback without a visit, or may have."""
        return contact in self._chained or contact in self._unsure

    def _no_longer_waits(self, key: VisitKey, visit: Visit) -> QueueOpenVisits | None:
        """Where a visit waited of which only the offer is known, now dirty; None of any other."""
        offered = visit.offered_at
        if (
            offered is None
            or offered < self._from
            or visit.answered_at is not None
            or visit.abandoned_at is not None
            or visit.left_at is not None
            or visit.ended_at is not None
            or visit.wrapped_at is not None
            or self._is_special(key, visit)
        ):
            return None
        home: Home = (key[0], visit.queue, visit.channel)  # type: ignore[assignment]  # an offer names one
        place = self._queues.get(home)
        if place is None or place.waiting.pop(key, None) is None:
            return None
        place.gauge = None
        self._dirty.setdefault(key, False)
        return place


def handled(talk: int, hold: int, wrap: int | None) -> Cells:
    """What `handle_cells` gives for a visit without single holds and transfers; `wrap` is None
    where no work after it was told.
    """
    cells = {HANDLED: 1, HANDLE_TIMES + span_bucket(talk + hold + (wrap or 0)): 1}
    if talk:
        cells[TALK] = talk
    if hold:
        cells[HOLD] = hold
    if wrap:
        cells[WRAP] = wrap
    if hold:
        cells[HELD] = 1
    if wrap is not None:
        cells[WRAP_TOLD] = 1
    return cells
