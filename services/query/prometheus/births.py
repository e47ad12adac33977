"""When a series is told for the first time: its counters are told once as they were before.

A rate over a counter misses what the counter had when it was first seen. So the counters of a queue
that comes to the page stand at what they told last, 0 where they never told anything, until every
scraper can have seen it:

    contacts           ● ● ●      ●              the queue's first ones
    page, each scrape  0     0         4    4    from the first page that has the queue
                       ├─ ONCE ─┤                on, for longer than a usual scrape interval

The gauges beside them are exact from the first. A queue that only changes between being shown by
itself and together with others counts on: its contacts were told before.
"""

from collections.abc import Iterable

from floorpulse.board.domain.series import QueueChannel
from floorpulse.query.prometheus.folding import OTHER, Folds

ONCE = 15_000
"""Milliseconds: the interval at which Prometheus scrapes as it is delivered, so that each of two
that scrape by turns sees the 0
"""


class Births:
    """Remembers since when each queue and channel is on the page."""

    def __init__(self) -> None:
        self._until: dict[QueueChannel, int] = {}

    def look(self, folds: Folds, now: int) -> None:
        """Note who is on the page at `now`, epoch milliseconds."""
        self._until = {one: self._until.get(one, now + ONCE) for one in _on_the_page(folds)}

    def waits(self, queue_channel: QueueChannel, now: int) -> bool:
        """Whether its counters are still told as they were before."""
        return now < self._until[queue_channel]


def _on_the_page(folds: Folds) -> Iterable[QueueChannel]:
    for tenant, fold in folds.items():
        yield from fold.shown
        yield from fold.other
        if fold.other:
            yield tenant, OTHER, OTHER
