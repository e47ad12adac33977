"""What a question about a span reads: sums of cells, and who is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.board.domain.presence import QueuePresence
from floorpulse.board.domain.series import SeriesGroup, Sum
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import LEFT, Cell, Cells, add
from floorpulse.kpis.figures import MomentFigures, SpanFigures

_OUTCOMES = (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values())


@dataclass(frozen=True)
class WindowReading:
    """What a scope shows: the figures of the span, the figures of the moment, the highest revision
    in them.

    Where two readings have the same `state`, the same cells were counted; None where several sums
    were added up.
    """

    span: Span
    counted: SpanFigures
    present: MomentFigures
    revision: int
    state: int | None = field(default=None, compare=False)


class WindowFigures(NamedTuple):
    """The figures of a window's span, and those of the moment."""

    counted: SpanFigures
    present: MomentFigures


class There:
    """Who is there at an instant; whoever was offered from `young` on is not too old to wait."""

    def __init__(self, present: QueuePresence, now: int, young: int) -> None:
        self.present = present
        self.figures = present.figures(now)
        self.young = young

    def counted(self, cells: Cells, span: Span) -> SpanFigures:
        """What a span counted, with those of it who wait, and how many waited for too long."""
        waits = self.figures.waits
        waiting = waits[self.present.places(span)] if waits else waits
        counted = SpanFigures(cells, waiting)
        if not self.present.unresolved or span.begin >= self.young:
            return counted
        open_visits = max(0, without_outcome(cells) - len(waiting))
        return counted._replace(unresolved=min(open_visits, self.present.unresolved))


class Look:
    """A look at series keys at an instant; `grown` is how much they have grown: None of several,
    and where nothing is known of them.
    """

    def __init__(self, groups: Sequence[SeriesGroup], there: There) -> None:
        self._groups = groups
        self._there = there
        self.present = there.figures
        self.grown = groups[0].grown if len(groups) == 1 else None

    def read(self, spans: Iterable[tuple[str | None, Span]]) -> list[WindowReading]:
        """The figures over several spans, each with its name, as `Board.read_span` has them."""
        return [
            reading_of(span, totals(self._groups, name, span), self._there) for name, span in spans
        ]

    def counts_in(self, span: Span) -> bool:
        """Whether any pane that starts in a span has counted something."""
        return any(group.counts_in(span) for group in self._groups)


def without_outcome(cells: Cells) -> int:
    """How many of the visits that were counted have no outcome yet."""
    return cells.get(Cell.OFFERED, 0) - sum(cells.get(cell, 0) for cell in _OUTCOMES)


def totals(groups: Sequence[SeriesGroup], name: str | None, span: Span) -> list[Sum]:
    """The groups' sums over a span; named ones are kept."""
    if name is None:
        return [group.added_up(span) for group in groups]
    return [group.total(name, span) for group in groups]


def reading_of(span: Span, sums: Sequence[Sum], there: There) -> WindowReading:
    """The sums of a span, added up where they are several, with who is there."""
    if len(sums) == 1:
        [only] = sums
        counted = there.counted(only.cells, span)
        return WindowReading(span, counted, there.figures, only.revision, only.state)
    counted = there.counted(added([one.cells for one in sums]), span)
    revision = max([one.revision for one in sums], default=0)
    return WindowReading(span, counted, there.figures, revision)


def added(cells: Sequence[Cells]) -> Cells:
    """Cells added up; of one, itself."""
    if len(cells) == 1:
        return cells[0]
    total: Cells = {}
    for one in cells:
        add(total, one)
    return total
