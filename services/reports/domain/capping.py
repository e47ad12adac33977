"""What caps take off: first those of single metrics, then those of all penalties and all bonuses.

A cap holds for one version of a contract over its parts of a period.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from floorpulse.definitions.domain.contracts import Cap, ContractTerms
from floorpulse.reports.domain.rounding import AmountRounding, Carried, told, total_of
from floorpulse.reports.domain.statement import CapKind, CapStep, Step, StepKind


def capped(
    terms: ContractTerms, fee: Fraction, steps: Sequence[Carried[Step]]
) -> list[Carried[CapStep]]:
    """What the caps of a version take off its steps; `fee` is that of all its parts."""
    penalties = [one for one in steps if one.line.kind is not StepKind.BONUS]
    bonuses = [one for one in steps if one.line.kind is StepKind.BONUS]
    by_metric = list(_by_metric(terms, fee, penalties))
    rest = total_of(penalties) - total_of(by_metric)
    others = (
        _step(terms, CapKind.PENALTIES, terms.penalty_cap, rest, fee),
        _step(terms, CapKind.BONUSES, terms.bonus_cap, total_of(bonuses), fee),
    )
    return [*by_metric, *(one for one in others if one is not None)]


def _by_metric(
    terms: ContractTerms, fee: Fraction, penalties: Sequence[Carried[Step]]
) -> Iterator[Carried[CapStep]]:
    for metric, cap in _caps(terms).items():
        total = total_of(one for one in penalties if one.line.metric == metric)
        step = _step(terms, CapKind.METRIC, cap, total, fee, metric)
        if step is not None:
            yield step


def _caps(terms: ContractTerms) -> dict[str, Cap]:
    """The caps of metrics, which all phases share."""
    known = (one for metrics in terms.metrics.values() for one in metrics)
    return {one.id: one.cap for one in known if one.cap is not None}


def _step(
    terms: ContractTerms,
    kind: CapKind,
    cap: Cap | None,
    total: Fraction,
    fee: Fraction,
    metric: str | None = None,
) -> Carried[CapStep] | None:
    """The step of a cap; None where there is none, or where it takes nothing off."""
    if cap is None:
        return None
    rounding = AmountRounding(terms.rounding)
    exact, percent = min(_limits(cap, fee), key=lambda one: one[0])
    limit = rounding.limit(exact)
    if total <= limit:
        return None
    step = CapStep(
        kind=kind,
        terms=terms.name,
        total=rounding.shown(total),
        limit=rounding.shown(limit),
        amount=rounding.shown(total - limit),
        metric=metric,
        percent=percent,
        base=None if percent is None else told(fee),
    )
    return Carried(step, total - limit)


def _limits(cap: Cap, fee: Fraction) -> Iterable[tuple[Fraction, Decimal | None]]:
    if cap.percent is not None:
        yield fee * Fraction(cap.percent) / 100, cap.percent
    if cap.amount is not None:
        yield Fraction(cap.amount), None
