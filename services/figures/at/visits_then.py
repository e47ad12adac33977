"""What visits had added to panes up to an instant, and who was there at it.

panes      │ 10:02 │ 10:03 │ 10:04 │ 10:05 ┆          stored: with every outcome known by now
instant                             10:05:20
change        −1       −2      −3                     what was answered, given up … afterwards
current                             counted anew, from the visits alone

A pane holds the outcomes of the contacts that were offered in it, whenever they came. So visits
that went on after the instant are taken back to where they stood, and the difference is told pane
by pane; the pane in progress is counted from the visits.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.updates import Gauge, PaneKey
from floorpulse.contracts.visits import Visit, is_open, outcome
from floorpulse.counting.contributions import Contributions, contributions, deltas
from floorpulse.counting.whole_contacts import whole_contact
from floorpulse.figures.at.known import known_at, last_told
from floorpulse.figures.selection import Selection


class VisitsThen:
    """The visits of a selection at the instant `at`; panes are `pane` milliseconds long.

    `changes` are cells by pane: of panes before the current one what is to be added to the stored
    cells, of the current one all.
    """

    def __init__(self, selection: Selection, at: int, pane: int, horizons: Horizons) -> None:
        self.changes: dict[PaneKey, Cells] = {}
        self._selection = selection
        self._at = at
        self._pane = pane
        self._current = at - at % pane
        self._horizons = horizons
        self._offers: defaultdict[QueueChannel, list[int]] = defaultdict(list)
        self._answers: defaultdict[QueueChannel, list[int]] = defaultdict(list)

    @property
    def offered_within(self) -> Span:
        """The offers that may matter: of calls a longest wait and as long a conversation back."""
        return Span(self._at - sum(self._horizons.calls), self._at + 1)

    @property
    def earlier(self) -> Span:
        """The offers before these that may matter, of channels on which contacts wait longer."""
        until = self.offered_within.begin
        return Span(min(until, self._at - sum(self._horizons.longest)), until)

    def add(self, visits: Iterable[Visit]) -> None:
        """Take in visits, in any order."""
        for visit in visits:
            if last_told(visit) >= self._current or is_open(visit):
                self._add(visit)

    def _add(self, visit: Visit) -> None:
        then = known_at(visit, self._at)
        if then is None or then.queue is None:
            return
        if not self._selection.includes(then.queue, then.channel):
            return
        self._note(then, then.queue)
        self._change(self._counted(visit), self._counted(then))

    def add_contacts(self, contacts: Iterable[Mapping[int, Visit]]) -> None:
        """Take in whole contacts, each by all its visits, in any order."""
        for visits in contacts:
            known = {number: known_at(visit, self._at) for number, visit in visits.items()}
            then = {number: visit for number, visit in known.items() if visit is not None}
            counted = whole_contact(self._selection.tenant, visits, self._pane)
            self._change(counted, whole_contact(self._selection.tenant, then, self._pane))

    def _change(self, counted: Contributions, stood: Contributions) -> None:
        """Note what stood at the instant in place of what is counted by now."""
        earlier = deltas(counted, stood)
        changes = [(key, cells) for key, cells in earlier if key[3] < self._current]
        changes += [(key, cells) for key, cells in stood.items() if key[3] == self._current]
        for key, cells in changes:
            if self._selection.includes(key[1], key[2]):
                add(self.changes.setdefault(key, {}), cells)

    def _counted(self, visit: Visit) -> Contributions:
        """What the stay itself adds to panes, without the feedback about it."""
        stay = replace(visit, surveys=None, evaluations=None, complaints=None)
        return contributions(self._selection.tenant, stay, self._pane)

    def _note(self, then: Visit, queue: str) -> None:
        """Whether the visit waited or was in progress."""
        queue_channel = self._selection.tenant, queue, then.channel
        if then.offered_at is not None and outcome(then) is None:
            self._offers[queue_channel].append(then.offered_at)
        elif then.answered_at is not None and then.ended_at is None:
            self._answers[queue_channel].append(then.answered_at)

    def gauges(self) -> list[Gauge]:
        """Who was there, by queue and channel; a board leaves out those that last too long, and
        turns those that wait too long into unresolved ones.
        """
        return [
            Gauge(*one, sorted(self._offers.get(one, ())), 0, 0, sorted(self._answers.get(one, ())))
            for one in sorted(self._offers.keys() | self._answers.keys())
        ]


def changes_of(visits: VisitsThen, spans: Iterable[Span]) -> dict[tuple[QueueChannel, int], Cells]:
    """The changes by queue and channel and the begin of the span (ascending, without overlap) that
    a pane lies in; those of no span are left out.
    """
    found: dict[tuple[QueueChannel, int], Cells] = {}
    known = list(spans)
    for (tenant, queue, channel, start), cells in visits.changes.items():
        for span in known:
            if start in span:
                add(found.setdefault(((tenant, queue, channel), span.begin), {}), cells)
    return found
