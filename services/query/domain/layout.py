"""How a live answer is laid out: its rows in order, and of what each is read; made anew only when the floor or the definitions change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.board.domain.series import Home, Scope
from services.query.domain.selection import Labels, Selection, Subject
from services.query.domain.shares import Share, gathered, queues_of, shares, subjects_of, whole
from services.query.domain.terms import Terms


@dataclass(frozen=True)
class Place:
    """One row's place: what it stands for and shows itself as, its scopes, those with the same policies together, what is looked up.

    `queues` are those whose agents are its, None where all are.
    """

    subject: Subject
    labels: Labels
    scopes: Sequence[Scope]
    shares: Sequence[Share]
    looked_up: Sequence[Subject]
    queues: Collection[str] | None


def layout(selection: Selection, terms: Terms, homes: Iterable[Home]) -> list[Place]:
    """The places of an answer in order: those of the homes it knows, and those asked for by name."""
    known = gathered(selection, terms, homes)
    return [_place(selection, subject, terms, known.get(subject, [])) for subject in sorted(known.keys() | selection.asked())]


def _place(selection: Selection, subject: Subject, terms: Terms, homes: Sequence[Home]) -> Place:
    looked_up = subjects_of(homes) if selection.by.grouped else [subject]
    scopes, queues = whole(selection, subject, homes), queues_of(selection, subject, homes)
    return Place(subject, selection.labels(subject), scopes, shares(selection, subject, terms, homes), looked_up, queues)
