"""The whole contacts of one partition: which of its visits are one contact's, and what panes count
for those of several stays beyond their stays.

only stay in memory       its number, and nothing is counted
several stays             complete ──► counted again with every change
some of them trimmed      scattered ──► (loaded) ──► counted again

What is counted is exact because all visits of a contact are in one partition, and a partition has
one writer. A visit that begins is the only one of its contact, or one of those in memory, as far as
memory knows. Whether that is so is found out when it is written: a flush is refused that holds a
new visit of whose contact another one is stored, or feedback, and nothing of what is stored is in
memory.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping

import msgspec

from floorpulse.contracts.cells import add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.counting.contributions import Contributions, deltas
from floorpulse.counting.whole_contacts import whole_contact
from floorpulse.kpi_engine.fold.packed import ContactKey
from floorpulse.kpi_engine.fold.panes import Change, Panes

SEVERAL = 2
NOTHING: Contributions = {}


class ContactStays(msgspec.Struct, gc=False, eq=False):
    """A contact of several visits: the numbers of those in memory, and what panes count for it.

    While it is `apart`, none of its visits is stored as far as is known; should there be others
    that are, what panes count for those is not in `counted`. Where it is not `complete`, some of
    its stored visits are not in memory.
    """

    numbers: set[int]
    counted: Contributions
    apart: bool = False
    complete: bool = True


class WholeContacts:
    """The contacts of the visits in `rows`, counted in `panes`.

    `known` holds by tenant and contact the number of its only visit, or its several; `of` the
    visits that are not the only one of their contact; `scattered` those that changed
    while others of their contact are not in memory, with the event that did it.
    """

    def __init__(
        self, rows: Mapping[VisitKey, Visit], panes: Panes, unwritten: Callable[[VisitKey], bool]
    ) -> None:
        """Begin without contacts; `unwritten` tells whether a visit in memory is not stored, as far
        as is known.
        """
        self.of: dict[VisitKey, ContactStays] = {}
        self.scattered: dict[VisitKey, AnyEvent | None] = {}
        self.known: defaultdict[str, dict[str, int | ContactStays]] = defaultdict(dict)
        self._apart: dict[ContactKey, ContactStays] = {}
        self._rows = rows
        self._panes = panes
        self._unwritten = unwritten

    def accompany(self, key: VisitKey, known: int | ContactStays, change: Change) -> None:
        """A visit began of a contact that is `known` by others."""
        stays = known if isinstance(known, ContactStays) else self._accompany(*key[:2], known)
        stays.numbers.add(key[2])
        self.of[key] = stays
        self.change(key, stays, change)

    def _accompany(self, tenant: str, contact: str, only: int) -> ContactStays:
        """A contact whose `only` visit in memory is no longer the only one."""
        other = tenant, contact, only
        stays = ContactStays({only}, {}, apart=self._unwritten(other))
        self.of[other] = self.known[tenant][contact] = stays
        if stays.apart:
            self._apart[tenant, contact] = stays
        return stays

    def change(self, key: VisitKey, stays: ContactStays, change: Change) -> bool:
        """Count a contact again of which a visit changed; False where others must be loaded
        first.
        """
        if not stays.complete:
            self.scattered[key] = change.event
            return False
        visits = {number: self._rows[key[0], key[1], number] for number in stays.numbers}
        counted = whole_contact(key[0], visits, self._panes.length)
        self._count(stays.counted, counted, change)
        stays.counted = counted
        return True

    def forget(self, key: VisitKey) -> None:
        """A visit is no longer in memory."""
        stays = self.of.pop(key, None)
        if stays is None:
            del self.known[key[0]][key[1]]
            return
        stays.numbers.remove(key[2])
        stays.complete = False
        if not stays.numbers:
            del self.known[key[0]][key[1]]

    def numbers(self, contact: ContactKey) -> Collection[int]:
        """The numbers of a contact's visits in memory."""
        known = self.known[contact[0]].get(contact[1])
        if isinstance(known, ContactStays):
            return known.numbers
        return () if known is None else (known,)

    def only(self, contact: ContactKey) -> int | None:
        """The number of a contact's only visit; None where it has none or several."""
        known = self.known[contact[0]].get(contact[1])
        return None if isinstance(known, ContactStays) else known

    # ------------------------------------------------------------- stored visits

    def alone(self, contact: ContactKey, joined: list[int], stored: Mapping[int, Visit]) -> bool:
        """Whether the visit that was `joined` is the only one of its contact, stored or in memory;
        it is known then.
        """
        if len(joined) != 1 or len(stored) > len(stored.keys() & joined):
            return False
        return self.known[contact[0]].setdefault(contact[1], joined[0]) == joined[0]

    def lonely(self, new: Iterable[VisitKey], spoken_of: Container[ContactKey]) -> list[VisitKey]:
        """Those of these new visits of whose contacts nothing is stored, as far as is known; of
        contacts that are `spoken_of` everything is in memory.
        """
        of = self.of
        return [
            key
            for key in new
            if key[2]
            and ((stays := of.get(key)) is None or stays.apart)
            and key[:2] not in spoken_of
        ]

    def flushed(self, written: Container[VisitKey]) -> None:
        """These visits are stored, and no other one is of the contacts of which none was."""
        for contact, stays in list(self._apart.items()):
            if any((*contact, number) in written for number in stays.numbers):
                stays.apart = False
                del self._apart[contact]

    def counted(self, contact: ContactKey, stored: Mapping[int, Visit]) -> Contributions:
        """What panes count for a contact, of which these visits are `stored`, before they join."""
        known = self.known[contact[0]].get(contact[1])
        if isinstance(known, ContactStays) and not known.apart:
            return known.counted
        if known is None and len(stored) < SEVERAL:
            return NOTHING
        total = (
            whole_contact(contact[0], stored, self._panes.length) if len(stored) >= SEVERAL else {}
        )
        for key, cells in known.counted.items() if isinstance(known, ContactStays) else ():
            add(total.setdefault(key, {}), cells)
        return {key: cells for key, cells in total.items() if cells}

    def gather(
        self,
        contact: ContactKey,
        joined: Iterable[int],
        stored: Mapping[int, Visit],
        counted: Contributions,
        change: Change,
    ) -> None:
        """Count a contact again, some of whose visits were `joined`, in place of what was
        `counted`.

        All that are `stored` are known; those that are not in memory wait for events of their own
        to be joined.
        """
        tenant, name = contact
        known = self.known[tenant].get(name)
        held = known.numbers if isinstance(known, ContactStays) else {known} - {None}
        numbers = {n for n in {*held, *joined, *stored} if (tenant, name, n) in self._rows}
        visits = dict(stored) | {n: self._rows[tenant, name, n] for n in numbers}
        now = whole_contact(tenant, visits, self._panes.length) if len(visits) >= SEVERAL else {}
        self._count(counted, now, change)
        self._know(contact, ContactStays(numbers, now, complete=len(numbers) == len(visits)))

    def _know(self, contact: ContactKey, stays: ContactStays) -> None:
        tenant, name = contact
        only = len(stays.numbers) == 1 and stays.complete
        self._apart.pop(contact, None)
        for number in stays.numbers:
            key = (*contact, number)
            self.scattered.pop(key, None)
            self.known[tenant][name] = number if only else stays
            if only:
                self.of.pop(key, None)
            else:
                self.of[key] = stays

    def _count(self, before: Contributions, after: Contributions, change: Change) -> None:
        for pane, cells in deltas(before, after):
            add(self._panes.touch(pane, change), cells)
