"""How far a queue's figures can be believed, in one word."""

from enum import StrEnum

from floorpulse.kpis.figures import Value

MIN_VOLUME = 10
"""Contacts below which a ratio is chance rather than performance"""


class State(StrEnum):
    """What a queue's figures are; `closed` is outside its business calendar."""

    OK = "ok"
    STALE = "stale"
    CLOSED = "closed"
    LOW_VOLUME = "low_volume"


def state_of(*, stale: bool, closed: bool, level: Value) -> State:
    """The state of a queue whose recent service level is `level`: silence outweighs closing hours,
    and these small numbers.
    """
    if stale:
        return State.STALE
    if closed:
        return State.CLOSED
    return State.OK if (level.denominator or 0) >= MIN_VOLUME else State.LOW_VOLUME
