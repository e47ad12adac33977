"""What the half hours of a contract's metric counted: closed days are kept, the running one is read
again and again, with whoever waits now from the board.

days      ├─ kept ─┤├─ kept ─┤├─ kept ──┤├ kept ┤├ anew │now
stands    3 h        2 h       1 h         5 min

A day that ended long ago is read again more seldom: what still comes in late is seen after a 24th
of the day's age at most, and within five minutes of its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import MINUTE, Span
from floorpulse.contracts.cells import Cell
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.contracts import ContractTerms, Metric
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.figures.by_policy import Parted, by_policy, row_keys_of, value_of
from floorpulse.figures.contracts.slices import CountedSlice, covers, half_hours, within
from floorpulse.figures.intervals import Interval, intervals, previous_edge
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce
from floorpulse.figures.ports import PaneHistory, VisitHistory
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.sums import Sums
from floorpulse.figures.targets.figures import together
from floorpulse.figures.targets.promises import tiles
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks, Now, VisitWaits, waits_over
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import CountedVisits, SpanFigures, Value
from floorpulse.kpis.policies import ServiceLevelPolicy

SOONEST = 5 * MINUTE
SHARE_OF_AGE = 24
MOST_KEPT = 40_000
"""Days of metrics; the oldest read go first"""
MOST_SHARED = 100
"""Half hours of a reading that is shared"""
HALF_HOUR = 30 * MINUTE
AT_ONCE = 8
"""Half hours that are put together in one turn of the loop"""
Parts = Sequence[tuple[ServiceLevelPolicy, Sequence[QueueChannel]]]


@dataclass(frozen=True)
class KeptSlices:
    """What was read together, until when it is not read again, under which definitions."""

    slices: tuple[CountedSlice, ...]
    until: int
    known: TenantDefinitions


def stands_until(end: int, read_at: int) -> int:
    """Until when a chunk that ends at `end` need not be read again; no time at all while it is
    running.
    """
    age = read_at - end
    return read_at if age < 0 else read_at + max(SOONEST, age // SHARE_OF_AGE)


@dataclass(frozen=True)
class _Reading:
    """What several days of a metric are made of."""

    view: TenantView
    metric: Metric
    parts: Parts
    places: dict[Span, int]
    sums: Sums
    waits: VisitWaits | None

    def slice(self, span: Span) -> CountedSlice:
        """What a half hour counted."""
        parted = [
            Parted(policy, self._figures(policy, theirs, span)) for policy, theirs in self.parts
        ]
        whole = together([one.figures for one in parted])
        value = value_of(OVER_SPANS[self.metric.kpi], whole, parted)
        return counted_slice(span, value, whole.of(Cell.OFFERED))

    def _figures(
        self, policy: ServiceLevelPolicy, queue_channels: Sequence[QueueChannel], span: Span
    ) -> SpanFigures:
        index = self.places[span]
        board = self.view.board
        as_of = self.view.as_of
        cells = self.sums.together(index, row_keys_of(queue_channels)).cells
        counted = SpanFigures(cells, board.waits(queue_channels, span, as_of))
        if policy.by_visits:
            return counted._replace(visits=self._visits(index, queue_channels, policy, cells))
        over = board.unresolved(queue_channels, counted, span, as_of)
        return counted._replace(unresolved=over)

    def _visits(
        self,
        index: int,
        queue_channels: Sequence[QueueChannel],
        policy: ServiceLevelPolicy,
        cells: dict[int, int],
    ) -> CountedVisits | None:
        if self.waits is None:
            return None
        now = Now(self.view.as_of, self.view.horizons(self.view.as_of))
        places = [(queue, channel) for _, queue, channel in queue_channels]
        return self.waits.counted(index, places, policy, now, cells.get(Cell.OFFERED, 0))


class ContractCounts:
    """Counts the metrics of contracts; one a process, what it read is kept in it."""

    def __init__(self, turns: Turns, panes: PaneHistory, visits: VisitHistory) -> None:
        self._turns = turns
        self._panes = panes
        self._visits = visits
        self._kept: dict[_Key, KeptSlices] = {}
        self._shared: tuple[object, Sums] = (None, Sums())

    async def slices(
        self, view: TenantView, terms: ContractTerms, metric: Metric, span: Span
    ) -> list[CountedSlice]:
        """What the half hours of a span, up to the running one, counted under the metric's own
        policy, scope and calendar. Raises StoreUnavailable.
        """
        read = chunks(span, running_until(view), terms.zone)
        await self._read_missing(view, terms, metric, read)
        found = [
            one for chunk in read for one in self._kept[_key(view, terms, metric, chunk)].slices
        ]
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return within(found, span.begin, span.end)

    async def _read_missing(
        self, view: TenantView, terms: ContractTerms, metric: Metric, read: Sequence[Span]
    ) -> None:
        missing = [one for one in read if not self._stands(_key(view, terms, metric, one), view)]
        for places, theirs in groupby(missing, key=lambda one: _places(view, terms, metric, one)):
            await self._read(view, terms, metric, (places, list(theirs)))

    def _stands(self, key: "_Key", view: TenantView) -> bool:
        kept = self._kept.get(key)
        return kept is not None and kept.until > view.now and kept.known is view.known

    async def _read(
        self,
        view: TenantView,
        terms: ContractTerms,
        metric: Metric,
        group: tuple[tuple[QueueChannel, ...], Sequence[Span]],
    ) -> None:
        """Read chunks of the same queues and channels."""
        queue_channels, read = group
        spans = {one: _hours(view, terms, metric, one) for one in read}
        everything = [span for one in read for span in spans[one]]
        reading = await self._reading(view, metric, queue_channels, everything)
        for one in read:
            slices = [
                reading.slice(span)
                async for portion in self._turns.over(spans[one], AT_ONCE)
                for span in portion
            ]
            key = _key(view, terms, metric, one)
            self._kept.pop(key, None)
            until = stands_until(one.end, view.now)
            self._kept[key] = KeptSlices(tuple(slices), until, view.known)

    async def _reading(
        self,
        view: TenantView,
        metric: Metric,
        queue_channels: Sequence[QueueChannel],
        spans: Sequence[Span],
    ) -> _Reading:
        parts = _parts(view, metric, queue_channels, spans[0].begin if spans else view.now)
        read = tiles(spans)
        sums = await self._sums(view, queue_channels, read)
        waits = None
        if read and queue_channels and any(policy.by_visits for policy, _ in parts):
            clocks = Clocks(view.known, view.zone)
            selection = _selection(view, queue_channels)
            waits = await waits_over(self._visits, selection, read, clocks, self._turns)
        places = {span: index for index, span in enumerate(read)}
        return _Reading(view, metric, parts, places, sums, waits)

    async def _sums(
        self, view: TenantView, queue_channels: Sequence[QueueChannel], read: Sequence[Span]
    ) -> Sums:
        """What the panes of queues and channels counted; metrics that look at the same half hours
        at the same instant share it, unless it is long.
        """
        key = view.known, view.now, tuple(queue_channels), tuple(read)
        if self._shared[0] == key:
            return self._shared[1]
        sums = Sums()
        if read and queue_channels:
            async for portion in self._panes.tallies(_selection(view, queue_channels), read):
                for tally in portion:
                    sums.add(tally)
                await self._turns.next()
        if len(read) <= MOST_SHARED:
            self._shared = key, sums
        return sums


def chunks(span: Span, running: int, zone: ZoneInfo) -> list[Span]:
    """What is read and kept together of the days of a span up to `running`, where the pane that is
    counted now ends: closed days whole, of the running one what is older than half an hour, and
    the rest.
    """
    begin = first_instant(local_day(span.begin, zone), zone)
    end = min(span.end, running)
    if begin >= end:
        return []
    days = list(intervals(Span(begin, end), Interval.D1, zone))
    last = days.pop()
    cut = previous_edge(running - HALF_HOUR, Interval.M30, zone)
    if last.end < running or not last.begin < cut < last.end:
        return [*days, last]
    return [*days, Span(last.begin, cut), Span(cut, last.end)]


def counted_slice(span: Span, value: Value, volume: int) -> CountedSlice:
    """A half hour's figure as its parts; of a count the value is the numerator."""
    return CountedSlice(
        span.begin, span.end, _exact(value.numerator), _exact(value.denominator), volume
    )


def _exact(number: float | None) -> Decimal:
    """A count, or a sum of seconds to the millisecond, as a decimal."""
    if number is None:
        return Decimal(0)
    return Decimal(number) if isinstance(number, int) else Decimal(f"{number:.3f}").normalize() + 0


_Key = tuple[str, str, str, Span]
"""Tenant, version of the contract, metric, chunk"""


def _key(view: TenantView, terms: ContractTerms, metric: Metric, chunk: Span) -> _Key:
    return view.tenant, terms.name, metric.id, chunk


def running_until(view: TenantView) -> int:
    """Where the pane that is counted now ends."""
    pane = view.board.rules.pane
    return view.now - view.now % pane + pane


def _places(
    view: TenantView, terms: ContractTerms, metric: Metric, day: Span
) -> tuple[QueueChannel, ...]:
    """The queues and channels of a metric as the definitions have them when a day begins."""
    in_force = view.known.at(day.begin)
    return tuple(
        one
        for one in view.board.known_queue_channels(view.tenant)
        if covers(in_force, terms.client, metric.scope, *one[1:])
    )


def _hours(view: TenantView, terms: ContractTerms, metric: Metric, day: Span) -> list[Span]:
    calendar = view.known.at(day.begin).calendars.get(metric.calendar or "")
    return half_hours(day.begin, day.end, calendar, terms.zone)


def _parts(
    view: TenantView, metric: Metric, queue_channels: Sequence[QueueChannel], at: int
) -> Parts:
    """The contract's own policy; of other KPIs those of the queues."""
    if metric.policy is not None:
        return [(metric.policy, queue_channels)]
    known = PoliciesInForce(AS_IN_FORCE, view.known, view.known.at(at))
    return by_policy(known, queue_channels) or [(known.policy("", ""), [])]


def _selection(view: TenantView, queue_channels: Sequence[QueueChannel]) -> Selection:
    queues, channels = (tuple(sorted(set(names))) for names in _columns(queue_channels))
    return Selection(view.tenant, queues, channels, By.QUEUE_AND_CHANNEL)


def _columns(queue_channels: Sequence[QueueChannel]) -> Iterator[list[str]]:
    yield [queue for _, queue, _ in queue_channels]
    yield [channel for _, _, channel in queue_channels]
