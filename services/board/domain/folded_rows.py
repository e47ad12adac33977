"""The rows of one folded queue and channel in brief: enough to know what a newer revision changes,
and what was offered.
"""

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell, Cells, difference
from floorpulse.contracts.packed import pack, unpack
from floorpulse.contracts.updates import PaneRow


class FoldedRows:
    """The latest row of each pane and source partition, packed: a fifth of the memory of a
    series.
    """

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[tuple[int, int], tuple[int, bytes]] = {}

    def take(self, partition: int, row: PaneRow) -> Cells:
        """Keep the row unless a newer one is known; what it changes."""
        known = self._rows.get((row.start, partition))
        if known is not None and known[0] >= row.revision:
            return {}
        self._rows[row.start, partition] = row.revision, pack(row.cells)
        return row.cells if known is None else difference(row.cells, unpack(known[1]))

    def offered_in(self, span: Span) -> int:
        """Contacts offered in the panes that start in `span`."""
        return sum(
            unpack(packed).get(Cell.OFFERED, 0)
            for (start, _), (_, packed) in self._rows.items()
            if start in span
        )

    def forget(self, before: int) -> bool:
        """Drop the rows of panes that started before an instant; whether any is left."""
        for key in [key for key in self._rows if key[0] < before]:
            del self._rows[key]
        return bool(self._rows)
