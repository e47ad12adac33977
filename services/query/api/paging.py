"""Pages: how many rows one holds, and all pages of an answer one after another."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from floorpulse.query.app import RowLimits

R = TypeVar("R")
P = TypeVar("P")
Page = Callable[[P, int], Awaitable[tuple[Sequence[R], P | None]]]
"""Rows behind a place, at most so many, and the last one's place if more follow"""

EXPORTED = 1_000
"""Most rows that an export reads at once: what was read for them is given back at once, which is a
millisecond in which nobody is answered.
"""


def rows_of_page(asked: int | None, limits: RowLimits) -> int:
    """How many rows of a question one answer holds."""
    return min(asked or limits.rows, limits.most_rows)


def visits_of_page(asked: int | None, limits: RowLimits) -> int:
    """The same of visits."""
    return min(asked or limits.visits, limits.most_visits)


async def further(page: Page[P, R], after: P | None, limit: int) -> AsyncIterator[Sequence[R]]:
    """The pages of an export from a place on, up to the last, of `limit` rows at most."""
    while after is not None:
        rows, after = await page(after, min(limit, EXPORTED))
        yield rows
