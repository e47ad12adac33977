"""Members of queues, as the manager interface tells of them, and the state of the agent that comes
of it.

    in a call of a queue ─► busy        rung ─► ringing       at no telephone ─► offline
    paused in every queue ─► break      telephone in use ─► busy           else ─► available
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from floorpulse.ingest.sources.asterisk_ami.message import (
    IN_USE,
    LONGEST_REASON,
    AmiEvent,
    EventBody,
)

AWAY = frozenset((4, 5))
RINGS = 6
NOT_IN_USE = 1
SECOND = 1000
MOST_QUEUES = 64

QueueTelephone = tuple[str, str]
"""A queue and the telephone by which an agent serves it"""


@dataclass(frozen=True)
class Membership:
    """How an agent serves a queue by one telephone; `status` is Asterisk's number of the
    telephone's state.
    """

    paused: bool = False
    reason: str = ""
    status: int = NOT_IN_USE
    in_call: bool = False


@dataclass(eq=False)
class QueueMember:
    """What is known of one agent.

    `rung` are the callers for whom the agent's telephone rings; `told` is what was told last, and
    at which instant.
    """

    memberships: dict[QueueTelephone, Membership] = field(default_factory=dict)
    has_served: bool = False
    rung: set[str] = field(default_factory=set)
    talks: int = 0
    told: EventBody = field(default_factory=dict)
    told_at: int = 0

    def free(self) -> None:
        """A call is over, or rings no longer: the telephone is free until told otherwise."""
        self.memberships = {
            key: Membership(one.paused, one.reason) if one.status in IN_USE else one
            for key, one in self.memberships.items()
        }

    def following(self, at: int) -> int:
        """The instant of the next state: behind the last one, unless the clock went back."""
        if self.told_at - SECOND < at <= self.told_at:
            return self.told_at + 1
        return at

    @property
    def state(self) -> EventBody:
        """State, queues and reason, as an event has them."""
        served = list(self.memberships.values())
        state = self._state(served)
        paused = {queue for (queue, _), one in self.memberships.items() if one.paused}
        queues = {queue for queue, _ in self.memberships}
        if not paused >= queues:
            queues -= paused
        reason = next((one.reason for one in served if one.paused and one.reason), "")
        return {
            "state": state,
            **({"reason": reason} if reason and state == "break" else {}),
            **({"queues": sorted(queues)[:MOST_QUEUES]} if queues else {}),
        }

    def _state(self, served: list[Membership]) -> str:
        if self.talks or any(one.in_call and one.status in IN_USE for one in served):
            return "busy"
        if self.rung:
            return "ringing"
        if all(one.status in AWAY for one in served) and (served or self.has_served):
            return "offline"
        if served and all(one.paused for one in served):
            return "break"
        return self._of_telephone(served)

    def _of_telephone(self, served: list[Membership]) -> str:
        if any(one.status in IN_USE for one in served):
            return "busy"
        return "ringing" if any(one.status == RINGS for one in served) else "available"


class QueueMembers:
    """The agents of one Asterisk."""

    def __init__(self) -> None:
        self._known: dict[str, QueueMember] = {}

    def serves(self, event: AmiEvent) -> Iterable[EventBody]:
        """An agent serves a queue, and how: added, paused, or the telephone changed."""
        member = self._member(event)
        member.has_served = True
        member.memberships[event.queue, event.interface] = Membership(
            paused=event.fields.number("Paused") == 1,
            reason=(event.fields.text("PausedReason") or "")[:LONGEST_REASON],
            status=int(event.fields.number("Status") or 0),
            in_call=event.fields.number("InCall") == 1,
        )
        return self._told(event.member, event.at)

    def removed(self, event: AmiEvent) -> Iterable[EventBody]:
        """An agent no longer serves a queue."""
        member = self._member(event)
        member.has_served = True
        member.memberships.pop((event.queue, event.interface), None)
        return self._told(event.member, event.at)

    def rung(self, event: AmiEvent) -> Iterable[EventBody]:
        """An agent's telephone rings for a caller."""
        self._member(event).rung.add(event.channel())
        return self._told(event.member, event.at)

    def rings_no_longer(self, event: AmiEvent) -> Iterable[EventBody]:
        """An agent's telephone stopped ringing for a caller."""
        self._member(event)
        return self._quiet(event.member, event.channel(), event.at)

    def all_quiet(self, caller: str, at: int) -> Iterable[EventBody]:
        """No telephone rings for this caller any more."""
        for name, member in self._known.items():
            if caller in member.rung:
                yield from self._quiet(name, caller, at)

    def talks(self, agent: str, number: int, at: int) -> Iterable[EventBody]:
        """An agent has so many calls of queues."""
        member = self._known.setdefault(agent, QueueMember())
        if number < member.talks:
            member.free()
        member.talks = number
        return self._told(agent, at)

    def only(self, present: set[tuple[str, QueueTelephone]], at: int) -> Iterable[EventBody]:
        """A list of all who serve a queue is complete: who is not on it serves it no longer."""
        for name, member in self._known.items():
            gone = {key for key in member.memberships if (name, key) not in present}
            for key in gone:
                del member.memberships[key]
            if gone:
                yield from self._told(name, at)

    def _quiet(self, name: str, caller: str, at: int) -> Iterable[EventBody]:
        member = self._known[name]
        member.rung.discard(caller)
        if not member.rung and not member.talks:
            member.free()
        return self._told(name, at)

    def _member(self, event: AmiEvent) -> QueueMember:
        return self._known.setdefault(event.member, QueueMember())

    def _told(self, name: str, at: int) -> Iterable[EventBody]:
        member = self._known[name]
        state = member.state
        if state == member.told:
            return ()
        member.told = state
        member.told_at = member.following(at)
        return ({"type": "agent.state", "at": member.told_at, "agent": name, **state},)
