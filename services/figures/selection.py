"""What a query selects and what its rows stand for.

queue=sales,help  by=queue            rows: sales · help, each over all its channels
queue=sales,help  by=total            one row over both
                  by=queue,channel    a row per queue and channel that the floor has
                  by=team, by=site,
                  by=client           a row per team, site or client of theirs, as the definitions
                                      have it
client=acme       by=queue            a row per queue that is run for it
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from floorpulse.board.domain.series import SeriesKey
from floorpulse.definitions.domain.terms import Grouping


class By(StrEnum):
    """What each row stands for."""

    QUEUE = "queue"
    CHANNEL = "channel"
    QUEUE_AND_CHANNEL = "queue,channel"
    TOTAL = "total"
    TEAM = "team"
    SITE = "site"
    CLIENT = "client"

    @property
    def grouping(self) -> Grouping | None:
        """By what a row sums over queues that the definitions put together; None: by nothing."""
        return _GROUPINGS.get(self)

    @property
    def queues(self) -> bool:
        """Whether rows are told apart by queue."""
        return self in (By.QUEUE, By.QUEUE_AND_CHANNEL)

    @property
    def channels(self) -> bool:
        """Whether rows are told apart by channel."""
        return self in (By.CHANNEL, By.QUEUE_AND_CHANNEL)


_GROUPINGS = {By.TEAM: Grouping.TEAM, By.SITE: Grouping.SITE, By.CLIENT: Grouping.CLIENT}


class UnknownQueues(StrEnum):
    """Whether contacts of queues that the definitions do not know count."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
    ONLY = "only"


class NamedGroups(NamedTuple):
    """The queues of some teams, sites or clients."""

    grouping: Grouping
    names: tuple[str, ...]


@dataclass(frozen=True, order=True)
class RowKey:
    """What one row stands for; an empty name where rows are not told apart by it. `group` is a
    team, site or client, by whichever rows are.
    """

    queue: str = ""
    channel: str = ""
    group: str = ""


class Labels(NamedTuple):
    """What a row is about, as it shows it."""

    queue: str | None
    channel: str | None
    team: str | None = None
    site: str | None = None
    client: str | None = None


@dataclass(frozen=True)
class Selection:
    """Which contacts of a tenant count, and how rows are told apart; no names means all.

    `groups` and `unknown` narrow it by what the definitions say of a queue when the row's span
    began; so does `contract`, the only one whose queues and channels whoever asks may see.
    """

    tenant: str
    queues: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    by: By = By.QUEUE
    groups: tuple[NamedGroups, ...] = ()
    unknown: UnknownQueues = UnknownQueues.INCLUDE
    contract: str | None = None

    @property
    def by_definitions(self) -> bool:
        """Whether the definitions decide which queues a row sums over."""
        narrowed = bool(self.groups) or self.unknown is not UnknownQueues.INCLUDE
        return narrowed or self.contract is not None or self.by.grouping is not None

    @property
    def names_all(self) -> bool:
        """Whether every row is known from the question alone."""
        return (
            not self.by_definitions
            and (not self.by.queues or bool(self.queues))
            and (not self.by.channels or bool(self.channels))
        )

    def row_key(self, queue: str, channel: str) -> RowKey:
        """The row that a contact of this queue and channel belongs to."""
        return RowKey(queue if self.by.queues else "", channel if self.by.channels else "")

    def includes(self, queue: str, channel: str) -> bool:
        """Whether contacts of this queue and channel count."""
        return (not self.queues or queue in self._queue_names) and (
            not self.channels or channel in self.channels
        )

    @cached_property
    def _queue_names(self) -> frozenset[str]:
        """A client may have thousands."""
        return frozenset(self.queues)

    def asked(self) -> set[RowKey]:
        """The rows that the question names, whatever the definitions say."""
        if self.by.grouping is not None:
            return {RowKey(group=name) for name in self._named(self.by.grouping)}
        if self.by.queues and self.by_definitions:
            return set()
        queues = self.queues if self.by.queues else ("",)
        channels = self.channels if self.by.channels else ("",)
        return {RowKey(queue, channel) for queue in queues for channel in channels}

    def _named(self, grouping: Grouping) -> Sequence[str]:
        """The teams, sites or clients that the question names."""
        return [name for one, names in self.groups if one is grouping for name in names]

    @property
    def finest(self) -> "Selection":
        """Each queue and channel by itself."""
        return replace(self, by=By.QUEUE_AND_CHANNEL, groups=(), unknown=UnknownQueues.INCLUDE)

    @property
    def reading(self) -> "Selection":
        """What is read for its rows: those that the definitions decide on are put together from
        queues and channels.
        """
        return self.finest if self.by_definitions else self

    def series_keys(self, row_key: RowKey) -> list[SeriesKey]:
        """The board's series keys that add up to a row."""
        queues = (row_key.queue,) if self.by.queues else self.queues or (None,)
        channels = (row_key.channel,) if self.by.channels else self.channels or (None,)
        return [(self.tenant, queue, channel) for queue in queues for channel in channels]

    def queues_of(self, row_key: RowKey) -> Sequence[str] | None:
        """The queues that a row sums over, where the question tells; None for all."""
        return (row_key.queue,) if self.by.queues else self.queues or None

    def labels(self, row_key: RowKey) -> Labels:
        """Queue, channel, team, site and client as a row shows them: None where more than one was
        summed over.
        """
        queue = _label(row_key.queue, self.queues)
        channel = _label(row_key.channel, self.channels)
        if not self.groups and not row_key.group:
            return Labels(queue, channel)
        groups = {
            one.value: _label(row_key.group if self.by.grouping is one else "", self._named(one))
            for one in Grouping
        }
        return Labels(queue, channel, **groups)


def _label(own: str, selected: Sequence[str]) -> str | None:
    return own or (selected[0] if len(selected) == 1 else None)
