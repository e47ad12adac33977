"""What one update says of folded queues, added up by the queue that they are shown in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.updates import Gauge, PaneRow


@dataclass
class GaugeSum:
    """The gauges of folded queues added up, as many as `number`."""

    number: int = 0
    waiting: list[int] = field(default_factory=list)
    in_progress: int = 0
    unresolved: int = 0
    lasting: list[int] = field(default_factory=list)

    def add(self, gauge: Gauge) -> None:
        """Add another queue's gauge."""
        self.number += 1
        self.waiting += gauge.waiting
        self.in_progress += gauge.in_progress
        self.unresolved += gauge.unresolved
        self.lasting += gauge.lasting

    def shown(self, place: QueueChannel) -> Gauge | None:
        """The gauge of the queue that they are counted in; None where nobody is there."""
        if not self.number:
            return None
        return Gauge(
            *place,
            sorted(self.waiting),
            self.in_progress,
            self.unresolved,
            sorted(self.lasting),
        )


@dataclass
class FoldedNews:
    """The rows of folded queues, their gauges by the queue that they are shown in, and which of
    them nobody is in any more.
    """

    rows: list[PaneRow] = field(default_factory=list)
    gauges: dict[QueueChannel, GaugeSum] = field(default_factory=dict)
    empty: list[QueueChannel] = field(default_factory=list)

    def put(
        self,
        place: QueueChannel,
        queue_channel: QueueChannel,
        gauge: Gauge | None,
        rows: Sequence[PaneRow],
    ) -> None:
        """Note a folded queue; `place` is where it is shown."""
        self.rows += rows
        theirs = self.gauges.setdefault(place, GaugeSum())
        if gauge is None:
            self.empty.append(queue_channel)
        else:
            theirs.add(gauge)
