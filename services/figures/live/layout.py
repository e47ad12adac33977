"""How a live answer is laid out: its rows in order, and of what each is read; made anew only when
the floor or the definitions change.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from services.board.domain.series import Home, Scope
from services.figures.by_policy import Share, queues_of, shares, subjects_of, whole
from services.figures.selection import Labels, Selection, Subject
from services.figures.terms import Terms


@dataclass(frozen=True)
class Place:
    """One row's place: what it stands for and shows itself as, its scopes, those with the same
    policies together, what is looked up.

    `queues` are those whose agents are its, None where all are.
    """

    subject: Subject
    labels: Labels
    scopes: Sequence[Scope]
    shares: Sequence[Share]
    looked_up: Sequence[Subject]
    queues: Collection[str] | None


order = attrgetter("queue", "channel", "team", "site")
"""The order of subjects, compared as tuples: comparing the subjects themselves costs three times as
much
"""


class Layout:
    """The subjects of an answer in order: those of the homes it knows, and those asked for by name.

    The place of each is made when it is first asked for, so that a page costs what it holds.
    """

    def __init__(
        self, selection: Selection, terms: Terms, homes: Mapping[Subject, Sequence[Home]]
    ) -> None:
        """`homes` are the floor's by the subject they belong to."""
        self._selection = selection
        self._terms = terms
        self._homes = homes
        self._places: dict[Subject, Place] = {}
        self.subjects = sorted(homes.keys() | selection.asked(), key=order)

    def index(self, subject: Subject) -> int:
        """Where a subject stands, or would."""
        return bisect_left(self.subjects, order(subject), key=order)

    def place(self, index: int) -> Place:
        """The place of the subject with this index."""
        subject = self.subjects[index]
        known = self._places.get(subject)
        if known is None:
            known = self._places[subject] = _place(
                self._selection, subject, self._terms, self._homes.get(subject, [])
            )
        return known


def _place(selection: Selection, subject: Subject, terms: Terms, homes: Sequence[Home]) -> Place:
    looked_up = subjects_of(homes) if selection.by.grouped else [subject]
    scopes = whole(selection, subject, homes)
    queues = queues_of(selection, subject, homes)
    return Place(
        subject,
        selection.labels(subject),
        scopes,
        shares(selection, subject, terms, homes),
        looked_up,
        queues,
    )
