"""What a rule means by itself: one condition, on a KPI that has it, with a bound that can be
crossed.
"""

import re
from collections.abc import Iterator

from floorpulse.definitions.domain.bounds import (
    Bound,
    bound_of,
    impossible_bound,
    impossible_clearing,
    no_bound,
)
from floorpulse.definitions.domain.kpi_ranges import (
    fewest_to_fall_below,
    fewest_to_rise_above,
    has_volume,
    is_count,
    is_share,
)
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.rule_terms import (
    ConcentrationCondition,
    RuleBody,
    RuleScope,
    SpikeCondition,
    StreakCondition,
    ThresholdCondition,
)
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.kpis.catalogue import ASKED, CATALOGUE, Kpi, MomentKpi
from floorpulse.kpis.inputs import Need

CONDITIONS = (
    "threshold",
    "abandons",
    "recovery",
    "streak",
    "spike",
    "concentration",
    "tier",
    "staleness",
)
HALF_HOUR = 1800
TAKEN = frozenset(
    {"alertname", "channel", "incident", "key", "queue", "rule", "severity", "tenant"}
)
"""Labels that every incident has"""
_PAGE = re.compile(r"https?://[^\s/]+\S*")


def impossible_rule(entry: Entry, body: RuleBody) -> Iterator[DefinitionMistake]:
    """What a rule cannot mean."""
    yield from _one_condition(entry, body)
    if body.threshold is not None:
        yield from _threshold(entry, body.threshold)
    if body.streak is not None:
        yield from _streak(entry, body.streak)
    if body.spike is not None:
        yield from _spike(entry, body.spike)
    if body.concentration is not None:
        yield from _concentration(entry, body.concentration)
    if body.tier is not None and body.scope != RuleScope():
        problem = "a tier is that of its contract, whatever the scope"
        yield entry.mistake("scope", problem, "leave it out, or name a `tier.metric`")
    yield from _lost_for_longer(entry, body)
    yield from _surroundings(entry, body)


def _one_condition(entry: Entry, body: RuleBody) -> Iterator[DefinitionMistake]:
    given = [name for name in CONDITIONS if getattr(body, name) is not None]
    if not given:
        yield entry.mistake("", "has no condition", f"write one of {', '.join(CONDITIONS)}")
    elif len(given) > 1:
        problem = f"has {len(given)} conditions: {', '.join(given)}"
        yield entry.mistake(given[-1], problem, "write a rule for each of them")


# ------------------------------------------------------------- conditions


def _threshold(entry: Entry, condition: ThresholdCondition) -> Iterator[DefinitionMistake]:
    kpi = ASKED.get(condition.kpi)
    if kpi is None:
        yield _no_kpi(entry, "threshold.kpi", condition.kpi)
        return
    if isinstance(kpi, MomentKpi) and _written(entry, "threshold", "window"):
        problem = f"{kpi.id} tells of this moment, whatever the window"
        yield entry.mistake("threshold.window", problem, "leave it out")
    yield from _bounded(entry, "threshold", condition, kpi)


def _streak(entry: Entry, condition: StreakCondition) -> Iterator[DefinitionMistake]:
    kpi = ASKED.get(condition.kpi)
    if kpi is None:
        yield _no_kpi(entry, "streak.kpi", condition.kpi)
    elif isinstance(kpi, MomentKpi):
        problem = f"{kpi.id} tells of one moment, no day has it"
        yield entry.mistake("streak.kpi", problem, "write a KPI that is counted over a span")
    else:
        yield from _bounded(entry, "streak", condition, kpi)


def _bounded(
    entry: Entry, path: str, condition: ThresholdCondition | StreakCondition, kpi: Kpi
) -> Iterator[DefinitionMistake]:
    bound = bound_of(entry, path, condition, kpi)
    if bound is None:
        yield no_bound(entry, path, condition)
        return
    wrong = list(impossible_bound(bound))
    yield from wrong
    if condition.min_volume is not None and not has_volume(kpi):
        yield _no_volume(entry, f"{path}.min_volume", kpi)
    elif not wrong:
        yield from _too_few(bound, condition.min_volume)
    if not wrong and isinstance(condition, ThresholdCondition):
        yield from impossible_clearing(bound, condition)


def _no_volume(entry: Entry, path: str, kpi: Kpi) -> DefinitionMistake:
    of_time = Need.AGENT_TIME in kpi.needs
    what = "a share of agents' time" if of_time else "no share or mean of contacts"
    return entry.mistake(path, f"{kpi.id} is {what}, so it needs no number of them", "leave it out")


def _too_few(bound: Bound, volume: int | None) -> Iterator[DefinitionMistake]:
    """A volume on which the interval of a share cannot lie beyond the bound."""
    if volume is None or not is_share(bound.kpi):
        return
    fewest = (fewest_to_fall_below if bound.below else fewest_to_rise_above)(bound.value)
    if volume < fewest:
        problem = f"below {fewest:g} contacts it can always be chance, so {volume} change nothing"
        remedy = f"write {fewest:g} or more, or another bound"
        yield bound.entry.mistake(f"{bound.path}.min_volume", problem, remedy)


def _spike(entry: Entry, condition: SpikeCondition) -> Iterator[DefinitionMistake]:
    kpi = ASKED.get(condition.kpi)
    if kpi is None:
        yield _no_kpi(entry, "spike.kpi", condition.kpi)
    elif not is_count(kpi):
        yield entry.mistake(
            "spike.kpi",
            f"{kpi.id} counts no contacts, so it is no multiple of before",
            "write a KPI that does, such as complaints, or a `threshold`",
        )


def _concentration(entry: Entry, condition: ConcentrationCondition) -> Iterator[DefinitionMistake]:
    if condition.share >= 1:
        yield entry.mistake(
            "concentration.share",
            "nobody has more than all of them, so it never fires",
            "write a share below 1, such as 0.5",
        )
    if condition.min_volume == 1:
        problem = f"a single complaint always has but one {condition.by}, so it always fires"
        yield entry.mistake("concentration.min_volume", problem, "write 2 or more")


def _no_kpi(entry: Entry, path: str, name: str) -> DefinitionMistake:
    return entry.mistake(path, f"{name!r} is no KPI", meant(name, CATALOGUE, ""))


def _written(entry: Entry, *path: str) -> bool:
    """Whether a field stands in the file, rather than being as it is without a word."""
    *above, field = path
    return field in entry.place.at(above).plain()


# ------------------------------------------------------------- what stands around it


def _lost_for_longer(entry: Entry, body: RuleBody) -> Iterator[DefinitionMistake]:
    lost = body.recovery is not None and body.recovery.when == "lost"
    if lost and body.pending >= HALF_HOUR:
        problem = f"a half hour is never lost for {body.pending} s: then the next one begins"
        yield entry.mistake("for", problem, f"write less than {HALF_HOUR}, or leave it out")


def _surroundings(entry: Entry, body: RuleBody) -> Iterator[DefinitionMistake]:
    for field in ("queues", "channels", *(grouping.plural for grouping in Grouping)):
        names = getattr(body.scope, field)
        if len(set(names)) < len(names):
            yield entry.mistake(f"scope.{field}", "names one twice", "write each once")
    if body.runbook is not None and not _PAGE.fullmatch(body.runbook):
        remedy = "write the address of a page, such as https://wiki.example.org/slow"
        yield entry.mistake("runbook", f"{body.runbook!r} is no address of a page", remedy)
    for label in sorted(TAKEN & body.labels.keys()):
        problem = f"every incident has a {label} of its own"
        yield entry.mistake(f"labels.{label}", problem, "give the label another name")
