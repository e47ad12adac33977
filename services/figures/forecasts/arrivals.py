"""How many contacts came in forecast intervals of the past, out of panes that are read once, cut at
all edges.

rows         ├──────────────┼──────────────┤
slots             ├────┼────┼────┼────┤
pieces       ├────┼────┼────┼────┼────┼────┤
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell
from floorpulse.figures.by_policy import Parted
from floorpulse.figures.forecasts.plans import Times, by_row, plan_of, planned
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.sums import PaneTally
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.plan import Slot


class PlannedRow(NamedTuple):
    """A row that is planned: of a selection under some terms, and when it is about."""

    selection: Selection
    terms: PoliciesInForce
    row_key: RowKey
    times: Times


class Arrivals:
    """Contacts offered by queue and channel, over `spans` (contiguous, ascending), told by slot."""

    def __init__(self, spans: Sequence[Span], slots: Sequence[Slot]) -> None:
        whole = Span(spans[0].begin, spans[-1].end)
        edges = {edge for slot in slots for edge in (slot.begin, slot.end) if edge in whole}
        self.slots = slots
        self.pieces = (
            [
                Span(*one)
                for one in pairwise(sorted({*edges, *(span.begin for span in spans), whole.end}))
            ]
            if slots
            else []
        )
        self._begins = [piece.begin for piece in self.pieces]
        self._rows_of_terms: dict[int, dict[RowKey, list[Slot]]] = {}
        self._came: defaultdict[tuple[int, str], defaultdict[str, int]] = defaultdict(
            lambda: defaultdict(int)
        )

    def add(self, tally: PaneTally) -> None:
        """Add what a piece counted of one queue and channel."""
        offered = sum(cells.get(Cell.OFFERED, 0) for cells in tally.panes)
        self._came[tally.interval, tally.row_key.queue][tally.row_key.channel] += offered

    def came(self, slot: Slot) -> int:
        """Those of a slot, which may be cut at edges of spans, or at now."""
        first = bisect_left(self._begins, slot.begin)
        beyond = bisect_left(self._begins, slot.end)
        known = [
            self._came[number, slot.queue]
            for number in range(first, beyond)
            if (number, slot.queue) in self._came
        ]
        return sum(by.get(slot.channel, 0) if slot.channel else sum(by.values()) for by in known)

    def planned(
        self,
        counted: SpanFigures,
        parts: Sequence[Parted],
        row: PlannedRow,
        needs: Need,
    ) -> tuple[SpanFigures, list[Parted]]:
        """A row's figures and those of its parts, with their plans."""
        terms = row.terms
        known = self._rows_of_terms.get(id(terms))
        if known is None:
            known = self._rows_of_terms[id(terms)] = by_row(row.selection, terms, self.slots)
        return planned(
            counted,
            parts,
            lambda slots: plan_of(slots, row.times, self.came, needs),
            known.get(row.row_key, []),
            terms,
        )
