"""Agents lent from one queue to another: how each queue fares with more or fewer, by Erlang A.

    chat    14 agents  97 % ── 3 agents ──►  orders   40 agents  61 %
            11 agents  88 %                           43 agents  79 %

A prediction is of the steady state: it knows what comes and who is there, not who waits already.
"""

from typing import NamedTuple

from floorpulse.kpis.erlang.models import Load, Service
from floorpulse.kpis.formulas.planning import are_enough, expected, fewest_for
from floorpulse.kpis.policies import ServiceLevelPolicy


class Demand(NamedTuple):
    """What comes to a queue: `rate` contacts a second, of `aht` seconds each."""

    rate: float
    aht: float

    @property
    def erlangs(self) -> float:
        """Agents that it keeps busy."""
        return self.rate * self.aht


class Prediction(NamedTuple):
    """How a queue fares with so many agents.

    `service_level` is a share under the policy's formula, None where nothing comes; `wait` the mean
    wait of all contacts in seconds; `abandonment` the share that gives up; `occupancy` the share of
    their time that agents are busy, None without agents.
    """

    agents: int
    service_level: float | None
    wait: float
    abandonment: float
    occupancy: float | None


def predicted(demand: Demand, agents: int, policy: ServiceLevelPolicy) -> Prediction:
    """How a queue fares with so many agents, its customers as patient as the policy says."""
    if not demand.erlangs:
        return Prediction(agents, None, 0.0, 0.0, 0.0 if agents else None)
    load = Load(demand.rate, demand.aht, policy.patience)
    hits, total = expected(load, agents, policy)
    served = Service(load, agents)
    busy = demand.erlangs * (1 - served.abandons)
    return Prediction(
        agents,
        hits / total if total else None,
        served.wait,
        served.abandons,
        busy / agents if agents else None,
    )


def spare(demand: Demand, agents: int, policy: ServiceLevelPolicy) -> int:
    """How many of so many agents can be spared without breaking the queue's promise. Where none
    can, one question tells; how many are required takes several.
    """
    load = Load(demand.rate, demand.aht, policy.patience) if demand.erlangs else None
    if not agents or (load and not are_enough(load, agents - 1, policy)):
        return 0
    return agents - required(demand, policy)


def required(demand: Demand, policy: ServiceLevelPolicy) -> int:
    """The fewest agents with whom the queue keeps its promise."""
    return fewest_for(demand.rate, demand.aht, policy.patience, policy)
