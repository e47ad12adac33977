"""The wire: what the floor tells, in the order in which a network that repeats and delays lets it
arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from floorpulse.contracts.events import AnyEvent
from floorpulse.simulator.domain.floor import ModelFloor
from floorpulse.simulator.domain.scenarios import Scenario
from floorpulse.simulator.domain.spans import ModelSpan, chance
from floorpulse.simulator.domain.stays import Happening
from floorpulse.simulator.domain.truth import Truth, when

LATENESS = ModelSpan(20, 1.2)


@dataclass(frozen=True)
class Noise:
    """Shares of events that are told twice and told late; `lateness` is how long such a telling
    takes.
    """

    duplicated: float = 0.0
    delayed: float = 0.0
    lateness: ModelSpan = LATENESS


NO_NOISE = Noise()


class Delivery(NamedTuple):
    """An event that arrives at `due` (epoch milliseconds), at its own instant or later."""

    due: int
    number: int
    event: AnyEvent


class Network:
    """Carries events; what is delayed stays under way until its time.

    floor    a b c d e
    arrives  a   c d b' e a'      b delayed, a told twice
    """

    def __init__(self, noise: Noise, rng: Random) -> None:
        self._noise = noise
        self._rng = rng
        self._carried = 0
        self._under_way: list[Delivery] = []

    def carry(self, happenings: Sequence[Happening]) -> None:
        """Take events on; they arrive at their own instant unless delayed, some of them a second
        time.
        """
        for happening in happenings:
            self._push(happening.event, self._noise.delayed)
            if self._rng.random() < self._noise.duplicated:
                self._push(happening.event, 1.0)

    def arrived(self, before: int | None = None) -> list[Delivery]:
        """The events that arrive before that instant (epoch milliseconds), in order; None:
        everything under way.
        """
        out: list[Delivery] = []
        while self._under_way and (before is None or self._under_way[0].due < before):
            out.append(heappop(self._under_way))
        return out

    def _push(self, event: AnyEvent, delayed: float) -> None:
        late = self._noise.lateness.draw(self._rng) if self._rng.random() < delayed else 0
        self._carried += 1
        heappush(self._under_way, Delivery(when(event) + late, self._carried, event))


class Wire:
    """A floor heard through a network, with the truth of what it did.

    The same scenario, seed, start (epoch milliseconds), opening (milliseconds since the floor's
    midnight) and noise give the same deliveries, byte for byte and in the same order, however the
    time is cut.
    """

    def __init__(
        self, scenario: Scenario, seed: int, start: int, opening: int = 0, noise: Noise = NO_NOISE
    ) -> None:
        self._floor = ModelFloor(scenario, seed, start, opening)
        self._network = Network(noise, chance(seed, "network"))
        self.truth = Truth()

    def before(self, instant: int) -> list[Delivery]:
        """The events that arrive before `instant` (epoch milliseconds) and were not returned yet,
        in order of arrival.
        """
        self._listen(self._floor.advance(instant))
        return self._network.arrived(instant)

    def close(self) -> list[Delivery]:
        """End every stay and deliver all that is under way; the wire is silent afterwards."""
        self._listen(self._floor.close())
        return self._network.arrived()

    def _listen(self, happenings: Sequence[Happening]) -> None:
        for happening in happenings:
            self.truth.observe(happening)
        self._network.carry(happenings)
