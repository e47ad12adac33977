"""The metrics of a contract as they can be meant: KPIs whose parts add up, targets that can be met
and missed, tiers that fit them.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from floorpulse.definitions.domain.contract_terms import (
    ContractBody,
    MetricBody,
    PhaseBody,
    PhaseTermsBody,
    TierBody,
)
from floorpulse.definitions.domain.contract_tiers import (
    Tiers,
    cap_mistakes,
    kept_range,
    missed_range,
    streak_mistakes,
)
from floorpulse.definitions.domain.contract_words import Judged
from floorpulse.definitions.domain.kpi_ranges import SHARE, KpiRange, range_of
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.kpis.catalogue import ASKED, CATALOGUE, Kpi, MomentKpi
from floorpulse.kpis.policies import DEFAULT_POLICY, OF_SHORT
from floorpulse.kpis.units import Better, Unit

SERVICE_LEVEL = "service_level"
NOT_ADDED_UP = frozenset(
    {
        "aht_p50",
        "aht_p90",
        "contacts_to_recover",
        "qa_coverage",
        "sla_attainment",
        "wait_max",
        "wait_p50",
        "wait_p90",
        "wait_p95",
        "wait_p99",
    }
)
"""KPIs of a span that are no sums of numerators and denominators of its parts"""
_OF_SERVICE_LEVEL = ("formula", "threshold", "short", "boundary", "flow_outs", "clock")
_USUAL = {one.name: one.default for one in msgspec.structs.fields(MetricBody)}
_WORSE = {Better.HIGHER: Comparison.AT_MOST, Better.LOWER: Comparison.AT_LEAST}
_LENGTHS = {"interval": 0, "day": 1, "week": 2, "month": 3}


def metric_mistakes(entry: Entry, contract: ContractBody) -> Iterator[DefinitionMistake]:
    """What the metrics of a contract cannot mean, in all phases."""
    for place, metric in enumerate(contract.metrics):
        path = f"metrics[{place}]"
        kpi = ASKED.get(metric.kpi)
        wrong = list(_no_kpi(entry, path, metric, kpi))
        yield from wrong
        if kpi is not None and not wrong:
            yield from _promise(entry, path, contract, metric, kpi)


def _no_kpi(
    entry: Entry, path: str, metric: MetricBody, kpi: Kpi | None
) -> Iterator[DefinitionMistake]:
    path = f"{path}.kpi"
    if kpi is None:
        yield entry.mistake(path, f"{metric.kpi!r} is no KPI", meant(metric.kpi, CATALOGUE, ""))
    elif isinstance(kpi, MomentKpi):
        problem = f"{kpi.id} tells of one moment, no promise spans one"
        yield entry.mistake(path, problem, "write a KPI that is counted over a span")
    elif kpi.needs or kpi.id.partition(":")[0] in NOT_ADDED_UP:
        problem = f"{kpi.id} is no sum over half hours, so exempt ones cannot be left out"
        yield entry.mistake(path, problem, "write a share, a mean or a count")


def _promise(
    entry: Entry, path: str, contract: ContractBody, metric: MetricBody, kpi: Kpi
) -> Iterator[DefinitionMistake]:
    if _WORSE.get(kpi.better) is metric.comparison:
        other = next(one for one in Comparison if one is not metric.comparison)
        problem = f"{kpi.id} {metric.comparison} a value promises to be worse"
        yield entry.mistake(f"{path}.comparison", problem, f"write {other}")
        return
    yield from target_mistakes(entry, f"{path}.target", metric.comparison, metric.target, kpi)
    yield from _policy(entry, path, metric)
    yield from _share(entry, path, metric)
    if _LENGTHS[metric.window] > _LENGTHS[contract.period]:
        problem = f"a {metric.window} is longer than the period of a {contract.period}"
        yield entry.mistake(f"{path}.window", problem, "write a window that fits into the period")
    yield from _tiers(entry, path, contract, metric, kpi)


def target_mistakes(
    entry: Entry, path: str, comparison: Comparison, text: str, kpi: Kpi
) -> Iterator[DefinitionMistake]:
    """What is wrong with a target: no share, never met, or never missed."""
    target = Decimal(text)
    least, most = map(Decimal, range_of(kpi))
    at_least = comparison is Comparison.AT_LEAST
    if kpi.unit is Unit.RATIO and 1 < target <= 100:  # noqa: PLR2004  per cent
        remedy = f'write "{(target / 100).normalize():f}"'
        yield entry.mistake(path, f"{text} is a percentage", remedy)
    elif target > most if at_least else target < least:
        problem = f"{kpi.id} is never {comparison} {text}, so it cannot be met"
        yield entry.mistake(path, problem, _possible(range_of(kpi)))
    elif target <= least if at_least else target >= most:
        problem = f"{kpi.id} is always {comparison} {text}, so it cannot be missed"
        yield entry.mistake(path, problem, _possible(range_of(kpi)))


def _possible(possible: KpiRange) -> str:
    least, most = possible
    if most == float("inf"):
        return f"write a value above {least:g}"
    return f"write a value between {least:g} and {most:g}"


def _policy(entry: Entry, path: str, metric: MetricBody) -> Iterator[DefinitionMistake]:
    if metric.kpi.partition(":")[0] != SERVICE_LEVEL:
        for name in _OF_SERVICE_LEVEL:
            if getattr(metric, name) != _USUAL[name]:
                problem = f"means nothing of {metric.kpi}"
                yield entry.mistake(
                    f"{path}.{name}", problem, "leave it out: it is of service level"
                )
        return
    formula = metric.formula or DEFAULT_POLICY.formula
    short = DEFAULT_POLICY.short if metric.short is None else metric.short
    threshold = DEFAULT_POLICY.threshold if metric.threshold is None else metric.threshold
    if formula in OF_SHORT and short >= threshold:
        problem = f"S {short} is not below T {threshold}, as {formula} wants it"
        remedy = "write a shorter S, a longer T, or a formula of V1 to V4"
        yield entry.mistake(f"{path}.threshold", problem, remedy)


def _share(entry: Entry, path: str, metric: MetricBody) -> Iterator[DefinitionMistake]:
    if metric.share_target is None:
        return
    if metric.judged is not Judged.SHARE:
        problem = "means nothing where each window is judged"
        yield entry.mistake(
            f"{path}.share_target", problem, "write `judged: share`, or leave it out"
        )
    elif not 0 < Decimal(metric.share_target) <= 1:
        problem = f"{metric.share_target} is no share"
        yield entry.mistake(f"{path}.share_target", problem, 'write a share such as "0.90"')


def _tiers(
    entry: Entry, path: str, contract: ContractBody, metric: MetricBody, kpi: Kpi
) -> Iterator[DefinitionMistake]:
    usual = _judged(metric, metric.target)
    own = PhaseTermsBody(penalties=metric.penalties, bonuses=metric.bonuses)
    said = _said(entry, path, contract, metric, own, usual)
    yield from (one for tiers in said for one in tiers.mistakes())
    for place, phase in enumerate(contract.phases):
        if metric.id in phase.metrics:
            where = f"phases[{place}].metrics.{metric.id}"
            yield from _in_phase(entry, where, contract, metric, phase, kpi)
    yield from streak_mistakes(entry, f"{path}.streaks", contract, metric)
    charges = metric.penalties or metric.streaks or any_tiers(contract, metric.id, "penalties")
    yield from cap_mistakes(entry, f"{path}.cap", metric.cap, "penalties", bounds=bool(charges))


def _in_phase(
    entry: Entry,
    path: str,
    contract: ContractBody,
    metric: MetricBody,
    phase: PhaseBody,
    kpi: Kpi,
) -> Iterator[DefinitionMistake]:
    terms = phase.metrics[metric.id]
    target = _judged(metric, terms.target or metric.target)
    for tiers in _said(entry, path, contract, metric, terms, target):
        if getattr(phase, tiers.name):
            yield from tiers.mistakes()
        else:
            problem = f"the phase has its {tiers.name} off"
            yield entry.mistake(f"{path}.{tiers.name}", problem, "leave them out")
    if terms.target is None:
        return
    yield from target_mistakes(entry, f"{path}.target", metric.comparison, terms.target, kpi)
    inherited = PhaseTermsBody(
        penalties=metric.penalties if phase.penalties and terms.penalties is None else None,
        bonuses=metric.bonuses if phase.bonuses and terms.bonuses is None else None,
    )
    for tiers in _said(entry, path, contract, metric, inherited, target):
        if tiers.reach_beyond():
            problem = f"the metric's own {tiers.name} reach beyond this target"
            remedy = f"write `{tiers.name}` for this phase too"
            yield entry.mistake(f"{path}.target", problem, remedy)


def _said(
    entry: Entry,
    path: str,
    contract: ContractBody,
    metric: MetricBody,
    terms: PhaseTermsBody,
    target: tuple[Comparison, Decimal],
) -> Iterator[Tiers]:
    """The lists of tiers that terms name, with the values in which they must not hold."""
    possible = SHARE if metric.judged is Judged.SHARE else range_of(ASKED[metric.kpi])
    for name, wrong, why in (
        ("penalties", kept_range(*target), "reaches values that keep the target"),
        ("bonuses", missed_range(*target), "reaches values that miss the target"),
    ):
        tiers: list[TierBody] | None = getattr(terms, name)
        if tiers is not None:
            yield Tiers(entry, contract, metric, path, name, tiers, wrong, why, possible)


def _judged(metric: MetricBody, target: str) -> tuple[Comparison, Decimal]:
    """What tiers must not reach beyond: the target, or the promised share of windows."""
    if metric.judged is Judged.SHARE:
        return Comparison.AT_LEAST, Decimal(metric.share_target or "1")
    return metric.comparison, Decimal(target)


def any_tiers(contract: ContractBody, metric: str, name: str) -> bool:
    """Whether a phase has tiers of its own for a metric."""
    terms = (phase.metrics.get(metric) for phase in contract.phases)
    return any(one is not None and getattr(one, name) for one in terms)
