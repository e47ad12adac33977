"""Agents in Asterisk's queue_log: who is logged in, serves which queues and pauses, and the state
that comes of it.

log in, ADDMEMBER ─► available ◄──► break while paused everywhere      log off, last REMOVEMEMBER ─►
offline

A pause or its end says nothing of an agent who has logged off. Of one whose coming the log never
told (a static member), it says that the agent is there.

The log's order is the order of an agent's states, also of those that share one stamp: each is told
one millisecond after the one before it. States of one instant would else be ordered by their names.

    line       10:00:07 PAUSE    10:00:07 UNPAUSE    10:00:07 PAUSE    10:00:09 UNPAUSE
    told at    10:00:07.000      10:00:07.001        10:00:07.002      10:00:09.000

A rotated log may begin in the second in which the one before it ended. So whole stamps of a log's
first second are told from its middle on, behind all that the log before told of that second.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from floorpulse.ingest.sources.asterisk.lines import LogEntry

COMING = frozenset(("AGENTLOGIN", "AGENTCALLBACKLOGIN"))
GOING = frozenset(("AGENTLOGOFF", "AGENTCALLBACKLOGOFF"))
PAUSING = frozenset(("PAUSE", "PAUSEALL"))
RESUMING = frozenset(("UNPAUSE", "UNPAUSEALL"))
WORDS = COMING | GOING | PAUSING | RESUMING | {"ADDMEMBER", "REMOVEMEMBER"}

SECOND = 1000
MIDDLE = 500

EVERYWHERE = ""
"""Stands for all queues among those an agent pauses in"""


@dataclass(eq=False)
class AscendingInstants:
    """The instants of one agent's states: ascending, as long as stamps do not go back by a second.

    `stamp` is the last one that was told as it stands, `told` the last instant.
    """

    stamp: int | None = None
    told: int = 0

    def following(self, stamp: int) -> int:
        """The instant of the next state in the log, whose stamp is `stamp` (epoch milliseconds)."""
        if self.stamp is not None and self.stamp - SECOND < stamp <= self.told:
            self.told += 1
        else:
            self.stamp = self.told = stamp
        return self.told


@dataclass(eq=False)
class LoggedAgent:
    """What the log told of one agent."""

    off: bool = False
    queues: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    instants: AscendingInstants = field(default_factory=AscendingInstants)

    def take(self, entry: LogEntry) -> bool:
        """Take an entry in; whether it says anything of the agent's state."""
        queue = (
            EVERYWHERE if entry.word.endswith("ALL") or entry.queue in ("", "NONE") else entry.queue
        )
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


class AgentsOfLog:
    """The agents of one log."""

    def __init__(self) -> None:
        self._known: dict[str, LoggedAgent] = {}

    def bodies(self, entry: LogEntry, first: int) -> Iterator[dict[str, Any]]:
        """The agent's state after an entry, as an event without id and source.

        `first` is the stamp of the log's first line (epoch milliseconds).
        """
        if entry.agent in ("", "NONE"):
            return
        agent = self._known.setdefault(entry.agent, LoggedAgent())
        if not agent.take(entry):
            return
        begins_late = entry.is_whole and entry.at == first
        at = agent.instants.following(entry.at + MIDDLE if begins_late else entry.at)
        queues = {"queues": sorted(agent.queues)} if agent.queues else {}
        paused_for = entry.text(0) if entry.word in PAUSING else ""
        reason = {"reason": paused_for} if paused_for else {}
        yield {
            "type": "agent.state",
            "at": at,
            "agent": entry.agent,
            "state": agent.state,
            **queues,
            **reason,
        }
