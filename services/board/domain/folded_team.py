"""The agents of one tenant: the state of each, and how many there are in which.

What is known of an agent are the states it told and the contacts it is in (`AgentRecord`); a state
counts from the moment it is believed until nobody believes it any more:

    entered     at ├─────────────────────────────────── lasts ───────┤
    counted    at − AHEAD ├────────────── heads ─────────────────────┤ unknown ├───┤ forgotten
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping
from heapq import heappop, heappush
from typing import TypeVar

from floorpulse.contracts.agents import AgentNow, Entered, StateNow
from floorpulse.contracts.updates import Talk
from floorpulse.counting.agent_record import NO_END, WORK, AgentContact, AgentRecord

AHEAD = 60_000
"""Milliseconds a source's clock may run ahead; a state from further on is not believed yet, an
offer does not wait yet."""

K = TypeVar("K")

Skills = tuple[str, ...]
"""The queues that an agent serves, sorted"""
Heads = Mapping[tuple[Skills, StateNow], int]
"""How many agents with the same skills are in the same state"""

REMEMBERED = 1_000
"""Changes of a team that are remembered at least, each by the skills whose agents it concerns"""


class FoldedTeam:
    """The agents of one tenant; `changes` rises with every state that begins or ceases to count."""

    def __init__(self, most: int, conversation: int) -> None:
        self.records: dict[str, AgentRecord] = {}
        self.listed: list[str] = []
        self.heads: Counter[tuple[Skills, StateNow]] = Counter()
        self.skills: Counter[Skills] = Counter()
        self.changes = 0
        self._touched: list[Skills] = []
        self._most = most
        self._conversation = conversation
        self._skills_of: dict[str, Skills] = {}
        self._counted: dict[str, tuple[Skills, StateNow]] = {}
        self._scheduled: dict[str, int] = {}
        self._due: list[tuple[int, str]] = []

    # ------------------------------------------------------------- what is heard

    def take(self, now: AgentNow) -> bool:
        """Keep a state unless a later one is known; whether it was kept."""
        record = self._record(now.agent)
        entered = now.entered
        worked = entered.at if entered.state in WORK else now.worked or record.worked
        record.worked = max(record.worked, worked)
        known = record.told
        if known is not None and (known.at, known.state) >= (entered.at, entered.state):
            return False
        record.tell(entered)
        self._heard(now.agent, record, entered.at - AHEAD)
        return True

    def talk(self, name: object, talk: Talk) -> None:
        """An agent is in a contact."""
        record = self._record(talk.agent)
        until = talk.since + self._conversation
        record.take(name, AgentContact(talk.queue, talk.since, until, until))
        self._heard(talk.agent, record, talk.since)

    def attend(self, name: object, agent: str, contact: AgentContact, at: int) -> None:
        """An agent took a contact, all of which is known; `at` is now."""
        record = self._record(agent)
        record.take(name, contact)
        if contact.wrapped <= at:
            record.finish(name, contact.until)
        self._heard(agent, record, contact.since)

    def hang_up(self, name: object, agent: str, at: int) -> None:
        """A contact of an agent is over."""
        record = self.records.get(agent)
        if record is not None:
            record.finish(name, at)
            self._heard(agent, record, at)

    def _record(self, agent: str) -> AgentRecord:
        known = self.records.get(agent)
        if known is None:
            known = self.records[agent] = AgentRecord()
            if len(self.listed) < self._most:
                insort(self.listed, agent)
        return known

    def _heard(self, agent: str, record: AgentRecord, due: int) -> None:
        """What is shown of an agent may change at `due`; until then it is not counted."""
        told = () if record.told is None else record.told.queues
        queues = {*told, record.queue} if record.queue else told
        self._uncount(agent)
        self._know_skills(agent, tuple(sorted(queues)))
        self._schedule(agent, due)

    def _know_skills(self, agent: str, skills: Skills | None) -> None:
        known = self._skills_of.pop(agent, None)
        if known is not None:
            _less(self.skills, known)
        if skills is not None:
            self._skills_of[agent] = skills
            self.skills[skills] += 1

    def _schedule(self, agent: str, due: int) -> None:
        self._scheduled[agent] = due
        heappush(self._due, (due, agent))

    # ------------------------------------------------------------- what is shown

    def shown(self, agent: str, now: int) -> Entered | None:
        """The state of an agent; one from too far ahead is not believed yet."""
        record = self.records.get(agent)
        if record is None or (record.told is not None and record.told.at > now + AHEAD):
            return None
        return record.shown(now)

    def lists(self, agent: str) -> bool:
        """Whether an agent is among those that are listed."""
        place = bisect_left(self.listed, agent)
        return place < len(self.listed) and self.listed[place] == agent

    def settle(self, now: int) -> None:
        """Count the states as they are shown now, forget agents of whom nothing is."""
        while self._due and self._due[0][0] <= now:
            due, agent = heappop(self._due)
            if self._scheduled.get(agent) == due:
                self._settle(agent, now)

    def _settle(self, agent: str, now: int) -> None:
        self._uncount(agent)
        entered = self.shown(agent, now)
        record = self.records[agent]
        due = record.due(now)
        if record.told is not None and record.told.at > now + AHEAD:
            due = min(due, record.told.at - AHEAD)
        if entered is not None:
            self._counted[agent] = counted = entered.queues, entered.state
            self.heads[counted] += 1
            self._touch(counted[0])
        if due < NO_END:
            self._schedule(agent, due)
        else:
            self._forget(agent)

    def _uncount(self, agent: str) -> None:
        counted = self._counted.pop(agent, None)
        if counted is not None:
            _less(self.heads, counted)
            self._touch(counted[0])

    def _touch(self, skills: Skills) -> None:
        self.changes += 1
        self._touched.append(skills)
        if len(self._touched) > 2 * REMEMBERED:
            del self._touched[:-REMEMBERED]

    def touched(self, since: int) -> set[Skills] | None:
        """The skills of the changes since one of them; None where that is too long ago."""
        behind = self.changes - since
        return set(self._touched[-behind:]) if 0 < behind <= len(self._touched) else None

    def _forget(self, agent: str) -> None:
        self._uncount(agent)
        self._know_skills(agent, None)
        del self.records[agent]
        self._scheduled.pop(agent, None)
        if self.lists(agent):
            del self.listed[bisect_left(self.listed, agent)]


def _less(counts: Counter[K], key: K) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
