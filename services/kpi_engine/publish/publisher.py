"""What readers are told: the partitions' panes, gauges, agents and sources, as they change and at
least once a second.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from services.contracts.agents import AgentNow
from services.contracts.events import AnyEvent
from services.contracts.updates import PaneRow, Update
from services.kpi_engine.fold.panes import Pane
from services.kpi_engine.fold.partition import Partition
from services.kpi_engine.ports import Live
from services.kpi_engine.publish.sources import Sources
from services.runtime.clock import now_ms, steady_ms

HEARTBEAT = 1_000
ROWS_AN_UPDATE = 1_000
DAY = 86_400_000


class Teller:
    """Turns partitions into updates; spans in milliseconds.

    What happened how long ago is measured by the steady clock: the wall clock may be set while this
    runs.
    """

    def __init__(self, live: Live, allowance: int) -> None:
        self._live = live
        self._allowance = allowance
        self._sequence = count(1)
        self._last_event: dict[int, int] = {}
        self._last_update: dict[int, int] = {}
        self._sources: dict[int, Sources] = {}

    def begin(self, number: int) -> None:
        """A partition is taken over: its silence counts from now."""
        self._last_event[number] = steady_ms()

    def end(self, number: int) -> None:
        """A partition is given up."""
        self._last_update.pop(number, None)
        self._sources.pop(number, None)

    def note(self, number: int, events: Sequence[AnyEvent], appended_at: int) -> None:
        """These events of a partition were applied now; the broker had appended them at
        `appended_at`, epoch milliseconds.
        """
        self._last_event[number] = now = steady_ms()
        self._sources.setdefault(number, Sources()).note(events, appended_at, now)

    async def publish(self, partitions: Iterable[Partition], ends: Mapping[int, int]) -> None:
        """Tell what changed, at least once a second each partition; `ends` are the log's ends by
        partition.
        """
        now = steady_ms()
        telling = []
        for partition in partitions:
            end = ends.get(partition.number, partition.next_offset)
            self._idle(partition, now, end)
            last = self._last_update.get(partition.number)
            if partition.panes.untold or last is None or now - last >= HEARTBEAT:
                self._last_update[partition.number] = now
                telling.append(self._tell(partition, end))
        for told in await asyncio.gather(
            *telling, return_exceptions=True
        ):  # one request; all are over when one has failed
            if isinstance(told, BaseException):
                raise told

    def _idle(self, partition: Partition, now: int, end: int) -> None:
        silent = now - self._last_event.get(partition.number, now) >= self._allowance
        partition.wait(now_ms(), self._allowance, idle=silent and partition.next_offset >= end)

    async def _tell(self, partition: Partition, end: int) -> None:
        while True:
            panes = partition.panes.take_untold(ROWS_AN_UPDATE)
            last = not partition.panes.untold
            agents = partition.agents.take_unpublished() if last else []
            update = self._update(partition, panes, end, last=last, agents=agents)
            try:
                await self._live.publish(update)
            except BaseException:
                partition.panes.not_told(panes)
                partition.agents.not_published(agents)
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
        return Update(
            partition=partition.number,
            log_id=partition.log_id,
            generation=partition.generation,
            epoch=partition.epoch,
            next_offset=partition.told_offset,
            published_at=now,
            lag=max(0, end - partition.told_offset),
            applied=partition.applied,
            dead=partition.dead,
            watermark=partition.watermark,
            rows=[PaneRow(*pane.key, pane.revision, dict(pane.cells)) for pane in panes],
            gauges=partition.gauges(self._moment(partition, now)) if last else None,
            agents=agents,
            heard=self._sources[partition.number].told(steady_ms())
            if last and partition.number in self._sources
            else [],
            sequence=next(self._sequence),
        )

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
