"""How a running period stands: each promise so far and as expected, exposure, budget, bill.

exposure   what penalties come to after caps
budget     what they can come to at most; burned is the exposure's share of it
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from floorpulse.definitions.domain.contract_words import Judged
from floorpulse.definitions.domain.contracts import Cap, Contract, ContractTerms, Metric
from floorpulse.reports.domain.outlook import NextTier, next_tier, to_recover
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.rounding import told
from floorpulse.reports.domain.statement import (
    Attainment,
    Statement,
    Step,
    StepKind,
    WindowResult,
)


@dataclass(frozen=True)
class MetricStanding:
    """A promise: its running window (None: none has begun), all of the period so far, and both as
    expected. `exposed` and `expected_exposed` are its penalties before caps.
    """

    metric: Metric
    phase: str
    so_far: Attainment
    expected: Attainment
    window: WindowResult | None
    expected_window: WindowResult | None
    to_recover: int | None
    next_tier: NextTier | None
    exposed: Decimal
    expected_exposed: Decimal


@dataclass(frozen=True)
class Money:
    """Amounts of a period in the contract's currency: what is billed, what penalties and bonuses
    come to after caps, the total, and the most that penalties can come to (None: no cap).
    """

    fees: Decimal
    exposure: Decimal
    bonuses: Decimal
    total: Decimal
    budget: Decimal | None

    @property
    def burned(self) -> Decimal | None:
        """The share of the budget that is lost; None without one."""
        if self.budget is None or not self.budget:
            return None
        return told(Fraction(self.exposure) / Fraction(self.budget))


@dataclass(frozen=True)
class ContractStanding:
    """A contract at `as_of`, epoch milliseconds, in its running period; `contacts` are billed so
    far. `approximate` are billing rules that counts cannot tell exactly.
    """

    terms: ContractTerms
    phase: str
    period: Period
    as_of: int
    metrics: tuple[MetricStanding, ...]
    closed_now: Money
    forecast: Money
    contacts: int
    approximate: tuple[str, ...] = ()

    @property
    def cost_per_contact(self) -> Decimal | None:
        """What was billed so far by contact that is billed; None where there is none."""
        if not self.contacts:
            return None
        return told(Fraction(self.closed_now.fees) / self.contacts)


def metric_standings(
    contract: Contract, so_far: Statement, expected: Statement, now: int
) -> tuple[MetricStanding, ...]:
    """The promises of the part that runs at an instant; of none where no part does."""
    found = []
    for part, later in zip(so_far.parts, expected.parts, strict=True):
        terms = contract.at(now)
        if terms is None or not part.begin <= now < part.end:
            continue
        known = {one.id: one for one in terms.metrics[part.phase]}
        for mine, ahead in zip(part.attainments, later.attainments, strict=True):
            exposed = _exposed(part.steps, mine.metric), _exposed(later.steps, mine.metric)
            found.append(_standing(known[mine.metric], part.phase, (mine, ahead), exposed, now))
    return tuple(found)


def _standing(
    metric: Metric,
    phase: str,
    attainments: tuple[Attainment, Attainment],
    exposed: tuple[Decimal, Decimal],
    now: int,
) -> MetricStanding:
    so_far, expected = attainments
    window = _running(so_far.windows, now)
    counts = None if window is None else (window.numerator, window.denominator)
    by_share = metric.judged is Judged.SHARE
    value = so_far.value if by_share or window is None else window.value
    return MetricStanding(
        metric=metric,
        phase=phase,
        so_far=so_far,
        expected=expected,
        window=window,
        expected_window=_running(expected.windows, now),
        to_recover=None if counts is None else to_recover(metric, *counts),
        next_tier=next_tier(metric, value, None if by_share else counts),
        exposed=exposed[0],
        expected_exposed=exposed[1],
    )


def _running(windows: Sequence[WindowResult], now: int) -> WindowResult | None:
    return next((one for one in windows if one.begin <= now < one.end), None)


def _exposed(steps: Iterable[Step], metric: str) -> Decimal:
    mine = (one.amount for one in steps if one.metric == metric and one.kind is not StepKind.BONUS)
    return sum(mine, Decimal(0))


def money_of(contract: Contract, statement: Statement, now: int) -> Money:
    """The amounts of a statement; the budget is that of the version in force at an instant."""
    totals = statement.totals
    terms = contract.at(now)
    fees = totals.fees + totals.minimum
    return Money(
        fees=totals.fees,
        exposure=totals.penalties - totals.penalties_capped,
        bonuses=totals.bonuses - totals.bonuses_capped,
        total=totals.total,
        budget=None if terms is None else budget_of(terms.penalty_cap, fees),
    )


def budget_of(cap: Cap | None, fees: Decimal) -> Decimal | None:
    """The most that penalties come to: the smaller of what a cap says."""
    if cap is None:
        return None
    shares = [] if cap.percent is None else [told(Fraction(fees) * Fraction(cap.percent) / 100)]
    amounts = [] if cap.amount is None else [cap.amount]
    return min([*shares, *amounts], default=None)
