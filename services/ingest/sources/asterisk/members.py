"""Under which names a queue_log knows its agents: telephones, or people.

Without `log_membername_as_agent=yes` the lines that add and remove members name the telephone
(`PJSIP/101`), while those of calls and pauses name the member. Where members have names of their
own, nothing in the log says whose telephone it is: the telephone must not stand there as an agent
who is free for ever. So what is told of a telephone is held back until a line of a call or a pause
shows how this log names agents:

    by their telephones     all that was held back is told, each at its own instant
    by names of their own   it is not told; a telephone that is named in such a line is

An agent of Asterisk's pool logs in by an id (`1001`); where the queues name the member
`Agent/1001`, or `Local/1001@agents/n` once 1001 has logged in, that is the agent's name.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from floorpulse.ingest.sources.asterisk.lines import LogEntry

TELEPHONE = re.compile(r"(?!Agent/)[A-Za-z][A-Za-z0-9]*/.+")
"""An interface as Asterisk writes it: technology/address"""
OF_POOL = re.compile(r"(?:Agent/|Local/(?=[^@]+@))([^@]+).*")
"""How queues name an agent of the pool, in whose place a Local channel may stand"""
MEMBERS = frozenset(("ADDMEMBER", "REMOVEMEMBER"))
POOL = frozenset(("AGENTLOGIN", "AGENTLOGOFF"))
MOST_HELD = 10_000
"""Lines that are held back, the latest"""


class MembersOfLog:
    """The names of one log's agents."""

    def __init__(self) -> None:
        self.unnamed = 0
        self._people = False
        self._decided = False
        self._telephones: set[str] = set()
        self._pool: dict[str, str] = {}
        self._logged_in: dict[str, LogEntry] = {}
        self._held: list[LogEntry] = []

    def sorted_out(self, entry: LogEntry) -> Iterator[LogEntry]:
        """The entries about agents' states that may be told now that this one came, by the agents'
        names.
        """
        if entry.word in POOL:
            yield self._of_pool(entry)
        elif entry.word not in MEMBERS:
            yield from self.seen(entry)
            yield entry
        elif self._is_agent(entry.agent):
            yield entry
        else:
            self._held.append(entry)
            del self._held[:-MOST_HELD]

    def seen(self, entry: LogEntry) -> Iterator[LogEntry]:
        """The entries that may be told once a line of a call or a pause has named the agent."""
        if TELEPHONE.fullmatch(entry.agent):
            self._telephones.add(entry.agent)
        elif not entry.agent.startswith("Agent/"):
            self._people = True
        self._decided = True
        yield from self._told_late()
        yield from self._moved(entry)

    def rest(self) -> Iterator[LogEntry]:
        """What was held back until the end of a log that never showed how it names agents."""
        if not self._decided:
            yield from self._held
            self._held = []

    def _is_agent(self, name: str) -> bool:
        if not TELEPHONE.fullmatch(name) or name in self._telephones:
            return True
        return self._decided and not self._people

    def _told_late(self) -> Iterator[LogEntry]:
        if not self._held:
            return
        for entry in self._held:
            if self._is_agent(entry.agent):
                yield entry
        self._held = [entry for entry in self._held if not self._is_agent(entry.agent)]
        self.unnamed = max(self.unnamed, len({entry.agent for entry in self._held}))

    def _of_pool(self, entry: LogEntry) -> LogEntry:
        if entry.word == "AGENTLOGIN":
            self._logged_in[entry.agent] = entry
        else:
            self._logged_in.pop(entry.agent, None)
        return replace(entry, agent=self._pool.get(entry.agent, entry.agent))

    def _moved(self, entry: LogEntry) -> Iterator[LogEntry]:
        """From now on the agent who logged in by an id has the name that the queues use."""
        of_pool = OF_POOL.fullmatch(entry.agent)
        known_as = "" if of_pool is None else of_pool[1]
        is_pools = known_as in self._logged_in or entry.agent.startswith("Agent/")
        if not is_pools or known_as in self._pool:
            return
        self._pool[known_as] = entry.agent
        login = self._logged_in.get(known_as)
        if login is not None:
            yield replace(login, at=entry.at, word="AGENTLOGOFF", is_whole=entry.is_whole)
            yield replace(login, at=entry.at, agent=entry.agent, is_whole=entry.is_whole)
