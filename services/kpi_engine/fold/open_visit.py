"""One visit that is open: where, and since when it waits or is in progress."""

from typing import NamedTuple

from floorpulse.contracts.presence import Home
from floorpulse.contracts.visits import Visit, VisitKey, is_open, offer_at, queue_of


class OpenVisit(NamedTuple):
    """A visit that waits since its offer, or is in progress since its answer."""

    home: Home
    key: VisitKey
    since: int
    answered: bool


def entry_of(key: VisitKey, visit: Visit) -> OpenVisit | None:
    """The entry of an open visit; None where it is over, or its queue or offer is not known yet."""
    queue = queue_of(visit)
    offered = offer_at(visit)
    if queue is None or offered is None or not is_open(visit):
        return None
    home = key[0], queue, visit.channel
    answered = visit.answered_at
    return OpenVisit(home, key, offered if answered is None else answered, answered is not None)
