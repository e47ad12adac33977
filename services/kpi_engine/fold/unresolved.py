"""The visits of one partition that are too old to be listed as waiting: a number by queue, channel
and month of the offer.
"""

from collections.abc import Iterable, Mapping

from floorpulse.contracts.presence import Counts, Home
from floorpulse.counting.months import Month, month_of
from floorpulse.kpi_engine.fold.queue_open_visits import NO_END, QueueOpenVisits


class UnresolvedVisits:
    """Counts what `queues` no longer list, and notes which counts changed; what was offered before
    `kept_since` was deleted.
    """

    def __init__(self, queues: Mapping[Home, QueueOpenVisits]) -> None:
        self.kept_since = -NO_END
        self.changed: set[Home] = set()
        self._queues = queues
        self._month = Month("", 0, 0)

    def count(self, home: Home, queue: QueueOpenVisits, offered: int, change: int) -> None:
        """There is one more (1) or one less (-1) that was offered then."""
        if offered < self.kept_since:
            return
        if not self._month.begin <= offered < self._month.end:
            self._month = month_of(offered)
        month = self._month.begin
        count = queue.unresolved.get(month, 0) + change
        if count:
            queue.unresolved[month] = count
        else:
            queue.unresolved.pop(month, None)
        self.changed.add(home)

    def keep_since(self, instant: int) -> None:
        """Visits offered before `instant`, the begin of a month, were deleted: none of them is
        unresolved.
        """
        if instant <= self.kept_since:
            return
        self.kept_since = instant
        for home, queue in self._queues.items():
            kept = {month: count for month, count in queue.unresolved.items() if month >= instant}
            if len(kept) < len(queue.unresolved):
                queue.unresolved = kept
                queue.gauge = None
                self.changed.add(home)

    def take_changed(self) -> set[Home]:
        """The queues and channels whose counts changed since they were last taken."""
        taken = self.changed
        self.changed = set()
        return taken

    def put_back(self, changed: Iterable[Home]) -> None:
        """Note again the changes that `take_changed` gave and no flush wrote."""
        self.changed.update(changed)

    def counts(self, homes: Iterable[Home]) -> list[tuple[Home, Counts]]:
        """The counts of `homes`; none, where nothing is known of a home."""
        return [
            (home, dict(self._queues[home].unresolved) if home in self._queues else {})
            for home in sorted(set(homes))
        ]

    def homes(self) -> list[Home]:
        """Queues and channels that have any."""
        return [home for home, queue in self._queues.items() if queue.unresolved]
