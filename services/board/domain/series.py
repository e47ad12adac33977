"""The rows of one queue and channel, and the groups of them that are read together.

A group keeps a running sum per window. A changed row is added to every sum that covers it; when a
window moves on, the panes it leaves are subtracted and the panes it enters added. Cells are whole
numbers, so this is exact for ever.

    panes      │ a │ b │ c │ d │ e │
    sum        ├───────────────┤             a + b + c + d
    moved on       ├───────────────┤         − a, + e
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from floorpulse.board.domain.presence import Present, by_channel
from floorpulse.board.domain.windows import QUARTER, Span
from floorpulse.contracts.cells import Cell, Cells, add, difference
from floorpulse.contracts.updates import Gauge, PaneRow
from floorpulse.counting.growth import Growth

QueueChannel = tuple[str, str, str]
"""(tenant, queue, channel)"""


class QueueChannelSpan(NamedTuple):
    """A queue and channel with the starts of its first and its last pane, epoch milliseconds."""

    queue_channel: QueueChannel
    first: int
    last: int


SeriesKey = tuple[str, str | None, str | None]
"""(tenant, queue, channel), None where summed over"""


def series_keys_of(
    queue_channel: QueueChannel,
) -> tuple[SeriesKey, SeriesKey, SeriesKey, SeriesKey]:
    """The series keys that include a queue and channel."""
    tenant, queue, channel = queue_channel
    return (
        (tenant, queue, channel),
        (tenant, queue, None),
        (tenant, None, channel),
        (tenant, None, None),
    )


TOGETHER = 0
"""Stands for the source partition of the row in which folded queues are added up."""
WIDE = 16
"""Members from which on a group keeps its panes added up: adding up a day of thousands anew would
hold everybody up.
"""


@dataclass(eq=False)
class Series:
    """Everything known of one queue and channel: rows by pane start and source partition, gauges by
    source partition, offers by quarter hour.
    """

    queue_channel: QueueChannel
    pane: int
    rows: dict[int, dict[int, PaneRow]] = field(default_factory=dict)
    gauges: dict[int, Gauge] = field(default_factory=dict)
    counted: Cells = field(default_factory=dict)
    quarters: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, partition: int, row: PaneRow) -> Cells:
        """Keep the row unless a newer one is known; what it changes."""
        panes = self.rows.setdefault(row.start, {})
        known = panes.get(partition)
        if known is not None and known.revision >= row.revision:
            return {}
        panes[partition] = row
        change = row.cells if known is None else difference(row.cells, known.cells)
        self.quarters[row.start // QUARTER] += change.get(Cell.OFFERED, 0)
        return change

    def fold(self, row: PaneRow, change: Cells) -> None:
        """Add what a row of a folded queue changes to the one row that stands for all of them in
        its pane.
        """
        panes = self.rows.setdefault(row.start, {})
        known = panes.get(TOGETHER)
        cells: Cells = {} if known is None else known.cells
        add(cells, change)
        newest = row.revision if known is None else max(known.revision, row.revision)
        panes[TOGETHER] = PaneRow(*self.queue_channel, row.start, newest, cells)
        self.quarters[row.start // QUARTER] += change.get(Cell.OFFERED, 0)

    def offered_in(self, span: Span) -> int:
        """Contacts offered in the panes that start in `span`: of whole quarters as they were added
        up, of the rest row by row.
        """
        first = -(-span.begin // QUARTER)
        beyond = span.end // QUARTER
        if first >= beyond:
            return self._offered_in(span)
        edges = Span(span.begin, first * QUARTER), Span(beyond * QUARTER, span.end)
        return sum(self.quarters.get(one, 0) for one in range(first, beyond)) + sum(
            map(self._offered_in, edges)
        )

    def _offered_in(self, span: Span) -> int:
        if span.end <= span.begin:
            return 0
        rows = self.rows
        return sum(
            [
                row.cells.get(Cell.OFFERED, 0)
                for start in self._starts_in(span)
                if start in rows
                for row in rows[start].values()
            ]
        )

    def rows_in(self, span: Span) -> Iterator[PaneRow]:
        """All partitions' rows of panes that start in `span`."""
        steps = self._starts_in(span)
        starts = (
            steps
            if len(steps) < len(self.rows)
            else [start for start in self.rows if start in span]
        )
        for start in starts:
            yield from self.rows.get(start, {}).values()

    def _starts_in(self, span: Span) -> range:
        return range(-(-span.begin // self.pane) * self.pane, span.end, self.pane)

    def forget(self, before: int) -> None:
        """Drop the rows of panes that started before an instant."""
        for start in [start for start in self.rows if start < before]:
            del self.rows[start]
        for quarter in [quarter for quarter in self.quarters if (quarter + 1) * QUARTER <= before]:
            del self.quarters[quarter]


_states = count(1)


@dataclass(eq=False)
class Sum:
    """The cells of a group over `span`, and the highest revision that ever went in.

    `state` is another number whenever cells may have changed, and no other sum's: where it is the
    same, so are the cells.
    """

    span: Span
    cells: Cells = field(default_factory=dict)
    revision: int = 0
    state: int = field(default_factory=_states.__next__)

    def take(self, rows: Iterable[PaneRow]) -> None:
        """Add rows."""
        for row in rows:
            self.change(row, row.cells)

    def change(self, row: PaneRow, change: Cells) -> None:
        """Add what a row changes."""
        add(self.cells, change)
        self.revision = max(self.revision, row.revision)
        self.state = next(_states)

    def drop(self, rows: Iterable[PaneRow]) -> None:
        """Subtract rows."""
        for row in rows:
            add(self.cells, row.cells, -1)
            self.state = next(_states)


class Grown(NamedTuple):
    """By how much all panes of a group together have grown since an instant of no meaning.

    `since` is another number whenever a cell became less: two with the same may be compared.
    """

    contacts: int
    amounts: int
    since: int

    def by(self, growth: Growth | None) -> "Grown":
        """The same after a change; None where a cell became less."""
        if growth is None:
            return Grown(0, 0, next(_states))
        return Grown(self.contacts + growth.contacts, self.amounts + growth.amounts, self.since)


@dataclass(eq=False)
class SeriesGroup:
    """Series that are read together; a wide one keeps a series of its own, in which its members are
    added up pane by pane.
    """

    members: list[Series] = field(default_factory=list)
    sums: dict[str, Sum] = field(default_factory=dict)
    seen: Present | None = None
    wide: Series | None = None
    grown: Grown = field(default_factory=lambda: Grown(0, 0, next(_states)))

    def join(self, series: Series) -> None:
        """Take in a series that has no rows yet."""
        self.members.append(series)
        self.seen = None
        if self.wide is None and len(self.members) >= WIDE:
            self.wide = Series(series.queue_channel, series.pane)
            for row in [
                row
                for member in self.members
                for panes in member.rows.values()
                for row in panes.values()
            ]:
                self.wide.fold(row, row.cells)

    def changed(self, row: PaneRow, change: Cells, growth: Growth | None) -> None:
        """A member's row changed; `growth` is that of its cells, None where one became less."""
        self.grown = self.grown.by(growth)
        if self.wide is not None:
            self.wide.fold(row, change)
        for total in self.sums.values():
            if row.start in total.span:
                total.change(row, change)

    def total(self, name: str, span: Span) -> Sum:
        """The running sum called `name`, moved to `span`."""
        known = self.sums.get(name)
        if known is None or not _near(known.span, span):
            self.sums[name] = self.added_up(span)
        elif known.span != span:
            self._move(known, span)
        return self.sums[name]

    def added_up(self, span: Span) -> Sum:
        """The sum over `span` from the rows themselves."""
        total = Sum(span)
        for member in self._counted:
            total.take(member.rows_in(span))
        return total

    def pane(self, start: int) -> list[Cells]:
        """What the pane that starts at an instant counted, by member and source partition."""
        return [
            row.cells for member in self._counted for row in member.rows.get(start, {}).values()
        ]

    def counts_in(self, span: Span) -> bool:
        """Whether there is a row of any pane that starts in a span."""
        return any(True for member in self._counted for _ in member.rows_in(span))

    @property
    def _counted(self) -> Sequence[Series]:
        return self.members if self.wide is None else (self.wide,)

    def _move(self, total: Sum, span: Span) -> None:
        for member in self._counted:
            total.drop(member.rows_in(Span(total.span.begin, span.begin)))
            total.take(member.rows_in(Span(total.span.end, span.end)))
        total.span = span

    def forget(self, before: int) -> None:
        """Drop what a wide group added up of panes that started before an instant."""
        if self.wide is not None:
            self.wide.forget(before)

    def presence(self) -> Present:
        """Who waits, and what is in progress, over all members and partitions."""
        if self.seen is None:
            gauges = [gauge for member in self.members for gauge in member.gauges.values()]
            self.seen = Present(by_channel(gauges))
        return self.seen


def _near(known: Span, wanted: Span) -> bool:
    """Whether moving a sum is less work than adding it up anew: forward, by less than a quarter of
    its length.
    """
    moved = wanted.begin - known.begin
    return 0 <= moved <= (known.end - known.begin) // 4 and wanted.end >= known.end
