"""Joining visits with their stored records, once these are loaded.

    parked (uncounted) ─┐
    doubted (counted) ──┼─► joined ─► counted: the difference to what both had counted
    stored (counted) ───┘

Whenever a record is loaded, the other visits of its contact are, too: what a contact counts as a
whole is told by all of its stays. Feedback that names its contact and no visit waits for all of
them.
"""

from collections.abc import Iterable, Mapping

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.counting.contributions import contributions, deltas
from floorpulse.kpi_engine.fold.feedback import CONTACT
from floorpulse.kpi_engine.fold.join import join
from floorpulse.kpi_engine.fold.packed import ContactKey
from floorpulse.kpi_engine.fold.panes import Change
from floorpulse.kpi_engine.fold.visits import Visits


def join_stored(
    visits: Visits,
    keys: Iterable[VisitKey],
    stored: Mapping[VisitKey, Visit],
    *,
    revision: int,
    passed: int,
) -> None:
    """Join the visits of `keys` with their `stored` records, which are all of their contacts,
    and count the difference as of `revision`; panes that start at `passed` or earlier note it.
    """
    for key in keys:
        visits.packed.release(key[:2])
    stays = _by_contact(keys, stored)
    counted = {one: visits.contacts.counted(one, known) for one, known in stays.items()}
    joined: dict[ContactKey, list[int]] = {contact: [] for contact in stays}
    changes: dict[ContactKey, Change] = {}
    for key in keys:
        change = changes[key[:2]] = Change(revision, passed, _behind(visits, key))
        if key[2] != CONTACT:
            joined[key[:2]].append(key[2])
            _join(visits, key, stored, change)
        elif key in visits.doubted:
            _join(visits, key, stored, change)
    for contact, known in stays.items():
        if visits.contacts.alone(contact, joined[contact], known):
            continue
        change = changes[contact]
        _load(visits, contact, known, change, spoken_of=(*contact, CONTACT) in stored)
        visits.contacts.gather(contact, joined[contact], known, counted[contact], change)
    spoken_of = {key[:2] for key in keys if key[2] == CONTACT}
    if spoken_of:
        _join_contacts(visits, spoken_of, stored, Change(revision, passed))


def _behind(visits: Visits, key: VisitKey) -> AnyEvent | None:
    """The last event for which a record is loaded."""
    parked = visits.parked.get(key)
    return visits.contacts.scattered.get(key) if parked is None else parked.event


def _join(visits: Visits, key: VisitKey, stored: Mapping[VisitKey, Visit], change: Change) -> None:
    """Join one visit with its record, if anything is to be joined."""
    kept = stored.get(key)
    counted = [kept] if kept is not None else []
    parked = visits.parked.pop(key, None)
    if parked is not None:
        mine = parked.visit
    elif key in visits.doubted:
        mine = visits.rows[key]
        counted.append(mine)
    else:
        return
    visits.doubted.discard(key)
    joined = mine if kept is None else join(kept, mine)
    _count_difference(visits, key[0], counted, joined, change)
    visits.replace(key, joined, kept)
    if parked is not None:
        visits.orphans.doubt(key, joined, parked.event)
    visits.chains.load(key, change, spoken_of=(*key[:2], CONTACT) in stored)


def _load(
    visits: Visits,
    contact: ContactKey,
    stored: Mapping[int, Visit],
    change: Change,
    *,
    spoken_of: bool,
) -> None:
    """Hold the stored visits of a contact in memory; those that are parked wait for their own
    turn. `spoken_of`: there is stored feedback of the contact.
    """
    for number, visit in stored.items():
        key = (*contact, number)
        if key not in visits.rows and key not in visits.parked:
            visits.replace(key, visit, visit)
            visits.chains.load(key, change, spoken_of=spoken_of)


def _join_contacts(
    visits: Visits, contacts: set[ContactKey], stored: Mapping[VisitKey, Visit], change: Change
) -> None:
    """Join the feedback without a visit of these contacts, all of whose visits are stored, or
    new.
    """
    for key, kept in stored.items():
        if key[:2] in contacts and key[2] == CONTACT and key not in visits.rows:
            visits.replace(key, kept, kept)
    chains: dict[ContactKey, set[int]] = {contact: set() for contact in contacts}
    for key in stored:
        chain = chains.get(key[:2])
        if chain is not None and key in visits.rows:
            chain.add(key[2])
    for contact, numbers in chains.items():
        here = (CONTACT, *visits.contacts.numbers(contact))
        numbers.update(number for number in here if visits.dirty.get((*contact, number)))
        visits.chains.unsure.discard(contact)
        parked = visits.parked.pop((*contact, CONTACT), None)
        if parked is not None or CONTACT in numbers:
            visits.place_feedback(contact, numbers, parked, change)
            visits.chains.asked.add(contact)


def _count_difference(
    visits: Visits, tenant: str, counted: Iterable[Visit], visit: Visit, change: Change
) -> None:
    """Let panes count `visit` in place of those that were `counted` under its key."""
    length = visits.panes.length
    before: dict[PaneKey, Cells] = {}
    for one in counted:
        for pane, cells in contributions(tenant, one, length).items():
            add(before.setdefault(pane, {}), cells)
    for pane, cells in deltas(before, contributions(tenant, visit, length)):
        add(visits.panes.touch(pane, change), cells)


def _by_contact(
    keys: Iterable[VisitKey], stored: Mapping[VisitKey, Visit]
) -> dict[ContactKey, dict[int, Visit]]:
    """The stored visits of the contacts of `keys`, by their numbers."""
    found: dict[ContactKey, dict[int, Visit]] = {key[:2]: {} for key in keys}
    for (tenant, contact, number), visit in stored.items():
        if number != CONTACT and (tenant, contact) in found:
            found[tenant, contact][number] = visit
    return found
