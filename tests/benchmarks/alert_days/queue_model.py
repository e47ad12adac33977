"""One queue, contact by contact: who comes, waits, gives up or is served, and what its agents do.

    comes ── waits ─┬─► answered ── talk ─► ended ── wrap-up ─► the next one
                    └─► gives up

Written apart from the simulator of the demo and from everything that counts: a label made from it
owes nothing to what is being judged.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import log
from random import Random
from typing import Literal

from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.visits import Visit

SECOND = 1000
MINUTE = 60 * SECOND
HASTY = 0.08
"""Share of callers who give up within seconds, whatever the queue does"""

Step = Literal["comes", "gives_up", "hangs_up", "done", "staff"]


@dataclass(frozen=True)
class Demand:
    """What a queue is made for: contacts an hour and agents in each minute of the day, and spans in
    seconds.
    """

    rate: Sequence[float]
    agents: Sequence[int]
    talk: float = 180
    wrap: float = 30
    patience: float = 150

    @property
    def handle(self) -> float:
        """Mean handle time, seconds."""
        return self.talk + self.wrap


@dataclass(eq=False)
class _Agent:
    name: str
    there: bool = False
    busy: bool = False


@dataclass(eq=False)
class QueueModel:
    """A day of a queue that begins at `start`, epoch milliseconds; the same arguments give the same
    day.
    """

    queue: str
    tenant: str
    start: int
    demand: Demand
    random: Random
    visits: list[Visit] = field(default_factory=list)
    states: list[AgentNow] = field(default_factory=list)
    _steps: list[tuple[int, int, Step, int]] = field(default_factory=list)
    _line: deque[int] = field(default_factory=deque)
    _crew: list[_Agent] = field(default_factory=list)
    _serves: dict[int, _Agent] = field(default_factory=dict)
    _number: int = 0

    def run(self) -> None:
        """Let the day happen."""
        for at in self._arrivals():
            self._plan(at, "comes", 0)
        before = -1
        for minute, agents in enumerate(self.demand.agents):
            if agents != before:
                self._plan(self.start + minute * MINUTE, "staff", agents)
            before = agents
        while self._steps:
            at, _, step, about = heappop(self._steps)
            getattr(self, f"_{step}")(at, about)

    def _plan(self, at: int, step: Step, about: int) -> None:
        self._number += 1
        heappush(self._steps, (at, self._number, step, about))

    def _arrivals(self) -> Iterator[int]:
        """A Poisson process whose rate holds for a minute."""
        for minute, rate in enumerate(self.demand.rate):
            at = 0.0
            while rate > 0 and (at := at + self.random.expovariate(rate / 3600)) < 60:
                yield self.start + minute * MINUTE + round(at * SECOND)

    def _span(self, mean: float, spread: float = 0.5) -> int:
        """A log-normal span, milliseconds."""
        drawn = self.random.lognormvariate(log(mean) - spread**2 / 2, spread)
        return max(SECOND, round(drawn * SECOND))

    # ------------------------------------------------------------- contacts

    def _comes(self, at: int, _: int) -> None:
        number = len(self.visits)
        self.visits.append(Visit(offered_at=at, queue=self.queue))
        agent = next((one for one in self._crew if one.there and not one.busy), None)
        if agent is not None:
            self._serve(at, agent, number)
            return
        self._line.append(number)
        hasty = self.random.random() < HASTY
        patience = self._span(4) if hasty else self._span(self.demand.patience, 0.9)
        self._plan(at + patience, "gives_up", number)

    def _gives_up(self, at: int, number: int) -> None:
        if number in self._line:
            self._line.remove(number)
            self.visits[number].abandoned_at = at

    def _serve(self, at: int, agent: _Agent, number: int) -> None:
        agent.busy = True
        self._serves[number] = agent
        visit = self.visits[number]
        visit.answered_at = at + 2 * SECOND
        visit.agent = agent.name
        self._enter(at, agent, "busy")
        self._plan(visit.answered_at + self._span(self.demand.talk), "hangs_up", number)

    def _hangs_up(self, at: int, number: int) -> None:
        self.visits[number].ended_at = at
        self._enter(at, self._serves[number], "wrap_up")
        self._plan(at + self._span(self.demand.wrap), "done", number)

    def _done(self, at: int, number: int) -> None:
        self.visits[number].wrapped_at = at
        agent = self._serves.pop(number)
        agent.busy = False
        if not agent.there:
            self._enter(at, agent, "offline")
        else:
            self._next(at, agent)

    def _next(self, at: int, agent: _Agent) -> None:
        if self._line:
            self._serve(at, agent, self._line.popleft())
        else:
            self._enter(at, agent, "available")

    # ------------------------------------------------------------- agents

    def _staff(self, at: int, wanted: int) -> None:
        """So many agents are to be there: some come, or leave once their contact is done."""
        while len(self._crew) < wanted:
            self._crew.append(_Agent(f"agent-{len(self._crew) + 1:03}"))
        for number, agent in enumerate(self._crew):
            comes = number < wanted and not agent.there
            leaves = number >= wanted and agent.there
            agent.there = number < wanted
            if comes and not agent.busy:
                self._next(at, agent)
            if leaves and not agent.busy:
                self._enter(at, agent, "offline")

    def _enter(self, at: int, agent: _Agent, state: AgentState) -> None:
        entered = Entered(at, state, (self.queue,), "", "floor", "hangzhou")
        self.states.append(AgentNow(self.tenant, agent.name, entered))
