"""The oracle of agents' states: which states each agent entered, told from all events in one go."""

from collections import defaultdict
from collections.abc import Iterable

from tests.reliability.oracle import Told

Content = tuple[tuple[str, ...], str, str, str]
"""(queues, reason, team, site)"""
StateKey = tuple[str, str, int, str]
"""(tenant, agent, at, state)"""


def recomputed_states(events: Iterable[Told]) -> dict[StateKey, Content]:
    """The content of every state entered; of two events about one state at one instant the greater
    content counts.
    """
    contents: dict[StateKey, list[Content]] = defaultdict(list)
    for event in events:
        if event["type"] == "agent.state":
            key = (event["tenant"], event["agent"], event["at"], event["state"])
            queues = tuple(sorted(set(event.get("queues") or ())))
            reason, team, site = (event.get(name) or "" for name in ("reason", "team", "site"))
            contents[key].append((queues, reason, team, site))
    return {key: max(said) for key, said in contents.items()}
