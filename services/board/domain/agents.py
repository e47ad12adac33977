"""The agents of the floor: the state of each, and how many there are in which.

What is known of an agent are the states it told and the contacts it is in (`AgentRecord`); a state
counts from the moment it is believed until nobody believes it any more:

    entered     at ├─────────────────────────────────── lasts ───────┤
    counted    at − AHEAD ├────────────── heads ─────────────────────┤ unknown ├───┤ forgotten
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import TypeVar

from floorpulse.contracts.agents import AgentNow, Entered, StateNow
from floorpulse.contracts.updates import Talk
from floorpulse.counting.agent_record import (
    CONVERSATION,
    NO_END,
    WORK,
    AgentContact,
    AgentRecord,
)

AHEAD = 60_000
"""Milliseconds a source's clock may run ahead; a state from further on is not believed yet, an
offer does not wait yet."""

K = TypeVar("K")

Skills = tuple[str, ...]
"""The queues that an agent serves, sorted"""
Heads = Mapping[tuple[Skills, StateNow], int]
"""How many agents with the same skills are in the same state"""
TalkKey = tuple[str, str, int]
"""(tenant, contact, visit number)"""
_NOBODY: Heads = {}
REMEMBERED = 1_000
"""Changes of a team that are remembered at least, each by the skills whose agents it concerns"""


class _FoldedTeam:
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


class BoardAgents:
    """The states and contacts of every agent heard of lately; the later word stays, whatever order
    they come in.

    Of a tenant at most `most` agents, those known first, are listed by name. Further ones count
    like all others. A contact is believed to go on for `conversation` milliseconds.
    """

    def __init__(self, most: int = 20_000, conversation: int = CONVERSATION) -> None:
        self._most = most
        self._conversation = conversation
        self._teams: dict[str, _FoldedTeam] = {}
        self._talks: dict[int, dict[TalkKey, str]] = {}
        self._attended = 0

    def take(self, now: AgentNow) -> bool:
        """Keep the state unless a later one is known; whether it was kept."""
        return self._team(now.tenant).take(now)

    def _team(self, tenant: str) -> _FoldedTeam:
        team = self._teams.get(tenant)
        if team is None:
            team = self._teams[tenant] = _FoldedTeam(self._most, self._conversation)
        return team

    def take_talks(
        self, partition: int, talks: Iterable[Talk], at: int, *, everything: bool
    ) -> bool:
        """Keep what a source partition tells of visits in progress, all of its visits where it
        tells `everything`, as of `at` (epoch milliseconds); whether it said anything new.
        """
        known = self._talks.setdefault(partition, {})
        told = {(talk.tenant, talk.contact, talk.visit): talk for talk in talks}
        gone = known.keys() - told.keys() if everything else ()
        changed = bool(gone)
        for key in list(gone):
            self._hang_up(partition, key, at)
        for key, talk in told.items():
            if known.get(key, "") != talk.agent:
                changed = True
                self._hang_up(partition, key, at)
                if talk.agent:
                    known[key] = talk.agent
                    self._team(talk.tenant).talk((partition, key), talk)
        return changed

    def attend(self, tenant: str, taken: Iterable[tuple[str, AgentContact]], at: int) -> None:
        """Keep contacts that agents took by `at`, all of which is known."""
        team = self._team(tenant)
        for agent, contact in taken:
            self._attended += 1
            team.attend(self._attended, agent, contact, at)

    def _hang_up(self, partition: int, key: TalkKey, at: int) -> None:
        agent = self._talks[partition].pop(key, None)
        if agent is not None:
            self._team(key[0]).hang_up((partition, key), agent, at)

    def queues(self, tenant: str) -> set[str]:
        """The queues that any of a tenant's agents serves or served last."""
        team = self._teams.get(tenant)
        return {queue for skills in team.skills for queue in skills} if team else set()

    def of(self, tenant: str, now: int) -> dict[str, Entered]:
        """The agents of a tenant and their states, as far as they are believed."""
        team = self._teams.get(tenant)
        shown = ((agent, team.shown(agent, now)) for agent in team.records) if team else ()
        return {agent: entered for agent, entered in shown if entered is not None}

    def stateless(self, tenant: str, now: int) -> dict[str, str]:
        """The agents of a tenant who are believed to be there and never told a state, each with the
        queue of the last contact.
        """
        team = self._teams.get(tenant)
        return {
            agent: record.queue
            for agent, record in (team.records.items() if team else ())
            if record.told is None and record.shown(now) is not None
        }

    def state(self, tenant: str, agent: str, now: int) -> Entered | None:
        """The state of one agent; None where nothing that is believed is known."""
        team = self._teams.get(tenant)
        return team.shown(agent, now) if team else None

    def listed(self, tenant: str, after: str | None = None) -> Sequence[str]:
        """The names of the agents that are listed, sorted, behind one of them."""
        team = self._teams.get(tenant)
        if team is None:
            return ()
        return team.listed[0 if after is None else bisect_right(team.listed, after) :]

    def heads(self, tenant: str, now: int) -> tuple[int, Heads]:
        """How many agents are in which state by the queues they serve; and a number that changes
        with it.
        """
        team = self._teams.get(tenant)
        if team is None:
            return 0, _NOBODY
        team.settle(now)
        return team.changes, team.heads

    def touched(self, tenant: str, since: int) -> Collection[Skills] | None:
        """The skills whose numbers of agents may differ from those told with the number `since`;
        None where that is too long ago to tell.
        """
        team = self._teams.get(tenant)
        return team.touched(since) if team else None

    def settle(self, now: int) -> None:
        """Forget those of whom nothing is believed any more."""
        for team in self._teams.values():
            team.settle(now)

    def folded(self, tenant: str) -> int:
        """How many agents of a tenant are not listed by name."""
        team = self._teams.get(tenant)
        return len(team.records) - len(team.listed) if team else 0


def _less(counts: Counter[K], key: K) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
