"""What must be looked at: what changed, and what time alone may have changed.

places   a ──── told ●          b ─────────────────     c ──── until ─┤
looked   a                                              c, from `until` on
"""

from collections.abc import Hashable, Iterable
from heapq import heappop, heappush
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Attention(Generic[T]):
    """Which places are to be looked at: those that were marked, and those whose time has come."""

    def __init__(self) -> None:
        self._marked: dict[T, None] = {}
        self._until: dict[T, int] = {}
        self._coming: list[tuple[int, int, T]] = []
        self._number = 0

    def mark(self, places: Iterable[T]) -> None:
        """They may have changed."""
        self._marked.update(dict.fromkeys(places))

    def settle(self, place: T, until: int | None) -> None:
        """It was looked at, and stays as it is before `until` unless it is marked; None: for
        ever.
        """
        if until is None:
            self._until.pop(place, None)
        elif self._until.get(place) != until:
            self._until[place] = until
            self._number += 1
            heappush(self._coming, (until, self._number, place))

    def take(self, at: int) -> list[T]:
        """The places to be looked at at an instant, each once; they are no longer marked."""
        while self._coming and self._coming[0][0] <= at:
            until, _, place = heappop(self._coming)
            if self._until.get(place) == until:
                del self._until[place]
                self._marked[place] = None
        taken = list(self._marked)
        self._marked.clear()
        return taken
