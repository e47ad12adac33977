"""A judgement: what a rule's condition says of one figure, before time has its say."""

from enum import StrEnum
from typing import NamedTuple

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.reasons import Reason


class Call(StrEnum):
    """Which side of its bounds a figure is on.

    `between` is known and neither: beyond neither bound, or beyond the one that fires by too little
    evidence. `unknown` is no figure at all: nothing may be concluded from it.
    """

    BREACH = "breach"
    CLEAR = "clear"
    BETWEEN = "between"
    UNKNOWN = "unknown"


class Judgement(NamedTuple):
    """The call, why, of which figure; `depth` says how bad it is: the larger the worse."""

    call: Call
    reason: Reason
    figure: Figure | None = None
    depth: float = 0.0


def breach(figure: Figure | None, depth: float) -> Judgement:
    """The figure is beyond the bound that fires."""
    return Judgement(Call.BREACH, Reason.BREACHED, figure, depth)


def clear(figure: Figure) -> Judgement:
    """The figure is beyond the bound that clears."""
    return Judgement(Call.CLEAR, Reason.CLEARED, figure)


def between(reason: Reason, figure: Figure) -> Judgement:
    """The figure is known, and decides nothing."""
    return Judgement(Call.BETWEEN, reason, figure)


def unknown(reason: Reason, figure: Figure | None = None) -> Judgement:
    """There is no figure that could decide."""
    return Judgement(Call.UNKNOWN, reason, figure)
