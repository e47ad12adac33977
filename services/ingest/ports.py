"""The port of ingest: a log that acknowledges."""

from collections.abc import Mapping, Sequence
from typing import Protocol

Record = tuple[bytes, bytes]
"""(key, value)"""


class Log(Protocol):
    """The event log."""

    async def append(self, records: Mapping[str, Sequence[Record]]) -> None:
        """Append records, by topic; returns when every one is acknowledged by all replicas.

        Records of one key keep their order. Raises `LogUnavailable` when any of them is not
        acknowledged.
        """
        ...

    async def unready(self) -> str | None:
        """Why the log takes nothing now, and what to do; None when it does."""
        ...
