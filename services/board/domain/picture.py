"""The merged picture, and its answers for any series and span.

rows, gauges, positions ──► series ──► groups: queue and channel · queue · channel · tenant
                                         └─► sums by window, who is there ──► a reading
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from zoneinfo import ZoneInfo

from floorpulse.board.domain.agents import BoardAgents
from floorpulse.board.domain.ages import Ages
from floorpulse.board.domain.chosen import MANY, ChosenGroups
from floorpulse.board.domain.first_offers import FirstOffers
from floorpulse.board.domain.folded_rows import FoldedRows
from floorpulse.board.domain.positions import Position, lowest_watermark
from floorpulse.board.domain.presence import Present, QueuePresence, by_channel, merged, waits
from floorpulse.board.domain.queue_names import QueueNames
from floorpulse.board.domain.reading import (
    Look,
    There,
    WindowFigures,
    WindowReading,
    added,
    reading_of,
    totals,
    without_outcome,
)
from floorpulse.board.domain.rules import HorizonsOf, Rules
from floorpulse.board.domain.series import Grown, QueueChannel, Series, SeriesGroup, SeriesKey
from floorpulse.board.domain.sources import (
    NOTHING_KNOWN,
    HeardSources,
    Silence,
    SilenceRule,
    SourceNow,
)
from floorpulse.board.domain.windows import HOUR, Span, Window, span_of
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.updates import Gauge
from floorpulse.counting.days import first_instant, local_day
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.formulas.estimated_wait import LOOK_BACK

KEPT = 26 * HOUR


class Picture:
    """What a reader knows of all floors; `version` rises whenever a figure may have changed,
    `floor` when a queue came to it or came back.

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
        self._long_ago: dict[QueueChannel, tuple[int, int]] = {}
        self.agents = BoardAgents(rules.most_agents, rules.horizons.calls.conversation)
        self.sources = HeardSources(rules.silence)
        self.names = QueueNames(rules.most_queues)
        self._folded: dict[QueueChannel, FoldedRows] = {}
        self._queue_channels: dict[str, list[QueueChannel]] = {}
        self._groups: dict[SeriesKey, SeriesGroup] = {}
        self._gauged: dict[int, dict[QueueChannel, Gauge]] = {}
        self._first_offers = FirstOffers()
        self.since = 0
        self._counted: dict[str, Cells] = {}

    def live_since(self, now: int) -> int:
        """Where the live span begins: the local midnight or 26 hours ago, whichever is earlier."""
        return min(first_instant(local_day(now, self.rules.zone), self.rules.zone), now - KEPT)

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

    def began(self, tenant: str) -> int | None:
        """When the first contact of a tenant came, to the minute; None where none ever did."""
        seen = chain(
            self.first_seen.items(), ((one, first) for one, (first, _) in self._long_ago.items())
        )
        return min((at for one, at in seen if one[0] == tenant), default=None)

    def contacts_between(self, queue_channel: QueueChannel) -> tuple[int, int] | None:
        """The starts of the first and the last pane in which a queue and channel had a contact,
        also where it is no longer shown; None where it had none, or is not told apart.
        """
        spans = []
        if queue_channel in self.first_seen:
            spans.append((self.first_seen[queue_channel], self.last_seen[queue_channel]))
        if queue_channel in self._long_ago:
            spans.append(self._long_ago[queue_channel])
        if not spans:
            return None
        return min(first for first, _ in spans), max(last for _, last in spans)

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
        chosen = self.chosen(queue_channels, None)
        there = self._there(series_keys, now)
        return {
            window: WindowFigures(
                there.counted(chosen.cells(window.value, span), span), there.figures
            )
            for window in Window
            for span in (span_of(window, now, self.rules.pane, zone),)
        }

    def chosen(self, queue_channels: Sequence[QueueChannel], channel: str | None) -> ChosenGroups:
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
            return added([one.counted for one in known])
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
        return reading_of(span, totals(groups, name, span), there)

    def look(self, series_keys: Sequence[SeriesKey], now: int) -> Look:
        """A look at one or more series keys, who is there once for all spans that are read."""
        return Look(self._groups_of(series_keys), self._there(series_keys, now))

    def grown(self, series_keys: Sequence[SeriesKey]) -> Grown | None:
        """How much a series key has grown; None of several, and where nothing is known of it."""
        group = self._groups.get(series_keys[0]) if len(series_keys) == 1 else None
        return None if group is None else group.grown

    def _there(self, series_keys: Sequence[SeriesKey], now: int) -> There:
        present = self._present(series_keys, now)
        return There(present, now, self._young(series_keys, now) if present.unresolved else now)

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
                yield start, added(cells)

    def throughput(self, series_keys: Sequence[SeriesKey], now: int) -> Cells:
        """What the half hour up to the current pane counted."""
        current = now - now % self.rules.pane
        return self.cells(series_keys, Span(current - 1000 * LOOK_BACK, current), "pace")

    def cells(self, series_keys: Sequence[SeriesKey], span: Span, name: str) -> Cells:
        """What a span counted, whoever waits; the named sum is kept."""
        return added([group.total(name, span).cells for group in self._groups_of(series_keys)])

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
