"""Callers in the queues of mod_callcenter: what an event says of them.

    member-queue-start, -resume ─► offered
    bridge-agent-start ─ kept ─► "In a queue call" of that agent ─► answered, at the bridge's start
                              └► bridge-agent-end, not bridged    ─► nothing
    bridge-agent-end ─► ended         bridge-agent-fail ─► missed
    member-queue-end, cancelled ─► abandoned, left

The start of a bridge is told before it is tried. The end of a stay, or of a talk, repeats in whole
seconds when the caller had joined and the agent had answered: where nobody was listening then, it
is told so, at the last millisecond of the second, for a finer stamp of the same fact wins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from floorpulse.contracts.events import LeftReason
from floorpulse.ingest.sources.freeswitch.message import CallCenterEvent, EventBody
from floorpulse.ingest.sources.payloads import identity

MOST_CALLS = 100_000
"""Calls that are remembered: of some the end is never told"""
NOT_REACHED = frozenset(
    (
        "USER_NOT_REGISTERED",
        "SUBSCRIBER_ABSENT",
        "UNALLOCATED_NUMBER",
        "NO_ROUTE_DESTINATION",
        "DESTINATION_OUT_OF_ORDER",
        "GATEWAY_DOWN",
    )
)
"""Causes by which a telephone never rang; mod_callcenter tries one that is not registered every 5
seconds
"""
NOT_MISSED = NOT_REACHED | {"LOSE_RACE", "ORIGINATOR_CANCEL", "PICKED_OFF"}
"""Causes by which a telephone did not ring, or stopped, that are not its agent's doing"""
GAVE_UP = frozenset(("BREAK_OUT", "NONE", ""))
WENT_BY: dict[str, LeftReason] = {
    "TIMEOUT": "timeout",
    "NO_AGENT_TIMEOUT": "empty",
    "EXIT_WITH_KEY": "key",
}


FAILED = "false"
"""What a bridge was that did not come about, in an event and in the caller's channel"""
LAST_MILLISECOND = 999

Stay = tuple[str, str]
"""A caller's channel, and its stay in a queue"""


@dataclass(eq=False)
class CallerStay:
    """What was told of a stay; `start` is the first event of it that was heard. `is_parted` says
    that a bridge of it was heard to end, or to fail.
    """

    start: CallCenterEvent
    is_offered: bool = False
    is_answered: bool = False
    is_parted: bool = False


class CallersOfQueues:
    """The callers of one FreeSWITCH."""

    def __init__(self) -> None:
        self._stays: dict[Stay, CallerStay] = {}
        self._last: dict[str, Stay] = {}
        self._tried: dict[str, CallCenterEvent] = {}
        self._rings: dict[tuple[str, str], int] = {}
        self._channels: dict[str, CallCenterEvent] = {}
        self._on_hold: set[str] = set()

    def entered(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A caller entered a queue; after a stay that was answered, somebody passed them on."""
        before = self._stays.get(self._last.get(event.contact, ("", "")))
        if before is not None and before.is_answered and before.start.stay != event.stay:
            body = before.start.event("transferred", event.at, to_queue=event.queue or None)
            yield {**body, "id": identity(event.name, "t")}
        self._last[event.contact] = (event.contact, event.stay)
        _bound(self._last)
        self._known(event).is_offered = True
        yield event.event("offered", queue=event.queue, customer=event.customer)

    def rings(self, event: CallCenterEvent) -> None:
        """A caller is offered to an agent."""
        self._rings[event.agent, event.stay] = event.at
        _bound(self._rings)

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
        self._known(event).is_answered = True
        if channel := event.text("CC-Agent-UUID"):
            self._channels[channel] = event
            _bound(self._channels)
        yield event.event("answered", agent=agent, queue=event.queue or None)

    def parted(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A bridge ended, or never was."""
        channel = event.text("CC-Agent-UUID")
        self._channels.pop(channel, None)
        self._on_hold.discard(channel)
        if event.text("CC-Agent-Bridged").lower() == FAILED:
            self._tried.pop(event.agent, None)
            self._known(event).is_parted = True
            return
        tried = self._tried.get(event.agent)
        if tried is not None and tried.stay == event.stay:
            yield from self.joined(event.agent)
        yield from self._ended(event)

    def _ended(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A talk is over; of one whose beginning was not heard, also that it was."""
        yield from self._offered(event)
        known = self._known(event)
        answered = _second(event, "CC-Agent-Answered-Time")
        if not known.is_answered and answered is not None:
            queue = event.queue or None
            body = event.event("answered", answered, agent=event.agent, queue=queue)
            yield {**body, "id": identity(event.name, "a")}
        known.is_answered = True
        known.is_parted = True
        yield event.event("ended")

    def _offered(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """The beginning of a stay that was not heard, as its end repeats it."""
        known = self._known(event)
        joined = _second(event, "CC-Member-Joined-Time")
        if not known.is_offered and joined is not None and event.queue:
            body = event.event("offered", joined, queue=event.queue, customer=event.customer)
            yield {**body, "id": identity(event.name, "o")}
        known.is_offered = True

    def left(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """A caller is out of the queue: after a talk, or by another door. It says so, too, of who
        had hung up before the bridge.
        """
        if event.text("CC-Cause").lower() != "cancel":
            failed = event.text("variable_cc_agent_bridged").lower() == FAILED
            if event.agent and not failed and not self._known(event).is_parted:
                yield from self._ended(event)
            return
        yield from self._offered(event)
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

    def _known(self, event: CallCenterEvent) -> CallerStay:
        """What was told of the event's stay, remembered from now on."""
        stay = (event.contact, event.stay)
        if stay not in self._stays:
            self._stays[stay] = CallerStay(event)
            _bound(self._stays)
        return self._stays[stay]


def _second(event: CallCenterEvent, name: str) -> int | None:
    """The last millisecond of a second that an event repeats, epoch milliseconds."""
    at = event.fields.seconds(name)
    return None if at is None else at + LAST_MILLISECOND


def _bound(known: dict[Any, Any]) -> None:
    """Forget the oldest where there are too many."""
    if len(known) > MOST_CALLS:
        del known[next(iter(known))]
