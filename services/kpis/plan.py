"""What a forecast says about a row's span: what was to come so far, beside what came, and what is
still to come.

forecast     ├── 40 ──┼── 60 ──┼── 60 ──┼── 50 ──┤      contacts an interval
row's span   ├────────────────────────────┤
now                       ↑
elapsed      ├── 40 ──┼ 30┤
ahead                     ├ 30 ┼── 60 ──┼12┤             of an interval cut by now or by the span,
its share of time
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Slot:
    """A forecast interval of a queue: contacts in [begin, end) (epoch milliseconds), mean handle
    time in seconds, agents if planned.

    `channel` is empty where all of the queue's channels are meant; `version` is the upload that
    told it.
    """

    queue: str
    channel: str
    begin: int
    end: int
    volume: float
    aht: float
    staffed: int | None = None
    version: int = 0


@dataclass(frozen=True)
class Elapsed:
    """The part of a forecast interval that has passed: contacts forecast for it, and those that
    came.
    """

    expected: float
    offered: int


class Ahead(NamedTuple):
    """The part of a forecast interval that is to come, [begin, end) in epoch milliseconds; `rate`
    is contacts a second.
    """

    begin: int
    end: int
    rate: float
    aht: float
    staffed: int | None

    @property
    def volume(self) -> float:
        """The contacts forecast for it."""
        return self.rate * (self.end - self.begin) / 1000
