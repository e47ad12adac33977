"""Publishes live updates: the partitions' panes, gauges, agents and sources, as they change and at
least once a second; those of a partition that is behind, every few seconds.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

import msgspec

from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.updates import PaneRow, Update
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.slices import Told
from floorpulse.kpi_engine.ports import LiveChannel
from floorpulse.kpi_engine.publish.backlog import HEARTBEAT, SELDOM, Backlog
from floorpulse.kpi_engine.publish.gauges import GaugeNews, ToldGauges
from floorpulse.kpi_engine.publish.sources import PartitionSources
from floorpulse.runtime.clock import now_ms, steady_ms
from floorpulse.runtime.tracing import MOST, TraceParent

ALL_TALKS = 10_000
"""Milliseconds after which all visits in progress are told, also those that readers know"""
ROWS_AN_UPDATE = 1_000
DAY = 86_400_000


class Publisher:
    """Publishes updates of partitions; spans in milliseconds.

    The steady clock measures how long ago something happened: the wall clock may be set meanwhile.
    """

    def __init__(self, live: LiveChannel, allowance: int) -> None:
        self._live = live
        self._allowance = allowance
        self._sequence = count(1)
        self._last_event: dict[int, int] = {}
        self._last_update: dict[int, int] = {}
        self._backlogs: dict[int, Backlog] = {}
        self._all_talks: dict[int, int] = {}
        self._gauges: dict[int, ToldGauges] = {}
        self._sources: dict[int, PartitionSources] = {}
        self._traces: dict[int, list[TraceParent]] = {}

    def begin(self, number: int) -> None:
        """A partition is taken over: its silence counts from now."""
        self._last_event[number] = steady_ms()

    def end(self, number: int) -> None:
        """A partition is given up."""
        self._last_update.pop(number, None)
        self._backlogs.pop(number, None)
        self._all_talks.pop(number, None)
        self._gauges.pop(number, None)
        self._sources.pop(number, None)
        self._traces.pop(number, None)

    def note(self, number: int, told: Told) -> None:
        """Events of a partition that tell this were applied now."""
        self._last_event[number] = now = steady_ms()
        self._sources.setdefault(number, PartitionSources()).note(told, now)

    def follow(self, number: int, traces: Sequence[TraceParent]) -> None:
        """The next update of a partition carries on these traces."""
        if traces:
            self._traces[number] = [*self._traces.get(number, ()), *traces][:MOST]

    async def publish(self, partitions: Iterable[Partition], ends: Mapping[int, int]) -> None:
        """Publish what changed, each partition at least once a second that is not behind; `ends`
        are the log's ends by partition.
        """
        now = steady_ms()
        publishing = []
        for partition in partitions:
            end = ends.get(partition.number, partition.next_offset)
            self._idle(partition, now, end)
            if self._due(partition, now, end):
                self._last_update[partition.number] = now
                publishing.append(self._publish(partition, end))
        # One request; all are over when one has failed.
        for published in await asyncio.gather(*publishing, return_exceptions=True):
            if isinstance(published, BaseException):
                raise published

    def _due(self, partition: Partition, now: int, end: int) -> bool:
        """Whether it is time to tell of a partition."""
        number = partition.number
        offset = partition.next_offset
        backlog = self._backlogs.setdefault(number, Backlog(now, offset))
        left = backlog.left(now, offset, end)
        last = self._last_update.get(number)
        if last is None or now - last >= min(max(left, HEARTBEAT), SELDOM):
            return True
        return left <= HEARTBEAT and partition.panes.has_unpublished

    def _idle(self, partition: Partition, now: int, end: int) -> None:
        silent = now - self._last_event.get(partition.number, now) >= self._allowance
        partition.wait(now_ms(), self._allowance, idle=silent and partition.next_offset >= end)

    async def _publish(self, partition: Partition, end: int) -> None:
        while True:
            panes = partition.panes.take_unpublished(ROWS_AN_UPDATE)
            last = not partition.panes.has_unpublished
            agents = partition.agents.take_unpublished() if last else []
            update = self._update(partition, panes, end, last=last, agents=agents)
            if last:
                update = self._with_talks(update, partition)
            traces = self._traces.pop(partition.number, []) if last else []
            try:
                await self._live.publish(update, traces)
            except BaseException:
                self.follow(partition.number, traces)
                partition.panes.not_published(panes)
                partition.agents.not_published(agents)
                self._all_talks.pop(partition.number, None)
                self._gauges.pop(partition.number, None)
                raise
            if last:
                return

    def _update(
        self,
        partition: Partition,
        panes: list[Pane],
        end: int,
        *,
        last: bool,
        agents: list[AgentNow],
    ) -> Update:
        now = now_ms()
        sequence = next(self._sequence)
        news = self._gauge_news(partition, now, sequence) if last else GaugeNews(None)
        return Update(
            partition=partition.number,
            log_id=partition.log_id,
            generation=partition.generation,
            epoch=partition.epoch,
            next_offset=partition.published_offset,
            published_at=now,
            lag=max(0, end - partition.published_offset),
            applied=partition.applied,
            dead=partition.dead,
            watermark=partition.watermark,
            rows=[PaneRow(*pane.key, pane.revision, pane.cells) for pane in panes],
            gauges=news.gauges,
            changed=news.changed,
            follows=news.follows,
            agents=agents,
            heard=self._sources[partition.number].take_unpublished(steady_ms())
            if last and partition.number in self._sources
            else [],
            sequence=sequence,
        )

    def _gauge_news(self, partition: Partition, now: int, sequence: int) -> GaugeNews:
        told = self._gauges.setdefault(partition.number, ToldGauges())
        gauges = partition.gauges(self._moment(partition, now))
        return told.news(gauges, sequence, steady_ms())

    def _with_talks(self, update: Update, partition: Partition) -> Update:
        """The update with the visits in progress that changed; every now and then with all, for
        readers that came late or missed some.
        """
        now = steady_ms()
        told = self._all_talks.get(partition.number)
        everything = told is None or now - told >= ALL_TALKS
        if everything:
            self._all_talks[partition.number] = now
        talks = partition.visits.presence.take_talks(everything=everything)
        if not talks and not everything:
            return update
        return msgspec.structs.replace(update, talks=talks, all_talks=everything)

    def _moment(self, partition: Partition, now: int) -> int:
        """The instant by which ages of open visits are judged: event time, which no wall clock of
        ours can set ahead.

        Only where event time is history, as after a replay of old events, does the wall clock
        decide.
        """
        reached = partition.watermark
        return (
            now if reached is None or now - reached >= DAY else min(now, reached + self._allowance)
        )
