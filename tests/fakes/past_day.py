"""Hours of the model contact centre to look back at: stored as they are known afterwards, and told
once more to a board that hears of every event the instant it happens.

lived      events, late and twice as networks are ──► visits as known afterwards ──► `later`
punctual   the same events, each when it happened ──► `then`
"""

import asyncio
from collections.abc import Iterable
from functools import cache
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.events import AgentStateChanged, AnyEvent
from floorpulse.contracts.updates import PaneRow
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.agents import entered
from floorpulse.simulator.domain.scenarios import Scenario
from floorpulse.simulator.domain.spans import DAY
from tests.fakes.floor import MemoryFloor
from tests.fakes.simulated import ZONE, SimulatedFloor
from tests.fakes.world import World


class SettledFloor(MemoryFloor):
    """A floor that changes no more: what was counted is counted once."""

    def __hash__(self) -> int:
        return id(self)

    @cache  # noqa: B019  the floor lives as long as the tests that ask it
    def pane_rows(self, partition: int) -> list[PaneRow]:
        return super().pane_rows(partition)


class LaterWorld(World):
    """A world that knows afterwards what a floor lived through."""

    def __init__(self, lived: SimulatedFloor) -> None:
        self._lived = lived
        super().__init__(make=lambda steady: Board(Rules(ZoneInfo(ZONE)), steady))
        self.now = lived.world.now
        self.definitions = lived.world.definitions
        self.tell()

    def stored(self) -> MemoryFloor:
        """What is known at the end."""
        floor = SettledFloor(watermark=self._lived.world.now, visits_of=named(self._lived))
        floor.entered += states(self._lived.delivered)
        return floor


class PastDay:
    """Hours of a scenario: `later` looks back at them, `then` lives through them again."""

    def __init__(self, scenario: Scenario, seed: int, opens: float, closes: float) -> None:
        lived = SimulatedFloor(scenario, seed, opens)
        self.begin = lived.world.now
        lived.reach(closes)
        self.end = lived.world.now
        self.events = sorted((one for one in lived.delivered if _at(one) <= self.end), key=_at)
        self._heard = 0
        self._punctual = SimulatedFloor(scenario, seed, opens)
        self.then = self._punctual.world
        self.later = LaterWorld(lived)
        asyncio.run(self._plan())

    async def _plan(self) -> None:
        """The forecast that was in force is so still."""
        around = Span(self.begin - DAY, self.end + DAY)
        slots = await self.then.forecasts.store.in_force("demo", around)
        await self.later.forecasts.put("demo", slots, "simulator", "the roster's")

    def reach(self, at: int) -> None:
        """Live through all that happened up to an instant, that included; never back."""
        first = self._heard
        while self._heard < len(self.events) and _at(self.events[self._heard]) <= at:
            self._heard += 1
        heard = self.events[first : self._heard]
        self.then.now = at
        self._punctual.hear(heard)
        self.then.floor.visits_of = named(self._punctual)
        self.then.floor.entered += states(heard)


def named(lived: SimulatedFloor) -> dict[tuple[str, str], Visit]:
    """The visits of a floor as a `MemoryFloor` names them."""
    return {
        (tenant, f"{contact}#{number}"): visit
        for (tenant, contact, number), visit in lived.visits.items()
    }


def states(events: Iterable[AnyEvent]) -> list[AgentNow]:
    """The states that agents entered."""
    return [
        AgentNow("demo", one.agent, entered(one))
        for one in events
        if isinstance(one, AgentStateChanged)
    ]


def _at(event: AnyEvent) -> int:
    return int(event.at)
