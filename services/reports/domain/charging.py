"""What misses cost and better values earn, step by step: each window's tier, the tier of a share of
windows, streaks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from floorpulse.definitions.domain.contract_words import Basis, Judged, Points
from floorpulse.definitions.domain.contracts import Charge, Metric, Tier
from floorpulse.reports.domain.attaining import Kept
from floorpulse.reports.domain.fees import PartFees
from floorpulse.reports.domain.rounding import AmountRounding, Carried, told
from floorpulse.reports.domain.statement import Outcome, Step, StepKind

_HUNDRED = 100


@dataclass(frozen=True)
class Due:
    """A charge that falls due: for which tier or streak, of which span, at which value."""

    kind: StepKind
    charge: Charge
    tier: int
    begin: int
    end: int
    value: Fraction | None
    missed: int = 0


def charged(metric: Metric, kept: Kept, fees: PartFees) -> list[Carried[Step]]:
    """The steps of a metric in a part, in the order of time; those that its phase does not charge
    are left out.
    """
    return [_step(metric, due, fees) for due in _due(metric, kept, fees)]


def _due(metric: Metric, kept: Kept, fees: PartFees) -> Iterator[Due]:
    phase = fees.part.phase
    if phase.penalties:
        yield from _of_tiers(StepKind.PENALTY, metric, metric.penalties, kept, fees)
        yield from _of_streaks(metric, kept)
    if phase.bonuses:
        yield from _of_tiers(StepKind.BONUS, metric, metric.bonuses, kept, fees)


def _of_tiers(
    kind: StepKind, metric: Metric, tiers: tuple[Tier, ...], kept: Kept, fees: PartFees
) -> Iterator[Due]:
    name = "tier" if kind is StepKind.PENALTY else "bonus_tier"
    if metric.judged is Judged.SHARE:
        tier = getattr(kept.attainment, name)
        if tier is not None:
            part = fees.part
            yield Due(kind, tiers[tier].charge, tier, part.begin, part.end, kept.share)
        return
    for window in kept.windows:
        tier = getattr(window.result, name)
        if tier is not None:
            begin = window.result.begin
            end = window.result.end
            yield Due(kind, tiers[tier].charge, tier, begin, end, window.value)


def _of_streaks(metric: Metric, kept: Kept) -> Iterator[Due]:
    """One charge for each window that makes a run long enough; a run begins where it does in the
    part.
    """
    begin: int | None = None
    for window in kept.windows:
        result = window.result
        if result.outcome is Outcome.KEPT:
            begin = None
        if result.outcome is not Outcome.MISSED:
            continue
        begin = result.begin if begin is None else begin
        for place, streak in enumerate(metric.streaks):
            if streak.falls_due(result.run):
                span = begin, result.end
                yield Due(StepKind.STREAK, streak.charge, place, *span, None, result.run)


def _step(metric: Metric, due: Due, fees: PartFees) -> Carried[Step]:
    charge = due.charge
    rounding = AmountRounding(fees.part.terms.rounding)
    base = _base(due, fees) if charge.of_fee else None
    points = _points(metric, charge, due.value) if charge.by_points else None
    exact = _exact(charge, base, points)
    carried = rounding.carried(exact)
    percent = charge.percent if charge.percent_per_point is None else charge.percent_per_point
    step = Step(
        kind=due.kind,
        metric=metric.id,
        begin=due.begin,
        end=due.end,
        tier=due.tier,
        exact=told(exact),
        amount=rounding.shown(carried),
        value=None if due.value is None else told(due.value),
        target=metric.judged_target,
        rate=charge.amount if charge.amount_per_point is None else charge.amount_per_point,
        percent=percent,
        base=None if base is None else told(base),
        rules=charge.rules if charge.of_fee else (),
        points=None if points is None else told(points),
        point=charge.point if charge.by_points else None,
        counted=charge.points if charge.by_points else None,
        missed=due.missed,
    )
    return Carried(step, carried)


def _base(due: Due, fees: PartFees) -> Fraction:
    if due.charge.basis is Basis.WINDOW:
        return fees.of_window(due.begin, due.end, due.charge.rules)
    return fees.whole(due.charge.rules)


def _points(metric: Metric, charge: Charge, value: Fraction | None) -> Fraction:
    """The points between a value and the target, never less than 0."""
    target = Fraction(metric.judged_target)
    distance = Fraction(0) if value is None else abs(value - target) / Fraction(charge.point)
    match charge.points:
        case Points.EXACT:
            return distance
        case Points.WHOLE:
            return Fraction(distance.__floor__())
        case Points.STARTED:  # pragma: no branch  there is no fourth
            return Fraction(distance.__ceil__())


def _exact(charge: Charge, base: Fraction | None, points: Fraction | None) -> Fraction:
    percent = charge.percent if charge.percent_per_point is None else charge.percent_per_point
    amount = charge.amount if charge.amount_per_point is None else charge.amount_per_point
    times = Fraction(1) if points is None else points
    if base is not None and percent is not None:
        return base * Fraction(percent) / _HUNDRED * times
    return Fraction(amount or 0) * times
