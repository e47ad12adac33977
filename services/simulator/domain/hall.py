"""The hall: what customers and agents share — simulated time, the desk, the scribe, who is
present.
"""

from dataclasses import dataclass, field
from random import Random

from simpy import Environment, Timeout

from floorpulse.simulator.domain.desk import Desk
from floorpulse.simulator.domain.scenarios import Scenario
from floorpulse.simulator.domain.scribe import Scribe
from floorpulse.simulator.domain.spans import DAY, chance
from floorpulse.simulator.domain.stays import Present


@dataclass
class Hall:
    """One floor's shared state.

    Simulated time counts whole milliseconds from `start` (epoch milliseconds), when the floor's
    clock on the wall shows `opening` (milliseconds since its midnight).
    """

    scenario: Scenario
    seed: int
    start: int
    opening: int
    env: Environment = field(default_factory=Environment)
    present: Present = field(default_factory=Present)

    def __post_init__(self) -> None:
        """Set up what depends on the fields."""
        self.desk = Desk(self.scenario.queues)
        self.scribe = Scribe(f"simulator:{self.scenario.name}:{self.seed}:{self.start}", self.now)

    def now(self) -> int:
        """The floor's instant, epoch milliseconds."""
        return self.start + int(self.env.now)

    def time_of_day(self) -> int:
        """The time of day on the floor, in milliseconds since midnight."""
        return (self.opening + int(self.env.now)) % DAY

    def pause(self, span: int) -> Timeout:
        """An event `span` milliseconds from now."""
        return self.env.timeout(span)

    def chance(self, purpose: str) -> Random:
        """A random stream for one purpose."""
        return chance(self.seed, purpose)
