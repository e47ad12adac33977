"""How old what a reader knows of each partition is, by what the reader itself heard and when: never
by another host's clock.

log's end, as told   100        140            190
next offset, as told 100  100   100   120      140
heard                 ●────●─────●─────●────────●
complete up to        ●────●     └─ still here ──┘ now up to the third ●: all that the log then held
is counted

Instants are milliseconds of a steady clock of the reader's process, which nobody sets.
"""

from collections import deque
from dataclasses import dataclass, field

from floorpulse.board.domain.positions import Position

STEP = 250
"""Milliseconds between two remembered ends of a log, as long as there are few"""
MOST = 512
"""Remembered ends of one partition's log; beyond, every second one is forgotten and steps are twice
as long, so that any lag fits.
"""


@dataclass(eq=False)
class _Known:
    """`complete_at` is None where nothing is known yet; `first_at` is when an owner was first
    heard.
    """

    complete_at: int | None = None
    first_at: int | None = None
    generation: int = 0
    skew: int | None = None
    step: int = STEP
    ends: deque[tuple[int, int]] = field(default_factory=deque)


class Freshness:
    """When each partition was last known to have counted all that its log held."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def load(self, partition: int, at: int) -> None:
        """The durable position is known to have been written at `at`; owners that were heard know
        better.
        """
        known = self._known.setdefault(partition, _Known())
        if known.first_at is None:
            known.complete_at = at

    def hear(self, position: Position, lag: int, at: int) -> None:
        """An owner told at `at` that it stands `lag` records before the end of the log."""
        known = self._known.setdefault(position.partition, _Known())
        if known.first_at is None:
            known.first_at = at
            known.complete_at = None
        if known.generation != position.generation:
            known.generation = position.generation
            known.ends.clear()
        while known.ends and known.ends[0][1] <= position.next_offset:
            known.complete_at = max(known.complete_at or 0, known.ends.popleft()[0])
        if lag <= 0:
            known.complete_at = at
            return
        if not known.ends:
            known.step = STEP
        elif at - known.ends[-1][0] < known.step:
            return
        known.ends.append((at, position.next_offset + lag))
        if len(known.ends) > MOST:
            known.ends = deque(list(known.ends)[::2])
            known.step *= 2

    def compare(self, partition: int, ahead: int) -> None:
        """The owner's wall clock was `ahead` milliseconds of the reader's (less what the news took)
        when it was heard.
        """
        self._known.setdefault(partition, _Known()).skew = ahead

    def skew(self, partition: int) -> int | None:
        """By how many milliseconds the owner's wall clock is ahead of the reader's; None where it
        was not heard.
        """
        known = self._known.get(partition)
        return None if known is None else known.skew

    def of(self, partition: int) -> tuple[int | None, int | None]:
        """The steady instants up to which the partition is counted, None where no owner has caught
        up since the reader began; and at which an owner was first heard, None where only the
        durable position is known.
        """
        known = self._known.get(partition)
        return NOT_HEARD if known is None else (known.complete_at, known.first_at)


NOT_HEARD: tuple[None, None] = (None, None)
