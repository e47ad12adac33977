"""Tallies of configured sources in memory."""

from collections import defaultdict
from collections.abc import Sequence

from floorpulse.figures.sources.deliveries import SourceTally


class MemoryTallies:
    """A `TallyReader`: what a test put into `of`."""

    def __init__(self) -> None:
        self.of: defaultdict[str, list[SourceTally]] = defaultdict(list)

    async def tallies(self, tenant: str) -> Sequence[SourceTally]:
        return self.of[tenant]
