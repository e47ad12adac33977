"""Which queues and channels have series of their own on `/metrics`, and which are folded into one
of their tenant.

The places are shared among tenants: each may have as many as the others, and what a small tenant
leaves goes to the larger ones.

    10 places     a: 2 queues and channels    b: 3 queues and channels    c: 40 queues and channels
    a place each  a a           b b b         c c c c c  (4 of its own, and one for the other 36)

Within a tenant those have a place that were known first, and they keep it while they are in use, or
named by definitions, and the share lasts: a series that comes and goes with its neighbours is
worth nothing to an alert.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.series import QueueChannel

OTHER = "__other__"
"""The queue and the channel of what is folded"""


class Fold(NamedTuple):
    """The queues and channels of a tenant that are shown one by one, and those that are shown
    together; both sorted.
    """

    shown: Sequence[QueueChannel]
    other: Sequence[QueueChannel] = ()

    @property
    def queues(self) -> list[str]:
        """The queues of which at least one channel is shown by itself, sorted."""
        return sorted({queue for _, queue, _ in self.shown})

    @property
    def other_queues(self) -> list[str]:
        """The queues that are shown in no channel, sorted."""
        return sorted({queue for _, queue, _ in self.other} - set(self.queues))


Folds = Mapping[str, Fold]
"""By tenant, sorted"""
NEVER = 1 << 62
"""Later than any instant"""


class SeriesBounds(NamedTuple):
    """About how many series there may be, how many a tenant has beside those of its queues, and how
    many a queue and channel has, or all that are shown together.
    """

    most: int
    of_tenant: int
    of_queue: int


class Folding:
    """Remembers in which order the queues and channels of a floor became known."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._order: dict[QueueChannel, int] = {}
        self._next = 0

    def folds(self, now: int, bounds: SeriesBounds, configured: Iterable[QueueChannel]) -> Folds:
        """What is shown at `now`: the `configured` queues and channels, and those that had a
        contact lately.
        """
        tenants = self._tenants(now, configured)
        places = (bounds.most - bounds.of_tenant * len(tenants)) // bounds.of_queue
        first = sorted(tenants, key=lambda tenant: self._order[tenants[tenant][0]])
        share = shares({tenant: len(tenants[tenant]) for tenant in first}, places)
        return {tenant: fold(tenants[tenant], share[tenant]) for tenant in sorted(tenants)}

    def _tenants(
        self, now: int, configured: Iterable[QueueChannel]
    ) -> dict[str, list[QueueChannel]]:
        """The queues and channels by tenant, in the order in which they became known; those that
        nobody heard of yet are behind the others.
        """
        board = self._board
        since = now - board.rules.idle
        active = {queue_channel for queue_channel, last in board.last_seen.items() if last >= since}
        active.update(configured)
        order = {
            queue_channel: place
            for queue_channel in active
            if (place := self._order.get(queue_channel)) is not None
        }
        for queue_channel in sorted(
            (queue_channel for queue_channel in active if queue_channel not in order),
            key=lambda queue_channel: (board.first_seen.get(queue_channel, NEVER), queue_channel),
        ):
            order[queue_channel] = self._next
            self._next += 1
        self._order = order
        tenants: dict[str, list[QueueChannel]] = {}
        for queue_channel in sorted(active, key=order.__getitem__):
            tenants.setdefault(queue_channel[0], []).append(queue_channel)
        return tenants


def fold(queue_channels: Sequence[QueueChannel], places: int) -> Fold:
    """Queues and channels, those known first in front, on so many places; one of them for all that
    find none.

    A queue that is really called `__other__` finds none: there can be only one of that name.
    """
    mine = [queue_channel for queue_channel in queue_channels if queue_channel[1] != OTHER]
    if len(mine) == len(queue_channels) <= places:
        return Fold(sorted(mine))
    shown = mine[: max(0, places - 1)]
    return Fold(sorted(shown), sorted(set(queue_channels) - set(shown)))


def shares(wanted: Mapping[str, int], places: int) -> dict[str, int]:
    """Places by tenant: as even as can be, none more than is wanted, at least one each; odd ones go
    to who stands in front.
    """
    share = dict.fromkeys(wanted, 1)
    left = places - len(share)
    while left > 0 and (
        hungry := [tenant for tenant, want in wanted.items() if share[tenant] < want]
    ):
        more = max(1, left // len(hungry))
        for tenant in hungry[:left]:
            given = min(more, wanted[tenant] - share[tenant])
            share[tenant] += given
            left -= given
    return share


def moved(
    before: Fold | None, after: Fold
) -> tuple[Sequence[QueueChannel], Sequence[QueueChannel]]:
    """The queues and channels that came to the others after they had been shown, and those that are
    no longer among the others.
    """
    if before is None:
        return (), ()
    here = set(before.other)
    there = set(after.other)
    return sorted(there & set(before.shown)), sorted(here - there)
