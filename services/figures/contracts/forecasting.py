"""What was forecast for half hours of a contract's scope."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import fsum

from floorpulse.board.domain.windows import Span
from floorpulse.figures.forecasts.in_force import begin_of, cut, touching
from floorpulse.kpis.plan import Slot

Covers = Callable[[str, str], bool]
"""Whether a queue and channel are in a scope; a forecast for a whole queue has an empty channel"""


class ScopedForecast:
    """The slots in force that are about a scope."""

    def __init__(self, slots: Sequence[Slot], covers: Covers) -> None:
        mine = (one for one in slots if covers(one.queue, one.channel))
        self._slots = sorted(mine, key=begin_of)
        self._known: dict[Span, Decimal | None] = {}

    def of(self, span: Span) -> Decimal | None:
        """The contacts that were forecast for a span, to the thousandth; None where nothing was."""
        if span not in self._known:
            self._known[span] = self._summed(span)
        return self._known[span]

    def _summed(self, span: Span) -> Decimal | None:
        volumes = [cut(one, span).volume for one in touching(self._slots, span)]
        return Decimal(f"{fsum(volumes):.3f}") if volumes else None
