"""Liveness of a worker: its offsets move while there is something to read; nothing else counts as
life.

end     ────────────────●          end     ────────────────●
next    ──●──●──●───►  alive       next    ──●               stalled, since the last move
"""

from collections.abc import Mapping


class WorkerProgress:
    """When each partition last moved or had nothing to read; instants are seconds of a monotonic
    clock.
    """

    def __init__(self) -> None:
        self._moved: dict[int, tuple[int, float]] = {}

    def stalled(self, offsets: Mapping[int, int], ends: Mapping[int, int], now: float) -> float:
        """Seconds for which the most stuck partition has not moved from its offset although the log
        goes on behind it.
        """
        known = self._moved
        self._moved = {}
        for number, offset in offsets.items():
            before, since = known.get(number, (offset, now))
            stuck = offset == before and offset < ends.get(number, offset)
            self._moved[number] = (offset, since if stuck else now)
        return max((now - since for _, since in self._moved.values()), default=0.0)
