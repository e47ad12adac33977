"""Pushed events of agents as their states."""

from collections.abc import Mapping, Sequence

from floorpulse.contracts.events import AgentState
from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.alibaba_ccc.legs import names
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, identity, missing
from floorpulse.ingest.sources.source import SourceSettings

KINDS: Mapping[str, AgentState] = {
    "agentcheckin": "break",
    "agentready": "available",
    "agentbreak": "break",
    "agentdialing": "ringing",
    "agentringing": "ringing",
    "agenttalk": "busy",
    "agentrelease": "wrap_up",
    "agentcheckout": "offline",
    "agentringingtimeout": "break",
}
"""Who has checked in is not ready yet; whose ringing timed out is taken off the queue"""
MISSED = "agentringingtimeout"
MOST_QUEUES = 64


def state(push: Fields, settings: SourceSettings) -> Sequence[EventBody] | Refusal:
    """The state that an agent entered, and the call that was not taken where ringing timed out."""
    kind = push.text("eventType") or ""
    agent = push.text("agentId")
    at = push.instant("eventTime") or push.milliseconds("eventTime")
    if agent is None or at is None:
        return missing("agentId or eventTime")
    code = push.text("breakCode")
    entered = (settings.activity(code) if code else None) or KINDS[kind.lower()]
    groups = names(push, "skillGroupIds")[:MOST_QUEUES]
    known = {
        "type": "agent.state",
        "id": identity(agent, str(at), entered),
        "at": at,
        "agent": settings.agent(agent),
        "state": entered,
        "queues": [settings.queue(one) for one in groups] or None,
        "reason": (code or kind) if entered == "break" else None,
    }
    missed = _missed(push, agent, at, settings) if kind.lower() == MISSED else ()
    return [known, *missed]


def _missed(push: Fields, agent: str, at: int, settings: SourceSettings) -> Sequence[EventBody]:
    group = push.text("skillGroupId")
    return [
        {
            "type": "agent.missed",
            "id": identity(agent, str(at), "missed"),
            "at": at,
            "agent": settings.agent(agent),
            "queue": settings.queue(group) if group else None,
            "contact": push.text("contactId"),
        }
    ]
