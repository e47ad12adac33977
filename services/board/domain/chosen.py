"""Some of a tenant's queues and channels, read together: their sums are added up, or, where they
are most of all there are, what the others have is taken from the whole.

    the whole    1,000 queues ──┐
    the others      79 queues ──┴─►  sum of 921 = the whole − 79, cell by cell

Cells are whole numbers, so both ways give the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from floorpulse.board.domain.series import SeriesGroup
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cells, add

MANY = 32
"""Groups from which on taking the others away may be less work than adding these up"""


@dataclass(frozen=True)
class ChosenGroups:
    """The groups whose sums are `added`, and those whose sums are taken from them again."""

    added: Sequence[SeriesGroup]
    taken: Sequence[SeriesGroup] = ()

    def cells(self, name: str, span: Span) -> Cells:
        """What they counted in a span, whose running sums are called `name`; not to be changed."""
        sums = [group.total(name, span).cells for group in self.added]
        if len(sums) == 1 and not self.taken:
            return sums[0]
        total = dict(sums[0]) if sums else {}
        for cells in sums[1:]:
            add(total, cells)
        for group in self.taken:
            add(total, group.total(name, span).cells, -1)
        return total
