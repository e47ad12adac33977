"""Which visits a service level counts against, and why: the contacts behind the number."""

from enum import StrEnum
from typing import NamedTuple

from floorpulse.contracts.visits import Outcome
from floorpulse.counting.histograms import Boundary
from floorpulse.kpis.formulas.service_level import past_threshold
from floorpulse.kpis.policies import OF_EARLY, OF_SHORT, Formula, ServiceLevelPolicy


class MissReason(StrEnum):
    """Why a visit lowers the service level."""

    ANSWERED_LATE = "answered_late"
    GAVE_UP = "gave_up"
    LEFT = "left"
    STILL_WAITING = "still_waiting"


class Miss(NamedTuple):
    """Why a visit lowers the service level, and the seconds beyond which its wait did so: T or S;
    None where every wait would have.
    """

    reason: MissReason
    beyond: int | None


def missed(outcome: Outcome | None, wait: int | None, policy: ServiceLevelPolicy) -> Miss | None:
    """Why a visit with this outcome and wait (milliseconds by the policy's clock; so far, where
    there is no outcome; None where it waits for too long to be believed) lowers the service level;
    None where it does not.

    Over any visits, those missed are the denominator of the service level minus its numerator.
    """
    late = wait is None or past_threshold(wait, policy)
    if outcome is Outcome.ANSWERED:
        return Miss(MissReason.ANSWERED_LATE, policy.threshold) if late else None
    if outcome is Outcome.ABANDONED:
        return _given_up(wait or 0, policy)
    if outcome is Outcome.LEFT:
        return Miss(MissReason.LEFT, None) if policy.flow_outs else None
    waits = policy.waiting_past_threshold and late
    return Miss(MissReason.STILL_WAITING, policy.threshold) if waits else None


def _given_up(wait: int, policy: ServiceLevelPolicy) -> Miss | None:
    if policy.formula is Formula.V2:
        return None
    if policy.formula in OF_EARLY:
        late = past_threshold(wait, policy)
        return Miss(MissReason.GAVE_UP, policy.threshold) if late else None
    if policy.formula in OF_SHORT:
        short = _within(wait, policy.short, policy.boundary)
        return None if short else Miss(MissReason.GAVE_UP, policy.short)
    return Miss(MissReason.GAVE_UP, None)


def _within(wait: int, seconds: int, boundary: Boundary) -> bool:
    return wait <= seconds * 1000 if boundary == "le" else wait < seconds * 1000
