"""The contract's view of the service level: how much of the promise is kept, and how many contacts
would bring it back.

hit   answered in time        total   all that count, each under the policy's formula and options
target 80 %:   hit 70 of 100  →  attainment 70 / 80 = 0.875; with 50 more in time 120 of 150 = 80 %
"""

from fractions import Fraction

from floorpulse.kpis.figures import SpanFigures, Value, count
from floorpulse.kpis.formulas.service_level import service_level
from floorpulse.kpis.policies import ServiceLevelPolicy

UNDEFINED = Value(None, None, None)


def contacts_to_recover(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """The smallest k with (hit + k) / (total + k) ≥ target: contacts in a row that must be answered
    in time.

    Null where no number will do (a target of 100 % that was missed) and where nothing was counted,
    0/0.
    """
    level = service_level(figures, policy)
    needed = fewest(int(level.numerator or 0), int(level.denominator or 0), policy.target)
    return UNDEFINED if needed is None else count(needed)


def fewest(hit: int, total: int, target: float) -> int | None:
    """The smallest k with (hit + k) / (total + k) ≥ target, in whole numbers; None where there is
    none, or `total` is 0.
    """
    goal = exact(target)
    missing = goal * total - hit
    if total <= 0 or (goal >= 1 and missing > 0):
        return None
    return 0 if missing <= 0 else -int(-missing // (1 - goal))


def exact(target: float) -> Fraction:
    """A target as it is written: 0.8 is 4/5."""
    return Fraction(str(target))


def sla_attainment(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """The service level as a share of its target: contacts in time over those that the promise asks
    for; 1 and more is kept.
    """
    level = service_level(figures, policy)
    if level.denominator is None:
        return UNDEFINED
    hit = level.numerator or 0
    due = float(exact(policy.target) * int(level.denominator or 0))
    return Value(hit / due if due else None, hit, due)
