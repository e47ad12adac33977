"""Which queues' figures stand at an earlier instant because their sources are silent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class SilentQueues:
    """The `standing` queues with the last word of their sources (epoch milliseconds), and all that
    a silent source feeds.
    """

    standing: Mapping[str, int]
    touched: Collection[str]

    def as_of(self, queues: Collection[str], now: int) -> int:
        """The instant that figures over these queues speak of: `now` while any of them goes on."""
        if not self.standing:
            return now
        known = [self.standing[queue] for queue in queues if queue in self.standing]
        return min(now, max(known)) if known and len(known) == len(queues) else now

    def touches(self, queues: Collection[str]) -> bool:
        """Whether a silent source feeds any of these queues."""
        return bool(self.touched) and any(queue in self.touched for queue in queues)


NOBODY_SILENT = SilentQueues(MappingProxyType({}), frozenset())
