"""The bounds of a rule: whether its KPI can be beyond them, and whether it can come back.

fire_below 0.80          clear_above 0.85
   ───────────┤           ├───────────►
    fires           ▲         clears
                    └ between: it stays as it was
"""

from collections.abc import Iterator
from dataclasses import dataclass

from floorpulse.definitions.domain.conversion import LEAST_PERCENT
from floorpulse.definitions.domain.kpi_ranges import is_share, range_of
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.rule_terms import StreakCondition, ThresholdCondition
from floorpulse.definitions.domain.shape import Entry
from floorpulse.kpis.catalogue import Kpi
from floorpulse.kpis.units import Better, Unit


@dataclass(frozen=True)
class Bound:
    """The bound that fires: below it where `below`, else above it; `path` is the condition's."""

    entry: Entry
    path: str
    kpi: Kpi
    value: float
    below: bool

    @property
    def field(self) -> str:
        """The field that has it."""
        return f"{self.path}.{'fire_below' if self.below else 'fire_above'}"

    def mistake(self, problem: str, remedy: str) -> DefinitionMistake:
        """A mistake about it."""
        return self.entry.mistake(self.field, problem, remedy)


def bound_of(
    entry: Entry, path: str, condition: ThresholdCondition | StreakCondition, kpi: Kpi
) -> Bound | None:
    """The bound of a condition; None where it has none, or two."""
    below = condition.fire_below
    above = condition.fire_above
    if below is not None and above is None:
        return Bound(entry, path, kpi, below, below=True)
    if above is not None and below is None:
        return Bound(entry, path, kpi, above, below=False)
    return None


def no_bound(
    entry: Entry, path: str, condition: ThresholdCondition | StreakCondition
) -> DefinitionMistake:
    """What is wrong with a condition that has no bound, or two."""
    if condition.fire_below is None:
        return entry.mistake(path, "has no bound that fires", "write `fire_below` or `fire_above`")
    problem = f"fires below {condition.fire_below:g} and above {condition.fire_above:g}"
    return entry.mistake(path, problem, "write a rule for each of the two")


def impossible_bound(bound: Bound) -> Iterator[DefinitionMistake]:
    """What is wrong with a bound that fires; at most one mistake."""
    if is_percentage(bound.kpi, bound.value):
        yield bound.mistake(*_no_share(bound.value))
        return
    if _never(bound):
        yield bound.mistake(*_beyond(bound, "never"))
    elif _always(bound):
        yield bound.mistake(*_beyond(bound, "always"))
    elif _is_good_news(bound):
        side, other = ("below", "above") if bound.below else ("above", "below")
        problem = f"{bound.kpi.id} {side} {bound.value:g} is good news"
        yield bound.mistake(problem, f"write `fire_{other}`")


def impossible_clearing(bound: Bound, condition: ThresholdCondition) -> Iterator[DefinitionMistake]:
    """What is wrong with the bound that clears; at most one mistake a field."""
    mine, other = ("clear_above", "clear_below") if bound.below else ("clear_below", "clear_above")
    if getattr(condition, other) is not None:
        side = "above" if bound.below else "below"
        problem = f"what fires {_side(bound)} a bound clears {side} one"
        yield bound.entry.mistake(f"{bound.path}.{other}", problem, f"write `{mine}`")
    clears = getattr(condition, mine)
    if clears is not None:
        for problem, remedy in _no_clearing(bound, clears):
            yield bound.entry.mistake(f"{bound.path}.{mine}", problem, remedy)


def _no_clearing(bound: Bound, clears: float) -> Iterator[tuple[str, str]]:
    wanted = f"write a value {'above' if bound.below else 'below'} {bound.value:g}"
    if is_percentage(bound.kpi, clears):
        yield _no_share(clears)
    elif clears == bound.value:
        yield "is where it fires, as without it", f"{wanted}, or leave it out"
    elif (clears < bound.value) is bound.below:
        yield f"it still fires at {clears:g}", f"{wanted}, or leave it out"
    elif not range_of(bound.kpi).least <= clears <= range_of(bound.kpi).most:
        problem = f"{bound.kpi.id} never comes to {clears:g}, so it never clears"
        yield problem, _possible(bound.kpi)


def is_percentage(kpi: Kpi, value: float) -> bool:
    """Whether a percentage was written where a ratio is meant."""
    return kpi.unit is Unit.RATIO and abs(value) >= LEAST_PERCENT


def _no_share(value: float) -> tuple[str, str]:
    return f"{value:g} is a percentage", f"write {value / 100:g}"


def _never(bound: Bound) -> bool:
    least, most = range_of(bound.kpi)
    return bound.value <= least if bound.below else bound.value >= most


def _always(bound: Bound) -> bool:
    least, most = range_of(bound.kpi)
    return bound.value > most if bound.below else bound.value < least


def _beyond(bound: Bound, how_often: str) -> tuple[str, str]:
    problem = (
        f"{bound.kpi.id} is {how_often} {_side(bound)} {bound.value:g}, so it {how_often} fires"
    )
    return problem, _possible(bound.kpi)


def _possible(kpi: Kpi) -> str:
    least, most = range_of(kpi)
    return f"write a value {_between(least, most)}"


def _between(least: float, most: float) -> str:
    if most == float("inf"):
        return f"above {least:g}"
    return f"between {least:g} and {most:g}"


def _side(bound: Bound) -> str:
    return "below" if bound.below else "above"


def _is_good_news(bound: Bound) -> bool:
    good = Better.LOWER if bound.below else Better.HIGHER
    return is_share(bound.kpi) and bound.kpi.better is good
