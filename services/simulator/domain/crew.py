"""The crew: agents come on shift, take contacts one at a time, wrap up, go on break and home."""

from random import Random
from typing import NamedTuple

from simpy.events import ProcessGenerator

from floorpulse.contracts.events import AgentState
from floorpulse.simulator.domain.customers import Customers
from floorpulse.simulator.domain.demand import SLOT
from floorpulse.simulator.domain.hall import Hall
from floorpulse.simulator.domain.roster import LENGTH, rostered
from floorpulse.simulator.domain.spans import DAY, MINUTE, SECOND, ModelSpan
from floorpulse.simulator.domain.stays import Agent, Conversation, Ticket

ROUTING = 60
RING = ModelSpan(2.5, 0.5)
HOLD = ModelSpan(45, 0.7)
SHIFT = LENGTH * SLOT
REST = 12 * MINUTE
MEAL = 30 * MINUTE


def staff(hall: Hall) -> list[Agent]:
    """Every agent of the scenario, with a shift from the roster its team's planned load asks
    for.
    """
    agents = list[Agent]()
    for team in hall.scenario.teams:
        agents += [
            Agent(f"{team.name}-{number:03}", team, shift, hall.env.event())
            for number, shift in enumerate(rostered(hall.scenario, team), 1)
        ]
    return agents


class ShiftBreak(NamedTuple):
    """A break: milliseconds into the shift, its length in milliseconds, its reason."""

    after: int
    length: int
    reason: str


def pauses(rng: Random, agent: Agent) -> list[ShiftBreak]:
    """A shift's breaks, in their order."""
    shift = [
        (4 * SLOT, REST, "rest"),
        (agent.shift.meal * SLOT, MEAL, "meal"),
        (13 * SLOT, REST, "rest"),
    ]
    return [
        ShiftBreak(after + rng.randrange(10 * MINUTE), length, reason)
        for after, length, reason in shift
    ]


class ModelCrew:
    """All agents; each is one process, so nobody can be in two conversations."""

    def __init__(self, hall: Hall, customers: Customers) -> None:
        self._hall = hall
        self._customers = customers
        self._rng = hall.chance("crew")

    def career(self, agent: Agent) -> ProcessGenerator:
        """Shift after shift, without end; who should be at work when the floor opens is."""
        elapsed = self._since_start(agent)
        while True:
            if elapsed < SHIFT:
                yield from self._shift(agent, elapsed)
            yield self._hall.pause(DAY - self._since_start(agent))
            elapsed = 0

    def _since_start(self, agent: Agent) -> int:
        return (self._hall.time_of_day() - agent.shift.start) % DAY

    def _shift(self, agent: Agent, elapsed: int) -> ProcessGenerator:
        begun = int(self._hall.env.now) - elapsed
        self._hall.present.agents[agent.name] = agent
        self._enter(agent, "available")
        for after, length, reason in pauses(self._rng, agent):
            if after > elapsed:
                yield from self._serve(agent, begun + after)
                self._enter(agent, "break", reason)
                yield self._hall.pause(length)
        yield from self._serve(agent, begun + SHIFT)
        self._enter(agent, "offline")
        del self._hall.present.agents[agent.name]

    def _serve(self, agent: Agent, until: int) -> ProcessGenerator:
        """Contact after contact; none is begun from `until` (simulated time) on."""
        while self._hall.env.now < until:
            ticket = self._hall.desk.next_for(agent) or (yield from self._idle(agent, until))
            if ticket is None:
                return
            yield from self._converse(Conversation(agent, ticket.stay), ticket)

    def _idle(self, agent: Agent, until: int) -> ProcessGenerator:
        """Wait for a ticket, no longer than `until`; the generator's value is the ticket or
        None.
        """
        hall = self._hall
        if agent.state != "available":
            self._enter(agent, "available")
        agent.called = hall.env.event()
        hall.desk.rest(agent)
        yield agent.called | hall.pause(until - int(hall.env.now))
        if agent.called.triggered:
            return agent.called.value
        hall.desk.rise(agent)
        return None

    def _converse(self, conversation: Conversation, ticket: Ticket) -> ProcessGenerator:
        """Ring, answer, talk, end, wrap up.

        ringing ─► busy: answered ── talk, holds ──► wrap_up: ended ────► wrapped
        """
        hall = self._hall
        agent = conversation.agent
        stay = conversation.stay
        ticket.taken.succeed()
        hall.present.conversations[agent.name] = conversation
        yield hall.pause(ROUTING)
        self._enter(agent, "ringing")
        yield hall.pause(RING.draw(self._rng))
        conversation.answered_at = hall.now()
        hall.scribe.answered(stay, agent)
        self._enter(agent, "busy")
        yield from self._talk(conversation)
        conversation.ended_at = hall.now()
        self._end(conversation)
        self._enter(agent, "wrap_up")
        yield hall.pause(stay.queue.wrap.draw(self._rng))
        hall.scribe.wrapped(conversation)
        del hall.present.conversations[agent.name]

    def _talk(self, conversation: Conversation) -> ProcessGenerator:
        hall = self._hall
        stay = conversation.stay
        talk = SECOND + stay.queue.talk.draw(self._rng)
        if self._rng.random() < stay.queue.holds:
            first = self._rng.randrange(1, talk)
            yield hall.pause(first)
            yield from self._hold(conversation)
            talk -= first
        yield hall.pause(talk)

    def _hold(self, conversation: Conversation) -> ProcessGenerator:
        hall = self._hall
        conversation.held_since = hall.now()
        hall.scribe.held(conversation.stay)
        yield hall.pause(HOLD.draw(self._rng))
        hall.scribe.resumed(conversation.stay)
        conversation.hold += hall.now() - conversation.held_since
        conversation.held_since = None

    def _end(self, conversation: Conversation) -> None:
        """Over or passed on; a contact is passed on once at most, so that nobody is sent in
        circles.
        """
        hall = self._hall
        stay = conversation.stay
        passed_on = (
            stay.visit == 1 and stay.queue.onward and self._rng.random() < stay.queue.transfers
        )
        if passed_on:
            queue = hall.scenario.queue(self._rng.choice(stay.queue.onward))
            hall.scribe.transferred(stay, queue.id)
            self._customers.pass_on(stay, queue)
        hall.scribe.ended(conversation)
        if not passed_on:
            self._customers.part(conversation)

    def _enter(self, agent: Agent, state: AgentState, reason: str | None = None) -> None:
        self._hall.scribe.state(agent, state, reason)
