"""The queues of a floor with their agents: who lacks some, and who has some to lend."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from floorpulse.board.domain.windows import Window
from floorpulse.figures.staffing.allocation import Shares, Skills
from floorpulse.figures.staffing.arrivals import AN_HOUR, ExpectedArrivals
from floorpulse.kpis.formulas.lending import Demand, Prediction, predicted, required, spare
from floorpulse.kpis.policies import ServiceLevelPolicy


class HandleTime(StrEnum):
    """Where a handle time comes from."""

    MEASURED = "measured"
    FORECAST = "forecast"


@dataclass(frozen=True)
class StaffedQueue:
    """A queue with its agents, and what is expected of it. `aht` is seconds.

    Erlang A is asked when somebody wants to know: it costs a hundred times what the rest does.
    """

    queue: str
    policy: ServiceLevelPolicy
    arrivals: ExpectedArrivals
    aht: float
    aht_basis: HandleTime
    agents: int = 0

    @cached_property
    def now(self) -> Prediction:
        """How it fares with the agents it has."""
        return self.with_agents(self.agents)

    @cached_property
    def required(self) -> int:
        """The fewest agents that keep its promise."""
        return required(self.demand, self.policy)

    @property
    def demand(self) -> Demand:
        """What comes to it."""
        return Demand(self.arrivals.expected / AN_HOUR, self.aht)

    @cached_property
    def spare(self) -> int:
        """Agents beyond those it requires."""
        return spare(self.demand, self.agents, self.policy)

    @property
    def missing(self) -> int:
        """Agents that it lacks."""
        return max(0, self.required - self.agents)

    def with_agents(self, agents: int) -> Prediction:
        """How it would fare with so many."""
        return predicted(self.demand, agents, self.policy)

    def keeps(self, outlook: Prediction) -> bool:
        """Whether its promise is kept so; nothing can break it where nothing comes."""
        return outlook.service_level is None or outlook.service_level >= self.policy.target


class NotReckonedError(Exception):
    """A question that cannot be answered: `title` is the kind of trouble, the message says what is
    wrong and what to do.
    """

    title = "Nothing to reckon with"


class NoAgentsError(NotReckonedError):
    """Nobody's state was told."""

    title = "No agents known"

    def __init__(self) -> None:
        super().__init__(
            "no agent who serves a queue is at work, as far as states were told; send agent.state "
            "events with the queues that each agent serves"
        )


class TooManyError(NotReckonedError):
    """More agents are to be moved than are there."""

    title = "More agents than there are"


@dataclass(frozen=True)
class StaffedFloor:
    """All queues of a floor for which staffing can be reckoned, with their agents.

    `unknown` are queues without a handle time, neither measured nor forecast.
    """

    as_of: int
    window: Window
    queues: Mapping[str, StaffedQueue]
    unknown: frozenset[str]
    shares: Shares

    def queue(self, name: str) -> StaffedQueue:
        """The queue of that name; NotReckonedError where nothing can be said of it."""
        known = self.queues.get(name)
        if known is not None:
            return known
        if name in self.unknown:
            detail = (
                f"{name}: no contact was completed in the last {self.window.value} and none is "
                "forecast, so its handle time is not known; ask for a longer window=, or upload a "
                "forecast. (A queue whose contacts may wait for hours, or whose clock runs in "
                "business hours, is not reckoned with: Erlang's models are of people in a line)"
            )
        else:
            detail = f"{name}: nothing came lately and nobody waits; ask when contacts come"
        raise NotReckonedError(detail)

    def movable(self, giver: str, taker: str) -> int:
        """Agents who are counted for `giver` and do not serve `taker` already."""
        return sum(agents for skills, agents in self._parts.get(giver, ()) if taker not in skills)

    def lendable(self, giver: StaffedQueue, taker: str) -> int:
        """How many agents a queue can lend without breaking its own promise."""
        return min(giver.spare, self.movable(giver.queue, taker))

    def agents(self, queue: str) -> int:
        """How many agents are counted for a queue."""
        return self._counted[queue]

    @cached_property
    def staffed(self) -> frozenset[str]:
        """The queues that any agent at work serves."""
        return frozenset(self._counted)

    @cached_property
    def _counted(self) -> Counter[str]:
        """The agents that are counted for each queue."""
        counted = Counter[str]()
        for shares in self.shares.values():
            counted.update(shares)
        return counted

    @cached_property
    def _parts(self) -> Mapping[str, Sequence[tuple[Skills, int]]]:
        """Who is counted for each queue, by the queues that they serve."""
        found: dict[str, list[tuple[Skills, int]]] = {}
        for skills, shares in self.shares.items():
            for queue, agents in shares.items():
                found.setdefault(queue, []).append((skills, agents))
        return found

    @cached_property
    def _givers(self) -> list[StaffedQueue]:
        """The queues with agents to spare."""
        return [one for one in self.queues.values() if one.spare]

    def lenders(self, taker: str) -> list[tuple[StaffedQueue, int]]:
        """The queues that can lend somebody to `taker`, those with most first."""
        found = [(one, self.lendable(one, taker)) for one in self._givers if one.queue != taker]
        able = [(one, number) for one, number in found if number]
        return sorted(able, key=lambda pair: (-pair[1], pair[0].queue))
