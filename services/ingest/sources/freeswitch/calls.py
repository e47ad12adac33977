"""Callers in the queues of mod_callcenter: what an event says of them.

    member-queue-start, -resume ─► offered
    bridge-agent-start ─ kept ─► "In a queue call" of that agent ─► answered, at the bridge's start
                              └► bridge-agent-end, not bridged    ─► nothing
    bridge-agent-end ─► ended         bridge-agent-fail ─► missed
    member-queue-end, cancelled ─► abandoned, left

The start of a bridge is told before it is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from floorpulse.contracts.events import LeftReason
from floorpulse.ingest.sources.freeswitch.message import CallCenterEvent, EventBody
from floorpulse.ingest.sources.payloads import identity

MOST_CALLS = 100_000
"""Callers whose last stay is remembered"""
NOT_MISSED = frozenset(("LOSE_RACE", "ORIGINATOR_CANCEL", "PICKED_OFF"))
"""Causes by which a telephone stopped ringing that are not its agent's doing"""
GAVE_UP = frozenset(("BREAK_OUT", "NONE", ""))
WENT_BY: dict[str, LeftReason] = {
    "TIMEOUT": "timeout",
    "NO_AGENT_TIMEOUT": "empty",
    "EXIT_WITH_KEY": "key",
}


@dataclass(eq=False)
class CallerStay:
    """The last stay of a caller's channel."""

    start: CallCenterEvent
    is_answered: bool = False


class CallersOfQueues:
    """The callers of one FreeSWITCH."""

    def __init__(self) -> None:
        self._stays: dict[str, CallerStay] = {}
        self._tried: dict[str, CallCenterEvent] = {}
        self._rings: dict[tuple[str, str], int] = {}
        self._channels: dict[str, CallCenterEvent] = {}
        self._on_hold: set[str] = set()

    def entered(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A caller entered a queue; after a stay that was answered, somebody passed them on."""
        before = self._stays.pop(event.contact, None)
        if before is not None and before.is_answered and before.start.stay != event.stay:
            body = before.start.event("transferred", event.at, to_queue=event.queue or None)
            yield {**body, "id": identity(event.name, "t")}
        self._stays[event.contact] = CallerStay(event)
        if len(self._stays) > MOST_CALLS:
            del self._stays[next(iter(self._stays))]
        yield event.event(
            "offered", queue=event.queue, customer=event.text("CC-Member-CID-Number") or None
        )

    def rings(self, event: CallCenterEvent) -> None:
        """A caller is offered to an agent."""
        self._rings[event.agent, event.stay] = event.at

    def failed(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """An agent was offered a caller and did not answer."""
        since = self._rings.pop((event.agent, event.stay), None)
        if event.text("CC-Hangup-Cause").upper() in NOT_MISSED:
            return
        about = event.event("missed", agent=event.agent, queue=event.queue or None)
        rang = {} if since is None else {"ring_ms": max(0, event.at - since)}
        yield {**about, "type": "agent.missed", **rang}

    def tries(self, event: CallCenterEvent) -> None:
        """A caller and an agent are about to be joined."""
        self._tried[event.agent] = event

    def joined(self, agent: str) -> Iterator[EventBody]:
        """The agent is in a call of a queue: what was tried has come true."""
        event = self._tried.pop(agent, None)
        if event is None:
            return
        self._rings.pop((agent, event.stay), None)
        self._answered(event.contact)
        if channel := event.text("CC-Agent-UUID"):
            self._channels[channel] = event
        yield event.event("answered", agent=agent, queue=event.queue or None)

    def parted(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A bridge ended, or never was."""
        channel = event.text("CC-Agent-UUID")
        self._channels.pop(channel, None)
        self._on_hold.discard(channel)
        if event.text("CC-Agent-Bridged").lower() == "false":
            self._tried.pop(event.agent, None)
            return
        tried = self._tried.get(event.agent)
        if tried is not None and tried.stay == event.stay:
            yield from self.joined(event.agent)
        self._answered(event.contact)
        yield event.event("ended")

    def left(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A caller is out of the queue: after a talk, or by another door."""
        if event.text("CC-Cause").lower() != "cancel":
            return
        reason = event.text("CC-Cancel-Reason").upper()
        if reason in GAVE_UP and event.text("Answer-State").lower() == "hangup":
            yield event.event("abandoned", queue=event.queue or None)
        else:
            yield event.event("left", reason=WENT_BY.get(reason, "other"))

    def held(self, event: CallCenterEvent, *, holds: bool) -> Iterator[EventBody]:
        """An agent's channel holds the call, or takes it back."""
        channel = event.text("Unique-ID", "Channel-Call-UUID")
        bridge = self._channels.get(channel)
        if bridge is None or holds == (channel in self._on_hold):
            return
        self._on_hold ^= {channel}
        body = bridge.event("held" if holds else "resumed", event.at)
        yield {**body, "id": event.name}

    def _answered(self, contact: str) -> None:
        if stay := self._stays.get(contact):
            stay.is_answered = True
