"""Judges a figure by bounds: it fires beyond one and clears beyond another.

fire_below 0.80, clear_above 0.85      breach │ between │ clear
                                            0.80      0.85          value ─►

A ratio is a sample. It fires only on `min_volume` contacts or more, and only where even the
favourable end of its 95 % Wilson interval is beyond the bound; what clears needs no proof.
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import StreakCondition, ThresholdCondition
from floorpulse.kpis.figures import Value
from floorpulse.kpis.statistics import wilson

ROUNDING = 1e-9
MIN_VOLUME = 10
"""Contacts that a figure counted over contacts needs, unless the rule says otherwise"""


@dataclass(frozen=True)
class Bounds:
    """The value that fires, the one that clears, which side is bad; `min_volume` 0 asks for no
    contacts.
    """

    below: bool
    fire: float
    clear: float
    min_volume: int = 0

    def fires(self, value: float) -> bool:
        """Whether a value is beyond the bound that fires."""
        return value < self.fire if self.below else value > self.fire

    def clears(self, value: float) -> bool:
        """Whether a value has reached the bound that clears."""
        return value >= self.clear if self.below else value <= self.clear

    def by_chance(self, figure: Figure | Value) -> bool:
        """Whether the favourable end of its interval is not beyond the bound; never without one."""
        favourable = figure.high if self.below else figure.low
        return favourable is not None and not self.fires(favourable)

    def cannot_fire(self, part: float, whole: float) -> bool:
        """Whether no share of contacts fires that has this part or more, of this whole or fewer;
        only where a low share is bad. (The interval's end is told with `ROUNDING` to spare.)
        """
        if not self.below or self.fire > 1:
            return False
        if whole < max(1, self.min_volume) or part >= self.fire * whole + ROUNDING:
            return True
        return part <= whole and wilson(int(part), int(whole))[1] >= self.fire + ROUNDING

    def depth(self, value: float) -> float:
        """How far a value is beyond the bound that fires."""
        return self.fire - value if self.below else value - self.fire


def bounds_of(condition: ThresholdCondition | StreakCondition, *, counted: bool) -> Bounds:
    """The bounds of a condition, of which exactly one side fires.

    `counted`: the figure's denominator is a number of contacts, so that it needs some.
    """
    below = condition.fire_below is not None
    fire = condition.fire_below if condition.fire_below is not None else condition.fire_above
    assert fire is not None  # noqa: S101  for the type checker: definitions are checked
    clearing = (
        None
        if isinstance(condition, StreakCondition)
        else condition.clear_above
        if below
        else condition.clear_below
    )
    least = condition.min_volume or (MIN_VOLUME if counted else 0)
    return Bounds(below, fire, fire if clearing is None else clearing, least)


def judge(bounds: Bounds, figure: Figure) -> Judgement:
    """What bounds say of a figure."""
    found = called(bounds, figure)
    depth = bounds.depth(figure.value or 0.0) if found.call is Call.BREACH else 0.0
    return Judgement(found.call, found.reason, figure, depth)


def called(bounds: Bounds, figure: Figure | Value) -> Judgement:
    """The same without the figure.

    0/0 is known and decides nothing; a figure without parts could not be looked up.
    """
    value = figure.value
    if value is None:
        known = figure.numerator is not None or figure.denominator is not None
        return UNDEFINED if known else NOT_KNOWN
    if bounds.fires(value):
        return _beyond(bounds, figure)
    return QUIET if bounds.clears(value) else UNDECIDED


def _beyond(bounds: Bounds, figure: Figure | Value) -> Judgement:
    if figure.denominator is not None and figure.denominator < bounds.min_volume:
        return TOO_FEW
    if bounds.by_chance(figure):
        return WITHIN_CHANCE
    return BREACHED


BREACHED = Judgement(Call.BREACH, Reason.BREACHED)
QUIET = Judgement(Call.CLEAR, Reason.CLEARED)
UNDECIDED = Judgement(Call.BETWEEN, Reason.BETWEEN)
UNDEFINED = Judgement(Call.BETWEEN, Reason.UNDEFINED)
NOT_KNOWN = Judgement(Call.UNKNOWN, Reason.UNDEFINED)
TOO_FEW = Judgement(Call.BETWEEN, Reason.TOO_FEW)
WITHIN_CHANCE = Judgement(Call.BETWEEN, Reason.WITHIN_CHANCE)
