"""The agents of the floor: the last known state of each, and how many there are in which.

A state counts from the moment it is believed until it is a day old:

    entered     at ├──────────────────────────────────────┤ at + a day
    counted    at − AHEAD ├────────────── heads ──────────┤ forgotten
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from heapq import heappop, heappush
from typing import TypeVar

from floorpulse.contracts.agents import LONGEST, AgentNow, Entered
from floorpulse.contracts.events import AgentState

AHEAD = 60_000
"""Milliseconds a source's clock may run ahead; a state from further on is not believed yet."""

K = TypeVar("K")

Skills = tuple[str, ...]
"""The queues that an agent serves, sorted"""
Heads = Mapping[tuple[Skills, AgentState], int]
"""How many agents with the same skills are in the same state"""
_NOBODY: Heads = {}
REMEMBERED = 1_000
"""Changes of a team that are remembered at least, each by the skills whose agents it concerns"""


class _FoldedTeam:
    """The agents of one tenant; `changes` rises with every state that begins or ceases to count."""

    def __init__(self, most: int) -> None:
        self.last: dict[str, Entered] = {}
        self.listed: list[str] = []
        self.heads: Counter[tuple[Skills, AgentState]] = Counter()
        self.skills: Counter[Skills] = Counter()
        self.changes = 0
        self._touched: list[Skills] = []
        self._most = most
        self._coming: list[tuple[int, str]] = []
        self._counted: dict[str, Entered] = {}
        self._ending: list[tuple[int, str]] = []

    def take(self, agent: str, entered: Entered) -> bool:
        known = self.last.get(agent)
        if known is not None and (known.at, known.state) >= (entered.at, entered.state):
            return False
        if known is not None:
            self._uncount(agent)
            _less(self.skills, known.queues)
        self.skills[entered.queues] += 1
        self.last[agent] = entered
        if len(self.listed) < self._most and not self.lists(agent):
            insort(self.listed, agent)
        heappush(self._coming, (entered.at, agent))
        return True

    def lists(self, agent: str) -> bool:
        place = bisect_left(self.listed, agent)
        return place < len(self.listed) and self.listed[place] == agent

    def settle(self, now: int) -> None:
        """Count the states that are believed by now, forget those that are a day old."""
        while self._coming and self._coming[0][0] <= now + AHEAD:
            at, agent = heappop(self._coming)
            entered = self.last.get(agent)
            if entered is not None and entered.at == at and agent not in self._counted:
                self._counted[agent] = entered
                self.heads[entered.queues, entered.state] += 1
                self._touch(entered.queues)
                heappush(self._ending, (at, agent))
        while self._ending and self._ending[0][0] <= now - LONGEST:
            at, agent = heappop(self._ending)
            entered = self._counted.get(agent)
            if entered is not None and entered.at == at:
                self._forget(agent)

    def _uncount(self, agent: str) -> None:
        entered = self._counted.pop(agent, None)
        if entered is not None:
            _less(self.heads, (entered.queues, entered.state))
            self._touch(entered.queues)

    def _touch(self, skills: Skills) -> None:
        self.changes += 1
        self._touched.append(skills)
        if len(self._touched) > 2 * REMEMBERED:
            del self._touched[:-REMEMBERED]

    def touched(self, since: int) -> set[Skills] | None:
        behind = self.changes - since
        return set(self._touched[-behind:]) if 0 < behind <= len(self._touched) else None

    def _forget(self, agent: str) -> None:
        self._uncount(agent)
        _less(self.skills, self.last.pop(agent).queues)
        if self.lists(agent):
            del self.listed[bisect_left(self.listed, agent)]


class BoardAgents:
    """The last state of every agent heard of in the last day; the later word stays, whatever order
    they come in.

    Of a tenant at most `most` agents, those known first, are listed by name. Further ones count
    like all others.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._teams: dict[str, _FoldedTeam] = {}

    def take(self, now: AgentNow) -> bool:
        """Keep the state unless a later one is known; whether it was kept."""
        return self._teams.setdefault(now.tenant, _FoldedTeam(self._most)).take(
            now.agent, now.entered
        )

    def queues(self, tenant: str) -> set[str]:
        """The queues that any of a tenant's agents serves or served last."""
        team = self._teams.get(tenant)
        return {queue for skills in team.skills for queue in skills} if team else set()

    def of(self, tenant: str, now: int) -> dict[str, Entered]:
        """The agents of a tenant and their states; words older than a day do not count."""
        team = self._teams.get(tenant)
        return (
            {agent: entered for agent, entered in team.last.items() if _counts(entered, now)}
            if team
            else {}
        )

    def state(self, tenant: str, agent: str, now: int) -> Entered | None:
        """The state of one agent; None where no word of the last day is known."""
        team = self._teams.get(tenant)
        entered = team.last.get(agent) if team else None
        return entered if entered is not None and _counts(entered, now) else None

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
        """Forget who was silent for a day."""
        for team in self._teams.values():
            team.settle(now)

    def folded(self, tenant: str) -> int:
        """How many agents of a tenant are not listed by name."""
        team = self._teams.get(tenant)
        return len(team.last) - len(team.listed) if team else 0


def _counts(entered: Entered, now: int) -> bool:
    return now - LONGEST < entered.at <= now + AHEAD


def _less(counts: Counter[K], key: K) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
