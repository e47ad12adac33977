"""Agents in Asterisk's queue_log: who is logged in, serves which queues and pauses, and the state
that comes of it.

log in, ADDMEMBER ─► available ◄──► break while paused everywhere      log off, last REMOVEMEMBER ─►
offline

Paused in one of several queues, an agent is available in the others. The queues of an agent whose
coming the log never told (a static member) are those in which it names the agent. A pause or its
end says nothing of an agent who has logged off; of one whose coming was never told, it says that
the agent is there. One name may be a member by several telephones.

A restart says of nobody whether they are still members: Asterisk remembers them or does not. Who is
added once more to a queue was forgotten, with the pauses; who was remembered is not added again.

The log's order is the order of an agent's states, also of those that share one stamp: each is told
one millisecond after the one before it. States of one instant would else be ordered by their names.

    line       10:00:07 PAUSE    10:00:07 UNPAUSE    10:00:07 PAUSE    10:00:09 UNPAUSE
    told at    10:00:07.000      10:00:07.001        10:00:07.002      10:00:09.000

A rotated log may begin in the second in which the one before it ended. So whole stamps of a log's
first second are told from its middle on, behind all that the log before told of that second.

Who logs off says for how long: an agent of whom the log told nothing before was there since.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.asterisk.lines import LogEntry
from floorpulse.ingest.sources.asterisk.members import MembersOfLog

COMING = frozenset(("AGENTLOGIN", "AGENTCALLBACKLOGIN"))
GOING = frozenset(("AGENTLOGOFF", "AGENTCALLBACKLOGOFF"))
PAUSING = frozenset(("PAUSE", "PAUSEALL"))
RESUMING = frozenset(("UNPAUSE", "UNPAUSEALL"))
REASON = "PAUSEREASON"
"""What QueueMetrics and VICIdial write behind a pause: why"""
BEGINNING = COMING | {"ADDMEMBER"}
"""Words before which a log rarely says anything else of an agent in the same second"""
WORDS = COMING | GOING | PAUSING | RESUMING | {REASON, "ADDMEMBER", "REMOVEMEMBER"}

LOGGED_IN = re.compile(r"\d{1,10}", re.ASCII)
"""For how many seconds an agent who logs off had been logged in: the second parameter"""
LONGEST = 31 * 86_400
"""The longest time, in seconds, for which a state of Asterisk is believed"""
SECOND = 1000
MIDDLE = 500
BACKWARDS = 5_000
"""How far the clock of a log may be set back, in milliseconds"""
MOST_LINES = 50_000
"""Lines that are known again when a log holds them twice, the latest"""

RUNS_BACKWARDS = Refusal(
    Reason.INVALID_TIME,
    "the log runs backwards: the line lies before others of this agent, whose states have an "
    "order; sort the log by its stamps (sort -s -t'|' -k1,1n) and replay it again",
)


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
    """What the log told of one agent.

    `telephones` counts those by which the agent is a member of each queue, `seen` are queues in
    which other lines name the agent, `unsure` those whose members a restart may have forgotten.
    `paused` holds the reason by queue, the latest last;
    `everywhere` the reason of a pause in all queues, None where there is none.
    """

    off: bool = False
    telephones: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    paused: dict[str, str] = field(default_factory=dict)
    everywhere: str | None = None
    instants: AscendingInstants = field(default_factory=AscendingInstants)

    @property
    def queues(self) -> set[str]:
        """The queues that the agent is a member of, as far as the log tells."""
        return {*self.telephones, *self.seen}

    def take(self, entry: LogEntry) -> bool:
        """Take an entry in; whether it says anything of the agent's state."""
        if self.off and entry.word in PAUSING | RESUMING:
            return False
        if entry.word == REASON:
            return self._explain(entry.text(0))
        if entry.word in PAUSING | RESUMING:
            self._pause(entry)
        elif entry.word in COMING | GOING:
            self._log(off=entry.word in GOING)
        else:
            self._move(entry)
        return True

    def _pause(self, entry: LogEntry) -> None:
        pausing = entry.word in PAUSING
        if entry.word.endswith("ALL") or entry.queue in ("", "NONE"):
            self.everywhere = _reason(entry) if pausing else None
            self.paused = self.paused if pausing else {}
            return
        self.serves(entry.queue)
        self.paused.pop(entry.queue, None)
        if pausing:
            self.paused[entry.queue] = _reason(entry)
        else:
            self.everywhere = None

    def _explain(self, reason: str) -> bool:
        """The reason of the pause that lasts; whether there is one."""
        if self.everywhere is not None:
            self.everywhere = reason
        self.paused = dict.fromkeys(self.paused, reason)
        return self.everywhere is not None or bool(self.paused)

    def _move(self, entry: LogEntry) -> None:
        if entry.word == "ADDMEMBER":
            self._add(entry.queue, paused=entry.text(0) == "PAUSED")
            return
        self.serves(entry.queue)
        self.telephones[entry.queue] -= 1
        if self.telephones[entry.queue] <= 0:
            del self.telephones[entry.queue]
            self.seen.discard(entry.queue)
            self.paused.pop(entry.queue, None)
        if not self.queues:
            self._log(off=True)

    def _add(self, queue: str, *, paused: bool) -> None:
        """A pause in all queues was one in those that the agent had served until then."""
        if self.everywhere is not None:
            self.paused |= dict.fromkeys(self.queues, self.everywhere)
            self.everywhere = None
        if queue in self.unsure:
            self._forget()
        self.off = False
        self.telephones[queue] += 1
        if paused:
            self.paused[queue] = ""

    def _forget(self) -> None:
        """The restart forgot the agent in all queues."""
        for queue in self.unsure:
            del self.telephones[queue]
            self.paused.pop(queue, None)
        self.seen -= self.unsure
        self.unsure = set()

    def serves(self, queue: str) -> None:
        """A line names the agent in a queue; whom it names there a restart did not forget."""
        self.seen.add(queue)
        if queue in self.unsure:
            self.unsure = set()

    def restarted(self) -> None:
        """Asterisk has started."""
        self.unsure = set(self.telephones)

    def _log(self, *, off: bool) -> None:
        self.off = off
        if off:
            self.telephones.clear()
            self.seen = set()
            self.unsure = set()
            self.paused = {}
            self.everywhere = None

    def body(self) -> dict[str, Any]:
        """The state as a canonical event says it, with the queues served in it: a break once paused
        in every queue.
        """
        if self.off:
            return {"state": "offline"}
        served = self.queues - self.paused.keys()
        if self.everywhere is not None or (self.paused and not served):
            reason = self.everywhere or next(reversed(self.paused.values()), "")
            return {
                "state": "break",
                **({"queues": sorted(self.queues)} if self.queues else {}),
                **({"reason": reason} if reason else {}),
            }
        return {"state": "available", **({"queues": sorted(served)} if served else {})}


class AgentsOfLog:
    """The agents of one log."""

    def __init__(self) -> None:
        self.members = MembersOfLog()
        self._known: dict[str, LoggedAgent] = {}
        self._lines: dict[int, None] = {}

    def bodies(self, entry: LogEntry, first: int) -> list[dict[str, Any]] | Refusal:
        """The agent's state after an entry, as an event without id and source.

        `first` is the stamp of the log's first line (epoch milliseconds). A line that lies before
        others of its agent is refused, unless it is one of them again.
        """
        if entry.agent in ("", "NONE"):
            return []
        told: list[dict[str, Any]] = []
        refused = None
        for one in self.members.sorted_out(entry):
            bodies = self._states(one, first)
            refused = bodies if isinstance(bodies, Refusal) else None
            told += [] if isinstance(bodies, Refusal) else bodies
        return refused or told

    def seen(self, entry: LogEntry, first: int) -> list[dict[str, Any]]:
        """What a call's line says of its agent: a queue that the agent serves, and by which names
        the log knows people; states that this has made known are told.
        """
        if entry.agent in ("", "NONE"):
            return []
        told = []
        for one in self.members.seen(entry):
            bodies = self._states(one, first)
            told += [] if isinstance(bodies, Refusal) else bodies
        agent = self._known.setdefault(entry.agent, LoggedAgent())
        if not agent.off:
            agent.serves(entry.queue)
        return told

    def restarted(self) -> None:
        """Asterisk has started."""
        for agent in self._known.values():
            agent.restarted()

    def rest(self, first: int) -> list[dict[str, Any]]:
        """States that were held back until the end of the log."""
        told = [self._states(one, first) for one in self.members.rest()]
        return [body for bodies in told if not isinstance(bodies, Refusal) for body in bodies]

    def _states(self, entry: LogEntry, first: int) -> list[dict[str, Any]] | Refusal:
        agent = self._known.setdefault(entry.agent, LoggedAgent())
        if entry.at < agent.instants.told - BACKWARDS:
            return [] if self._is_known(entry) else RUNS_BACKWARDS
        self._is_known(entry)
        before = self._logged_in(agent, entry) if agent.instants.stamp is None else []
        if not agent.take(entry):
            return []
        begins_late = entry.is_whole and entry.at == first and entry.word not in BEGINNING
        at = agent.instants.following(entry.at + MIDDLE if begins_late else entry.at)
        told = {"type": "agent.state", "agent": entry.agent, **agent.body(), "at": at}
        return [*before, told]

    def _logged_in(self, agent: LoggedAgent, entry: LogEntry) -> list[dict[str, Any]]:
        """That the agent who logs off was there, a millisecond after logging in: the log before may
        tell it, without the queues.
        """
        seconds = entry.text(1)
        if entry.word not in GOING or not LOGGED_IN.fullmatch(seconds):
            return []
        at = entry.at - min(int(seconds), LONGEST) * SECOND + 1
        return [{"type": "agent.state", "agent": entry.agent, **agent.body(), "at": at}]

    def _is_known(self, entry: LogEntry) -> bool:
        """Whether the log held this line before; it is known from now on."""
        line = hash(entry)
        known = line in self._lines
        self._lines[line] = None
        if len(self._lines) > MOST_LINES:
            del self._lines[next(iter(self._lines))]
        return known


def _reason(entry: LogEntry) -> str:
    """The reason of a pause, which may hold bars."""
    return "|".join(entry.data).strip("| ")
