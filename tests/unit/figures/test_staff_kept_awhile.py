"""The staffing of floors for whoever asks every second: small ones are read anew, larger ones are
believed for a while.
"""

import asyncio

from floorpulse.contracts.agents import Entered
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.staffing.queues import StaffedFloor
from floorpulse.figures.staffing.reading import AWHILE, SMALL, StaffKeptAwhile
from tests.fakes.floor import answered
from tests.fakes.world import NOW, World


class Asked:
    """A floor of so many queues with one agent each, and somebody who asks for its staffing."""

    def __init__(self, queues: int) -> None:
        self.world = World()
        self.world.floor.put(
            *(answered(NOW - 60_000, 5, 30, f"q{number}") for number in range(queues))
        )
        for number in range(queues):
            self.come(f"agent-{number}", f"q{number}")
        self.kept = StaffKeptAwhile(self.world.query.of(LiveFigures))

    def come(self, agent: str, queue: str) -> None:
        at = self.world.now - 1000
        self.world.floor.enter(agent, Entered(at, "available", (queue,), "", "east", "hangzhou"))
        self.world.tell()

    def floor(self) -> StaffedFloor | None:
        return asyncio.run(self.kept.floor(self.world.floors.view("demo")))


def agents(floor: StaffedFloor | None) -> int:
    assert floor is not None
    return floor.agents("q0")


def test_a_small_floor_is_read_anew_whenever_somebody_asks() -> None:
    asked = Asked(3)
    assert agents(asked.floor()) == 1

    asked.come("bob", "q0")
    assert agents(asked.floor()) == 2


def test_a_larger_floor_is_believed_for_a_while() -> None:
    asked = Asked(SMALL + 1)
    assert agents(asked.floor()) == 1

    asked.come("bob", "q0")
    asked.world.now += AWHILE - 1
    asked.world.tell()
    assert agents(asked.floor()) == 1

    asked.world.now += 1
    asked.world.tell()
    assert agents(asked.floor()) == 2


def test_a_floor_without_agents_has_no_staffing() -> None:
    assert Asked(0).floor() is None
