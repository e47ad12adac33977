"""The agents of the floor: the last known state of each."""

from collections import defaultdict

from services.contracts.agents import LONGEST, AgentNow, Entered

AHEAD = 60_000
"""Milliseconds a source's clock may run ahead; a state from further on is not believed yet."""


class Agents:
    """The last state of every agent heard of; the later word stays, whatever order they come in."""

    def __init__(self) -> None:
        self._last: defaultdict[str, dict[str, Entered]] = defaultdict(dict)

    def take(self, now: AgentNow) -> bool:
        """Keep the state unless a later one is known; whether it was kept."""
        mine = self._last[now.tenant]
        known = mine.get(now.agent)
        if known is not None and (known.at, known.state) >= (now.entered.at, now.entered.state):
            return False
        mine[now.agent] = now.entered
        return True

    def queues(self, tenant: str) -> set[str]:
        """The queues that any of a tenant's agents serves or served last."""
        return {queue for entered in self._last.get(tenant, {}).values() for queue in entered.queues}

    def of(self, tenant: str, now: int) -> dict[str, Entered]:
        """The agents of a tenant and their states; words older than a day do not count."""
        theirs = self._last.get(tenant, {})
        return {agent: entered for agent, entered in theirs.items() if now - LONGEST < entered.at <= now + AHEAD}
