"""Judges a figure by bounds: it fires beyond one and clears beyond another.

fire_below 0.80, clear_above 0.85      breach │ between │ clear
                                            0.80      0.85          value ─►

A ratio is a sample. It fires only on `min_volume` contacts or more, and only where even the
favourable end of its 95 % Wilson interval is beyond the bound; what clears needs no proof.
"""

from dataclasses import dataclass
from math import floor, sqrt

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.contracts.cells import Cells
from floorpulse.counting.histograms import count_up_to
from floorpulse.definitions.domain.rule_terms import StreakCondition, ThresholdCondition
from floorpulse.kpis.catalogue import Grows, SpanKpi
from floorpulse.kpis.figures import Quantile, Value
from floorpulse.kpis.formulas.estimated_wait import LOOK_BACK
from floorpulse.kpis.statistics import Z95

ROUNDING = 1e-9
NEVER = 1 << 62
"""More than is ever counted"""
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

    def room(self, kpi: SpanKpi, value: Value, cells: Cells) -> int:
        """How much cells may grow before a figure that is no breach can be one: by how many
        contacts, of a mean by how much of its amount (milliseconds, thousandths). Negative where
        nothing is said.
        """
        part = value.numerator or 0
        whole = value.denominator or 0
        few = self.min_volume - 1 - int(whole)
        match kpi.grows:
            case None:
                return -1
            case Grows.COUNT:
                return NEVER if self.below else floor(self.fire - part)
            case Grows.MEAN:
                most = self.fire * whole * (1 - ROUNDING)
                return -1 if self.below or self.fire < 0 else floor(1000 * (most - part))
            case Grows.QUANTILE:
                return self.room_of_quantile(kpi, cells)
            case Grows.SHARE | Grows.SHARE_OF_SOME:  # pragma: no branch  there is no sixth
                return max(few, self._room_of_share(kpi.grows, part, whole))

    def room_of_quantile(self, kpi: SpanKpi, cells: Cells) -> int:
        """As many as can all be beyond the bound before the quantile's rank is. It takes no
        quantile: where there is room, that is no breach.
        """
        measured = kpi.measure
        assert isinstance(measured, Quantile)  # noqa: S101  for the type checker: it grows as one
        within, size = count_up_to(cells, measured.histogram, self.fire)
        room = -1 if self.below else floor(within / measured.q * (1 - ROUNDING)) - size
        return max(room, self.min_volume - 1 - size)

    def room_of_wait(self, handled: float) -> int:
        """So many may wait before their estimated wait is beyond the bound, at a pace of so many
        contacts in half an hour or more; negative where nothing is said.
        """
        if self.below or self.fire < 0:
            return -1
        return floor(self.fire * handled / LOOK_BACK * (1 - ROUNDING))

    def room_of_longest(self) -> int:
        """For so many milliseconds somebody may wait before the longest wait is beyond the bound;
        negative where nothing is said.
        """
        return -1 if self.below else floor(1000 * self.fire * (1 - ROUNDING))

    def room_of_line(self) -> int:
        """So many may wait before their number is beyond the bound; negative where nothing is
        said.
        """
        return -1 if self.below else floor(self.fire)

    def _room_of_share(self, grows: Grows, part: float, whole: float) -> int:
        """The interval's end is the bound where (part − bound · whole)² = z² bound (1 − bound)
        whole: solved for the whole where low shares are bad, all further contacts adding to it
        alone; for the part where high ones are.
        """
        if not 0 < self.fire <= 1:
            return -1
        chance = Z95 * Z95 * self.fire * (1 - self.fire)
        if self.below:
            double = 2 * part * self.fire + chance + sqrt(chance * (chance + 4 * part * self.fire))
            return floor(double / (2 * self.fire * self.fire) * (1 - ROUNDING) - whole)
        if grows is Grows.SHARE_OF_SOME:
            return -1
        most = min(whole, self.fire * whole + sqrt(chance * whole))
        return floor(most * (1 - ROUNDING) - part)

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
