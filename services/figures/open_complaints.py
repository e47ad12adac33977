"""The complaints of a selection: which are open at an instant, and how old they are.

received ├──── open ────┤ closed         open in [receipt, closing); one that was opened again has
been open all along
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit, queue_of
from floorpulse.figures.selection import RowKey, Selection


class StoredComplaint(NamedTuple):
    """One complaint; instants are epoch milliseconds, `settled_at` None while it is open.

    `agent` is whom it names, else who took the contact; `reason` is its category.
    """

    queue: str
    channel: str
    opened_at: int
    settled_at: int | None
    agent: str | None = None
    reason: str | None = None


def complaints_of(visit: Visit) -> Iterator[StoredComplaint]:
    """The complaints about a visit whose receipt is known: in the queue they name, else the
    visit's.
    """
    for complaint in (visit.complaints or {}).values():
        queue = complaint.last("queue") or queue_of(visit)
        opened_at = complaint.opened_at
        if queue is not None and opened_at is not None:
            agent = complaint.last("agent") or visit.agent
            reason = complaint.last("category")
            yield StoredComplaint(
                queue, visit.channel, opened_at, complaint.settled_at, agent, reason
            )


class OpenComplaints:
    """Complaints by the row they count in."""

    def __init__(self, selection: Selection, complaints: Iterable[StoredComplaint] = ()) -> None:
        self._selection = selection
        self._of: defaultdict[RowKey, list[StoredComplaint]] = defaultdict(list)
        self.add(complaints)

    def add(self, complaints: Iterable[StoredComplaint]) -> None:
        """Note those that the selection includes."""
        for one in complaints:
            if self._selection.includes(one.queue, one.channel):
                self._of[self._selection.row_key(one.queue, one.channel)].append(one)

    def ages(self, row_key: RowKey, at: int, received: Span | None = None) -> tuple[int, ...]:
        """Ages in milliseconds of the complaints that are open at `at`; only of those received in a
        span, where one is given.
        """
        known = self._of.get(row_key)
        if not known:
            return ()
        return tuple(
            at - one.opened_at
            for one in known
            if one.opened_at <= at
            and (one.settled_at is None or at < one.settled_at)
            and (received is None or one.opened_at in received)
        )
