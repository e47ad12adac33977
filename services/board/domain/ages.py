"""How old figures are: up to when every partition is counted, and the instant that figures speak
of.

complete     ──●───●──●─────────────── now        fresh: within `grace` of now, as_of is now
                      ├──── grace ────┤
             ──●────────────────────── now        stale: as_of stays where it was told last, and
             follows what is counted
"""

from collections.abc import Callable, Mapping

from floorpulse.board.domain.freshness import Freshness
from floorpulse.board.domain.positions import Position, current


class Ages:
    """The ages of `positions`, which others keep; spans are milliseconds.

    `steady` is the clock by which `freshness` was told, `now` in every question the reader's wall
    clock, epoch milliseconds.
    """

    def __init__(
        self, positions: Mapping[int, Position], grace: int, steady: Callable[[], int]
    ) -> None:
        self.freshness = Freshness()
        self._positions = positions
        self._grace = grace
        self._steady = steady
        self._told = 0

    def stale_since(self, now: int) -> int | None:
        """Up to when all partitions are counted, where one of them fell silent or behind for longer
        than `grace`; else None.
        """
        steady = self._steady()
        oldest = now - self._grace
        since = None
        for one in current(self._positions.values()):
            at = self._good_at(one, now, steady)
            if at is not None and at < oldest:
                since = oldest = at
        return since

    def as_of(self, now: int) -> int:
        """The instant that figures speak of: `now`, or where some are stale the instant up to which
        all are complete.

        It never goes back, unless the reader's own clock is set back by more than `grace`.
        """
        since = self.stale_since(now)
        reached = now if since is None else since
        if self._told - now <= self._grace:
            reached = max(reached, self._told if since is None else min(self._told, now))
        self._told = reached
        return reached

    def oldest(self, now: int) -> int:
        """For how long the partition that is furthest behind has not been counted up to now."""
        ages = (self.of(one.partition, now) for one in current(self._positions.values()))
        return max((age for age in ages if age is not None), default=0)

    def of(self, partition: int, now: int) -> int | None:
        """For how long a partition has not been counted up to now; None where nobody spoke of it or
        nothing is missed.
        """
        position = self._positions.get(partition)
        at = None if position is None else self._good_at(position, now, self._steady())
        return None if at is None else max(0, now - at)

    def is_stale(self, partition: int, now: int) -> bool:
        """Whether this partition's figures are older than `grace`, or nobody spoke of it yet."""
        age = self.of(partition, now)
        return partition not in self._positions or (age is not None and age > self._grace)

    def _good_at(self, position: Position, now: int, steady: int) -> int | None:
        """Up to when a partition is counted, by the reader's wall clock; None where nothing is
        missed of it.

        An owner that has not caught up since the reader began is as far as its events tell.
        """
        complete_at, first_at = self.freshness.of(position.partition)
        if complete_at is not None:
            return None if position.empty and first_at is None else now - (steady - complete_at)
        if first_at is None:
            return None
        began = now - (steady - first_at)
        return (
            began
            if position.watermark is None
            else min(began, position.watermark + 2 * self._grace)
        )
