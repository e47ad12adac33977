"""How much single contacts differ, so that a difference of two figures comes with its interval.

Each visit adds a numerator n and a denominator d to a KPI. With R = Σn / Σd the figure,
var(R) = m / (m − 1) · Σ(n − R·d)² / (Σd)²    over m visits (linearised ratio; of a mean: s² / m)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.cells import Cells
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.kpis.catalogue import SpanKpi
from floorpulse.kpis.figures import SpanFigures, Value
from floorpulse.kpis.statistics import newcombe, welch

FEWEST = 3
"""Visits on either side of a difference of means, below which there is no interval"""


@dataclass(eq=False)
class Spread:
    """Sums over the visits that add to a KPI; `size` is how many did."""

    size: int = 0
    n: float = 0.0
    d: float = 0.0
    nn: float = 0.0
    nd: float = 0.0
    dd: float = 0.0

    def take(self, n: float, d: float) -> None:
        """Take in a visit."""
        self.size += 1
        self.n += n
        self.d += d
        self.nn += n * n
        self.nd += n * d
        self.dd += d * d

    def include(self, other: "Spread") -> None:
        """Take in those of another."""
        for name in ("size", "n", "d", "nn", "nd", "dd"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def squares(self) -> float:
        """Σ(n − R·d)²; 0 where nothing divides."""
        if not self.d:
            return 0.0
        ratio = self.n / self.d
        return max(0.0, self.nn - 2 * ratio * self.nd + ratio * ratio * self.dd)

    @property
    def variance(self) -> float | None:
        """Of the figure; None of fewer visits than tell."""
        if self.size < FEWEST or not self.d:
            return None
        return self.size / (self.size - 1) * self.squares / (self.d * self.d)

    def explains(self, value: Value) -> bool:
        """Whether the visits' parts add up to the figure's: those of quantiles do not."""
        return (
            value.denominator is not None
            and isclose(self.d, value.denominator, rel_tol=1e-9)
            and isclose(self.n, value.numerator or 0, rel_tol=1e-9, abs_tol=1e-9)
        )


@dataclass(frozen=True)
class Measured:
    """A figure and how its visits differ."""

    value: Value
    spread: Spread


def difference(ours: Measured, theirs: Measured) -> tuple[float, float] | None:
    """The 95 % interval of ours − theirs, of contacts that are not the same: Newcombe's of shares,
    Welch's of other means; None where the contacts cannot tell.
    """
    a = ours.value
    b = theirs.value
    if a.value is None or b.value is None:
        return None
    if a.proportion and b.proportion:
        return newcombe(_parts(a), _parts(b))
    v = ours.spread.variance
    w = theirs.spread.variance
    if v is None or w is None or not (ours.spread.explains(a) and theirs.spread.explains(b)):
        return None
    return welch(a.value - b.value, (v, ours.spread.size), (w, theirs.spread.size))


def _parts(value: Value) -> tuple[int, int]:
    return int(value.numerator or 0), int(value.denominator or 0)


def certain(interval: tuple[float, float] | None) -> bool | None:
    """Whether a difference is more than chance: its interval does not hold 0; None without one."""
    return None if interval is None else not interval[0] <= 0 <= interval[1]


def shrunk(spreads: Mapping[str, Spread]) -> dict[str, float] | None:
    """Means drawn towards that of all, each as far as it rests on few contacts (empirical Bayes;
    between-agent variance by DerSimonian and Laird 1986); None where contacts cannot tell.

    few answers, all good  ──►  near the mean     many answers, most good  ──►  nearly as they are
    """
    freedom = sum(one.size - 1 for one in spreads.values())
    pooled = sum(one.squares for one in spreads.values()) / freedom if freedom else 0.0
    if not pooled or not all(one.d > 0 for one in spreads.values()):
        return None
    chance = {name: pooled * one.size / (one.d * one.d) for name, one in spreads.items()}
    means = {name: one.n / one.d for name, one in spreads.items()}
    between = _between(means, chance)
    weights = {name: 1 / (variance + between) for name, variance in chance.items()}
    middle = sum(weights[name] * means[name] for name in means) / sum(weights.values())
    return {name: middle + (means[name] - middle) * between * weights[name] for name in means}


def _between(means: Mapping[str, float], chance: Mapping[str, float]) -> float:
    """How much agents truly differ: the variance of their means beyond chance."""
    weights = {name: 1 / variance for name, variance in chance.items()}
    total = sum(weights.values())
    middle = sum(weights[name] * means[name] for name in means) / total
    excess = sum(weights[name] * (means[name] - middle) ** 2 for name in means) - (len(means) - 1)
    scale = total - sum(weight**2 for weight in weights.values()) / total
    return max(0.0, excess / scale) if scale > 0 else 0.0


class Samples:
    """Takes in visits one by one, and tells how those of an agent in some queues and channels
    differ, span by span.
    """

    def __init__(self, terms: PoliciesInForce, kpis: Iterable[SpanKpi]) -> None:
        self._terms = terms
        self._kpis = {kpi.id: kpi for kpi in kpis if not kpi.needs}
        self._spreads: defaultdict[tuple[int, str, QueueChannel, str], Spread] = defaultdict(Spread)

    def take(self, span: int, agent: str, queue_channel: QueueChannel, cells: Cells) -> None:
        """Take in what a visit adds."""
        policy = self._terms.policy(queue_channel[1], queue_channel[2])
        figures = SpanFigures(cells)
        for name, kpi in self._kpis.items():
            value = kpi.measure(figures, policy)
            if value.denominator:
                self._spreads[span, agent, queue_channel, name].take(
                    value.numerator or 0.0, value.denominator
                )

    def of(
        self, kpi: SpanKpi, agents: Iterable[str], over: Sequence[QueueChannel], span: int = 0
    ) -> Spread:
        """How visits of some agents differ in a KPI."""
        total = Spread()
        for agent in agents:
            for queue_channel in over:
                known = self._spreads.get((span, agent, queue_channel, kpi.id))
                if known is not None:
                    total.include(known)
        return total
