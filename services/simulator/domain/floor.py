"""The floor: the whole contact centre, moved forward in simulated time."""

from floorpulse.simulator.domain.crew import ModelCrew, staff
from floorpulse.simulator.domain.customers import Customers
from floorpulse.simulator.domain.hall import Hall
from floorpulse.simulator.domain.scenarios import Scenario
from floorpulse.simulator.domain.stays import Conversation, Happening


class ModelFloor:
    """A contact centre that runs from `start` (epoch milliseconds) for as long as it is advanced.

    `opening` is what the clock on its wall shows at `start`, in milliseconds since midnight. The
    same arguments give the same events byte for byte, however the time is cut. Happenings come in
    order of time; no agent ever has two conversations; every stay ends in exactly one way, at the
    latest when the floor closes.
    """

    def __init__(self, scenario: Scenario, seed: int, start: int, opening: int) -> None:
        self._hall = Hall(scenario, seed, start, opening)
        customers = Customers(self._hall)
        crew = ModelCrew(self._hall, customers)
        for agent in staff(self._hall):
            self._hall.env.process(crew.career(agent))
        self._hall.env.process(customers.come())

    def now(self) -> int:
        """The last instant the floor has reached, epoch milliseconds."""
        return self._hall.now()

    def advance(self, to: int) -> list[Happening]:
        """Everything that happens before `to` (epoch milliseconds) and was not told yet; a `to` in
        the past is nothing.
        """
        if to > self.now():
            self._hall.env.run(until=to - self._hall.start)
        return self._hall.scribe.take()

    def close(self) -> list[Happening]:
        """End every stay now: who waits is sent away (`left`, `closed`), conversations end, agents
        go home.

        The floor must not be advanced afterwards.
        """
        hall = self._hall
        for ticket in hall.desk.waiting():
            hall.scribe.left(ticket.stay, "closed")
        for conversation in hall.present.conversations.values():
            self._break_off(conversation)
        for agent in hall.present.agents.values():
            hall.scribe.state(agent, "offline")
        return hall.scribe.take()

    def _break_off(self, conversation: Conversation) -> None:
        scribe = self._hall.scribe
        now = self.now()
        if conversation.answered_at is None:
            scribe.left(conversation.stay, "closed")
            return
        if conversation.held_since is not None:
            conversation.hold += now - conversation.held_since
        if conversation.ended_at is None:
            conversation.ended_at = now
            scribe.ended(conversation)
        scribe.wrapped(conversation)
