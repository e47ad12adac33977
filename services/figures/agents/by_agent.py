"""Whose doing it is: what a visit adds to which agent's figures.

answered, handled, surveys            the agent who took the visit
not taken                             the agent who was offered it
evaluations, complaints               the agent they name, else the one who took the visit
"""

from collections.abc import Iterator

import msgspec

from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import Contributions, contributions, feedback

INSTANT = 1
"""Panes of a millisecond: counts keep their very instants, so that any span can be asked for."""


def credited(tenant: str, visit: Visit) -> Iterator[tuple[str, Contributions]]:
    """Agents and what the visit adds for each."""
    others = _named(visit)
    if visit.agent is not None:
        yield (
            visit.agent,
            contributions(tenant, _about(visit, visit.agent) if others else visit, INSTANT),
        )
    for agent in sorted(others):
        yield agent, feedback(tenant, _about(visit, agent), INSTANT)


def _named(visit: Visit) -> set[str]:
    """Other agents than the visit's whom evaluations, complaints and misses name."""
    if not visit.evaluations and not visit.complaints and not visit.missed:
        return set()
    scored = (one.agent for one in (visit.evaluations or {}).values())
    blamed = (one.last("agent") for one in (visit.complaints or {}).values())
    rung = (one.agent for one in visit.missed)
    named = (*scored, *blamed, *rung)
    return {agent for agent in named if agent is not None and agent != visit.agent}


def _about(visit: Visit, agent: str) -> Visit:
    """The visit with those surveys, evaluations, complaints and misses that are about this
    agent.
    """
    own = agent == visit.agent
    return msgspec.structs.replace(
        visit,
        surveys=visit.surveys if own else None,
        evaluations={
            name: one
            for name, one in (visit.evaluations or {}).items()
            if (one.agent or visit.agent) == agent
        },
        complaints={
            name: one
            for name, one in (visit.complaints or {}).items()
            if (one.last("agent") or visit.agent) == agent
        },
        missed=tuple(one for one in visit.missed if one.agent == agent),
    )
