"""How stored figures are put together into the rows of history: read by row where that suffices,
else by queue and channel.

The finer reading costs more, so it is chosen only where teams or sites are asked for, or a row's
queues have different policies.
"""

from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from services.board.domain.series import Home
from services.board.domain.windows import Span
from services.figures.by_policy import by_policy, gather, subject_of
from services.figures.live.layout import order
from services.figures.selection import By, Selection, Subject
from services.figures.terms import Terms, TermsOverTime
from services.kpis.policies import ServiceLevelPolicy

Parting = list[tuple[ServiceLevelPolicy, list[Home]]]
"""Homes with the same policies together"""


class Arrangement:
    """The rows of a span's intervals: `subjects` in order; `reading` is what is read of the tables.

    The homes of the span are gathered in portions, then it is closed; both are known only then.
    """

    def __init__(
        self, selection: Selection, terms: TermsOverTime, span: Span, *, judged: bool
    ) -> None:
        self.selection = selection
        self.subjects: Sequence[Subject] = ()
        self.reading = selection
        self._terms = terms
        self._known = terms.during(span.begin, span.end)
        self._gathered: dict[int, dict[Subject, list[Home]]] = {id(one): {} for one in self._known}
        self._parted: dict[tuple[int, Subject], Parting] = {}
        self._apart: dict[tuple[int, Subject], ServiceLevelPolicy] = {}
        self._fine = selection.by.grouped
        self._judged = judged

    def gather(self, homes: Sequence[Home]) -> None:
        """Take in some of the homes that have panes in the span, or are named."""
        for terms in self._known:
            gather(self._gathered[id(terms)], self.selection, terms, homes)
            if self._judged and not self._fine:
                self._fine = any(self._differs(terms, home) for home in homes)

    def _differs(self, terms: Terms, home: Home) -> bool:
        """Whether a home has another policy than those gathered before it into the same row."""
        _, queue, channel = home
        if not self.selection.includes(queue, channel):
            return False
        own = terms.policy(queue, channel)
        return (
            self._apart.setdefault(
                (id(terms), subject_of(self.selection, terms, queue, channel)), own
            )
            is not own
        )

    def close(self) -> None:
        """All homes were gathered."""
        found = {subject for homes in self._gathered.values() for subject in homes}
        self.subjects = sorted(found | self.selection.asked(), key=order)
        if self._fine:
            self.reading = replace(self.selection, by=By.QUEUE_AND_CHANNEL)

    def index(self, subject: Subject) -> int:
        """Where a subject stands, or would."""
        return bisect_left(self.subjects, order(subject), key=order)

    def of_page(self, first: int, limit: int, kpis: int) -> "Arrangement":
        """What is enough for a page of so many rows from the subject with index `first` on: itself,
        or only the queues on it.

        subjects   │ a │ b │ c │ d │ e │ f │        a page from e on of three subjects' rows reads
        e, f and, of the next interval, a, b
        """
        number = limit // max(1, kpis) + 2
        if not self.selection.by.queues or number >= len(self.subjects):
            return self
        page = [
            *self.subjects[first : first + number],
            *self.subjects[: max(0, first + number - len(self.subjects))],
        ]
        narrow = copy(self)
        narrow.reading = replace(
            self.reading, queues=tuple(dict.fromkeys(subject.queue for subject in page))
        )
        return narrow

    @property
    def fine(self) -> bool:
        """Whether rows are put together from queues and channels."""
        return self._fine

    def terms(self, span: Span) -> Terms:
        """The terms of a span."""
        return self._terms.at(span.begin)

    def homes(self, span: Span, subject: Subject) -> list[Home]:
        """The queues and channels of a row of a span."""
        return self._of(self.terms(span)).get(subject, [])

    def parted(self, span: Span, subject: Subject) -> Parting:
        """The policies of a row of a span, each with its queues and channels; one policy, too,
        where there is no queue.
        """
        terms = self.terms(span)
        known = self._parted.get((id(terms), subject))
        if known is None:
            homes = self.homes(span, subject)
            known = by_policy(terms, homes) or [(terms.policy(subject.queue, subject.channel), [])]
            self._parted[id(terms), subject] = known
        return known

    def _of(self, terms: Terms) -> dict[Subject, list[Home]]:
        return self._gathered.get(id(terms), {})
