"""The roster: which shifts cover a day's load."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from floorpulse.simulator.domain.demand import SLOT, SLOTS, load, planned
from floorpulse.simulator.domain.scenarios import Scenario, Team

LENGTH = 16
MEALS = (7, 8, 9)
RESTS = 1.06
"""Short rests keep six in a hundred off the floor."""


@dataclass(frozen=True)
class Shift:
    """Eight hours from half hour `slot` of the day, with half an hour's meal `meal` half hours into
    it.
    """

    slot: int
    meal: int

    @property
    def start(self) -> int:
        """Time of day in milliseconds."""
        return self.slot * SLOT

    def covers(self) -> list[int]:
        """The half hours of the day in which somebody on this shift works."""
        return [(self.slot + step) % SLOTS for step in range(LENGTH) if step != self.meal]


PATTERNS = tuple(Shift(slot, meal) for slot in range(SLOTS) for meal in MEALS)


def required(erlangs: Sequence[float], safety: float) -> list[int]:
    """Agents needed in each half hour, never none, by the square-root rule: load, `safety` of its
    standard deviations, rests.
    """
    return [max(1, ceil(RESTS * (load + safety * sqrt(load)))) for load in erlangs]


def roster(needed: Sequence[int]) -> list[Shift]:
    """Shifts that cover `needed`, taken greedily: the next one is where most agents are missing."""
    missing = list(needed)
    shifts = list[Shift]()
    cover = {shift: shift.covers() for shift in PATTERNS}
    while any(short > 0 for short in missing):
        best = max(PATTERNS, key=lambda shift: sum(max(0, missing[slot]) for slot in cover[shift]))
        shifts.append(best)
        for slot in cover[best]:
            missing[slot] -= 1
    return shifts


def rostered(scenario: Scenario, team: Team) -> list[Shift]:
    """A team's shifts: for the contacts that were planned, with the team's reserve."""
    erlangs = load(planned(scenario), [scenario.queue(name) for name in team.mainly])
    needed = required(erlangs, scenario.safety)
    return roster([ceil(number * team.reserve) for number in needed])
