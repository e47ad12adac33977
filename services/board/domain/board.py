"""One reader's board: the merged picture, which takes rows, gauges and positions as they come.

Update ──► rows (highest revision stays) ──► series ──► groups
       └─► position, gauges (newest owner stays)
"""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from floorpulse.board.domain.first_offers import first_offers
from floorpulse.board.domain.folded_news import FoldedGauges, FoldedNews
from floorpulse.board.domain.folded_rows import FoldedRows
from floorpulse.board.domain.gauge_news import NO_GAUGES, GaugeNews, gauges_of
from floorpulse.board.domain.picture import Picture
from floorpulse.board.domain.positions import Position, position_of
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import (
    QueueChannel,
    QueueChannelSpan,
    Series,
    SeriesGroup,
    series_keys_of,
)
from floorpulse.board.domain.windows import HOUR
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.updates import Gauge, PaneRow, Update
from floorpulse.counting.growth import growth_of

FOLDED_AT_ONCE = 10
"""Folded queues that are pruned in one step"""
TAKEN_AT_ONCE = 40
"""Queues whose news are merged in one step: some tenths of a millisecond"""


class Board(Picture):
    """One reader's merged picture, and who watches it."""

    def __init__(self, rules: Rules, steady: Callable[[], int]) -> None:
        super().__init__(rules, steady)
        self._together: dict[int, FoldedGauges] = {}
        self._idle_since = 0
        self._watched: list[set[QueueChannel]] = []

    def take(self, update: Update, at: int, *, live: bool = True) -> bool:
        """Merge an update at once, see `taking`; True where its partition started a new log or has
        a new owner.
        """
        return any(list(self.taking(update, at, live=live)))

    def taking(self, update: Update, at: int, *, live: bool = True) -> Iterator[bool]:
        """Merge an update in small steps, so that others may work between them; a step that yields
        True started a new log of its partition, or is the first word of a new owner: what the
        former one wrote and did not live to tell is durable, and nobody tells it any more.

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
        news = gauges_of(update, known) if newest else NO_GAUGES
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
        yield known is not None and position.owner > known.owner

    def _take_queues(
        self,
        partition: int,
        rows: Mapping[QueueChannel, list[PaneRow]],
        news: "GaugeNews",
    ) -> Iterator[bool]:
        """The rows and gauges of an update, queue by queue; without any the gauges stay as they
        are.
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
                behind.rows += theirs
                if held.get(queue_channel) != gauge:
                    behind.gauges.append((place, queue_channel, gauge))
            else:
                for row in theirs:
                    self.take_row(partition, row)
                if gauged:
                    self._take_gauge(queue_channel, partition, gauge)
            if number % TAKEN_AT_ONCE == 0:
                yield False
        self._take_folded(partition, behind)

    def _take_folded(self, partition: int, folded: FoldedNews) -> None:
        """The rows and gauges of an update's folded queues."""
        for row in folded.rows:
            self.take_row(partition, row)
        together = self._together.setdefault(partition, FoldedGauges())
        for place, gauge in together.take(folded, self._gauged[partition]).items():
            self._set_gauge(place, partition, gauge)

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
        if row.start < self.since:
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
        begun = start if first is None else first
        if start < self._idle_since:
            self.names.note(queue_channel)
            since, until = self._long_ago.get(queue_channel, (begun, start))
            self._long_ago[queue_channel] = (min(since, begun), max(until, start))
            return
        place = self.names.place(queue_channel)
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

    def prune(self, now: int) -> None:
        """Drop what lies before the live span."""
        for _ in self.pruning(now):
            pass

    def pruning(self, now: int) -> Iterator[None]:
        """The same in small steps, so that others may work between them."""
        self.since = self.live_since(now)
        self._idle_since = now - self.rules.idle
        self.agents.settle(now)
        self.names.recount(
            queue_channel
            for queue_channel, last in self.last_seen.items()
            if last >= self._idle_since
        )
        kept: list[Series | SeriesGroup] = [*self.series.values(), *self._groups.values()]
        for one in kept:
            one.forget(self.since)
            yield
        for number, (queue_channel, rows) in enumerate(list(self._folded.items())):
            if not rows.forget(self.since):
                self._folded.pop(queue_channel, None)
            if number % FOLDED_AT_ONCE == 0:
                yield


def _each(
    rows: Mapping[QueueChannel, object],
    told: Mapping[QueueChannel, object],
    held: Iterable[QueueChannel],
) -> Iterator[QueueChannel]:
    """Every queue and channel of these once; `held` may change meanwhile."""
    gone = [one for one in held if one not in told and one not in rows]
    return chain(rows, (one for one in told if one not in rows), gone)
