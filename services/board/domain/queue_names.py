"""The names of a tenant's queues: the first ones known stand for themselves, those beyond its bound
are folded.

known first ─► sales · help · vip │ x-1 · x-2 · x-3 … ─► known last
               each for itself    │ counted together in `__other__`, channel by channel
                     the tenant's bound of queues and channels

A queue is folded with all its channels, or with none: a row of it is never half of its contacts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache

from floorpulse.board.domain.series import QueueChannel

OTHER = "__other__"
"""The queue in which live figures count the contacts of folded queues."""
NO_QUEUES: Mapping[str, frozenset[str]] = {}


class QueueNames:
    """Every queue that was ever heard of, and which of them live figures tell apart."""

    def __init__(self, most: int) -> None:
        """Allow each tenant `most` queues and channels."""
        self._most = most
        self._known: dict[str, dict[str, frozenset[str]]] = {}
        self._shown: dict[str, dict[str, frozenset[str]]] = {}
        self._folded: dict[str, set[str]] = {}
        self._pairs: Counter[str] = Counter()

    def note(self, queue_channel: QueueChannel) -> None:
        """Remember a queue and channel, whether or not it is on the floor now."""
        _put(self._known, queue_channel)

    def place(self, queue_channel: QueueChannel) -> QueueChannel:
        """Where contacts of this queue and channel count: as themselves, or in `OTHER`.

        A queue that is new to the floor takes a place while one is free.
        """
        tenant, queue, channel = queue_channel
        shown = self._shown.get(tenant, NO_QUEUES).get(queue)
        if shown is not None and channel in shown:
            return queue_channel
        if shown is None and self._folds(tenant, queue):
            if channel not in self.channels(tenant, queue) or queue not in self.folded(tenant):
                self._folded.setdefault(tenant, set()).add(queue)
                self.note(queue_channel)
            return tenant, OTHER, channel
        self._pairs[tenant] += 1
        _put(self._shown, queue_channel)
        self.note(queue_channel)
        return queue_channel

    def _folds(self, tenant: str, queue: str) -> bool:
        return queue in self.folded(tenant) or queue == OTHER or self._pairs[tenant] >= self._most

    def recount(self, queue_channels: Iterable[QueueChannel]) -> None:
        """Give back the places of queues that are not among those of the floor now."""
        self._pairs = Counter(tenant for tenant, queue, _ in queue_channels if queue != OTHER)

    def tenants(self) -> list[str]:
        """All tenants, sorted."""
        return sorted(self._known)

    def queues(self, tenant: str) -> AbstractSet[str]:
        """The names of all queues that a tenant ever had, folded or not."""
        return self._known.get(tenant, NO_QUEUES).keys()

    def channels(self, tenant: str, queue: str) -> AbstractSet[str]:
        """The channels that a queue ever had."""
        return self._known.get(tenant, NO_QUEUES).get(queue, frozenset())

    def queue_channels(self, tenant: str) -> list[QueueChannel]:
        """All queues and channels that a tenant ever had, sorted."""
        known = self._known.get(tenant, NO_QUEUES)
        return sorted(
            (tenant, queue, channel) for queue, channels in known.items() for channel in channels
        )

    def folded(self, tenant: str) -> AbstractSet[str]:
        """The names of the queues that are folded."""
        return self._folded.get(tenant, frozenset())

    def shown(self, tenant: str, queue: str) -> str:
        """The queue that a queue's contacts are shown in."""
        return OTHER if queue in self.folded(tenant) else queue


def _put(into: dict[str, dict[str, frozenset[str]]], queue_channel: QueueChannel) -> None:
    tenant, queue, channel = queue_channel
    queues = into.setdefault(tenant, {})
    queues[queue] = _with(queues.get(queue, frozenset()), channel)


@cache
def _with(channels: frozenset[str], channel: str) -> frozenset[str]:
    """One object for equal sets: there are as many queues as sources invent, but few channels."""
    return channels | {channel}
