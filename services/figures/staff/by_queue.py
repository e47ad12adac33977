"""Agents by the queues they serve, so that rows of one queue, of several and of all count each
agent once.

ann serves sales and help, bob serves help, cem has told no queue:

    sales        ann
    help         ann, bob
    sales,help   ann, bob            once each
    total        ann, bob, cem
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import get_args

from floorpulse.board.domain.folded_team import Heads, Skills
from floorpulse.contracts.agents import UNKNOWN, Entered, StateNow
from floorpulse.contracts.events import AgentState
from floorpulse.kpis.figures import Staff

STATES: tuple[StateNow, ...] = (*get_args(AgentState), UNKNOWN)


class StaffByQueue:
    """Amounts by state, agents or milliseconds, of agents with the same skills together."""

    def __init__(self) -> None:
        self._of: dict[Skills, Counter[StateNow]] = {}
        self._serving: defaultdict[str, list[Skills]] = defaultdict(list)

    def add(self, skills: Skills, state: StateNow, amount: int) -> None:
        """Add what one agent, who serves these queues, makes."""
        amounts = self._of.get(skills)
        if amounts is None:
            amounts = self._of[skills] = Counter()
            for queue in skills:
                self._serving[queue].append(skills)
        amounts[state] += amount

    def renewed(self, heads: Heads, touched: Collection[Skills]) -> "StaffByQueue":
        """The same with what `heads` says of the agents with the skills that were touched; this one
        stays as it is.
        """
        later = StaffByQueue()
        later._of = self._of | {skills: Counter() for skills in touched}
        later._serving = self._serving.copy()
        for skills in touched:
            for queue in skills if skills not in self._of else ():
                later._serving[queue] = [*later._serving[queue], skills]
            for state in STATES:
                number = heads.get((skills, state), 0)
                if number:
                    later._of[skills][state] = number
        return later

    def together(self, queues: Collection[str] | None) -> Staff:
        """The sum over agents who serve at least one of `queues`; over all agents where None."""
        if queues is None:
            return _summed(self._of.values())
        serving = {skills for queue in queues for skills in self._serving.get(queue, ())}
        if not serving:
            return Counter()
        if len(serving) == 1:
            return self._of[serving.pop()]
        return _summed(self._of[skills] for skills in serving)

    def groups(self, states: Collection[StateNow]) -> dict[Skills, int]:
        """The amounts in these states of agents who serve a queue, by the queues they serve."""
        amounts = {
            skills: sum(counts.get(state, 0) for state in states)
            for skills, counts in self._of.items()
            if skills
        }
        return {skills: amount for skills, amount in amounts.items() if amount}


def staff_of_states(states: Iterable[Entered]) -> StaffByQueue:
    """How many agents are in these states, one each."""
    staff_by_queue = StaffByQueue()
    for one in states:
        staff_by_queue.add(one.queues, one.state, 1)
    return staff_by_queue


def staff_of_heads(heads: Heads, shown: Callable[[str], str] | None) -> StaffByQueue:
    """The same of agents who were counted already; `shown` is the queue that a queue is shown in,
    None where each is shown as itself.
    """
    staff_by_queue = StaffByQueue()
    for (skills, state), number in heads.items():
        places = skills if shown is None else tuple(sorted({shown(queue) for queue in skills}))
        staff_by_queue.add(places, state, number)
    return staff_by_queue


def _summed(amounts: Iterable[Counter[StateNow]]) -> Staff:
    total: Counter[StateNow] = Counter()
    for one in amounts:
        total.update(one)
    return total
