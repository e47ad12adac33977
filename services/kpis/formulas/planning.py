"""Forecast against what came, the agents that it takes, and where the service level will end:
formulas over the plan of a row.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import fsum, inf

from floorpulse.contracts.cells import HANDLING, Cell
from floorpulse.contracts.events import AgentState
from floorpulse.kpis.erlang.models import Load, Service, fewest
from floorpulse.kpis.figures import UNKNOWN, Measure, NoValue, SpanFigures, Value, count
from floorpulse.kpis.formulas.service_level import (
    hits_and_total,
    service_level,
)
from floorpulse.kpis.plan import Ahead
from floorpulse.kpis.policies import OF_EARLY, OF_SHORT, Formula, ServiceLevelPolicy

AT_WORK: tuple[AgentState, ...] = ("available", "ringing", "busy", "wrap_up")


def forecast_variance(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """(came − forecast) / forecast over the forecast intervals so far; contacts."""
    came, expected = _came_and_expected(figures)
    return Value((came - expected) / expected if expected else None, came - expected, expected)


def wape(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """Σ |came − forecast| / Σ forecast, each forecast interval of each queue by itself (weighted
    absolute percentage error).
    """
    expected = _came_and_expected(figures)[1]
    missed = fsum(abs(one.offered - one.expected) for one in figures.plan.elapsed)
    return Value(missed / expected if expected else None, missed, expected)


def _came_and_expected(figures: SpanFigures) -> tuple[int, float]:
    elapsed = figures.plan.elapsed
    return sum(one.offered for one in elapsed), fsum(one.expected for one in elapsed)


# ------------------------------------------------------------- agents


def required(patience_of: Callable[[ServiceLevelPolicy], float]) -> Measure:
    """The fewest agents that keep the service level's target with what came in the span, as one
    line; None without handle times, and under a policy whose contacts wait for hours.
    """

    def measure(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
        agents = [
            _required(part, theirs, patience_of(theirs)) for theirs, part in _parts(figures, policy)
        ]
        known = [number for number in agents if number is not None]
        return count(sum(known)) if len(known) == len(agents) else UNKNOWN

    return measure


def _required(figures: SpanFigures, policy: ServiceLevelPolicy, patience: float) -> int | None:
    if policy.by_visits:
        return None
    seconds = figures.plan.seconds
    offered = figures.of(Cell.OFFERED)
    if not seconds or not offered:
        return 0 if seconds else None
    handled = figures.of(Cell.HANDLED)
    aht = figures.of(*HANDLING) / 1000 / handled if handled else figures.plan.aht
    return None if aht is None else fewest_for(offered / seconds, aht, patience, policy)


def required_ahead(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """The most agents that any forecast interval of the rest of the span takes, Erlang A; queues at
    one time as one line.
    """
    parts = _parts(figures, policy)
    if any(theirs.by_visits for theirs, _ in parts):
        return UNKNOWN
    begins = sorted({one.begin for _, part in parts for one in part.plan.ahead})
    needed = [
        sum(_needed(part.plan.ahead, begin, theirs) for theirs, part in parts) for begin in begins
    ]
    return count(max(needed)) if needed else UNKNOWN


def _needed(ahead: Sequence[Ahead], at: int, policy: ServiceLevelPolicy) -> int:
    going = [one for one in ahead if one.begin <= at < one.end]
    rate = fsum(one.rate for one in going)
    work = fsum(one.rate * one.aht for one in going)
    return fewest_for(rate, work / rate, policy.patience, policy) if work else 0


def agents_gap(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """Agents at work on average (available, ringing, busy or in wrap-up) minus required ones; parts
    are the two. Negative: too few.

    Null where no agent is known, or of some no source tells the state: a floor whose agents tell no
    states is not one without agents.
    """
    seconds = figures.plan.seconds
    required = agents_required(figures, policy).value
    if figures.staff.get("unknown"):
        return Value(None, None, required, reason=NoValue.NO_STATES)
    at_work = sum(figures.staff.get(state, 0) for state in AT_WORK) / 1000
    return _gap(
        at_work / seconds if seconds and figures.staff else None,
        required,
    )


def gap_to_plan(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """Planned agents minus required ones; parts are the two."""
    return _gap(figures.plan.staffed, agents_required(figures, policy).value)


def _gap(there: float | None, required: float | None) -> Value:
    return Value(None if there is None or required is None else there - required, there, required)


@lru_cache(maxsize=65_536)
def fewest_for(rate: float, aht: float, patience: float, policy: ServiceLevelPolicy) -> int:
    """The fewest agents that keep the policy's target, under its formula; `rate` contacts a second,
    spans in seconds.
    """
    if not rate or not aht:
        return 0
    load = Load(rate, aht, patience)
    return fewest(load, lambda agents: are_enough(load, agents, policy))


def are_enough(load: Load, agents: int, policy: ServiceLevelPolicy) -> bool:
    """Whether so many agents keep the policy's target, under its formula."""
    hits, total = expected(load, agents, policy)
    return hits >= min(policy.target, 0.9999) * total and total > 0


def expected(load: Load, agents: int, policy: ServiceLevelPolicy) -> tuple[float, float]:
    """Hits and total of the service level that one contact is expected to add."""
    return _expected(load, agents, policy.formula, policy.threshold, policy.short)


@lru_cache(maxsize=65_536)
def _expected(
    load: Load, agents: int, formula: Formula, threshold: float, short: float
) -> tuple[float, float]:
    of = Service(load, agents)
    soon = of.abandoned_within(short) if formula in OF_SHORT else 0.0
    within, early = (
        of.ended_within(threshold) if formula in OF_EARLY else (of.answered_within(threshold), 0.0)
    )
    return hits_and_total(formula, within, early, soon, 1 - of.abandons, of.abandons)


agents_required = required(lambda policy: policy.patience)
agents_required_erlang_c = required(lambda _: inf)

# ------------------------------------------------------------- projection


def service_level_projected(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """The service level at the end of the span: what counted so far, and the forecast rest as the
    planned agents will serve it. Unknown under a policy whose contacts wait for hours: Erlang's
    models are of people in a line.

    Without planned agents the rest is expected to go as what counted so far. Parts are expected
    counts.
    """
    both = [_projected(part, theirs) for theirs, part in _parts(figures, policy)]
    if any(one is None for one in both):
        return UNKNOWN
    hits, total = (fsum(one[place] for one in both if one) for place in (0, 1))
    return Value(hits / total if total else None, hits, total)


def _projected(figures: SpanFigures, policy: ServiceLevelPolicy) -> tuple[float, float] | None:
    if policy.by_visits:
        return None
    level = service_level(figures.plan.so_far or figures, policy)
    hits = [level.numerator or 0.0]
    total = [level.denominator or 0.0]
    for one in figures.plan.ahead:
        share = _share(one, level, policy)
        if share is None:
            return None
        hits.append(one.volume * share[0])
        total.append(one.volume * share[1])
    return fsum(hits), fsum(total)


def _share(ahead: Ahead, level: Value, policy: ServiceLevelPolicy) -> tuple[float, float] | None:
    if not ahead.rate or not ahead.aht:
        return 1.0, 1.0
    if ahead.staffed is not None:
        return expected(Load(ahead.rate, ahead.aht, policy.patience), ahead.staffed, policy)
    return None if level.value is None else (level.value, 1.0)


def _parts(
    figures: SpanFigures, policy: ServiceLevelPolicy
) -> Sequence[tuple[ServiceLevelPolicy, SpanFigures]]:
    return figures.plan.parts or ((policy, figures),)
