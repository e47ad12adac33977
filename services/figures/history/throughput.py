"""What the half hour before each of many instants counted, out of spans that are read once however
the half hours overlap.

instants               │     │     │
half hours    ├────────┤     │     │
                    ├────────┤     │
                          ├────────┤
spans         ├─────┼──┼──┼──┼─────┤     edges of all half hours cut them
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.cells import Cells, add
from floorpulse.figures.selection import RowKey
from floorpulse.figures.sums import PaneTally, Sums
from floorpulse.kpis.formulas.estimated_wait import LOOK_BACK

BACK = 1000 * LOOK_BACK


class Throughput:
    """The half hours before ascending `instants`."""

    def __init__(self, instants: Sequence[int]) -> None:
        edges = sorted({edge for at in instants for edge in (at - BACK, at)})
        self.spans = [Span(*edge) for edge in pairwise(edges)]
        self._begins = [span.begin for span in self.spans]
        self._sums = Sums()

    def runs(self) -> Iterator[tuple[int, Sequence[Span]]]:
        """Contiguous spans to read in one go, each with the number of its first; what lies more
        than an hour apart is no run.
        """
        first = 0
        for number, span in enumerate([*self.spans, None]):
            if span is None or span.end - span.begin > HOUR:
                if number > first:
                    yield first, self.spans[first:number]
                first = number + 1

    def add(self, first: int, tally: PaneTally) -> None:
        """Add what a run, whose first span has this number, counted."""
        self._sums.add(tally._replace(interval=first + tally.interval))

    def cells(self, at: int, row_keys: Sequence[RowKey]) -> Cells:
        """What the half hour before `at` counted of some subjects together."""
        total: Cells = {}
        for number in range(bisect_left(self._begins, at - BACK), bisect_left(self._begins, at)):
            add(total, self._sums.together(number, row_keys).cells)
        return total
