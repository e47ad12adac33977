"""How far a period is, where a figure will stand at its end, and what the rest must bring.

a count    ├─ 45 in 30 h ─┼─ 7.5 h left ─┤   1.5 an hour: 56.25 at the end; for 60: 2 an hour
a mean     ├─ 0.80 of 90 ─┼─ 30 expected ┤   0.80 at the end; for 0.85 of all the rest must be 1.00
"""

from dataclasses import dataclass
from enum import StrEnum

from floorpulse.definitions.domain.terms import Comparison
from floorpulse.kpis.figures import Value


class Yardstick(StrEnum):
    """What tells how far a period is."""

    SCHEDULE = "schedule"
    CALENDAR = "calendar"


class Standing(StrEnum):
    """How a target of agents stands: `met` and `missed` are said once they cannot change, of a
    period that runs `on_pace` and `behind` by its projected end.
    """

    MET = "met"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    MISSED = "missed"
    NOTHING_YET = "nothing_yet"


@dataclass(frozen=True)
class Progress:
    """Hours of a period that have passed and that are left, as `basis` counts them."""

    done: float
    left: float
    basis: Yardstick

    @property
    def elapsed(self) -> float:
        """The share that has passed; 1 of a period without hours."""
        whole = self.done + self.left
        return self.done / whole if whole else 1.0


@dataclass(frozen=True)
class Aim:
    """What is to be reached."""

    value: float
    comparison: Comparison

    def kept(self, value: float) -> bool:
        """Whether a figure reaches it."""
        at_least = self.comparison is Comparison.AT_LEAST
        return value >= self.value if at_least else value <= self.value


@dataclass(frozen=True)
class Pace:
    """Of counts: what was `expected` by now, how many come `an_hour`. Of all: what is `projected`
    for the end, and what is `needed` of the rest: of counts so many an hour, else that mean.
    """

    expected: float | None = None
    an_hour: float | None = None
    projected: float | None = None
    needed: float | None = None


def pace(value: Value, aim: Aim, progress: Progress) -> Pace:
    """The pace of a figure."""
    if value.value is None:
        return Pace()
    return (
        _of_count(value.value, aim, progress)
        if value.denominator is None
        else _of_mean(value, aim, progress)
    )


def _of_count(so_far: float, aim: Aim, progress: Progress) -> Pace:
    done = progress.done
    left = progress.left
    an_hour = so_far / done if done else None
    return Pace(
        expected=aim.value * progress.elapsed,
        an_hour=an_hour,
        projected=so_far + an_hour * left if an_hour is not None else None,
        needed=max(0.0, aim.value - so_far) / left if left else None,
    )


def _of_mean(value: Value, aim: Aim, progress: Progress) -> Pace:
    so_far = value.denominator or 0.0
    rest = so_far * progress.left / progress.done if progress.done else 0.0
    whole = so_far + rest
    needed = (aim.value * whole - (value.numerator or 0.0)) / rest if rest else None
    return Pace(projected=value.value, needed=needed)


def standing(value: Value, aim: Aim, projected: float | None, *, over: bool) -> Standing:
    """How a target stands; `over`: the period has passed."""
    if value.value is None or (projected is None and not over):
        return Standing.NOTHING_YET
    kept = aim.kept(value.value)
    if over:
        return Standing.MET if kept else Standing.MISSED
    rises = value.denominator is None
    if rises and kept is (aim.comparison is Comparison.AT_LEAST):
        return Standing.MET if kept else Standing.MISSED
    return Standing.ON_PACE if aim.kept(projected or 0.0) else Standing.BEHIND
