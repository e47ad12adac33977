"""What a query selects and what its rows stand for.

queue=sales,help  by=queue            rows: sales · help, each over all its channels
queue=sales,help  by=total            one row over both
                  by=queue,channel    a row per queue and channel that the floor has
                  by=team, by=site    a row per team or site of theirs, as the definitions have it
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from floorpulse.board.domain.series import SeriesKey


class By(StrEnum):
    """What each row stands for."""

    QUEUE = "queue"
    CHANNEL = "channel"
    QUEUE_AND_CHANNEL = "queue,channel"
    TOTAL = "total"
    TEAM = "team"
    SITE = "site"

    @property
    def grouped(self) -> bool:
        """Whether a row sums over queues that the definitions put together."""
        return self in (By.TEAM, By.SITE)

    @property
    def queues(self) -> bool:
        """Whether rows are told apart by queue."""
        return self in (By.QUEUE, By.QUEUE_AND_CHANNEL)

    @property
    def channels(self) -> bool:
        """Whether rows are told apart by channel."""
        return self in (By.CHANNEL, By.QUEUE_AND_CHANNEL)


@dataclass(frozen=True, order=True)
class RowKey:
    """What one row stands for; an empty name where rows are not told apart by it."""

    queue: str = ""
    channel: str = ""
    team: str = ""
    site: str = ""


class Labels(NamedTuple):
    """What a row is about, as it shows it."""

    queue: str | None
    channel: str | None
    team: str | None = None
    site: str | None = None


@dataclass(frozen=True)
class Selection:
    """Which contacts of a tenant count, and how rows are told apart; no names means all."""

    tenant: str
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    by: By = By.QUEUE

    @property
    def names_all(self) -> bool:
        """Whether every row is known from the question alone."""
        return (
            not self.by.grouped
            and (not self.by.queues or bool(self.queues))
            and (not self.by.channels or bool(self.channels))
        )

    def row_key(self, queue: str, channel: str) -> RowKey:
        """The row that a contact of this queue and channel belongs to."""
        return RowKey(queue if self.by.queues else "", channel if self.by.channels else "")

    def includes(self, queue: str, channel: str) -> bool:
        """Whether contacts of this queue and channel count."""
        return (not self.queues or queue in self.queues) and (
            not self.channels or channel in self.channels
        )

    def asked(self) -> set[RowKey]:
        """The rows that the question names."""
        if self.by.grouped:
            return set()
        queues = self.queues if self.by.queues else ("",)
        channels = self.channels if self.by.channels else ("",)
        return {RowKey(queue, channel) for queue in queues for channel in channels}

    @property
    def reading(self) -> "Selection":
        """What is read for its rows: those of teams and sites are put together from queues and
        channels.
        """
        return replace(self, by=By.QUEUE_AND_CHANNEL) if self.by.grouped else self

    def series_keys(self, row_key: RowKey) -> list[SeriesKey]:
        """The board's series keys that add up to a row."""
        queues = (row_key.queue,) if self.by.queues else self.queues or (None,)
        channels = (row_key.channel,) if self.by.channels else self.channels or (None,)
        return [(self.tenant, queue, channel) for queue in queues for channel in channels]

    def queues_of(self, row_key: RowKey) -> Sequence[str] | None:
        """The queues that a row sums over, where the question tells; None for all."""
        return (row_key.queue,) if self.by.queues else self.queues or None

    def labels(self, row_key: RowKey) -> Labels:
        """Queue, channel, team and site as a row shows them: None where more than one was summed
        over.
        """
        queue = _label(row_key.queue, self.queues)
        channel = _label(row_key.channel, self.channels)
        return Labels(queue, channel, row_key.team or None, row_key.site or None)


def _label(own: str, selected: tuple[str, ...]) -> str | None:
    return own or (selected[0] if len(selected) == 1 else None)
