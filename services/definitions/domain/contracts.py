"""What a contract means: its terms with exact decimals, the days of its versions and phases as
instants, the policy of each metric.

version 1    ├──────────────────────────┤
version 2               valid_from ├────┼───────────┤ last day
phases       ├ onboarding ┤├ operation ───────┤├ exit┤
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from floorpulse.definitions.domain.contract_terms import (
    ANY_HANDLED,
    BY_LINE,
    EVERYWHERE,
    BillableBody,
    ContractScope,
    RoundingBody,
)
from floorpulse.definitions.domain.contract_words import (
    Again,
    Basis,
    ExemptionKind,
    Judged,
    Per,
    PeriodKind,
    PhaseKind,
    Points,
    Window,
)
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.kpis.policies import ServiceLevelPolicy

EVER = 2**62
"""An end that does not come, epoch milliseconds"""
HUNDREDTH = Decimal("0.01")
"""A point of a share"""


@dataclass(frozen=True)
class Charge:
    """What a tier or streak costs or earns: one of a per cent of the fee, an amount, and either of
    these a point.
    """

    percent: Decimal | None = None
    amount: Decimal | None = None
    percent_per_point: Decimal | None = None
    amount_per_point: Decimal | None = None
    point: Decimal = HUNDREDTH
    points: Points = Points.EXACT
    basis: Basis = Basis.PERIOD
    rules: tuple[str, ...] = ()

    @property
    def by_points(self) -> bool:
        """Whether it grows with the distance between value and target."""
        return self.percent_per_point is not None or self.amount_per_point is not None

    @property
    def of_fee(self) -> bool:
        """Whether it is a share of the fee."""
        return self.percent is not None or self.percent_per_point is not None


@dataclass(frozen=True)
class Tier:
    """The values from `low` to `high` in which a charge holds; None: without end on that side."""

    charge: Charge
    low: Decimal | None = None
    low_within: bool = True
    high: Decimal | None = None
    high_within: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies in it."""
        return not (self._is_under(value) or self._is_over(value))

    def _is_under(self, value: Fraction) -> bool:
        if self.low is None:
            return False
        return value < Fraction(self.low) or (value == Fraction(self.low) and not self.low_within)

    def _is_over(self, value: Fraction) -> bool:
        if self.high is None:
            return False
        high = Fraction(self.high)
        return value > high or (value == high and not self.high_within)


@dataclass(frozen=True)
class Streak:
    """What `windows` misses one after the other cost, and what they cost `again` as they go on."""

    windows: int
    charge: Charge
    again: Again = Again.NEVER

    def falls_due(self, run: int) -> bool:
        """Whether the window that makes a run of misses so long costs something."""
        match self.again:
            case Again.NEVER:
                return run == self.windows
            case Again.RUN:
                return run > 0 and run % self.windows == 0
            case Again.WINDOW:  # pragma: no branch  there is no fourth
                return run >= self.windows


@dataclass(frozen=True)
class Cap:
    """The most that penalties or bonuses come to; the smaller where it has both."""

    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class Metric:
    """A promise. `scale` turns numerator / denominator into the KPI's unit; `is_count`: the value
    is the numerator alone. `policy` is that of a service level, under which its evidence is
    counted; None of other KPIs, whose queues' own satisfaction and quality policies hold.
    """

    id: str
    names: Mapping[str, str]
    kpi: str
    comparison: Comparison
    target: Decimal
    window: Window = Window.MONTH
    judged: Judged = Judged.EACH
    share_target: Decimal | None = None
    scope: ContractScope = EVERYWHERE
    calendar: str | None = None
    minimum_volume: int = 0
    places: int | None = None
    policy: ServiceLevelPolicy | None = None
    penalties: tuple[Tier, ...] = ()
    bonuses: tuple[Tier, ...] = ()
    streaks: tuple[Streak, ...] = ()
    cap: Cap | None = None
    scale: Decimal = Decimal(1)
    is_count: bool = False

    def keeps(self, value: Fraction) -> bool:
        """Whether a window's value keeps the target."""
        target = Fraction(self.target)
        return value >= target if self.comparison is Comparison.AT_LEAST else value <= target

    @property
    def judged_target(self) -> Decimal:
        """What the tiers' value is measured against: the target, or the promised share of windows
        (all of them where none is named).
        """
        if self.judged is Judged.EACH:
            return self.target
        return Decimal(1) if self.share_target is None else self.share_target

    @property
    def judged_comparison(self) -> Comparison:
        """Which side of `judged_target` is the good one; of a share of windows the upper."""
        return Comparison.AT_LEAST if self.judged is Judged.SHARE else self.comparison


@dataclass(frozen=True)
class BillingRule:
    """What is paid for, at which rate. `increment` and `least` are the seconds of one contact."""

    id: str
    names: Mapping[str, str]
    per: Per
    rate: Decimal
    scope: ContractScope = EVERYWHERE
    billable: BillableBody = ANY_HANDLED
    time: str = "handle"
    increment: int | None = None
    least: int | None = None
    seats: str = "present"


@dataclass(frozen=True)
class MinimumCharge:
    """The least that the fees of `rules` (all where empty) come to in a whole period."""

    amount: Decimal
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exemption:
    """The instants [begin, end), epoch milliseconds, that do not count for `metrics` (all where
    empty).
    """

    id: str
    kind: ExemptionKind
    begin: int
    end: int
    reason: str
    metrics: tuple[str, ...] = ()

    def covers(self, metric: str) -> bool:
        """Whether it holds for a metric."""
        return not self.metrics or metric in self.metrics


@dataclass(frozen=True)
class BeyondForecast:
    """Slices with more contacts than `times` the forecast do not count for `metrics` (all where
    empty).
    """

    times: Decimal
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phase:
    """A stage [begin, end), epoch milliseconds, with what its metrics promise there instead."""

    id: str
    kind: PhaseKind
    begin: int
    end: int
    penalties: bool = True
    bonuses: bool = True


OPERATION = Phase("operation", PhaseKind.OPERATION, 0, EVER)
"""The only phase of a contract that names none"""


@dataclass(frozen=True)
class ContractTerms:
    """One version of a contract, in force in [begin, end), epoch milliseconds; `name` is `id@n`.

    `metrics` has them by the ids of phases: a phase may promise otherwise.
    """

    name: str
    id: str
    names: Mapping[str, str]
    client: str
    vendor: Mapping[str, str]
    currency: str
    begin: int
    end: int
    zone: ZoneInfo
    period: PeriodKind = PeriodKind.MONTH
    calendar: str | None = None
    scope: ContractScope = EVERYWHERE
    phases: tuple[Phase, ...] = (OPERATION,)
    billing: tuple[BillingRule, ...] = ()
    minimum: MinimumCharge | None = None
    penalty_cap: Cap | None = None
    bonus_cap: Cap | None = None
    exemptions: tuple[Exemption, ...] = ()
    beyond_forecast: BeyondForecast | None = None
    rounding: RoundingBody = BY_LINE
    metrics: Mapping[str, tuple[Metric, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Contract:
    """All versions of a contract, in the order of their validity."""

    id: str
    versions: tuple[ContractTerms, ...]

    def at(self, instant: int) -> ContractTerms | None:
        """The version in force at an instant, epoch milliseconds; None before and after the
        contract.
        """
        return next((one for one in self.versions if one.begin <= instant < one.end), None)
