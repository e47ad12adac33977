"""History added up: pane rows of any order go in, the sum of each interval and subject comes out."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.board.domain.windows import Span
from services.contracts.cells import LEFT, Cell, Cells
from services.contracts.kpis import Figures
from services.query.domain.selection import Selection, Subject

_OUTCOMES = (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values())


class PastPane(NamedTuple):
    """One stored pane row of one source partition."""

    start: int
    queue: str
    channel: str
    revision: int
    cells: Cells


@dataclass(eq=False)
class Entry:
    """What one subject counted in one interval, and the highest revision in it."""

    cells: Cells = field(default_factory=dict)
    revision: int = 0


class Ledger:
    """Sums per interval (contiguous, ascending) and subject of a selection."""

    def __init__(self, selection: Selection, spans: Sequence[Span]) -> None:
        self._selection = selection
        self._begins = [span.begin for span in spans]
        self._entries: dict[tuple[int, Subject], Entry] = {}

    def add(self, pane: PastPane) -> None:
        """Add one pane row that starts inside the intervals and is selected."""
        key = bisect_right(self._begins, pane.start) - 1, self._selection.subject(pane.queue, pane.channel)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = Entry()
        total = entry.cells
        for code, amount in pane.cells.items():
            total[code] = total.get(code, 0) + amount
        entry.revision = max(entry.revision, pane.revision)

    def entry(self, interval: int, subject: Subject) -> Entry:
        """The sum of the interval with this index; empty where nothing happened."""
        return self._entries.get((interval, subject)) or Entry()


def unresolved(figures: Figures) -> int:
    """Visits of an interval that have no outcome and no longer wait."""
    return figures.of(Cell.OFFERED) - figures.of(*_OUTCOMES) - len(figures.waits)
