"""The statement of a period: what is billed, how each promise was kept, what misses cost and better
values earned, step by step, and the total.

fees + minimum charge − (penalties − what caps take off) + (bonuses − what caps take off) = total

Every amount stands twice: `exact` before rounding, told with ten decimal places, and `amount` as it
is added up. Where the contract rounds by line, an amount has the contract's places; where it
rounds only the total, it is the exact one, and `rounding` is what the total gained or lost by it.
So amounts always add up to the total.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

from floorpulse.definitions.domain.contract_words import (
    ExemptionKind,
    Judged,
    Per,
    PhaseKind,
    Points,
    Window,
)
from floorpulse.definitions.domain.terms import Comparison


class Outcome(StrEnum):
    """What became of a window."""

    KEPT = "kept"
    MISSED = "missed"
    EXEMPT = "exempt"
    """All of its slices were exempt"""
    LOW_VOLUME = "low_volume"
    """Fewer contacts than the metric's minimum volume"""
    EMPTY = "empty"
    """Nothing was counted: 0/0 is no figure"""


class Cause(StrEnum):
    """Why a slice does not count."""

    INCIDENT = ExemptionKind.INCIDENT.value
    FORCE_MAJEURE = ExemptionKind.FORCE_MAJEURE.value
    AGREED = ExemptionKind.AGREED.value
    BEYOND_FORECAST = "beyond_forecast"


class StepKind(StrEnum):
    """What a step is for."""

    PENALTY = "penalty"
    BONUS = "bonus"
    STREAK = "streak"


class CapKind(StrEnum):
    """What a cap bounds."""

    METRIC = "metric"
    PENALTIES = "penalties"
    BONUSES = "bonuses"


class BillingLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One billing rule: (numerator / denominator) × rate; of a rule by the month the days of the
    part over those of the month.
    """

    rule: str
    per: Per
    numerator: int
    denominator: int
    quantity: Decimal
    rate: Decimal
    exact: Decimal
    amount: Decimal
    contacts: int = 0


class MinimumLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is missing to the minimum charge: `minimum` × days / days of the period − `fees`, never
    less than 0.
    """

    terms: str
    minimum: Decimal
    days: int
    of_days: int
    fees: Decimal
    exact: Decimal
    amount: Decimal
    rules: tuple[str, ...] = ()


class ExemptSlice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slice that does not count, why, and what it would have counted; `exemption` names the one
    that holds.
    """

    begin: int
    end: int
    cause: Cause
    numerator: Decimal
    denominator: Decimal
    volume: int
    exemption: str | None = None
    forecast: Decimal | None = None


class WindowResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One window [begin, end) of a metric without its exempt slices: `value` (None: 0/0) as it was
    judged; `run` windows up to here were missed one after the other.
    """

    begin: int
    end: int
    outcome: Outcome
    numerator: Decimal
    denominator: Decimal
    volume: int
    value: Decimal | None = None
    tier: int | None = None
    bonus_tier: int | None = None
    run: int = 0
    exempt: tuple[ExemptSlice, ...] = ()


class Attainment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a metric was kept in a part. `value`, with its `numerator` and `denominator`, is the
    share of windows that kept the target where that is judged (`tier`, `bonus_tier` are its), else
    the figure over all windows that were judged. `missed_at_end` windows were missed one after the
    other at the end of the part.
    """

    metric: str
    kpi: str
    comparison: Comparison
    target: Decimal
    window: Window
    judged: Judged
    windows: tuple[WindowResult, ...]
    kept: int
    missed: int
    not_judged: int
    numerator: Decimal
    denominator: Decimal
    value: Decimal | None = None
    share_target: Decimal | None = None
    tier: int | None = None
    bonus_tier: int | None = None
    missed_at_end: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One penalty or bonus and what it was made of:

    percent                  exact = base × percent / 100
    amount                   exact = amount of the tier (`rate`)
    percent a point          exact = base × percent / 100 × points
    amount a point           exact = amount of a point (`rate`) × points

    `begin` and `end` are those of the window, of a streak its run's, of a share of windows the
    part's. `tier` counts from 0 in the contract's list of penalties, bonuses or streaks. `base` is
    the fee of `rules` (all where empty); `points` between `value` and `target` are counted as
    `counted` says.
    """

    kind: StepKind
    metric: str
    begin: int
    end: int
    tier: int
    exact: Decimal
    amount: Decimal
    value: Decimal | None = None
    target: Decimal | None = None
    rate: Decimal | None = None
    percent: Decimal | None = None
    base: Decimal | None = None
    rules: tuple[str, ...] = ()
    points: Decimal | None = None
    point: Decimal | None = None
    counted: Points | None = None
    missed: int = 0


class CapStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cap that took something off: `amount` = `total` − `limit`. The limit is `percent` of
    `base`, or the cap's amount; where lines are rounded, it is rounded down.
    """

    kind: CapKind
    terms: str
    total: Decimal
    limit: Decimal
    amount: Decimal
    metric: str | None = None
    percent: Decimal | None = None
    base: Decimal | None = None


class PartStatement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of the period: one version of the contract, one phase."""

    terms: str
    phase: str
    kind: PhaseKind
    begin: int
    end: int
    billing: tuple[BillingLine, ...]
    attainments: tuple[Attainment, ...]
    steps: tuple[Step, ...]


class Totals(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Sums of amounts; `penalties` and `bonuses` before caps, `penalties_capped` and
    `bonuses_capped` what caps took off.

    total = fees + minimum − (penalties − penalties_capped) + (bonuses − bonuses_capped) + rounding
    """

    fees: Decimal
    minimum: Decimal
    penalties: Decimal
    penalties_capped: Decimal
    bonuses: Decimal
    bonuses_capped: Decimal
    rounding: Decimal
    total: Decimal


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A period [begin, end) of a contract, epoch milliseconds, settled."""

    contract: str
    currency: str
    zone: str
    begin: int
    end: int
    parts: tuple[PartStatement, ...]
    minimums: tuple[MinimumLine, ...]
    caps: tuple[CapStep, ...]
    totals: Totals
