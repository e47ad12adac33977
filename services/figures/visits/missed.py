"""Which visits a service level counts against: the contacts behind the number."""

from floorpulse.contracts.visits import Outcome
from floorpulse.counting.histograms import Boundary
from floorpulse.kpis.formulas.service_level import past_threshold
from floorpulse.kpis.policies import Formula, ServiceLevelPolicy

_FORGIVEN_TO_THRESHOLD = (Formula.V1, Formula.V4)
_FORGIVEN_IF_SHORT = (Formula.V5, Formula.V6)


def missed(outcome: Outcome | None, wait: int, policy: ServiceLevelPolicy) -> bool:
    """Whether a visit with this outcome and wait (milliseconds; so far, where there is no outcome)
    lowers the service level.

    Over any visits, those missed are the denominator of the service level minus its numerator.
    """
    if outcome is Outcome.ANSWERED:
        return past_threshold(wait, policy)
    if outcome is Outcome.ABANDONED:
        return _abandon_missed(wait, policy)
    if outcome is Outcome.LEFT:
        return policy.flow_outs
    return policy.waiting_past_threshold and past_threshold(wait, policy)


def _abandon_missed(wait: int, policy: ServiceLevelPolicy) -> bool:
    if policy.formula is Formula.V2:
        return False
    if policy.formula in _FORGIVEN_TO_THRESHOLD:
        return past_threshold(wait, policy)
    if policy.formula in _FORGIVEN_IF_SHORT:
        return not _within(wait, policy.short, policy.boundary)
    return True


def _within(wait: int, seconds: int, boundary: Boundary) -> bool:
    return wait <= seconds * 1000 if boundary == "le" else wait < seconds * 1000
