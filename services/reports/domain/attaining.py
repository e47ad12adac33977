"""How a metric was kept in a part of a period: its windows without what is exempt, their outcomes,
the tiers reached, the runs of misses.

windows    ├ kept ┤├ missed ┤├ missed ┤├ exempt ┤├ missed ┤├ kept ┤
run            0        1         2         2         3        0       exempt ones do not break it
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from floorpulse.definitions.domain.contract_words import Judged, RoundingMode
from floorpulse.definitions.domain.contracts import Exemption, Metric, Tier
from floorpulse.reports.domain.evidence import MetricEvidence, Slice
from floorpulse.reports.domain.exempting import Exempting
from floorpulse.reports.domain.periods import Part, window_of
from floorpulse.reports.domain.rounding import EXACT, rounded, told
from floorpulse.reports.domain.statement import Attainment, Outcome, WindowResult

JUDGED = (Outcome.KEPT, Outcome.MISSED)


@dataclass(frozen=True)
class Figure:
    """Numerator and denominator of a metric; of a count only the numerator."""

    numerator: Fraction
    denominator: Fraction

    def value(self, metric: Metric) -> Fraction | None:
        """In the unit of the KPI, rounded as the metric says; None where it is 0/0."""
        if metric.is_count:
            return _placed(metric, self.numerator)
        if not self.denominator:
            return None
        return _placed(metric, Fraction(metric.scale) * self.numerator / self.denominator)


@dataclass(frozen=True)
class JudgedWindow:
    """A window with its exact value, where it has one."""

    result: WindowResult
    value: Fraction | None


@dataclass(frozen=True)
class Kept:
    """How a metric was kept: what is told of it, its windows and the share of them."""

    attainment: Attainment
    windows: tuple[JudgedWindow, ...]
    share: Fraction | None


def attained(
    part: Part, metric: Metric, evidence: MetricEvidence, declared: Sequence[Exemption], run: int
) -> Kept:
    """How a metric was kept in a part that begins after `run` misses one after the other."""
    exempting = Exempting(part.terms, declared, metric.id)
    single = [
        _window(metric, begin, end, slices, exempting)
        for (begin, end), slices in _by_window(part, metric, evidence.slices)
    ]
    windows = tuple(_with_runs(single, run))
    figure = _overall(metric, windows)
    return Kept(_attainment(metric, windows, figure, run), windows, _share(metric, figure))


def tier_of(tiers: Sequence[Tier], value: Fraction) -> int | None:
    """The place of the first tier that a value lies in; None where it is in none."""
    return next((place for place, tier in enumerate(tiers) if tier.holds(value)), None)


def keeps_share(metric: Metric, share: Fraction) -> bool:
    """Whether a share of windows is what was promised: all of them, where no share is named."""
    return share >= Fraction(metric.judged_target)


def _by_window(
    part: Part, metric: Metric, slices: Iterable[Slice]
) -> Iterator[tuple[tuple[int, int], list[Slice]]]:
    """Slices by their window, which the part may cut."""
    ordered = sorted(slices, key=lambda one: (one.begin, one.end))
    zone = part.terms.zone
    mine: list[Slice] = []
    begin = end = part.begin
    for one in ordered:
        if one.begin >= end:
            if mine:
                yield (max(begin, part.begin), min(end, part.end)), mine
            begin, end = window_of(metric.window, one.begin, zone)
            mine = []
        mine.append(one)
    if mine:
        yield (max(begin, part.begin), min(end, part.end)), mine


def _window(
    metric: Metric, begin: int, end: int, slices: Sequence[Slice], exempting: Exempting
) -> JudgedWindow:
    reasons = [exempting.exempt(one) for one in slices]
    counted = [one for one, reason in zip(slices, reasons, strict=True) if reason is None]
    figure = _sum(counted)
    value = figure.value(metric) if counted else None
    volume = sum(one.volume for one in counted)
    outcome = _outcome(metric, value, volume, counted=bool(counted))
    result = WindowResult(
        begin=begin,
        end=end,
        outcome=outcome,
        numerator=told(figure.numerator),
        denominator=told(figure.denominator),
        volume=volume,
        value=None if value is None else told(value),
        tier=_reached(metric, metric.penalties, value, outcome is Outcome.MISSED),
        bonus_tier=_reached(metric, metric.bonuses, value, outcome is Outcome.KEPT),
        exempt=tuple(reason for reason in reasons if reason is not None),
    )
    return JudgedWindow(result, value)


def _sum(slices: Iterable[Slice]) -> Figure:
    numerator = Decimal(0)
    denominator = Decimal(0)
    for one in slices:
        numerator = EXACT.add(numerator, one.numerator)
        denominator = EXACT.add(denominator, one.denominator)
    return Figure(Fraction(numerator), Fraction(denominator))


def _outcome(metric: Metric, value: Fraction | None, volume: int, *, counted: bool) -> Outcome:
    if not counted:
        return Outcome.EXEMPT
    if value is None:
        return Outcome.EMPTY
    if volume < metric.minimum_volume:
        return Outcome.LOW_VOLUME
    return Outcome.KEPT if metric.keeps(value) else Outcome.MISSED


def _reached(
    metric: Metric,
    tiers: Sequence[Tier],
    value: Fraction | None,
    due: bool,  # noqa: FBT001  whether the outcome is the one that these tiers are for
) -> int | None:
    if metric.judged is Judged.SHARE or value is None or not due:
        return None
    return tier_of(tiers, value)


def _placed(metric: Metric, value: Fraction) -> Fraction:
    if metric.places is None:
        return value
    return Fraction(rounded(value, metric.places, RoundingMode.HALF_UP))


def _with_runs(windows: Iterable[JudgedWindow], run: int) -> Iterator[JudgedWindow]:
    """The windows, each with how many up to it were missed one after the other."""
    for one in windows:
        if one.result.outcome is Outcome.MISSED:
            run += 1
        elif one.result.outcome is Outcome.KEPT:
            run = 0
        yield JudgedWindow(replace(one.result, run=run), one.value)


def _overall(metric: Metric, windows: Sequence[JudgedWindow]) -> Figure:
    """What the windows come to together: their share, or the figure over all that were judged."""
    judged = [one.result for one in windows if one.result.outcome in JUDGED]
    if metric.judged is Judged.SHARE:
        kept = sum(one.outcome is Outcome.KEPT for one in judged)
        return Figure(Fraction(kept), Fraction(len(judged)))
    return Figure(
        sum((Fraction(one.numerator) for one in judged), Fraction(0)),
        sum((Fraction(one.denominator) for one in judged), Fraction(0)),
    )


def _share(metric: Metric, figure: Figure) -> Fraction | None:
    if metric.judged is not Judged.SHARE or not figure.denominator:
        return None
    return _placed(metric, figure.numerator / figure.denominator)


def _attainment(
    metric: Metric, windows: Sequence[JudgedWindow], figure: Figure, run: int
) -> Attainment:
    share = _share(metric, figure)
    by_share = metric.judged is Judged.SHARE
    value = share if by_share else figure.value(metric)
    results = tuple(one.result for one in windows)
    missed = share is not None and not keeps_share(metric, share)
    return Attainment(
        metric=metric.id,
        kpi=metric.kpi,
        comparison=metric.comparison,
        target=metric.target,
        window=metric.window,
        judged=metric.judged,
        windows=results,
        kept=sum(one.outcome is Outcome.KEPT for one in results),
        missed=sum(one.outcome is Outcome.MISSED for one in results),
        not_judged=sum(one.outcome not in JUDGED for one in results),
        numerator=told(figure.numerator),
        denominator=told(figure.denominator),
        value=None if value is None else told(value),
        share_target=metric.share_target,
        tier=tier_of(metric.penalties, share) if share is not None and missed else None,
        bonus_tier=tier_of(metric.bonuses, share) if share is not None and not missed else None,
        missed_at_end=results[-1].run if results else run,
    )
