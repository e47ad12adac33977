"""The agents of the floor: who is in which state now, each counted once however many queues it serves."""

from collections import Counter
from collections.abc import Mapping

from services.contracts.agents import LONGEST, AgentKey, AgentNow, Entered
from services.contracts.events import AgentState

AHEAD = 60_000
"""Milliseconds a source's clock may run ahead; a state from further on is not believed yet."""


class Agents:
    """The last state of every agent heard of; the later word stays, whatever order they come in."""

    def __init__(self) -> None:
        self._last: dict[AgentKey, Entered] = {}

    def take(self, now: AgentNow) -> bool:
        """Keep the state unless a later one is known; whether it was kept."""
        key = now.tenant, now.agent
        known = self._last.get(key)
        if known is not None and (known.at, known.state) >= (now.entered.at, now.entered.state):
            return False
        self._last[key] = now.entered
        return True

    def by_state(self, tenant: str, queue: str | None, now: int) -> Mapping[AgentState, int]:
        """How many agents of `tenant` (who serve `queue`; None: any) are in which state; words older than a day do not count."""
        return Counter(
            entered.state
            for (theirs, _), entered in self._last.items()
            if theirs == tenant and now - LONGEST < entered.at <= now + AHEAD and (queue is None or queue in entered.queues)
        )
