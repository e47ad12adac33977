"""The service level: answered in time, of those that count, under any of the six formulas."""

from dataclasses import replace
from typing import TypeVar

from services.contracts.cells import LEFT, Cell, Histogram
from services.contracts.definitions import Formula, ServiceLevelPolicy
from services.contracts.figures import Figures, Measure, Value, share
from services.contracts.histograms import count_within

N = TypeVar("N", int, float)


def service_level(figures: Figures, policy: ServiceLevelPolicy) -> Value:
    """The service level under the policy's formula and options (see `Formula`)."""
    within_threshold = count_within(figures.cells, Histogram.ANSWERED_WAIT, policy.threshold, policy.boundary)
    early = count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.threshold, policy.boundary)
    short = count_within(figures.cells, Histogram.ABANDONED_WAIT, policy.short, policy.boundary)
    answered, abandoned = figures.of(Cell.ANSWERED), figures.of(Cell.ABANDONED)
    hit, total = hits_and_total(policy.formula, (within_threshold, early, short), (answered, abandoned))
    if policy.flow_outs:
        total += figures.of(*LEFT.values())
    if policy.waiting_past_threshold:
        within = policy.threshold * 1000 - (policy.boundary == "lt")
        total += sum([wait > within for wait in figures.waits])
    return share(hit, total)


def hits_and_total(formula: Formula, within: tuple[N, N, N], outcomes: tuple[N, N]) -> tuple[N, N]:
    """Hits and total of a formula: of those answered within T, abandoned within T, abandoned within S; and all answered, abandoned."""
    in_time, early, short = within
    answered, abandoned = outcomes
    return {
        Formula.V1: (in_time + early, answered + abandoned),
        Formula.V2: (in_time, answered),
        Formula.V3: (in_time, answered + abandoned),
        Formula.V4: (in_time, answered + abandoned - early),
        Formula.V5: (in_time, answered + abandoned - short),
        Formula.V6: (in_time + short, answered + abandoned),
    }[formula]


def under(formula: Formula) -> Measure:
    """The service level under one formula, all else as the policy has it."""
    return lambda figures, policy: service_level(figures, replace(policy, formula=formula))


def past_threshold(wait: int, policy: ServiceLevelPolicy) -> bool:
    """Whether a wait of `wait` milliseconds is no longer within the policy's threshold."""
    limit = policy.threshold * 1000
    return wait > limit if policy.boundary == "le" else wait >= limit
