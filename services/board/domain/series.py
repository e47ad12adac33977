"""The rows of one queue and channel, and the groups of them that are read together.

A group keeps a running sum per window. A changed row is added to every sum that covers it; when a
window moves on, the panes it leaves are subtracted and the panes it enters added. Cells are whole
numbers, so this is exact for ever.

    panes      │ a │ b │ c │ d │ e │
    sum        ├───────────────┤             a + b + c + d
    moved on       ├───────────────┤         − a, + e
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from floorpulse.board.domain.agents import AHEAD
from floorpulse.board.domain.windows import QUARTER, Span
from floorpulse.contracts.cells import Cell, Cells, add, difference
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.updates import Gauge, PaneRow
from floorpulse.contracts.visits import Longest
from floorpulse.counting.growth import Growth
from floorpulse.kpis.figures import MomentFigures

QueueChannel = tuple[str, str, str]
"""(tenant, queue, channel)"""


class QueueChannelSpan(NamedTuple):
    """A queue and channel with the starts of its first and its last pane, epoch milliseconds."""

    queue_channel: QueueChannel
    first: int
    last: int


SeriesKey = tuple[str, str | None, str | None]
"""(tenant, queue, channel), None where summed over"""


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


@dataclass(frozen=True)
class QueuePresence:
    """Visits going on now: offer instants of the waiting ones, ascending, and how many are in
    progress or unresolved; of those in progress for long the answers, ascending, apart.
    """

    offers: tuple[int, ...] = ()
    in_progress: int = 0
    unresolved: int = 0
    lasting: tuple[int, ...] = ()

    def figures(self, now: int) -> MomentFigures:
        """As the figures of this moment, everyone's wait so far."""
        in_progress = self.in_progress + len(self.lasting)
        return MomentFigures(waits(self.offers, now), in_progress, self.unresolved)

    def aged(self, longest: Longest, now: int) -> "QueuePresence":
        """The same where whoever was offered longer ago than the longest wait no longer waits, such
        a visit is unresolved; where who is offered only later than `now` does not wait yet; and
        whoever talks for longer than the longest conversation does not.
        """
        offers = self.offers
        gone = bisect_left(offers, now - longest.wait)
        come = bisect_right(offers, now + AHEAD) if offers and offers[-1] > now + AHEAD else None
        over = bisect_left(self.lasting, now - longest.conversation)
        if not gone and not over and come is None:
            return self
        return QueuePresence(
            offers[gone:come], self.in_progress, self.unresolved + gone, self.lasting[over:]
        )

    def within(self, span: Span) -> tuple[int, ...]:
        """The offers of `span`."""
        return self.offers[self.places(span)]

    def places(self, span: Span) -> slice:
        """Where among all offers those of `span` stand."""
        return slice(bisect_left(self.offers, span.begin), bisect_left(self.offers, span.end))


def waits(offers: tuple[int, ...], now: int) -> tuple[int, ...]:
    """Waits so far in milliseconds of offers, ascending; a source whose clock is ahead has not
    waited less than nothing.
    """
    if offers and offers[-1] > now:
        return tuple([max(0, now - offer) for offer in offers])
    return tuple([now - offer for offer in offers])


def present(gauges: Sequence[Gauge]) -> QueuePresence:
    """Several gauges as one."""
    if len(gauges) == 1:
        [one] = gauges
        waiting = tuple(sorted(one.waiting))
        return QueuePresence(waiting, one.in_progress, one.unresolved, tuple(sorted(one.lasting)))
    return QueuePresence(
        tuple(sorted(offer for gauge in gauges for offer in gauge.waiting)),
        sum(gauge.in_progress for gauge in gauges),
        sum(gauge.unresolved for gauge in gauges),
        tuple(sorted(answer for gauge in gauges for answer in gauge.lasting)),
    )


def by_channel(gauges: Sequence[Gauge]) -> dict[str, QueuePresence]:
    """Several gauges as one for each channel: each channel's visits age by themselves."""
    if len(gauges) == 1:
        return {gauges[0].channel: present(gauges)}
    told: dict[str, list[Gauge]] = {}
    for gauge in gauges:
        told.setdefault(gauge.channel, []).append(gauge)
    return {channel: present(theirs) for channel, theirs in told.items()}


def merged(presences: Sequence[QueuePresence]) -> QueuePresence:
    """Several presences as one."""
    if len(presences) == 1:
        return presences[0]
    return QueuePresence(
        tuple(sorted(offer for one in presences for offer in one.offers)),
        sum(one.in_progress for one in presences),
        sum(one.unresolved for one in presences),
        tuple(sorted(answer for one in presences for answer in one.lasting)),
    )


class Present:
    """Who is there in a group, by channel and in all; made anew when a gauge changes."""

    def __init__(self, channels: Mapping[str, QueuePresence]) -> None:
        self.channels = channels
        self._all = merged(list(channels.values()))
        self._quiet = not (self._all.offers or self._all.lasting)

    def aged(self, horizons: Horizons, now: int) -> QueuePresence:
        """In all, those that are too old left out."""
        if self._quiet:
            return self._all
        aged = [known.aged(horizons.of(one), now) for one, known in self.channels.items()]
        if len(aged) == 1:
            return aged[0]
        same = all(one is known for one, known in zip(aged, self.channels.values(), strict=True))
        return self._all if same else merged(aged)


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
