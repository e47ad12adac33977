"""Judges whether the half hour in progress can still keep its service level.

          ├─ so far: k of n in time ─┼─ rest: r to come ─┤
required  (T (n + r) − k) / r of the rest must be answered in time. Above 1 the half hour is lost.
          Above what Erlang A expects of the agents who are there it is at risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum, inf, log
from typing import Literal

import msgspec

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement, breach
from floorpulse.alerts.domain.thresholds import (
    MIN_VOLUME,
    NOT_KNOWN,
    QUIET,
    TOO_FEW,
    UNDECIDED,
    UNDEFINED,
)
from floorpulse.kpis.erlang.models import Load, fewest
from floorpulse.kpis.formulas.planning import expected
from floorpulse.kpis.policies import ServiceLevelPolicy

When = Literal["lost", "at_risk"]
MARGIN = 0.02
"""How much more than required must be expected before a half hour is no longer at risk"""
BEST = 0.9999
"""A share that so many agents can keep"""


@dataclass(frozen=True)
class HalfHour:
    """What is known of the half hour: contacts in time, contacts that count so far, and those who
    wait and may still be answered in time; contacts to come, how many a second, at what mean handle
    time (seconds); how many agents are at work (None: nobody told). `pace` is what came lately over
    what was forecast for it, which is reckoned with in what is to come.
    """

    policy: ServiceLevelPolicy
    hit: int
    total: int
    undecided: int
    coming: float
    rate: float
    aht: float | None
    agents: int | None
    pace: float = 1.0
    waiting: int = 0

    @property
    def rest(self) -> float:
        """Contacts whose outcome is open."""
        return self.undecided + self.coming

    @property
    def is_small(self) -> bool:
        """Whether it has too few contacts to decide anything."""
        return self.total + self.rest < MIN_VOLUME

    @property
    def required(self) -> float | None:
        """The share of the rest that must be answered in time; None where no rest is left."""
        rest = self.rest
        due = self.policy.target * (self.total + rest) - self.hit
        return due / rest if rest else None

    @property
    def load(self) -> Load | None:
        """What comes; None where it is not known."""
        if not self.rate or not self.aht:
            return None
        return Load(self.rate, self.aht, self.policy.patience)

    @property
    def achievable(self) -> float | None:
        """The share that Erlang A expects of the agents at work once those who wait now are served:
        until then nobody is answered in time. None where something is not known.
        """
        load = self.load
        rest = self.rest
        if load is None or self.agents is None or not rest:
            return None
        drained = self.drained
        late = min(rest, self.undecided + load.rate * drained) if drained else 0.0
        return self.share(load, self.agents) * (1 - late / rest)

    @property
    def drained(self) -> float:
        """Seconds until nobody waits any longer, by what comes, is served and gives up on average:
        W' = λ − nμ − W/θ; infinitely many where that never is.
        """
        load = self.load
        if load is None or self.agents is None or self.waiting <= 1:
            return 0.0
        spare = self.agents / load.handle - load.rate
        level = spare * load.patience
        return load.patience * log((self.waiting + level) / (1 + level)) if level > -1 else inf

    def share(self, load: Load, agents: int) -> float:
        """The share in time that so many agents are expected to keep, by the policy's formula."""
        hits, total = expected(load, agents, self.policy)
        return hits / total if total > 0 else 0.0

    def agents_for(self, share: float) -> int | None:
        """The fewest agents that are expected to keep a share; None where none can."""
        load = self.load
        if load is None or share > BEST:
            return None
        return fewest(load, lambda agents: self.share(load, agents) >= share)


def judge(when: When, half_hour: HalfHour | None) -> Judgement:
    """None of the half hour where nothing was forecast; the figure is made where it is `told`."""
    if half_hour is None:
        return NOT_KNOWN
    if half_hour.is_small:
        return TOO_FEW
    required = half_hour.required
    if required is None:
        return UNDEFINED
    if when == "lost":
        return breach(None, required - 1) if required > 1 else QUIET
    return _at_risk(half_hour, required)


def _at_risk(half_hour: HalfHour, required: float) -> Judgement:
    """A half hour that is lost is at risk too; one that is kept whatever comes is not."""
    if not _is_open(required):
        return breach(None, required) if required > 0 else QUIET
    achievable = half_hour.achievable
    if achievable is None:
        return NOT_KNOWN
    if required > achievable:
        return breach(None, required - achievable)
    return QUIET if required <= achievable - MARGIN else UNDECIDED


def _is_open(required: float) -> bool:
    """Whether it depends on the agents: neither lost nor kept whatever comes."""
    return 0 < required <= 1


def told(when: When, half_hour: HalfHour | None, figure: Figure) -> Figure:
    """The service level so far, with what the half hour was judged by."""
    if half_hour is None:
        return figure
    required = half_hour.required
    figure = _with(
        figure,
        required=required,
        rest=half_hour.rest,
        pace=half_hour.pace,
        agents=half_hour.agents,
    )
    if when == "lost" or half_hour.is_small or required is None or not _is_open(required):
        return figure
    achievable = half_hour.achievable
    return figure if achievable is None else _with(figure, achievable=achievable)


def with_agents(figure: Figure, half_hour: HalfHour) -> Figure:
    """The figure of a breach with what somebody who must act asks: how many agents are missing; as
    it is where no number of agents helps.

    It costs several times what the judgement does.
    """
    required = half_hour.required
    if required is None or required > 1:
        return figure
    needed = half_hour.agents_for(required)
    there = half_hour.agents
    missing = None if needed is None or there is None else max(0, needed - there)
    return _with(figure, agents_required=needed, agents_missing=missing)


def _with(figure: Figure, **details: object) -> Figure:
    return msgspec.structs.replace(figure, details={**figure.details, **details})


def together(parts: Sequence[HalfHour]) -> HalfHour:
    """Parts with different policies as one line of contacts: counts are added, targets weighed by
    the contacts that they concern; all else of a policy is that of the largest part.
    """
    if len(parts) == 1:
        return parts[0]
    largest = max(parts, key=lambda one: one.total + one.rest)
    whole = fsum(one.total + one.rest for one in parts)
    if not whole:
        return largest
    due = fsum(one.policy.target * (one.total + one.rest) for one in parts)
    rate = fsum(one.rate for one in parts)
    work = fsum(one.rate * one.aht for one in parts if one.aht is not None)
    return replace(
        largest,
        policy=replace(largest.policy, target=due / whole),
        hit=sum(one.hit for one in parts),
        total=sum(one.total for one in parts),
        undecided=sum(one.undecided for one in parts),
        waiting=sum(one.waiting for one in parts),
        coming=fsum(one.coming for one in parts),
        rate=rate,
        aht=work / rate if work else None,
    )
