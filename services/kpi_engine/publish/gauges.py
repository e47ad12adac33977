"""What readers are told of a partition's gauges: those that changed since the last time, and every
few seconds all of them, for readers that came later or missed some.

    update       ●        ●        ●        ●        ●  …  ●
    gauges       all      changed  changed  changed  changed  all
                 └─ follows ─┴────────┴────────┴─ …
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from floorpulse.contracts.updates import Gauge

ALL_GAUGES = 5_000
"""Milliseconds after which all gauges are told: half of the time after which a partition of which
nothing is heard is stale"""


class GaugeNews(NamedTuple):
    """All gauges, or those that changed since the update numbered `follows`; one that is empty
    stands for a queue in which nobody is any more.
    """

    gauges: list[Gauge] | None
    changed: list[Gauge] | None = None
    follows: int = 0


class ToldGauges:
    """What readers know of one partition."""

    def __init__(self) -> None:
        self._told: Sequence[Gauge] = ()
        self._known: set[int] = set()
        self._sequence = 0
        self._all_at: int | None = None

    def news(self, gauges: list[Gauge], sequence: int, now: int) -> GaugeNews:
        """What to tell of the `gauges` there are, in the update of this number, at the steady
        instant `now`. A gauge that did not change is the same object as before.
        """
        told = self._told
        known = self._known
        follows = self._sequence
        self._told = gauges
        self._known = there = set(map(id, gauges))
        self._sequence = sequence
        if self._all_at is None or now - self._all_at >= ALL_GAUGES:
            self._all_at = now
            return GaugeNews(gauges)
        changed = _those(there - known, gauges)
        return GaugeNews(None, [*changed, *_gone(_those(known - there, told), changed)], follows)


def _those(ids: AbstractSet[int], gauges: Sequence[Gauge]) -> list[Gauge]:
    """Those of the gauges that are these objects."""
    return [one for one in gauges if id(one) in ids] if ids else []


def _gone(left: Sequence[Gauge], changed: Sequence[Gauge]) -> list[Gauge]:
    """Empty gauges for the queues and channels that have none any more."""
    again = {(one.tenant, one.queue, one.channel) for one in changed}
    homes = [(one.tenant, one.queue, one.channel) for one in left]
    return [Gauge(*home, [], 0, 0) for home in homes if home not in again]
