"""Whether a partition is behind: at its pace it needs longer than a heartbeat to reach the end of
its log.

    records   ──────────●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━●
                        position          lag               end

What such a partition tells is old whenever it is told, and most of it changes again at once: so it
is told once a heartbeat, not as soon as it changes.
"""

from typing import NamedTuple

HEARTBEAT = 1_000
"""Milliseconds after which every partition is told again"""
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

    def behind(self, now: int, offset: int, end: int) -> bool:
        """Whether it stands so far before the `end` of its log at `now`."""
        if now - self._newer.at >= HEARTBEAT:
            self._older = self._newer
            self._newer = Passed(now, offset)
        lag = end - offset
        done = offset - self._older.offset
        return lag >= LEAST and lag * (now - self._older.at) > done * HEARTBEAT
