"""Agents of mod_callcenter: a status that the agent chose, a state that the queue gives them, and
the state that comes of both.

    status Logged Out ─► offline       On Break ─► break
    status Available… and state   Waiting ─► available     Receiving, Reserved ─► ringing
                                  In a queue call ─► busy  Idle ─► break
"""

from collections.abc import Iterator
from dataclasses import dataclass

from floorpulse.ingest.sources.freeswitch.message import CallCenterEvent, EventBody
from floorpulse.ingest.sources.source import SourceSettings

STATES = {
    "": "available",
    "waiting": "available",
    "receiving": "ringing",
    "reserved": "ringing",
    "in a queue call": "busy",
    "idle": "break",
}
IN_A_CALL = "in a queue call"
AVAILABLE = "available"


@dataclass(eq=False)
class CallCenterAgent:
    """What was told of one agent; `told` is the state and reason that were told last."""

    status: str = ""
    state: str = ""
    told: tuple[str, str] | None = None


class AgentsOfQueues:
    """The agents of one FreeSWITCH. A status is told also when it is the same: only changes count."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._known: dict[str, CallCenterAgent] = {}

    def changed(self, event: CallCenterEvent) -> Iterator[EventBody]:
        """An agent's status or state was set."""
        agent = self._known.setdefault(event.agent, CallCenterAgent())
        agent.status = event.text("CC-Agent-Status") or agent.status
        agent.state = event.text("CC-Agent-State") or agent.state
        told = self._state(agent)
        if told == agent.told:
            return
        agent.told = told
        state, reason = told
        yield {
            "type": "agent.state",
            "id": event.name,
            "at": event.at,
            "agent": event.agent,
            "state": state,
            **({"reason": reason} if reason else {}),
        }

    def _state(self, agent: CallCenterAgent) -> tuple[str, str]:
        status = agent.status.lower()
        if status == "logged out":
            return "offline", ""
        if status and not status.startswith(AVAILABLE):
            state = self._settings.activity(agent.status) or "break"
            return state, agent.status if state == "break" else ""
        state = STATES.get(agent.state.lower(), AVAILABLE)
        return state, agent.state if state == "break" else ""
