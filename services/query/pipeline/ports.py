"""The log of events, as progress is measured against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from floorpulse.query.pipeline.lag import LogRange


@dataclass(frozen=True)
class LogView:
    """The log's identity (None where nobody tells one) and what each of its partitions holds."""

    log_id: str | None
    ranges: Mapping[int, LogRange]


class EventLog(Protocol):
    """The topic of contact events."""

    async def look(self) -> LogView:
        """Which log it is and what it holds, asked after the call was made."""
        ...
