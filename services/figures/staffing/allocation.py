"""Agents who serve several queues, shared out among them.

    east, 30 agents   orders, delivery          orders    46 agents for 44 erlangs
    west, 16 agents   orders                    delivery  12 agents for 11.5 erlangs, all of east
    hall, 12 agents   returns                   returns   12 agents

Each group's agents go where there is most work for each who is there already, so that all queues
they serve are loaded as evenly as the groups allow: a floor that hands an agent the contact that
waits longest does the same.
"""

from collections.abc import Mapping, Sequence

Skills = tuple[str, ...]
"""Queues that an agent serves, sorted"""
Shares = Mapping[Skills, Mapping[str, int]]
"""Agents of a group by the queue that they are counted for"""

ROUNDS = 100
"""Corrections of the shares; each brings them closer to even"""
STEPS = 200_000
"""Pairs of group and queue that all rounds together may look at: some 50 ms"""
BOLDEST = 8.0
"""The most that a round changes the weight of a queue by"""
NO_WORK = 1e-9


def shared_out(groups: Mapping[Skills, int], work: Mapping[str, float]) -> Shares:
    """The agents of each group by queue, whole agents; `work` is the erlangs of each queue.

    Only queues that some group serves beside another are weighed: who serves one queue goes there.
    A queue that is not named has no work; a group whose queues have none is spread evenly.
    """
    shared = {queue for skills in groups if len(skills) > 1 for queue in skills}
    joined = {skills: agents for skills, agents in groups.items() if not shared.isdisjoint(skills)}
    weights = {queue: max(work.get(queue, 0.0), NO_WORK) for skills in joined for queue in skills}
    pairs = max(1, sum(map(len, groups)))
    for _ in range(min(ROUNDS, STEPS // pairs)):
        there = dict.fromkeys(weights, 0.0)
        for skills, agents in joined.items():
            whole = sum(weights[queue] for queue in skills)
            for queue in skills:
                there[queue] += agents * weights[queue] / whole
        for queue, agents_there in there.items():
            strain = max(work.get(queue, 0.0), NO_WORK) / max(agents_there, NO_WORK)
            weights[queue] *= min(BOLDEST, max(1 / BOLDEST, strain))
    return {
        skills: rounded(agents, skills, [weights[queue] for queue in skills])
        if skills in joined
        else dict.fromkeys(skills, agents)
        for skills, agents in groups.items()
    }


def rounded(agents: int, queues: Sequence[str], weights: Sequence[float]) -> dict[str, int]:
    """So many agents by weight, in whole ones (largest remainder)."""
    whole = sum(weights)
    exact = [agents * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    by_rest = sorted(range(len(queues)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_rest[: agents - sum(shares)]:
        shares[place] += 1
    return dict(zip(queues, shares, strict=True))
