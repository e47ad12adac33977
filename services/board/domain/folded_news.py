"""Folded queues: what one update says of them, and their gauges added up by the queue that they are
shown in.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.updates import Gauge, PaneRow


class GaugeSum:
    """The gauges of folded queues added up, instants in order."""

    __slots__ = ("_in_progress", "_lasting", "_number", "_unresolved", "_waiting")

    def __init__(self) -> None:
        self._number = 0
        self._waiting: list[int] = []
        self._in_progress = 0
        self._unresolved = 0
        self._lasting: list[int] = []

    def add(self, gauge: Gauge) -> None:
        """Add another queue's gauge."""
        self._number += 1
        self._in_progress += gauge.in_progress
        self._unresolved += gauge.unresolved
        for one in gauge.waiting:
            insort(self._waiting, one)
        for one in gauge.lasting:
            insort(self._lasting, one)

    def take_off(self, gauge: Gauge) -> None:
        """Take off a gauge that was added."""
        self._number -= 1
        self._in_progress -= gauge.in_progress
        self._unresolved -= gauge.unresolved
        for one in gauge.waiting:
            del self._waiting[bisect_left(self._waiting, one)]
        for one in gauge.lasting:
            del self._lasting[bisect_left(self._lasting, one)]

    def shown(self, place: QueueChannel) -> Gauge | None:
        """The gauge of the queue that they are counted in; None where nobody is there."""
        if not self._number:
            return None
        return Gauge(
            *place, [*self._waiting], self._in_progress, self._unresolved, [*self._lasting]
        )


@dataclass
class FoldedNews:
    """The rows of folded queues, and their gauges that changed, None where nobody is there any
    more: behind the queue that each is shown in and its own.
    """

    rows: list[PaneRow] = field(default_factory=list)
    gauges: list[tuple[QueueChannel, QueueChannel, Gauge | None]] = field(default_factory=list)


class FoldedGauges:
    """The gauges of one partition's folded queues; what does not change is not added up again."""

    def __init__(self) -> None:
        self._sums: dict[QueueChannel, GaugeSum] = {}

    def take(
        self, news: FoldedNews, held: dict[QueueChannel, Gauge]
    ) -> dict[QueueChannel, Gauge | None]:
        """Put the news into the gauges that are `held`; the gauge of each queue in which others
        are shown, where it changed.
        """
        changed = set()
        for place, queue_channel, gauge in news.gauges:
            known = held.pop(queue_channel, None)
            together = self._sums.setdefault(place, GaugeSum())
            if known is not None:
                together.take_off(known)
            if gauge is not None:
                held[queue_channel] = gauge
                together.add(gauge)
            changed.add(place)
        return {place: self._sums[place].shown(place) for place in changed}
