"""The model contact centre in virtual time: its events through the real fold onto the board of a
world, which answers as the API does.

scenario ─► wire ─► partition (the engine's fold) ─► updates ─► board ─► routes of a `World`
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.updates import PaneRow, Update
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpis.plan import Slot
from floorpulse.simulator.domain.demand import SLOT
from floorpulse.simulator.domain.foretold import foretold
from floorpulse.simulator.domain.scenarios import Scenario
from floorpulse.simulator.domain.spans import DAY, HOUR, SECOND
from floorpulse.simulator.domain.wire import Delivery, Wire
from tests.fakes.definitions import definitions
from tests.fakes.engine import MemoryStore
from tests.fakes.world import World

DEMO = Path(__file__).parents[2] / "services" / "demo" / "definitions" / "demo.yaml"
MIDNIGHT = 1_794_326_400_000
"""2026-11-11T00:00:00+08:00, which the floor's own clock shows too"""
ZONE = "Asia/Shanghai"
ALLOWANCE = 15_000
EVERY_ROW = 1 << 30


class SimulatedFloor:
    """A floor that opened at an `hour` of the eleventh of November, and the world that shows it.

    The forecast of the scenario is in force; definitions are the demo's.
    """

    def __init__(self, scenario: Scenario, seed: int, hour: float) -> None:
        start = MIDNIGHT + round(hour * HOUR)
        self.scenario = scenario
        self.world = World(make=lambda steady: Board(Rules(ZoneInfo(ZONE)), steady))
        self.world.definitions = definitions(DEMO.read_text("utf-8"))
        self.world.now = start
        self.delivered: list[AnyEvent] = []
        self._store = MemoryStore()
        self._partition: Partition = self._store.own(0)
        self._wire = Wire(self.scenario, seed, start, (start - MIDNIGHT) % DAY)
        self._offset = 0
        asyncio.run(self._foretell(start))

    def run(self, to: float, step: int = 15 * SECOND) -> Iterator[int]:
        """Run to an hour of the day; every `step` milliseconds the board is told, and the instant
        given out.
        """
        until = MIDNIGHT + round(to * HOUR)
        while self.world.now < until:
            self.world.now = min(until, self.world.now + step)
            self._take(self._wire.before(self.world.now))
            yield self.world.now

    def reach(self, to: float) -> None:
        """Run to an hour of the day, telling the board each minute."""
        for _ in self.run(to, 60 * SECOND):
            pass

    @property
    def visits(self) -> Mapping[VisitKey, Visit]:
        """Every visit, as it is known by now."""
        return self._partition.visits.rows

    def _take(self, deliveries: list[Delivery]) -> None:
        events = [replace(one.event, tenant="demo") for one in deliveries]
        self.delivered += events
        self.hear(events)

    def hear(self, events: Sequence[AnyEvent]) -> None:
        """Take in events, and tell the board."""
        numbered = list(enumerate(events, self._offset))
        self._offset += len(events)
        partition = self._partition
        partition.apply(numbered, self._offset)
        while wanted := partition.wanted:
            partition.join(wanted, self._store.find(0, wanted))
        partition.applied += len(events)
        now = self.world.now
        partition.advance([int(event.at) for event in events], now, ALLOWANCE)
        self.world.board.take(self._update(now), now)

    def _update(self, now: int) -> Update:
        partition = self._partition
        panes = partition.panes.take_unpublished(EVERY_ROW)
        return Update(
            partition=0,
            log_id=partition.log_id,
            generation=partition.generation,
            epoch=partition.epoch,
            next_offset=partition.published_offset,
            published_at=now,
            lag=0,
            applied=partition.applied,
            dead=0,
            watermark=partition.watermark,
            rows=[PaneRow(*pane.key, pane.revision, dict(pane.cells)) for pane in panes],
            gauges=partition.gauges(now),
            agents=partition.agents.take_unpublished(),
            talks=partition.visits.presence.take_talks(everything=False),
            heard=[],
            sequence=now,
        )

    async def _foretell(self, start: int) -> None:
        intervals = foretold(self.scenario, start, (start - MIDNIGHT) % DAY, start + DAY + SLOT)
        slots = [
            Slot(
                one.queue.id,
                one.queue.channel,
                one.begin,
                one.begin + SLOT,
                one.volume,
                round(one.aht, 1),
                one.staffed,
            )
            for one in intervals
        ]
        await self.world.forecasts.put("demo", slots, "simulator", "the roster's")
