"""What a stream of live rows has told, so that each client gets only what is new to it.

rows at tick  1: a b c    2: a' b c    3: a' b c'
a client at 1 gets        a' (tick 2) …          or a' c' (tick 3), when it was slow
"""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

R = TypeVar("R")


Entries = dict[Hashable, tuple[int, Hashable, R]]
"""Rows by what they are about, each with the tick at which it last changed and what it says"""


class RowFeed(Generic[R]):
    """The latest rows of one query, each with the tick at which it last changed."""

    def __init__(self) -> None:
        self.born: int | None = None
        self.tick = 0
        self._rows: Entries[R] = {}

    def refresh(self, tick: int, rows: Iterable[tuple[Hashable, Hashable, R]]) -> None:
        """Take the rows of a tick, each with what it is about and what it says; rows that are gone
        are forgotten.
        """
        self.renew(tick, self.compared(tick, rows))

    def compared(self, tick: int, rows: Iterable[tuple[Hashable, Hashable, R]]) -> Entries[R]:
        """Some rows of a tick beside what was told of them before."""
        return {
            about: _changed(self._rows.get(about), tick, says, row) for about, says, row in rows
        }

    def renew(self, tick: int, rows: Entries[R]) -> None:
        """All rows of a tick, compared."""
        self._rows = rows
        self.born = tick if self.born is None else self.born
        self.tick = tick

    def since(self, tick: int | None) -> list[R]:
        """The rows that changed after `tick`; all of them where the feed is younger than that, or
        None.
        """
        everything = tick is None or self.born is None or not self.born <= tick <= self.tick
        return [
            row for changed, _, row in self._rows.values() if everything or changed > (tick or 0)
        ]


def _changed(
    before: tuple[int, Hashable, R] | None, tick: int, says: Hashable, row: R
) -> tuple[int, Hashable, R]:
    return (before[0], says, row) if before is not None and before[1] == says else (tick, says, row)
