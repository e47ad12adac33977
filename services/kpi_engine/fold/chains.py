"""Contacts that have feedback without a visit: all of their visits are in memory, and whatever
changes one of them lets all of the contact's feedback be placed again.

    feedback without a visit ─► visits loaded ─► chain ─► placed ◄─ a visit begins or changes
"""

from collections.abc import Callable
from copy import copy

from floorpulse.contracts.cells import add
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.counting.contributions import Contributions, deltas, feedback
from floorpulse.kpi_engine.fold.evidence import told_of
from floorpulse.kpi_engine.fold.feedback import (
    CONTACT,
    attach,
    attached,
    homeless,
    latest,
    placed,
)
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.packed import ContactKey
from floorpulse.kpi_engine.fold.panes import Change, Panes


class Chains:
    """The contacts of one partition whose feedback is placed here, with the numbers of all their
    records; of those that were `asked` for, everything that is stored is here, of the others as far
    as is known. `unsure` are those of which stored feedback must be looked up.
    """

    def __init__(
        self, rows: dict[VisitKey, Visit], panes: Panes, changed: Callable[[VisitKey], None]
    ) -> None:
        """`rows` are the visits in memory; a record that placing changes is told to `changed`."""
        self.numbers: dict[ContactKey, set[int]] = {}
        self.asked: set[ContactKey] = set()
        self.unsure: set[ContactKey] = set()
        self.any = False
        self._rows = rows
        self._panes = panes
        self._changed = changed

    def __contains__(self, contact: ContactKey) -> bool:
        """Whether all that is known of the contact is in memory."""
        return contact in self.numbers

    def begin(self, contact: ContactKey, numbers: set[int], told: Visit, change: Change) -> None:
        """All visits of a contact are in memory, with these numbers, as far as is known; `told` is
        its feedback.
        """
        self.any = True
        self.numbers[contact] = {*numbers, CONTACT}
        self._place(contact, change, told)

    def restore(self, contact: ContactKey, numbers: set[int]) -> None:
        """All of a contact's visits, with these numbers, and its feedback, which is placed, are in
        memory again.
        """
        self.any = True
        self.numbers[contact] = {*numbers, CONTACT}

    def load(self, key: VisitKey, change: Change, *, spoken_of: bool) -> None:
        """A visit came into memory, of whose contact there is stored feedback or is not."""
        if spoken_of and key[:2] not in self.numbers:
            self.unsure.add(key[:2])
            self.any = True
        self.follow(key, change)

    def hear(self, key: VisitKey, record: Visit, event: AnyEvent, change: Change) -> bool:
        """Take in feedback without a visit, of a contact that is here; whether it is new."""
        told = copy(told_of(record))
        changed = merge(told, event)
        if changed:
            self._place(key[:2], change, told)
        return changed

    def follow(self, key: VisitKey, change: Change) -> bool:
        """A visit began or changed; whether nothing waits for stored feedback of its contact."""
        contact = key[:2]
        numbers = self.numbers.get(contact)
        if numbers is not None and key[2] != CONTACT:
            numbers.add(key[2])
            self._place(contact, change)
        return contact not in self.unsure

    def may_go(self, contact: ContactKey, before: int) -> bool:
        """Whether all of a contact's feedback came before what may begin now. Should a visit of it
        begin all the same, writing that visit finds the feedback again.
        """
        last = latest(told_of(self._rows[*contact, CONTACT]))
        return last is None or last < before

    def _place(self, contact: ContactKey, change: Change, told: Visit | None = None) -> None:
        """Let each piece of a contact's feedback be about the visit that it is about now; `told`
        replaces all that was told.
        """
        key = (*contact, CONTACT)
        numbers = self.numbers[contact] - {CONTACT}
        visits = {number: self._rows[*contact, number] for number in numbers}
        if told is None:
            told = copy(told_of(self._rows[key]))
        found = placed(told, visits)
        self._restate(key, homeless(told, found.pop(CONTACT, None)), change)
        for number, visit in visits.items():
            mine = found.get(number)
            if mine != attached(visit):
                self._restate((*contact, number), attach(visit, mine), change)

    def _restate(self, key: VisitKey, visit: Visit, change: Change) -> None:
        """Hold `visit` in place of one that differs in its feedback at most."""
        known = self._rows[key]
        if visit == known:
            return
        before = self._counted(key[0], known)
        for pane, cells in deltas(before, self._counted(key[0], visit)):
            add(self._panes.touch(pane, change), cells)
        known.surveys = visit.surveys
        known.evaluations = visit.evaluations
        known.complaints = visit.complaints
        known.evidence = visit.evidence
        self._changed(key)

    def _counted(self, tenant: str, visit: Visit) -> Contributions:
        said = visit.surveys or visit.evaluations or visit.complaints or visit.missed
        return feedback(tenant, visit, self._panes.length) if said else {}
