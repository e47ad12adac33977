"""What a training changed: the same agents before and after, contact by contact of the same kind,
beside agents of the same teams who were not trained.

              before ├───────── 28 days ─────────┤ training ├───────── 28 days ─────────┤ after
trained       a in voice: 0.70 of 100                        0.80 of 90       change +0.10
untrained     c in voice: 0.74 of 80                         0.76 of 95       change +0.02
                                                             effect           +0.08 with interval

An agent's change is the mean of its changes in each queue and channel, each weighing b·a / (b + a)
of the denominators before and after, so that no shift between queues looks like an effect. The
change of several agents is their mean by those weights; its variance is that between agents, who
differ more than their contacts do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from floorpulse.board.domain.series import QueueChannel
from floorpulse.figures.agents.spread import FEWEST, Spread, shrunk
from floorpulse.kpis.statistics import welch
from floorpulse.kpis.units import Better

BEFORE, DURING, AFTER = range(3)
"""The spans of a training, by their index"""
MIX_CHANGED = 0.2
"""The share of contacts that moved to other queues and channels, from which it is told"""

Strata = Mapping[QueueChannel, tuple[Spread, Spread]]
"""By queue and channel: an agent's contacts before and after"""


class Caution(StrEnum):
    """Why a change may be no effect of the training."""

    NO_CONTROL = "no_control"
    FEW_AGENTS = "few_agents"
    NOTHING_TO_COMPARE = "nothing_to_compare"
    REGRESSION_TO_THE_MEAN = "regression_to_the_mean"
    MIX_CHANGED = "mix_changed"
    NOT_OVER = "not_over"
    OTHER_TRAINING = "other_training"
    OTHER_WINDOWS = "other_windows"


@dataclass(frozen=True)
class Change:
    """How the figure of several agents changed: `agents` who had contacts on both sides, what was
    compared before and after, and the mean change with its 95 % interval.
    """

    agents: int
    before: float | None
    after: float | None
    change: float | None
    interval: tuple[float, float] | None
    spread: Spread


def change(strata: Sequence[Strata]) -> Change:
    """The change of several agents; without an interval of fewer than three."""
    total = Spread()
    sides = (Spread(), Spread())
    for theirs in strata:
        own = _own(theirs)
        if own is not None:
            total.take(own[0] * own[1], own[1])
            _compared(sides, theirs)
    if not total.d:
        return Change(0, None, None, None, None, total)
    middle = total.n / total.d
    variance = total.variance
    interval = None if variance is None else welch(middle, (variance, total.size), (0.0, FEWEST))
    before, after = (side.n / side.d for side in sides)
    return Change(total.size, before, after, middle, interval, total)


def _own(strata: Strata) -> tuple[float, float] | None:
    """An agent's change and its weight; None where it had contacts of no kind on both sides."""
    weights = total = 0.0
    for before, after in strata.values():
        if before.d > 0 and after.d > 0:
            weight = before.d * after.d / (before.d + after.d)
            weights += weight
            total += weight * (after.n / after.d - before.n / before.d)
    return (total / weights, weights) if weights else None


def _compared(sides: tuple[Spread, Spread], strata: Strata) -> None:
    for pair in strata.values():
        if all(side.d > 0 for side in pair):
            for into, side in zip(sides, pair, strict=True):
                into.include(side)


@dataclass(frozen=True)
class Effect:
    """The change of the trained less that of the untrained, with its 95 % interval."""

    value: float
    interval: tuple[float, float] | None


def effect(trained: Change, untrained: Change) -> Effect | None:
    """The difference in differences; None without anybody on either side."""
    if trained.change is None or untrained.change is None:
        return None
    apart = trained.change - untrained.change
    v = trained.spread.variance
    w = untrained.spread.variance
    if v is None or w is None:
        return Effect(apart, None)
    sizes = trained.agents, untrained.agents
    return Effect(apart, welch(apart, (v, sizes[0]), (w, sizes[1])))


def regression(trained: Mapping[str, Spread], everybody: Mapping[str, Spread]) -> float | None:
    """How far the trained would have moved by themselves: who was chosen after weeks that were bad
    by chance comes back to the mean. From how agents before the training differ beyond chance.
    """
    drawn = shrunk(everybody)
    if drawn is None or not trained:
        return None
    moved = sum(one.d * (drawn[agent] - one.n / one.d) for agent, one in trained.items())
    return moved / sum(one.d for one in trained.values())


def looks_like_regression(own: float | None, change: float | None, better: Better) -> bool:
    """Whether at least a third of an improvement would have come by itself."""
    if own is None or not change or better is Better.NEITHER:
        return False
    improved = (change > 0) is (better is Better.HIGHER)
    return improved and own / change >= 1 / 3


def mix_shift(strata: Sequence[Strata]) -> float:
    """The share of contacts that are of other queues and channels after than before."""
    volumes: dict[QueueChannel, list[float]] = {}
    for theirs in strata:
        for queue_channel, pair in theirs.items():
            known = volumes.setdefault(queue_channel, [0.0, 0.0])
            for side, spread in enumerate(pair):
                known[side] += spread.d
    before, after = (sum(one[side] for one in volumes.values()) for side in (0, 1))
    if not before or not after:
        return 0.0
    return sum(abs(one[1] / after - one[0] / before) for one in volumes.values()) / 2
