"""The question of history, and the context in which the rows of a page are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell
from floorpulse.figures.by_policy import Parted
from floorpulse.figures.enrich import RowPoint
from floorpulse.figures.forecasts.arrivals import Arrivals, PlannedRow
from floorpulse.figures.forecasts.plans import Times
from floorpulse.figures.history.arrangement import Arrangement
from floorpulse.figures.history.gauges import PastGauges
from floorpulse.figures.history.throughput import Throughput
from floorpulse.figures.intervals import Interval
from floorpulse.figures.lookup.looked_up import LookedUp
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.sums import Sums
from floorpulse.figures.visit_waits import Clocks, Now, VisitWaits
from floorpulse.kpis.figures import SpanFigures, Staff


@dataclass(frozen=True)
class HistoryQuery:
    """What history is asked for; `span` covers whole panes."""

    selection: Selection
    span: Span
    interval: Interval
    zone: ZoneInfo
    question: Question


@dataclass(frozen=True)
class PastContext:
    """What one page is made of: its intervals, how its rows are put together, and what they
    counted.
    """

    query: HistoryQuery
    spans: list[Span]
    rows: Arrangement
    sums: Sums
    gauges: PastGauges
    found: LookedUp
    throughput: Throughput
    arrivals: Arrivals | None
    waits: VisitWaits | None
    now: Now
    clocks: Clocks
    as_of: int


@dataclass(frozen=True)
class PastRowSource:
    """What history knows of a row in its own way: a `RowSource`."""

    page: PastContext
    row_key: RowKey
    point: RowPoint

    def handled_before(self) -> int:
        """From the panes before the interval."""
        cells = self.page.throughput.cells(self.point.span.begin, self.point.row_keys)
        return cells.get(Cell.HANDLED, 0)

    def staff_then(self) -> Staff:
        """Who was there when the interval began."""
        return self.page.found.staff_by_span.at_begin(self.point.interval, self.point.queues)

    def waits_in_hours(self) -> tuple[int, ...]:
        """Of those who waited when the interval began, by the calendars of their queues."""
        point = self.point
        return self.page.gauges.in_hours(point.interval, point.row_keys, self.page.clocks)

    def planned(
        self, counted: SpanFigures, parts: Sequence[Parted]
    ) -> tuple[SpanFigures, Sequence[Parted]]:
        """With what was forecast for the interval."""
        arrivals = self.page.arrivals
        if arrivals is None:
            return counted, parts
        span = self.point.span
        about = PlannedRow(
            self.page.rows.selection,
            self.page.rows.terms(span),
            self.row_key,
            Times(span, span, self.page.as_of),
        )
        return arrivals.planned(counted, parts, about, self.page.query.question.needs)
