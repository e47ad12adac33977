"""The scribe: writes what happens on the floor as canonical events, numbered and stamped."""

from collections.abc import Callable
from typing import TypedDict

from floorpulse.contracts.events import (
    AgentState,
    AgentStateChanged,
    AnyEvent,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactHeld,
    ContactLeft,
    ContactOffered,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
    LeftReason,
)
from floorpulse.simulator.domain.stays import Agent, Conversation, Happening, ModelStay


class Stamp(TypedDict):
    """The fields that every event has."""

    id: str
    source: str
    at: int


class StorySubject(Stamp):
    """The fields that every event about a stay has."""

    contact: str
    visit: int


class Scribe:
    """Keeps happenings in order until they are taken; `clock` tells the floor's instant, epoch
    milliseconds.

    Queues that `tells_spans` get the source's own durations beside the instants; both always agree.
    """

    def __init__(self, source: str, clock: Callable[[], int]) -> None:
        self._source = source
        self._clock = clock
        self._written = 0
        self._pages: list[Happening] = []

    def take(self) -> list[Happening]:
        """Everything written since the last time."""
        pages = self._pages
        self._pages = []
        return pages

    def stamp(self) -> Stamp:
        """The next event's id, its source and its instant."""
        self._written += 1
        return {"id": f"e{self._written}", "source": self._source, "at": self._clock()}

    def about(self, stay: ModelStay) -> StorySubject:
        """A stamp that names the stay."""
        return {**self.stamp(), "contact": stay.contact, "visit": stay.visit}

    def write(self, event: AnyEvent, stay: ModelStay | None) -> None:
        """Put down `event`, which is truly about `stay`."""
        self._pages.append(Happening(event, stay))

    def offered(self, stay: ModelStay) -> None:
        """A contact enters a queue."""
        queue = stay.queue
        priority = queue.priority or None
        about = self.about(stay)
        self.write(
            ContactOffered(
                **about,
                queue=queue.id,
                channel=queue.channel,
                priority=priority,
                customer=stay.customer,
            ),
            stay,
        )

    def answered(self, stay: ModelStay, agent: Agent) -> None:
        """An agent takes it."""
        self.write(
            ContactAnswered(**self.about(stay), agent=agent.name, wait_ms=self._wait(stay)), stay
        )

    def abandoned(self, stay: ModelStay) -> None:
        """The customer gives up."""
        self.write(ContactAbandoned(**self.about(stay), wait_ms=self._wait(stay)), stay)

    def left(self, stay: ModelStay, reason: LeftReason) -> None:
        """The stay ends by another door."""
        self.write(ContactLeft(**self.about(stay), reason=reason, wait_ms=self._wait(stay)), stay)

    def held(self, stay: ModelStay) -> None:
        """The customer is put on hold."""
        self.write(ContactHeld(**self.about(stay)), stay)

    def resumed(self, stay: ModelStay) -> None:
        """The agent is back."""
        self.write(ContactResumed(**self.about(stay)), stay)

    def transferred(self, stay: ModelStay, to_queue: str) -> None:
        """The agent passes the contact on."""
        self.write(ContactTransferred(**self.about(stay), to_queue=to_queue), stay)

    def ended(self, conversation: Conversation) -> None:
        """The conversation is over."""
        stay = conversation.stay
        hold = conversation.hold
        talk = self._clock() - (conversation.answered_at or 0) - hold
        told = stay.queue.tells_spans
        self.write(
            ContactEnded(
                **self.about(stay), talk_ms=talk if told else None, hold_ms=hold if told else None
            ),
            stay,
        )

    def wrapped(self, conversation: Conversation) -> None:
        """The work after the contact is done."""
        stay = conversation.stay
        wrap = self._clock() - (conversation.ended_at or 0)
        self.write(
            ContactWrapped(**self.about(stay), wrap_ms=wrap if stay.queue.tells_spans else None),
            stay,
        )

    def state(self, agent: Agent, state: AgentState, reason: str | None = None) -> None:
        """An agent enters a state: with team and site when coming on duty, with the queues served
        while on it.
        """
        coming = agent.team if agent.state == "offline" else None
        event = AgentStateChanged(
            **self.stamp(),
            agent=agent.name,
            state=state,
            reason=reason,
            queues=None if state == "offline" else list(agent.team.skills),
            team=coming.name if coming else None,
            site=coming.site if coming else None,
        )
        agent.state = state
        self.write(event, None)

    def _wait(self, stay: ModelStay) -> int | None:
        return self._clock() - stay.offered_at if stay.queue.tells_spans else None
