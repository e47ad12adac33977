"""What formulas look at and what they give: summed cells in, a value with its parts out.

0/0 is always None with its counts, never 0 % or 100 %.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from types import MappingProxyType
from typing import NamedTuple

from floorpulse.contracts.agents import StateNow
from floorpulse.contracts.cells import Cell, Cells, Histogram
from floorpulse.counting.histograms import quantile
from floorpulse.kpis.plan import Ahead, Elapsed
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.kpis.statistics import wilson

Staff = Mapping[StateNow, int]
"""Agents by state: of a moment how many, of a span the milliseconds they spent in each"""
NOBODY: Staff = MappingProxyType({})


@dataclass(frozen=True)
class Plan:
    """The plan of a row: the seconds of its span that have passed, the forecast intervals before
    and after now.

    `aht` (seconds) is forecast for what has passed; `staffed` agents were planned for it, on
    average. `so_far` are the figures that a projection begins with, where they are not the row's
    own; `parts` the figures by policy, where the row's queues have several.
    """

    seconds: float = 0.0
    elapsed: tuple[Elapsed, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    aht: float | None = None
    staffed: float | None = None
    so_far: "SpanFigures | None" = None
    parts: tuple[tuple[ServiceLevelPolicy, "SpanFigures"], ...] = ()


NO_PLAN = Plan()


class CountedVisits(NamedTuple):
    """The visits of a span under a policy, counted one by one: of the `answered` those `in_time`,
    of the `abandoned` those within T (`early`) and within S (`short`); those that `left` by another
    door; and those that wait too long already (`late`).
    """

    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    early: int = 0
    short: int = 0
    left: int = 0
    late: int = 0


class SpanFigures(NamedTuple):
    """All that a formula over a span may look at: summed cells, and the visits of the span that
    still wait.

    `waits` are the waits so far of those visits, `complaints` the ages of the span's complaints
    that are still open, both in milliseconds. `staff` is the time of agents by state, milliseconds;
    `breaks` is that on break by the reason told, of those reasons that are asked for (None: the
    time on break is not told apart). `plan` is what was forecast for the span. `unresolved` visits
    of the span have no outcome and are too old to wait. `visits` is what panes cannot tell of them,
    under the policy that the figures are judged by; None where it is not known.
    """

    cells: Cells
    waits: tuple[int, ...] = ()
    complaints: tuple[int, ...] = ()
    staff: Staff = NOBODY
    plan: Plan = NO_PLAN
    unresolved: int = 0
    visits: CountedVisits | None = None
    breaks: Mapping[str, int] | None = None

    def of(self, *cells: Cell) -> int:
        """Sum of the named counters."""
        return sum(map(self.cells.get, cells, repeat(0)))


class MomentFigures(NamedTuple):
    """All that a formula of a moment may look at: who waits, for how long (milliseconds), and what
    is in progress or unresolved.

    `complaints` are the ages of all that are open, milliseconds; `staff` is the number of agents by
    state; `handled` is how many contacts were completed in the half hour before. `in_hours` are the
    waits again, as far as they lie in business hours; None where these are not known.
    """

    waits: tuple[int, ...] = ()
    in_progress: int = 0
    unresolved: int = 0
    complaints: tuple[int, ...] = ()
    staff: Staff = NOBODY
    handled: int = 0
    in_hours: tuple[int, ...] | None = None


NOBODY_THERE = MomentFigures()
"""The figures of a moment at which nobody is there, or of which no KPI asks for any"""


class NoValue(StrEnum):
    """Why a figure has no value although something happened."""

    NO_STATES = "no_states"
    """Agents are there of whom no source tells the state."""
    NO_WRAP_UP = "no_wrap_up"
    """Contacts were handled, and no source told the work after any of them."""


ValueCells = tuple[float | None, float | None, float | None, float | None, float | None]
NO_INTERVAL: tuple[None, None] = (None, None)


class Value(NamedTuple):
    """A figure with its parts.

    A count has no denominator; a mean's numerator is the sum in the unit of its value; a share's
    parts are counts and come with the 95 % Wilson interval `low`…`high`, worked out when it is
    asked for; a quantile's denominator is its sample. Where no source tells what it takes, `reason`
    says so.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    proportion: bool = False
    """Whether it is a share of contacts, with an interval"""
    reason: NoValue | None = None

    @property
    def low(self) -> float | None:
        """The low end of the interval."""
        return self.cells[3]

    @property
    def high(self) -> float | None:
        """Its high end."""
        return self.cells[4]

    @property
    def cells(self) -> ValueCells:
        """The figure, its parts and its interval, `low` and `high`."""
        value, numerator, denominator, proportion, _ = self
        low, high = (
            wilson(int(numerator or 0), int(denominator or 0)) if proportion else NO_INTERVAL
        )
        return value, numerator, denominator, low, high


UNKNOWN = Value(None, None, None)
"""What cannot be told: without parts, unlike 0/0"""

Measure = Callable[[SpanFigures, ServiceLevelPolicy], Value]
"""A formula over a span, under a definition"""
MomentMeasure = Callable[[MomentFigures, ServiceLevelPolicy], Value]
"""A formula of a moment"""


def count(number: float) -> Value:
    """A count."""
    return Value(number, number, None)


def mean(total: float, size: int, unit: int = 1000) -> Value:
    """A mean of `size` amounts whose sum `total` is kept in `1/unit` of the value's unit."""
    return Value(total / unit / size if size else None, total / unit, size)


def share(part: int, whole: int) -> Value:
    """A proportion with its Wilson interval.

    Parts may outrun the whole where both belong to different instants (an answer to yesterday's
    survey): then no interval.
    """
    if whole <= 0:
        return Value(None, part, whole)
    return Value(part / whole, part, whole, proportion=part <= whole)


def counter(*cells: Cell) -> Measure:
    """The sum of counters."""
    return lambda figures, _: count(figures.of(*cells))


def mean_of(total: tuple[Cell, ...], size: Cell) -> Measure:
    """Summed amounts over how many there were."""
    return lambda figures, _: mean(figures.of(*total), figures.of(size))


def share_of(part: tuple[Cell, ...], whole: tuple[Cell, ...]) -> Measure:
    """Some of all."""
    return lambda figures, _: share(figures.of(*part), figures.of(*whole))


@dataclass(frozen=True)
class Quantile:
    """Measures the nearest-rank q-quantile of a histogram, seconds."""

    histogram: Histogram
    q: float

    def __call__(self, figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
        """The quantile, with how many it is of."""
        value, size = quantile(figures.cells, self.histogram, self.q)
        return Value(value, value, size)
