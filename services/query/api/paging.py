"""All pages of an answer, one after another."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

R = TypeVar("R")
P = TypeVar("P")
Page = Callable[[P, int], Awaitable[tuple[Sequence[R], P | None]]]
"""Rows behind a place, at most so many, and the last one's place if more follow"""


async def further(page: Page[P, R], after: P | None, limit: int) -> AsyncIterator[Sequence[R]]:
    """The pages from a place on, up to the last."""
    while after is not None:
        rows, after = await page(after, limit)
        yield rows
