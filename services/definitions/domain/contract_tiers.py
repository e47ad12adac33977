"""Tiers, streaks and caps as they can be meant: charges of one kind, ranges that do not overlap,
and none that a kept promise reaches.

at least 0.80        bonus ├──── 0.90        0.80 target
penalties   ├── tier 1 ──┤├─ tier 0 ─┤
values      0          0.70        0.78  0.80                 1
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from floorpulse.definitions.domain.contract_terms import (
    CapBody,
    ChargeBody,
    ContractBody,
    MetricBody,
    TierBody,
)
from floorpulse.definitions.domain.contract_words import Basis, Points, Window
from floorpulse.definitions.domain.kpi_ranges import KpiRange
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Comparison

_KINDS = ("percent", "amount", "amount_per_point", "percent_per_point")
_INFINITE = Decimal("Infinity")


class End(NamedTuple):
    """One end of a range: ends compare by value, then by what lies just below, at or above it."""

    value: Decimal
    side: int


@dataclass(frozen=True)
class Range:
    """The values from `low` to `high`; empty where `low` is not below `high`."""

    low: End
    high: End

    @property
    def is_empty(self) -> bool:
        """Whether no value lies in it."""
        return self.low >= self.high

    def meets(self, other: "Range") -> bool:
        """Whether some value lies in both."""
        return max(self.low, other.low) < min(self.high, other.high)


def range_of_tier(tier: TierBody) -> Range:
    """The values of a tier."""
    low = End(-_INFINITE, 0)
    high = End(_INFINITE, 0)
    if tier.at_least is not None:
        low = End(Decimal(tier.at_least), 0)
    if tier.above is not None:
        low = End(Decimal(tier.above), 1)
    if tier.below is not None:
        high = End(Decimal(tier.below), 0)
    if tier.at_most is not None:
        high = End(Decimal(tier.at_most), 1)
    return Range(low, high)


def kept_range(comparison: Comparison, target: Decimal) -> Range:
    """The values that keep a target."""
    if comparison is Comparison.AT_LEAST:
        return Range(End(target, 0), End(_INFINITE, 0))
    return Range(End(-_INFINITE, 0), End(target, 1))


def missed_range(comparison: Comparison, target: Decimal) -> Range:
    """The values that miss a target."""
    if comparison is Comparison.AT_LEAST:
        return Range(End(-_INFINITE, 0), End(target, 0))
    return Range(End(target, 1), End(_INFINITE, 0))


@dataclass(frozen=True)
class Tiers:
    """The tiers of a metric, in a phase or everywhere: `path` is where the list `name` stands,
    `wrong` the values in which a tier must not hold, for `why`.
    """

    entry: Entry
    contract: ContractBody
    metric: MetricBody
    path: str
    name: str
    tiers: Sequence[TierBody]
    wrong: Range
    why: str
    possible: KpiRange

    def mistakes(self) -> Iterator[DefinitionMistake]:
        """What cannot be meant so."""
        sound = []
        for place, tier in enumerate(self.tiers):
            path = f"{self.path}.{self.name}[{place}]"
            charge = charge_mistakes(self.entry, path, self.contract, self.metric, tier)
            found = [*self._bounds(path, tier), *charge]
            yield from found
            if not found:
                sound.append((path, range_of_tier(tier)))
        for path, one in sound:
            yield from self._reach(path, one)
        for (first, one), (second, other) in combinations(sound, 2):
            if one.meets(other):
                yield self.entry.mistake(
                    second, f"overlaps {first}", "let each value lie in one tier only"
                )

    def reach_beyond(self) -> bool:
        """Whether one of them holds in values in which none must."""
        return any(range_of_tier(one).meets(self.wrong) for one in self.tiers)

    def _bounds(self, path: str, tier: TierBody) -> Iterator[DefinitionMistake]:
        for one, other in (("at_least", "above"), ("below", "at_most")):
            if getattr(tier, one) is not None and getattr(tier, other) is not None:
                problem = f"has `{one}` and `{other}`, two bounds of one side"
                yield self.entry.mistake(f"{path}.{other}", problem, "keep one of them")
                return
        if range_of_tier(tier) == range_of_tier(TierBody()):
            remedy = "write `below` or `at_least`, `above` or `at_most`"
            yield self.entry.mistake(path, "says of no value that it holds there", remedy)
        elif range_of_tier(tier).is_empty:
            yield self.entry.mistake(path, "holds no value", "write a lower bound below the upper")

    def _reach(self, path: str, one: Range) -> Iterator[DefinitionMistake]:
        least, most = self.possible
        possible = Range(End(Decimal(least), 0), End(Decimal(most), 1))
        if not one.meets(possible):
            problem = f"{self.metric.kpi} never comes there: it is {_between(self.possible)}"
            yield self.entry.mistake(path, problem, "write bounds that it can reach")
        elif one.meets(self.wrong):
            yield self.entry.mistake(path, self.why, "end it at the target")


def charge_mistakes(
    entry: Entry, path: str, contract: ContractBody, metric: MetricBody, charge: ChargeBody
) -> Iterator[DefinitionMistake]:
    """What a charge cannot mean."""
    given = [name for name in _KINDS if getattr(charge, name) is not None]
    if len(given) != 1:
        problem = f"says {' and '.join(given)}" if given else "says not what it comes to"
        yield entry.mistake(path, problem, f"write one of {', '.join(_KINDS)}")
        return
    [kind] = given
    if not Decimal(getattr(charge, kind)):
        yield entry.mistake(f"{path}.{kind}", "comes to nothing", "write more, or no tier")
    if "point" not in kind:
        yield from _points_of_none(entry, path, charge)
    elif charge.point is not None and Decimal(charge.point) <= 0:
        yield entry.mistake(f"{path}.point", "is no size", "write how much a point is")
    if "percent" in kind:
        yield from _fee(entry, path, contract, metric, charge)
    else:
        yield from _fee_of_none(entry, path, charge)


def _points_of_none(entry: Entry, path: str, charge: ChargeBody) -> Iterator[DefinitionMistake]:
    for name, said in (("point", charge.point), ("points", charge.points is not Points.EXACT)):
        if said:
            problem = "means nothing where no points are counted"
            remedy = "leave it out, or write amount_per_point or percent_per_point"
            yield entry.mistake(f"{path}.{name}", problem, remedy)


def _fee_of_none(entry: Entry, path: str, charge: ChargeBody) -> Iterator[DefinitionMistake]:
    for name, said in (("basis", charge.basis is not Basis.PERIOD), ("rules", charge.rules)):
        if said:
            problem = "means nothing of an amount"
            remedy = "leave it out, or write a percentage of the fee"
            yield entry.mistake(f"{path}.{name}", problem, remedy)


def _fee(
    entry: Entry, path: str, contract: ContractBody, metric: MetricBody, charge: ChargeBody
) -> Iterator[DefinitionMistake]:
    known = [one.id for one in contract.billing]
    yield from unknown_ids(entry, f"{path}.rules", "billing rule", charge.rules, known)
    if charge.basis is Basis.WINDOW and metric.window is Window.INTERVAL:
        problem = "fees are known by day, not by half hour"
        yield entry.mistake(f"{path}.basis", problem, "write period")


def unknown_ids(
    entry: Entry, path: str, called: str, ids: Sequence[str], known: Sequence[str]
) -> Iterator[DefinitionMistake]:
    """Names of something that the contract does not have, or that are said twice."""
    for place, name in enumerate(ids):
        if name not in known:
            yield entry.mistake(
                f"{path}[{place}]",
                f"the contract has no {called} {name!r}",
                meant(name, known, f"write a {called} first"),
            )
        elif name in ids[:place]:
            yield entry.mistake(f"{path}[{place}]", f"names {name!r} twice", "write it once")


def streak_mistakes(
    entry: Entry, path: str, contract: ContractBody, metric: MetricBody
) -> Iterator[DefinitionMistake]:
    """What streaks cannot mean."""
    for place, streak in enumerate(metric.streaks):
        where = f"{path}[{place}]"
        yield from charge_mistakes(entry, where, contract, metric, streak)
        if streak.amount_per_point is not None or streak.percent_per_point is not None:
            problem = "a run of misses has no points"
            yield entry.mistake(where, problem, "write percent or amount")
        if streak.windows in [one.windows for one in metric.streaks[:place]]:
            problem = f"there is another streak of {streak.windows} windows"
            yield entry.mistake(f"{where}.windows", problem, "keep one of them")


def cap_mistakes(
    entry: Entry, path: str, cap: CapBody | None, what: str, *, bounds: bool
) -> Iterator[DefinitionMistake]:
    """What a cap cannot mean; `bounds`: whether there is anything to bound."""
    if cap is None:
        return
    if cap.percent is None and cap.amount is None:
        yield entry.mistake(path, "says not how much", "write percent or amount")
    elif not bounds:
        yield entry.mistake(path, f"there are no {what} to cap", "leave it out, or write some")


def _between(possible: KpiRange) -> str:
    least, most = possible
    return f"{least:g} or more" if most == float("inf") else f"between {least:g} and {most:g}"
