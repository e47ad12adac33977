"""The oracle of agents' time: every interval between two states, cut into quarter hours, recomputed
in one go.

An interval lasts to the agent's next state, at most a day; the last state has none yet; being
offline counts nothing. Time counts once everywhere (queue '') and once in each queue that the state
names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from tests.reliability.oracle import Told

QUARTER = 900_000
DAY = 86_400_000
CODES = {"available": 1, "ringing": 2, "busy": 3, "wrap_up": 4, "break": 5}

AgentPaneKey = tuple[str, str, str, int]
"""(tenant, agent, queue, start)"""


def recomputed_time(events: Iterable[Told]) -> dict[AgentPaneKey, dict[int, int]]:
    """Milliseconds by state, per quarter hour, agent and queue."""
    panes: dict[AgentPaneKey, Counter[int]] = defaultdict(Counter)
    for (tenant, agent), points in _by_agent(events).items():
        for (at, state), (following, _) in pairwise(sorted(points)):
            for start, share in _quarters(at, min(following, at + DAY)):
                for queue in ("", *points[at, state]):
                    panes[tenant, agent, queue, start][CODES.get(state, 0)] += share
    spent = {
        key: {code: share for code, share in cells.items() if code and share}
        for key, cells in panes.items()
    }
    return {key: cells for key, cells in spent.items() if cells}


def _by_agent(
    events: Iterable[Told],
) -> dict[tuple[str, str], dict[tuple[int, str], tuple[str, ...]]]:
    """The queues of every state by (tenant, agent) and then (at, state); of two words about one the
    greater counts.
    """
    said: dict[tuple[str, str], dict[tuple[int, str], tuple[tuple[str, ...], str, str, str]]] = (
        defaultdict(dict)
    )
    for event in events:
        if event["type"] == "agent.state":
            points = said[event["tenant"], event["agent"]]
            point = (event["at"], event["state"])
            queues = tuple(sorted(set(event.get("queues") or ())))
            word = (
                queues,
                event.get("reason") or "",
                event.get("team") or "",
                event.get("site") or "",
            )
            points[point] = max(points.get(point, word), word)
    return {
        agent: {point: word[0] for point, word in points.items()} for agent, points in said.items()
    }


def _quarters(since: int, until: int) -> list[tuple[int, int]]:
    """(start, milliseconds) of each quarter hour that [since, until) touches."""
    starts = range(since // QUARTER * QUARTER, until, QUARTER)
    return [(start, min(until, start + QUARTER) - max(since, start)) for start in starts]
