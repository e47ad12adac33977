"""History added up: panes of any order go in, the sum of each interval and subject comes out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.contracts.cells import LEFT, Cell, Cells, add
from floorpulse.figures.selection import RowKey
from floorpulse.kpis.figures import SpanFigures

_OUTCOMES = (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values())


class PaneTally(NamedTuple):
    """Stored panes of one subject in one interval (its index), and the highest revision among
    them.
    """

    interval: int
    row_key: RowKey
    revision: int
    panes: Sequence[Cells]


@dataclass(eq=False)
class SummedPanes:
    """What one subject counted in one interval, and the highest revision in it."""

    cells: Cells = field(default_factory=dict)
    revision: int = 0


class Sums:
    """Sums per interval and subject."""

    def __init__(self) -> None:
        self._entries: dict[tuple[int, RowKey], SummedPanes] = {}

    def add(self, tally: PaneTally) -> None:
        """Add some of the panes of an interval and subject."""
        entry = self._entries.setdefault((tally.interval, tally.row_key), SummedPanes())
        for cells in tally.panes:
            if entry.cells:
                add(entry.cells, cells)
            else:
                entry.cells = dict(
                    cells
                )  # much quicker than adding to nothing; most intervals are one rollup
        entry.revision = max(entry.revision, tally.revision)

    def given_up(self) -> Iterator[SummedPanes]:
        """Every sum, each leaving the others: thousands that are freed at once hold everybody
        up.
        """
        while self._entries:
            yield self._entries.popitem()[1]

    def together(self, interval: int, row_keys: Sequence[RowKey]) -> SummedPanes:
        """The sum over subjects."""
        if len(row_keys) == 1:
            return self.entry(interval, row_keys[0])
        total = SummedPanes()
        for entry in (self.entry(interval, row_key) for row_key in row_keys):
            add(total.cells, entry.cells)
            total.revision = max(total.revision, entry.revision)
        return total

    def entry(self, interval: int, row_key: RowKey) -> SummedPanes:
        """The sum of the interval with this index; empty where nothing happened."""
        return self._entries.get((interval, row_key)) or SummedPanes()


def unresolved(figures: SpanFigures) -> int:
    """Visits of an interval that have no outcome and no longer wait."""
    return figures.of(Cell.OFFERED) - figures.of(*_OUTCOMES) - len(figures.waits)
