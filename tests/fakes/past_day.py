"""Hours of the model contact centre to look back at: stored as they are known afterwards, and told
once more to a board that hears of every event the instant it happens.

lived      events, late and twice as networks are ──► visits as known afterwards ──► `later`
punctual   the same events, each when it happened ──► `then`
"""

from functools import cache
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board, Rules
from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.events import AgentStateChanged, AnyEvent
from floorpulse.contracts.updates import PaneRow
from floorpulse.kpi_engine.fold.agents import entered
from floorpulse.simulator.domain.scenarios import Scenario
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
        self.later = World(
            make=lambda steady: Board(Rules(ZoneInfo(ZONE)), steady), floor=_stored(lived)
        )
        self.later.now = self.end
        self.later.definitions = lived.world.definitions
        self.later.forecasts = lived.world.forecasts
        self.later.tell()

    def reach(self, at: int) -> None:
        """Live through all that happened up to an instant, that included; never back."""
        first = self._heard
        while self._heard < len(self.events) and _at(self.events[self._heard]) <= at:
            self._heard += 1
        self.then.now = at
        self._punctual.hear(self.events[first : self._heard])


def _stored(lived: SimulatedFloor) -> MemoryFloor:
    """What is known at the end."""
    floor = SettledFloor(watermark=lived.world.now)
    for (tenant, contact, number), visit in lived.visits.items():
        floor.visits_of[tenant, f"{contact}#{number}"] = visit
    floor.entered += [
        AgentNow("demo", one.agent, entered(one))
        for one in lived.delivered
        if isinstance(one, AgentStateChanged)
    ]
    return floor


def _at(event: AnyEvent) -> int:
    return int(event.at)
