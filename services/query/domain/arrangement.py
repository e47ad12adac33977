"""How stored figures are put together into the rows of history: read by row where that suffices, else by queue and channel.

The finer reading costs more, so it is chosen only where teams or sites are asked for, or a row's queues have different policies.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.board.domain.series import Home
from services.board.domain.windows import Span
from services.contracts.definitions import ServiceLevelPolicy
from services.query.domain.selection import By, Selection, Subject
from services.query.domain.shares import by_policy, gathered
from services.query.domain.terms import Terms, TermsOverTime

Parting = list[tuple[ServiceLevelPolicy, list[Home]]]
"""Homes with the same policies together"""


class Arrangement:
    """The rows of a span's intervals: `subjects` in order; `reading` is what is read of the tables."""

    def __init__(self, selection: Selection, terms: TermsOverTime, homes: Sequence[Home], span: Span, *, judged: bool) -> None:
        self.selection = selection
        self._terms = terms
        self._homes = homes
        self._gathered: dict[int, dict[Subject, list[Home]]] = {}
        self._parted: dict[tuple[int, Subject], Parting] = {}
        known = terms.during(span.begin, span.end)
        self.subjects = sorted({subject for one in known for subject in self._of(one)} | selection.asked())
        fine = selection.by.grouped or (judged and any(map(self._mixed, known)))
        self.reading = replace(selection, by=By.QUEUE_AND_CHANNEL) if fine else selection

    @property
    def fine(self) -> bool:
        """Whether rows are put together from queues and channels."""
        return self.reading is not self.selection

    def terms(self, span: Span) -> Terms:
        """The terms of a span."""
        return self._terms.at(span.begin)

    def homes(self, span: Span, subject: Subject) -> list[Home]:
        """The queues and channels of a row of a span."""
        return self._of(self.terms(span)).get(subject, [])

    def parted(self, span: Span, subject: Subject) -> Parting:
        """The policies of a row of a span, each with its queues and channels; one policy, too, where there is no queue."""
        terms = self.terms(span)
        known = self._parted.get((id(terms), subject))
        if known is None:
            homes = self.homes(span, subject)
            known = by_policy(terms, homes) or [(terms.policy(subject.queue, subject.channel), [])]
            self._parted[id(terms), subject] = known
        return known

    def _of(self, terms: Terms) -> dict[Subject, list[Home]]:
        made = self._gathered.get(id(terms))
        if made is None:
            made = self._gathered[id(terms)] = gathered(self.selection, terms, self._homes)
        return made

    def _mixed(self, terms: Terms) -> bool:
        return any(len(by_policy(terms, homes)) > 1 for homes in self._of(terms).values())
