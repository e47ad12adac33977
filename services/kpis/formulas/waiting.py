"""Gauges of a moment: who waits, for how long, and what is in progress."""

from floorpulse.kpis.figures import UNKNOWN, MomentFigures, Value, count
from floorpulse.kpis.policies import ServiceLevelPolicy


def waiting(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Visits offered, without an outcome."""
    return count(len(figures.waits))


def longest_wait(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """How long the first of them has waited, seconds; 0 where nobody waits."""
    return count(max(figures.waits, default=0) / 1000)


def longest_wait_in_hours(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """The longest of the waits in business hours, seconds; 0 where nobody waits."""
    if figures.in_hours is None:
        return UNKNOWN
    return count(max(figures.in_hours, default=0) / 1000)


def in_progress(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Visits answered and not done with."""
    return count(figures.in_progress)


def unresolved(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Visits without an outcome that no longer wait."""
    return count(figures.unresolved)
