"""One connection in the place of a pool: readers that ask a pool see one snapshot."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy


class PinnedPool:
    """What readers use of `asyncpg.Pool`, all of it on one connection; a transaction that they open
    is a savepoint of the one that is open.
    """

    def __init__(self, connection: PoolConnectionProxy) -> None:
        self._connection = connection

    @property
    def as_pool(self) -> asyncpg.Pool:
        """Itself, for readers that are typed by the pool."""
        return cast("asyncpg.Pool", self)

    @asynccontextmanager
    async def acquire(self, *, timeout: float | None = None) -> AsyncIterator[PoolConnectionProxy]:  # noqa: ARG002, ASYNC109  as the pool has it
        """The connection."""
        yield self._connection

    async def fetch(
        self,
        query: str,
        *values: object,
        timeout: float | None = None,  # noqa: ASYNC109  as the pool has it
    ) -> Sequence[asyncpg.Record]:
        """The rows of a statement."""
        return await self._connection.fetch(query, *values, timeout=timeout)
