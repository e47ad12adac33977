"""The gate: how much may be under way at once, so that memory stays bounded while Kafka is slow."""

from collections.abc import Iterator
from contextlib import contextmanager


class Overloaded(Exception):  # noqa: N818  it names the state
    """Too much is under way; the message says of what."""


class Gate:
    """Counts `what` under way, never more than `limit`."""

    def __init__(self, what: str, limit: int) -> None:
        self._what = what
        self._limit = limit
        self.under_way = 0

    @contextmanager
    def hold(self, amount: int) -> Iterator[None]:
        """Hold `amount` for the length of the block; `Overloaded` when there is no room for it."""
        if self.under_way + amount > self._limit:
            message = (
                f"{self.under_way} {self._what} are under way and {self._limit} is the "
                "limit; send again in a moment"
            )
            raise Overloaded(message)
        self.under_way += amount
        try:
            yield
        finally:
            self.under_way -= amount
