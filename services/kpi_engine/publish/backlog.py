"""How far a partition is behind: how long it needs at its pace to reach the end of its log.

    records   ──────────●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━●
                        position          lag               end

What a partition tells that needs longer than a heartbeat is old whenever it is told, and most of it
changes again at once: so it is told once when it should be at the end, and every few seconds.
"""

from math import ceil
from typing import NamedTuple

HEARTBEAT = 1_000
"""Milliseconds after which every partition is told again that is not behind"""
SELDOM = 2_500
"""Milliseconds after which one is told again that is far behind: a part of the time after which all
gauges are told
"""
LEAST = 1_000
"""Records that are no backlog: a few record batches on their way"""


class Passed(NamedTuple):
    """Where a partition stood at an instant of the steady clock, milliseconds."""

    at: int
    offset: int


class Backlog:
    """The pace of one partition over the last heartbeat or two."""

    def __init__(self, at: int, offset: int) -> None:
        self._older = self._newer = Passed(at, offset)

    def left(self, now: int, offset: int, end: int) -> int:
        """How many milliseconds it needs from `offset`, where it stands at `now`, to the `end` of
        its log; 0 where that is no backlog, or its pace is not known yet.
        """
        if now - self._newer.at >= HEARTBEAT:
            self._older = self._newer
            self._newer = Passed(now, offset)
        lag = end - offset
        if lag < LEAST:
            return 0
        return ceil(lag * (now - self._older.at) / max(1, offset - self._older.offset))
