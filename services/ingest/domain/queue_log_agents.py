"""Agents in Asterisk's queue_log: who is logged in, serves which queues and pauses, and the state that comes of it.

log in, ADDMEMBER ─► available ◄──► break while paused everywhere      log off, last REMOVEMEMBER ─► offline

A pause or its end says nothing of an agent who has logged off. Of one whose coming the log never told (a static member), it says
that the agent is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.ingest.domain.queue_log_lines import Entry

COMING = frozenset(("AGENTLOGIN", "AGENTCALLBACKLOGIN"))
GOING = frozenset(("AGENTLOGOFF", "AGENTCALLBACKLOGOFF"))
PAUSING = frozenset(("PAUSE", "PAUSEALL"))
RESUMING = frozenset(("UNPAUSE", "UNPAUSEALL"))
WORDS = COMING | GOING | PAUSING | RESUMING | {"ADDMEMBER", "REMOVEMEMBER"}

EVERYWHERE = ""
"""Stands for all queues among those an agent pauses in"""


@dataclass(eq=False)
class Standing:
    """What the log told of one agent."""

    off: bool = False
    queues: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)

    def take(self, entry: Entry) -> bool:
        """Take an entry in; whether it says anything of the agent's state."""
        queue = EVERYWHERE if entry.word.endswith("ALL") or entry.queue in ("", "NONE") else entry.queue
        if self.off and entry.word in PAUSING | RESUMING:
            return False
        if entry.word in PAUSING:
            self.paused.add(queue)
        elif entry.word in RESUMING:
            self.paused -= self.paused if queue == EVERYWHERE else {queue, EVERYWHERE}
        else:
            self._move(entry.word, queue)
        return True

    def _move(self, word: str, queue: str) -> None:
        if word == "ADDMEMBER":
            self.queues.add(queue)
        elif word == "REMOVEMEMBER":
            self.queues.discard(queue)
        self.off = word in GOING or (word == "REMOVEMEMBER" and not self.queues)
        if self.off:
            self.queues, self.paused = set(), set()

    @property
    def state(self) -> str:
        """As a canonical event names it: a break once paused in every queue served."""
        if self.off:
            return "offline"
        everywhere = EVERYWHERE in self.paused or (bool(self.paused) and self.queues <= self.paused)
        return "break" if everywhere else "available"


class Crew:
    """The agents of one log."""

    def __init__(self) -> None:
        self._known: dict[str, Standing] = {}

    def bodies(self, entry: Entry) -> Iterator[dict[str, Any]]:
        """The agent's state after an entry, as an event without id, source and instant."""
        if entry.agent in ("", "NONE"):
            return
        standing = self._known.setdefault(entry.agent, Standing())
        if standing.take(entry):
            queues = {"queues": sorted(standing.queues)} if standing.queues else {}
            reason = {"reason": entry.text(0)} if entry.word in PAUSING and entry.text(0) else {}
            yield {"type": "agent.state", "agent": entry.agent, "state": standing.state, **queues, **reason}
