"""The service level: answered in time, of those that count, under any of the six formulas."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from floorpulse.contracts.cells import LEFT, Cell, Histogram
from floorpulse.counting.histograms import count_within
from floorpulse.kpis.figures import UNKNOWN, CountedVisits, Measure, SpanFigures, Value, share
from floorpulse.kpis.policies import OF_EARLY, OF_SHORT, Formula, ServiceLevelPolicy

N = TypeVar("N", int, float)


def service_level(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """The service level under the policy's formula and options (see `Formula`); unknown where only
    the visits can tell and were not asked.
    """
    seen = figures.visits if policy.by_visits else _by_panes(figures, policy)
    if seen is None:
        return UNKNOWN
    hit, total = hits_and_total(
        policy.formula, seen.in_time, seen.early, seen.short, seen.answered, seen.abandoned
    )
    if policy.flow_outs:
        total += seen.left
    if policy.waiting_past_threshold:
        total += seen.late
    return share(hit, total)


def _by_panes(figures: SpanFigures, policy: ServiceLevelPolicy) -> CountedVisits:
    """What the policy's formula looks at, out of histograms, and nothing else: it costs most of a
    figure. Who was not resolved within the longest wait waits on, and was not in time.
    """
    cells = figures.cells
    within = count_within(cells, Histogram.ANSWERED_WAIT, policy.threshold, policy.boundary)
    early = _gave_up(figures, policy.threshold, policy) if policy.formula in OF_EARLY else 0
    short = _gave_up(figures, policy.short, policy) if policy.formula in OF_SHORT else 0
    return CountedVisits(
        cells.get(Cell.ANSWERED, 0),
        within,
        cells.get(Cell.ABANDONED, 0),
        early,
        short,
        figures.of(*LEFT.values()) if policy.flow_outs else 0,
        late_of(figures.waits, policy) + figures.unresolved,
    )


def hits_and_total(
    formula: Formula, in_time: N, early: N, short: N, answered: N, abandoned: N
) -> tuple[N, N]:
    """Hits and total of a formula: of those answered within T (`in_time`), abandoned within T
    (`early`), abandoned within S (`short`); and all answered, abandoned.
    """
    match formula:
        case Formula.V1:
            return in_time + early, answered + abandoned
        case Formula.V2:
            return in_time, answered
        case Formula.V3:
            return in_time, answered + abandoned
        case Formula.V4:
            return in_time, answered + abandoned - early
        case Formula.V5:
            return in_time, answered + abandoned - short
        case Formula.V6:  # pragma: no branch  there is no seventh
            return in_time + short, answered + abandoned


def under(formula: Formula) -> Measure:
    """The service level under one formula, all else as the policy has it."""
    return lambda figures, policy: service_level(figures, replace(policy, formula=formula))


def past_threshold(wait: int, policy: ServiceLevelPolicy) -> bool:
    """Whether a wait of `wait` milliseconds, by the policy's clock, is no longer within its
    threshold.
    """
    limit = policy.threshold * 1000
    return wait > limit if policy.boundary == "le" else wait >= limit


def late_of(waits: Sequence[int], policy: ServiceLevelPolicy) -> int:
    """How many of these waits, milliseconds, are no longer within the policy's threshold."""
    if not waits:
        return 0
    limit = policy.threshold * 1000
    if policy.boundary == "le":
        return sum([wait > limit for wait in waits])
    return sum([wait >= limit for wait in waits])


def _gave_up(figures: SpanFigures, seconds: int, policy: ServiceLevelPolicy) -> int:
    return count_within(figures.cells, Histogram.ABANDONED_WAIT, seconds, policy.boundary)
