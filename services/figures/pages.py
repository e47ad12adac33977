"""Pages: the first rows behind a place, and where the next page begins.

rows     │ a │ b │ c │ d │ e │ f │ …      each with its place, in order
after b          ├───────┤                a page of two: c and d; e is seen, so more follows d
"""

from collections.abc import Iterable
from typing import Any, Generic, Protocol, TypeVar


class Ordered(Protocol):
    """A place: it knows what stands before it."""

    def __le__(self, other: Any, /) -> bool:
        """Whether it stands before another, or is it."""
        ...


P = TypeVar("P", bound=Ordered)
R = TypeVar("R")


class PageOfRows(Generic[P, R]):
    """Up to `limit` rows behind `after`; `following` is the last one's place if more follow."""

    def __init__(self, after: P | None, limit: int) -> None:
        self.rows: list[R] = []
        self.following: P | None = None
        self._after = after
        self._last = after
        self._limit = limit

    def full(self, placed: Iterable[tuple[P, R]]) -> bool:
        """Take some rows, in the order of their places; True once there is one more than fits."""
        after = self._after
        for place, row in placed:
            if after is not None and place <= after:
                continue
            if len(self.rows) == self._limit:
                self.following = self._last
                return True
            self.rows.append(row)
            self._last = place
        return False
