"""Agent events: snapshots of an agent before and after a change.

    contacts CONNECTED, CONNECTED_ONHOLD ─► busy        none: ROUTABLE ─► available
             INCOMING, PENDING, CONNECTING ─► ringing         CUSTOM   ─► break, with its name
             only ENDED, MISSED, REJECTED, ERROR ─► wrap_up   OFFLINE, LOGOUT ─► offline
             PAUSED: its place is free

Holds are told here only: by the change of a contact between the snapshots. HEART_BEAT says nothing
new and goes on for an hour after logging out.
"""

from collections.abc import Iterator, Mapping, Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.amazon_connect.legs import (
    NO_VISIT,
    agent_of,
    leg_of,
    queue_of,
)
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, identity, missing
from floorpulse.ingest.sources.source import SourceSettings

LOGOUT = "LOGOUT"
CHANGES = frozenset({"LOGIN", LOGOUT, "STATE_CHANGE"})
HEART_BEAT = "HEART_BEAT"
BUSY = frozenset({"CONNECTED", "CONNECTED_ONHOLD"})
RINGING = frozenset({"INCOMING", "PENDING", "CONNECTING"})
ON_HOLD = "CONNECTED_ONHOLD"
PAUSED = "PAUSED"
NOT_TAKEN = frozenset({"MISSED", "REJECTED"})
BY_TYPE = {"ROUTABLE": "available", "OFFLINE": "offline", "CUSTOM": "break"}
BY_NAME = {"AVAILABLE": "available", "OFFLINE": "offline"}
"""Of events before 2020, which have no type: the two statuses that every instance has"""
MOST_QUEUES = 64
LONGEST_REASON = 256


def events(payload: Fields, settings: SourceSettings) -> Sequence[EventBody] | Ignored | Refusal:
    """The bodies of an agent event's events."""
    kind = payload.word("EventType")
    if kind == HEART_BEAT:
        return []
    if kind not in CHANGES:
        return Ignored(kind)
    agent = agent_of(payload.text("AgentARN"), settings)
    at = payload.instant("EventTimestamp")
    event = payload.text("EventId")
    if agent is None or at is None or event is None:
        return missing("AgentARN, EventTimestamp or EventId")
    now = payload.part("CurrentAgentSnapshot")
    told = [*_holds(payload, event, at), *_missed(now, agent, at, settings)]
    state = _state(now, settings, logged_out=kind == LOGOUT)
    if state:
        who = {"type": "agent.state", "id": event, "at": at, "agent": agent}
        told.append({**who, **state, "queues": _queues(now, settings)})
    return told


def _state(snapshot: Fields, settings: SourceSettings, *, logged_out: bool) -> Mapping[str, object]:
    """The state, and the reason of a break; nothing where the snapshot does not say. Who has
    logged out is offline, whatever status is left.
    """
    contacts = {one.word("State") for one in snapshot.parts("Contacts")} - {PAUSED}
    if contacts & BUSY:
        return {"state": "busy"}
    if contacts & RINGING:
        return {"state": "ringing"}
    if contacts:
        return {"state": "wrap_up"}
    if logged_out:
        return {"state": "offline"}
    status = snapshot.part("AgentStatus")
    name = status.text("Name") or ""
    state = settings.activity(name) or BY_TYPE.get(status.word("Type")) or BY_NAME.get(name.upper())
    if state is not None and state != "break":
        return {"state": state}
    return {"state": "break", "reason": name[:LONGEST_REASON]} if name or state else {}


def _queues(snapshot: Fields, settings: SourceSettings) -> list[str] | None:
    """The queues that the agent serves, without their own; None where there are none, or more than
    an event can name.
    """
    profile = snapshot.part("Configuration", "RoutingProfile")
    served = (queue_of(one.text("ARN"), settings) for one in profile.parts("InboundQueues"))
    names = list(dict.fromkeys(name for name in served if name))
    return names if 0 < len(names) <= MOST_QUEUES else None


def _holds(payload: Fields, event: str, at: int) -> Iterator[EventBody]:
    contacts = payload.part("CurrentAgentSnapshot").parts("Contacts")
    previous = payload.part("PreviousAgentSnapshot")
    before = {one.text("ContactId"): one.word("State") for one in previous.parts("Contacts")}
    for contact in contacts:
        leg = leg_of(contact)
        change = _change(contact, before.get(contact.text("ContactId")), compared=bool(previous))
        if leg is None or leg.method in NO_VISIT or change is None:
            continue
        word = (change,) if len(contacts) == 1 else (change, leg.id)
        yield {
            "type": f"contact.{change}",
            "id": identity(event, *word),
            "at": _changed_at(contact, at),
            "contact": leg.contact,
            "visit": leg.visit,
        }


def _changed_at(contact: Fields, at: int) -> int:
    """When a hold began or ended. Amazon leaves the stamp of the state at the answer while a
    contact is on hold (API_AgentContactReference); then it is the event's own.
    """
    since = contact.instant("StateStartTimestamp")
    answered = contact.instant("ConnectedToAgentTimestamp")
    return at if since is None or (answered is not None and since <= answered) else since


def _change(contact: Fields, before: str | None, *, compared: bool) -> str | None:
    """What happened to a contact: `held`, `resumed` or nothing of both; without a snapshot before,
    who is connected again later than at first was on hold.
    """
    state = contact.word("State")
    if state == ON_HOLD:
        return None if before == ON_HOLD else "held"
    if state != "CONNECTED":
        return None
    if compared:
        return "resumed" if before == ON_HOLD else None
    answered = contact.instant("ConnectedToAgentTimestamp")
    since = contact.instant("StateStartTimestamp")
    return "resumed" if answered is not None and since is not None and since > answered else None


def _missed(snapshot: Fields, agent: str, at: int, settings: SourceSettings) -> Iterator[EventBody]:
    """Contacts that were offered and not taken; one that stays in several snapshots is one."""
    for contact in snapshot.parts("Contacts"):
        leg = leg_of(contact)
        if leg is None or leg.method in NO_VISIT or contact.word("State") not in NOT_TAKEN:
            continue
        since = contact.instant("StateStartTimestamp") or at
        yield {
            "type": "agent.missed",
            "id": identity(leg.id, agent, str(since), "missed"),
            "at": since,
            "agent": agent,
            "queue": queue_of(contact.part("Queue").text("ARN"), settings),
            "contact": leg.contact,
            "visit": leg.visit or 1,
        }
