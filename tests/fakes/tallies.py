"""Tallies of sources in memory."""

from collections import defaultdict
from collections.abc import Sequence

from floorpulse.contracts.tallies import delay_slot
from floorpulse.counting.histograms import signed_bucket
from floorpulse.figures.sources.deliveries import SourceTally
from floorpulse.figures.sources.feeds import DelayCount, OrphanCount


class MemoryTallies:
    """A `FeedReader`: what a test put into `of` and `orphaned`, and said to `delay`."""

    def __init__(self) -> None:
        self.of: defaultdict[str, list[SourceTally]] = defaultdict(list)
        self.orphaned: defaultdict[str, list[OrphanCount]] = defaultdict(list)
        self._delays: defaultdict[str, list[tuple[int, DelayCount]]] = defaultdict(list)

    def delay(self, tenant: str, source: str, arrived: int, delay: int) -> None:
        """An event arrived so many milliseconds after its instant."""
        told = DelayCount(source, signed_bucket(delay), 1)
        self._delays[tenant].append((delay_slot(arrived), told))

    async def tallies(self, tenant: str) -> Sequence[SourceTally]:
        return self.of[tenant]

    async def orphans(self, tenant: str) -> Sequence[OrphanCount]:
        return self.orphaned[tenant]

    async def delays(self, tenant: str, since: int) -> Sequence[DelayCount]:
        return [told for slot, told in self._delays[tenant] if slot >= since]
