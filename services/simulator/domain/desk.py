"""The desk: who waits, who is idle, and who gets whom."""

from collections.abc import Iterable

from floorpulse.simulator.domain.scenarios import Queue
from floorpulse.simulator.domain.stays import Agent, Ticket


class Desk:
    """Lines of waiting tickets and idle agents; a ticket waits only while no idle agent has its
    skill.

    An arrival goes to the agent who has been idle longest, an agent takes the highest priority,
    then the oldest offer.
    """

    def __init__(self, queues: Iterable[Queue]) -> None:
        self._lines: dict[str, dict[Ticket, None]] = {queue.id: {} for queue in queues}
        self._idle: dict[str, dict[Agent, None]] = {queue: {} for queue in self._lines}

    def join(self, ticket: Ticket) -> Agent | None:
        """The idle agent who takes this ticket and is idle no more; None: the ticket waits."""
        queue = ticket.stay.queue.id
        agent = next(iter(self._idle[queue]), None)
        if agent is None:
            self._lines[queue][ticket] = None
        else:
            self.rise(agent)
        return agent

    def leave(self, ticket: Ticket) -> None:
        """This ticket waits no more."""
        del self._lines[ticket.stay.queue.id][ticket]

    def next_for(self, agent: Agent) -> Ticket | None:
        """The ticket this agent takes now, out of line; None: there is nothing to do."""
        heads = [next(iter(line)) for queue in agent.team.skills if (line := self._lines[queue])]
        ticket = min(
            heads, key=lambda head: (-head.stay.queue.priority, head.stay.offered_at), default=None
        )
        if ticket is not None:
            self.leave(ticket)
        return ticket

    def rest(self, agent: Agent) -> None:
        """This agent is idle."""
        for queue in agent.team.skills:
            self._idle[queue][agent] = None

    def rise(self, agent: Agent) -> None:
        """This agent is idle no more."""
        for queue in agent.team.skills:
            del self._idle[queue][agent]

    def length(self, queue: Queue) -> int:
        """The number of those who wait."""
        return len(self._lines[queue.id])

    def waiting(self) -> list[Ticket]:
        """Everybody who waits, queue by queue, the oldest first."""
        return [ticket for line in self._lines.values() for ticket in line]
