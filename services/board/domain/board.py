"""The merged picture itself: takes rows, gauges and positions as they come, answers for any series
and span.

Update ──► rows (highest revision stays) ──► series ──► groups: queue and channel · queue · channel
· tenant
       └─► position, gauges (newest owner stays)
"""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.agents import BoardAgents
from floorpulse.board.domain.ages import Ages
from floorpulse.board.domain.chosen import MANY, ChosenGroups
from floorpulse.board.domain.first_offers import FirstOffers, first_offers
from floorpulse.board.domain.folded_news import FoldedNews, GaugeSum
from floorpulse.board.domain.folded_rows import FoldedRows
from floorpulse.board.domain.positions import Position, lowest_watermark, position_of
from floorpulse.board.domain.queue_names import OTHER, QueueNames
from floorpulse.board.domain.series import (
    Grown,
    Present,
    QueueChannel,
    QueueChannelSpan,
    QueuePresence,
    Series,
    SeriesGroup,
    SeriesKey,
    Sum,
    by_channel,
    merged,
    waits,
)
from floorpulse.board.domain.sources import (
    NOTHING_KNOWN,
    HeardSources,
    Silence,
    SilenceRule,
    SourceNow,
)
from floorpulse.board.domain.windows import HOUR, MINUTE, Span, Window, span_of
from floorpulse.contracts.cells import LEFT, Cell, Cells, add
from floorpulse.contracts.horizons import Horizons, usual
from floorpulse.contracts.updates import Gauge, PaneRow, Update
from floorpulse.contracts.visits import Longest
from floorpulse.counting.days import first_instant, local_day
from floorpulse.counting.growth import growth_of
from floorpulse.kpis.figures import MomentFigures, SpanFigures
from floorpulse.kpis.formulas.estimated_wait import LOOK_BACK

DAY = 24 * HOUR
KEPT = 26 * HOUR
_SLACK = 5 * MINUTE
FOLDED_AT_ONCE = 10
"""Folded queues that are pruned in one step"""
TAKEN_AT_ONCE = 40
"""Queues whose news are merged in one step: some tenths of a millisecond"""
GAUGES_AT_ONCE = 500
"""Gauges sorted by queue in one step, before any of them is merged: some tenths of a millisecond"""
USUAL = usual(Longest(4 * HOUR, 4 * HOUR))
HorizonsOf = Callable[[str, int], Horizons]
"""How long visits of a tenant are believed at an instant, epoch milliseconds"""
_OUTCOMES = (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values())


@dataclass(frozen=True)
class Rules:
    """How a board reads: `zone` of days, `pane` length, `grace` before silence is stale, both
    milliseconds, and how long visits are believed, where the definitions say nothing of it.

    A queue without a contact for `idle` milliseconds is no longer shown. A source that is quiet for
    `silence` milliseconds and longer than usual is silent (0: never). Of one tenant at most
    `most_queues` queues and channels are told apart, and `most_agents` agents named; further queues
    are counted in one, further agents without their names.
    """

    zone: ZoneInfo
    pane: int = MINUTE
    grace: int = 10_000
    idle: int = 35 * DAY
    silence: int = 0
    most_queues: int = 2000
    most_agents: int = 20_000
    horizons: Horizons = USUAL


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


class Board:
    """One reader's merged picture; `version` rises whenever a figure may have changed, `floor` when
    a queue came to it or came back.

    Ages are measured by `steady`, milliseconds of a clock that nobody sets: how old news is depends
    on no other host's clock, and on no step of the reader's own. `horizons_of` tells for how long
    visits of a tenant are believed at an instant: the rules' own, until somebody who knows the
    definitions says otherwise.
    """

    def __init__(self, rules: Rules, steady: Callable[[], int]) -> None:
        self.rules = rules
        self.steady = steady
        self.version = 0
        self.floor = 0
        self.horizons_of: HorizonsOf = lambda _tenant, _at: rules.horizons
        self.counting = False
        self.positions: dict[int, Position] = {}
        self.ages = Ages(self.positions, rules.grace, steady)
        self.series: dict[QueueChannel, Series] = {}
        self.first_seen: dict[QueueChannel, int] = {}
        self.last_seen: dict[QueueChannel, int] = {}
        self.agents = BoardAgents(rules.most_agents, rules.horizons.calls.conversation)
        self.sources = HeardSources(rules.silence)
        self.names = QueueNames(rules.most_queues)
        self._folded: dict[QueueChannel, FoldedRows] = {}
        self._queue_channels: dict[str, list[QueueChannel]] = {}
        self._groups: dict[SeriesKey, SeriesGroup] = {}
        self._gauged: dict[int, dict[QueueChannel, Gauge]] = {}
        self._first_offers = FirstOffers()
        self._since = 0
        self._idle_since = 0
        self._watched: list[set[QueueChannel]] = []
        self._counted: dict[str, Cells] = {}

    # ------------------------------------------------------------- taking

    def take(self, update: Update, at: int, *, live: bool = True) -> bool:
        """Merge an update at once, see `taking`; True where its partition started a new log."""
        return any(list(self.taking(update, at, live=live)))

    def taking(self, update: Update, at: int, *, live: bool = True) -> Iterator[bool]:
        """Merge an update in small steps, so that others may work between them; a step that yields
        True started a new log of its partition.

        Between two steps each queue shows the update wholly or not at all: its rows and its gauge
        are taken together, those of folded queues in one step. The partition's position comes last,
        so that no figure is told as fresh before it is. Changed gauges that follow an update that
        is not known say nothing, nor does the position that comes with them. The reader knew at the
        steady instant `at` that the update was published; one that is not `live` stood in the feed
        before the reader listened, and says nothing about now. The rows of a set that comes in
        several records are taken as they come; its position and gauges come with the last.
        """
        rows: dict[QueueChannel, list[PaneRow]] = {}
        for row in update.rows:
            rows.setdefault((row.tenant, row.queue, row.channel), []).append(row)
        known = self.positions.get(update.partition)
        position = position_of(update)
        newest = known is None or known.order <= position.order
        news = _gauges_of(update, known) if newest else NO_GAUGES
        firsts = first_offers(news.told or ())
        self._first_offers.lower(update.partition, firsts)
        yield from self._take_queues(update.partition, rows, news)
        if news.everything:
            self._first_offers.replace(update.partition, firsts)
        self._take_people(update, at, newest=newest)
        if news.told is None or not self.take_position(position):
            return
        if live:
            self.ages.freshness.hear(position, update.lag, at)
        yield known is not None and update.generation > known.generation

    def _take_queues(
        self,
        partition: int,
        rows: Mapping[QueueChannel, list[PaneRow]],
        news: "_GaugeNews",
    ) -> Iterator[bool]:
        """The rows and gauges of an update, queue by queue; without any the gauges stay as they
        are.

        A folded queue is noted as held before its sum is: an update that is given up half-way is
        followed by one that sums anew.
        """
        held = self._gauged.setdefault(partition, {})
        yield False
        told: dict[QueueChannel, Gauge | None] = {}
        yield from news.by_queue_channel(told)
        behind = FoldedNews()
        concerned = _each(rows, told, held if news.everything else ())
        for number, queue_channel in enumerate(concerned, 1):
            theirs = rows.get(queue_channel, ())
            gauge = told.get(queue_channel)
            gauged = queue_channel in told or (news.everything and queue_channel in held)
            place = self.names.place(queue_channel) if gauged else queue_channel
            if place[1] == OTHER and gauged:
                behind.put(place, queue_channel, gauge, theirs)
                if gauge is not None:
                    held[queue_channel] = gauge
            else:
                for row in theirs:
                    self.take_row(partition, row)
                if gauged:
                    self._take_gauge(queue_channel, partition, gauge)
            if number % TAKEN_AT_ONCE == 0:
                yield False
        self._take_folded(partition, behind, everything=news.everything)

    def _take_folded(self, partition: int, folded: FoldedNews, *, everything: bool) -> None:
        """The rows and gauges of an update's folded queues; where it does not tell of everything,
        those that it does not tell of are added to the others.
        """
        for row in folded.rows:
            self.take_row(partition, row)
        held = self._gauged[partition]
        for queue_channel in folded.empty:
            held.pop(queue_channel, None)
        for place, theirs in folded.gauges.items():
            together = theirs if everything else self._summed(place, held)
            self._set_gauge(place, partition, together.shown(place))

    def _summed(self, place: QueueChannel, held: Mapping[QueueChannel, Gauge]) -> GaugeSum:
        """The gauges of all queues that are counted in one."""
        together = GaugeSum()
        for queue_channel, gauge in held.items():
            mine = queue_channel[0] == place[0] and queue_channel[2] == place[2]
            if mine and self.names.place(queue_channel) == place:
                together.add(gauge)
        return together

    def _take_gauge(self, queue_channel: QueueChannel, partition: int, gauge: Gauge | None) -> None:
        """Keep a queue's gauge of a partition where it says anything new."""
        held = self._gauged[partition]
        if held.get(queue_channel) == gauge:
            return
        self._set_gauge(queue_channel, partition, gauge)
        if gauge is None:
            del held[queue_channel]
        else:
            held[queue_channel] = gauge

    def _take_people(self, update: Update, at: int, *, newest: bool) -> None:
        for agent in update.agents:
            self.version += self.agents.take(agent)
        if newest and (update.talks or update.all_talks):
            self.version += self.agents.take_talks(
                update.partition,
                update.talks,
                update.watermark or update.published_at,
                everything=update.all_talks,
            )
        for source in update.heard:
            self.sources.take(update.partition, source, at)

    def take_position(self, position: Position) -> bool:
        """Keep the position unless a newer one is known; whether it was kept."""
        known = self.positions.get(position.partition)
        if known is not None and known.order > position.order:
            return False
        self.positions[position.partition] = position
        return True

    def load_position(self, position: Position, at: int) -> None:
        """Keep a durable position that was read at the steady instant `at`, unless newer news is
        known.
        """
        self.take_position(position)
        self.ages.freshness.load(position.partition, at - position.age)

    def take_row(self, partition: int, row: PaneRow) -> None:
        """Keep the row unless a newer one is known or it lies before the live span."""
        queue_channel = row.tenant, row.queue, row.channel
        self._see(queue_channel, row.start)
        if row.start < self._since:
            return
        place = self.names.place(queue_channel)
        series = self._series(place)
        change = (
            series.take(partition, row)
            if place[1] != OTHER
            else self._fold(queue_channel, series, partition, row)
        )
        if not change:
            return
        growth = growth_of(change)
        if self.counting:
            add(series.counted, change)
            add(self._counted.setdefault(place[0], {}), change)
        for series_key in series_keys_of(place):
            self._groups[series_key].changed(row, change, growth)
        self._changed(place)

    def _fold(
        self, queue_channel: QueueChannel, series: Series, partition: int, row: PaneRow
    ) -> Cells:
        change = self._folded.setdefault(queue_channel, FoldedRows()).take(partition, row)
        if change:
            series.fold(row, change)
        return change

    def take_queue_channels(self, queue_channels: Iterable[QueueChannelSpan]) -> None:
        """Remember queues and channels, the first known first, with the starts of their first and
        their last pane.
        """
        for queue_channel, first, last in queue_channels:
            self._see(queue_channel, last, first)

    def _see(self, queue_channel: QueueChannel, start: int, first: int | None = None) -> None:
        """Note that a queue and channel had a contact; one of long ago takes no place from those of
        now.
        """
        if start < self._idle_since:
            self.names.note(queue_channel)
            return
        place = self.names.place(queue_channel)
        begun = start if first is None else first
        if begun < self.first_seen.get(place, begun + 1):
            self.first_seen[place] = begun
        known = self.last_seen.get(place)
        if known is None:
            insort(self._queue_channels.setdefault(place[0], []), place)
        if known is None or known < start:
            self.floor += known is None or start - known >= HOUR
            self.last_seen[place] = start

    def _set_gauge(self, queue_channel: QueueChannel, partition: int, gauge: Gauge | None) -> None:
        gauges = self._series(queue_channel).gauges
        if gauge is None:
            gauges.pop(partition, None)
        else:
            gauges[partition] = gauge
        for series_key in series_keys_of(queue_channel):
            self._groups[series_key].seen = None
        self._changed(queue_channel)

    def _changed(self, place: QueueChannel) -> None:
        """Figures of a queue and channel may have changed."""
        self.version += 1
        for watched in self._watched:
            watched.add(place)

    def watch(self) -> set[QueueChannel]:
        """A set to which every queue and channel is added whose panes or gauges change; whoever
        asked for it empties it.
        """
        watched: set[QueueChannel] = set()
        self._watched.append(watched)
        return watched

    def unwatch(self, watched: set[QueueChannel]) -> None:
        """Add to this set no longer."""
        self._watched = [one for one in self._watched if one is not watched]

    def _series(self, queue_channel: QueueChannel) -> Series:
        known = self.series.get(queue_channel)
        if known is None:
            known = self.series[queue_channel] = Series(queue_channel, self.rules.pane)
            for series_key in series_keys_of(queue_channel):
                self._groups.setdefault(series_key, SeriesGroup()).join(known)
        return known

    # ------------------------------------------------------------- the live span

    def live_since(self, now: int) -> int:
        """Where the live span begins: the local midnight or 26 hours ago, whichever is earlier."""
        return min(first_instant(local_day(now, self.rules.zone), self.rules.zone), now - KEPT)

    def prune(self, now: int) -> None:
        """Drop what lies before the live span."""
        for _ in self.pruning(now):
            pass

    def pruning(self, now: int) -> Iterator[None]:
        """The same in small steps, so that others may work between them."""
        self._since = self.live_since(now)
        self._idle_since = now - self.rules.idle
        self.agents.settle(now)
        self.names.recount(
            queue_channel
            for queue_channel, last in self.last_seen.items()
            if last >= self._idle_since
        )
        kept: list[Series | SeriesGroup] = [*self.series.values(), *self._groups.values()]
        for one in kept:
            one.forget(self._since)
            yield
        for number, (queue_channel, rows) in enumerate(list(self._folded.items())):
            if not rows.forget(self._since):
                self._folded.pop(queue_channel, None)
            if number % FOLDED_AT_ONCE == 0:
                yield

    # ------------------------------------------------------------- age

    def stale_since(self, now: int) -> int | None:
        """See `Ages.stale_since`."""
        return self.ages.stale_since(now)

    def as_of(self, now: int) -> int:
        """See `Ages.as_of`."""
        return self.ages.as_of(now)

    def silence(self, tenant: str, known: Mapping[str, SilenceRule] = NOTHING_KNOWN) -> Silence:
        """Which sources of a tenant are silent, and which queues' figures stand because of it."""
        return self.sources.silence(tenant, self.steady(), known)

    def all_sources(
        self, tenant: str, known: Mapping[str, SilenceRule] = NOTHING_KNOWN
    ) -> list[SourceNow]:
        """All sources of a tenant, by name."""
        return self.sources.all(tenant, self.steady(), known)

    def watermark(self) -> int | None:
        """Event time that all partitions have passed."""
        return lowest_watermark(self.positions.values())

    # ------------------------------------------------------------- answers

    def queue_channels(self, tenant: str, now: int) -> list[QueueChannel]:
        """The queues and channels of a tenant's floor, sorted: those that had a contact lately."""
        since = now - self.rules.idle
        return [
            queue_channel
            for queue_channel in self._queue_channels.get(tenant, ())
            if self.last_seen[queue_channel] >= since
        ]

    def tenants(self) -> list[str]:
        """All tenants that ever had a contact, sorted."""
        return self.names.tenants()

    def known_queue_channels(self, tenant: str) -> list[QueueChannel]:
        """All queues and channels that a tenant ever had, sorted."""
        return self.names.queue_channels(tenant)

    def folded(self, tenant: str) -> tuple[int, int]:
        """How many queues of a tenant are counted in `OTHER`, and how many agents are not listed by
        name.
        """
        return len(self.names.folded(tenant)), self.agents.folded(tenant)

    def queues(self, tenant: str) -> AbstractSet[str]:
        """The names of all queues that a tenant ever had."""
        return self.names.queues(tenant)

    def channels(self, tenant: str, queue: str) -> AbstractSet[str]:
        """The channels that a queue ever had."""
        return self.names.channels(tenant, queue)

    def read(
        self,
        series_keys: Sequence[SeriesKey],
        window: Window,
        now: int,
        zone: ZoneInfo | None = None,
    ) -> WindowReading:
        """The figures of a window over one or more series keys (which must not overlap), as of
        `now`; days are those of `zone`.
        """
        span = span_of(window, now, self.rules.pane, zone or self.rules.zone)
        return self.read_span(series_keys, span, now, window.value)

    def read_all(
        self, queue_channels: Sequence[QueueChannel], now: int, zone: ZoneInfo
    ) -> dict[Window, WindowFigures]:
        """The figures of every window over queues and channels of one tenant, as of `now`; who is
        there is looked at once.
        """
        series_keys: list[SeriesKey] = list(queue_channels)
        chosen = self._chosen(queue_channels, None)
        there = self._there(series_keys, now)
        return {
            window: WindowFigures(
                there.counted(chosen.cells(window.value, span), span), there.figures
            )
            for window in Window
            for span in (span_of(window, now, self.rules.pane, zone),)
        }

    def _chosen(self, queue_channels: Sequence[QueueChannel], channel: str | None) -> ChosenGroups:
        """The groups of queues and channels of one tenant, all of `channel` unless that is None."""
        series_keys: list[SeriesKey] = list(queue_channels)
        chosen = self._groups_of(series_keys)
        if len(chosen) < MANY:
            return ChosenGroups(chosen)
        whole = self._groups[queue_channels[0][0], None, channel]
        mine = set(queue_channels)
        others: list[SeriesKey] = [
            member.queue_channel for member in whole.members if member.queue_channel not in mine
        ]
        if len(others) >= len(chosen):
            return ChosenGroups(chosen)
        return ChosenGroups([whole], self._groups_of(others))

    def counted(self, queue_channels: Sequence[QueueChannel]) -> Cells:
        """What queues and channels of one tenant counted since the board counts; not to be
        changed.
        """
        known = [self.series[one] for one in queue_channels if one in self.series]
        if len(known) == 1:
            return known[0].counted
        if len(known) < MANY:
            return _added([one.counted for one in known])
        mine = set(queue_channels)
        total = dict(self._counted[queue_channels[0][0]])
        for member in self._groups[queue_channels[0][0], None, None].members:
            if member.queue_channel not in mine:
                add(total, member.counted, -1)
        return total

    def read_span(
        self, series_keys: Sequence[SeriesKey], span: Span, now: int, name: str | None = None
    ) -> WindowReading:
        """The same over any span of whole panes inside the live span; a named sum is kept, for
        spans that move slowly.
        """
        there = self._there(series_keys, now)
        groups = self._groups_of(series_keys)
        return _reading(span, _totals(groups, name, span), there)

    def look(self, series_keys: Sequence[SeriesKey], now: int) -> "Look":
        """A look at one or more series keys, who is there once for all spans that are read."""
        return Look(self._groups_of(series_keys), self._there(series_keys, now))

    def grown(self, series_keys: Sequence[SeriesKey]) -> Grown | None:
        """How much a series key has grown; None of several, and where nothing is known of it."""
        group = self._groups.get(series_keys[0]) if len(series_keys) == 1 else None
        return None if group is None else group.grown

    def _there(self, series_keys: Sequence[SeriesKey], now: int) -> "_There":
        present = self._present(series_keys, now)
        return _There(present, now, self._young(series_keys, now) if present.unresolved else now)

    def _groups_of(self, series_keys: Sequence[SeriesKey]) -> list[SeriesGroup]:
        return [
            self._groups[series_key] for series_key in series_keys if series_key in self._groups
        ]

    def panes_back(self, series_key: SeriesKey, span: Span) -> Iterator[tuple[int, Cells]]:
        """The panes of a series key that start in `span` and are not empty, the newest first, by
        their starts.
        """
        group = self._groups.get(series_key)
        if group is None:
            return
        first = -(-span.begin // self.rules.pane) * self.rules.pane
        for start in reversed(range(first, span.end, self.rules.pane)):
            cells = group.pane(start)
            if cells:
                yield start, _added(cells)

    def throughput(self, series_keys: Sequence[SeriesKey], now: int) -> Cells:
        """What the half hour up to the current pane counted."""
        current = now - now % self.rules.pane
        return self.cells(series_keys, Span(current - 1000 * LOOK_BACK, current), "pace")

    def cells(self, series_keys: Sequence[SeriesKey], span: Span, name: str) -> Cells:
        """What a span counted, whoever waits; the named sum is kept."""
        return _added([group.total(name, span).cells for group in self._groups_of(series_keys)])

    def waits(self, series_keys: Sequence[SeriesKey], span: Span, now: int) -> tuple[int, ...]:
        """Waits so far of the visits that were offered in `span` and wait now, milliseconds."""
        first = self._first_offers.of(series_keys[0][0]) if series_keys else None
        if first is None or span.end <= first:
            return ()
        return waits(self._present(series_keys, now).within(span), now)

    def unresolved(
        self, series_keys: Sequence[SeriesKey], counted: SpanFigures, span: Span, now: int
    ) -> int:
        """How many visits of `span`, of which all else was counted, have no outcome and are too old
        to wait.
        """
        open_visits = without_outcome(counted.cells) - len(counted.waits)
        if open_visits <= 0 or span.begin >= self._young(series_keys, now):
            return 0
        return min(open_visits, self._present(series_keys, now).unresolved)

    def _young(self, series_keys: Sequence[SeriesKey], now: int) -> int:
        """Visits that were offered from this instant on are not too old to wait, on any channel;
        of some series keys.
        """
        horizons = self.horizons_of(series_keys[0][0], now)
        return now - horizons.shortest_wait

    def offered(self, series_key: SeriesKey, span: Span) -> int:
        """How many contacts were offered in the panes that start in `span`."""
        members: Sequence[Series | FoldedRows] = (
            self._groups[series_key].members
            if series_key in self._groups
            else self._folded_rows(series_key)
        )
        return sum(member.offered_in(span) for member in members)

    def _folded_rows(self, series_key: SeriesKey) -> list[FoldedRows]:
        return [
            self._folded[queue_channel]
            for queue_channel in self._folded_queue_channels(series_key)
            if queue_channel in self._folded
        ]

    def _folded_queue_channels(self, series_key: SeriesKey) -> list[QueueChannel]:
        """The queues and channels of a folded queue; none of any other."""
        tenant, queue, channel = series_key
        if queue is None or queue not in self.names.folded(tenant):
            return []
        return [
            (tenant, queue, one) for one in self.channels(tenant, queue) if channel in (None, one)
        ]

    def _present(self, series_keys: Sequence[SeriesKey], now: int) -> QueuePresence:
        """Who is there; the engine judges ages by event time, which a replay of old events leaves
        years behind.
        """
        if not series_keys:
            return QueuePresence()
        horizons = self.horizons_of(series_keys[0][0], now)
        if len(series_keys) == 1:
            return self._presence(series_keys[0]).aged(horizons, now)
        return merged([self._presence(one).aged(horizons, now) for one in series_keys])

    def _presence(self, series_key: SeriesKey) -> Present:
        group = self._groups.get(series_key)
        if group is not None:
            return group.presence()
        queue_channels = self._folded_queue_channels(series_key)
        return Present(
            by_channel(
                [
                    told[queue_channel]
                    for told in self._gauged.values()
                    for queue_channel in queue_channels
                    if queue_channel in told
                ]
            )
        )

    def residual(self, queue_channels: Sequence[QueueChannel], now: int) -> int:
        """Offered − answered − abandoned − left − waiting of queues and channels of one tenant,
        over the panes young enough to hold only waiting visits; must be 0.
        """
        channels: dict[str, list[QueueChannel]] = {}
        for queue_channel in queue_channels:
            if queue_channel in self._groups:
                channels.setdefault(queue_channel[2], []).append(queue_channel)
        return sum(self._residual(theirs, now) for theirs in channels.values())

    def _residual(self, queue_channels: Sequence[QueueChannel], now: int) -> int:
        tenant, _, channel = queue_channels[0]
        longest = self.horizons_of(tenant, now).of(channel)
        youngest = max(now - longest.wait, self._since)
        span = Span(
            youngest - youngest % self.rules.pane + _SLACK,
            now - now % self.rules.pane + self.rules.pane,
        )
        cells = self._chosen(queue_channels, channel).cells("conservation", span)
        there = self._present(list(queue_channels), now)
        return without_outcome(cells) - len(there.within(span))


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


@dataclass(frozen=True)
class _GaugeNews:
    """What an update tells of gauges, None where nothing; of every queue where `everything`."""

    told: Sequence[Gauge] | None
    everything: bool = False

    def by_queue_channel(self, into: dict[QueueChannel, Gauge | None]) -> Iterator[bool]:
        """Put each queue's gauge, None where nobody is in it any more, into a dictionary in small
        steps.
        """
        told = self.told or ()
        for first in range(0, len(told), GAUGES_AT_ONCE):
            for one in told[first : first + GAUGES_AT_ONCE]:
                is_there = self.everything or _anybody(one)
                into[one.tenant, one.queue, one.channel] = one if is_there else None
            yield False


NO_GAUGES = _GaugeNews(None)


def _gauges_of(update: Update, known: Position | None) -> _GaugeNews:
    """What an update tells a reader that stands at a position."""
    if update.changed is None:
        return _GaugeNews(update.gauges, everything=update.gauges is not None)
    if known is None or not known.is_before(update):
        return NO_GAUGES
    return _GaugeNews(update.changed)


def _anybody(gauge: Gauge) -> bool:
    return bool(gauge.waiting or gauge.in_progress or gauge.unresolved or gauge.lasting)


def _each(
    rows: Mapping[QueueChannel, object],
    told: Mapping[QueueChannel, object],
    held: Iterable[QueueChannel],
) -> Iterator[QueueChannel]:
    """Every queue and channel of these once; `held` may change meanwhile."""
    gone = [one for one in held if one not in told and one not in rows]
    return chain(rows, (one for one in told if one not in rows), gone)


class _There:
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

    def __init__(self, groups: Sequence[SeriesGroup], there: _There) -> None:
        self._groups = groups
        self._there = there
        self.present = there.figures
        self.grown = groups[0].grown if len(groups) == 1 else None

    def read(self, spans: Iterable[tuple[str | None, Span]]) -> list[WindowReading]:
        """The figures over several spans, each with its name, as `Board.read_span` has them."""
        return [
            _reading(span, _totals(self._groups, name, span), self._there) for name, span in spans
        ]

    def counts_in(self, span: Span) -> bool:
        """Whether any pane that starts in a span has counted something."""
        return any(group.counts_in(span) for group in self._groups)


def without_outcome(cells: Cells) -> int:
    """How many of the visits that were counted have no outcome yet."""
    return cells.get(Cell.OFFERED, 0) - sum(cells.get(cell, 0) for cell in _OUTCOMES)


def _totals(groups: Sequence[SeriesGroup], name: str | None, span: Span) -> list[Sum]:
    """The groups' sums over a span; named ones are kept."""
    if name is None:
        return [group.added_up(span) for group in groups]
    return [group.total(name, span) for group in groups]


def _reading(span: Span, sums: Sequence[Sum], there: _There) -> WindowReading:
    if len(sums) == 1:
        [only] = sums
        counted = there.counted(only.cells, span)
        return WindowReading(span, counted, there.figures, only.revision, only.state)
    counted = there.counted(_added([one.cells for one in sums]), span)
    revision = max([one.revision for one in sums], default=0)
    return WindowReading(span, counted, there.figures, revision)


def _added(cells: Sequence[Cells]) -> Cells:
    if len(cells) == 1:
        return cells[0]
    total: Cells = {}
    for one in cells:
        add(total, one)
    return total
