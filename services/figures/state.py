"""How far a queue's figures can be believed, in one word."""

from enum import StrEnum

from floorpulse.contracts.cells import Cell
from floorpulse.kpis.figures import UNKNOWN, SpanFigures, Value

MIN_VOLUME = 10
"""Contacts below which a ratio is chance rather than performance"""


class State(StrEnum):
    """What a queue's figures are; `closed` is outside its business calendar."""

    OK = "ok"
    STALE = "stale"
    CLOSED = "closed"
    LOW_VOLUME = "low_volume"


def volume_of(level: Value, counted: SpanFigures) -> Value:
    """The service level; where only visits can tell it, how many contacts it would be of."""
    if level != UNKNOWN:
        return level
    return Value(None, None, counted.of(Cell.ANSWERED, Cell.ABANDONED))


def state_of(*, stale: bool, closed: bool, level: Value) -> State:
    """The state of a queue whose recent service level is `level`: silence outweighs closing hours,
    and these small numbers.
    """
    if stale:
        return State.STALE
    if closed:
        return State.CLOSED
    return State.OK if (level.denominator or 0) >= MIN_VOLUME else State.LOW_VOLUME
