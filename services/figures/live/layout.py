"""How a live answer is laid out: its rows in order, and of what each is read; made anew only when
the floor or the definitions change.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from floorpulse.board.domain.series import QueueChannel, SeriesKey
from floorpulse.figures.by_policy import Share, queues_of, row_keys_of, shares, whole
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.selection import Labels, RowKey, Selection


@dataclass(frozen=True)
class RowLayout:
    """One row's place: what it stands for and shows itself as, its series keys, those with the same
    policies together, what is looked up.

    `queues` are those whose agents are its, None where all are.
    """

    row_key: RowKey
    labels: Labels
    series_keys: Sequence[SeriesKey]
    shares: Sequence[Share]
    looked_up: Sequence[RowKey]
    queues: Collection[str] | None

    @cached_property
    def plain(self) -> bool:
        """Whether its queues have one policy, which is judged by panes."""
        return len(self.shares) == 1 and not self.shares[0].policy.by_visits


order = attrgetter("queue", "channel", "group")
"""The order of subjects, compared as tuples: comparing the subjects themselves costs three times as
much
"""


class Layout:
    """The rows of an answer in order: those of the queues and channels it knows, and those asked
    for by name.

    The place of each is made when it is first asked for, so that a page costs what it holds.
    """

    def __init__(
        self,
        selection: Selection,
        terms: PoliciesInForce,
        queue_channels: Mapping[RowKey, Sequence[QueueChannel]],
    ) -> None:
        """`queue_channels` are the floor's by the subject they belong to."""
        self._selection = selection
        self._terms = terms
        self._queue_channels = queue_channels
        self._places: dict[RowKey, RowLayout] = {}
        further = selection.asked() - queue_channels.keys()
        self.row_keys = sorted([*queue_channels, *further], key=order)

    def lays_out(self, queue_channels: Mapping[RowKey, Sequence[QueueChannel]]) -> bool:
        """Whether it is that of these queues and channels."""
        return self._queue_channels == queue_channels

    @cached_property
    def by_visits(self) -> tuple[str, ...]:
        """The queues under whose policies only the visits tell who was in time, sorted."""
        known = (one for theirs in self._queue_channels.values() for one in theirs)
        found = {
            queue for _, queue, channel in known if self._terms.policy(queue, channel).by_visits
        }
        return tuple(sorted(found))

    def index(self, row_key: RowKey) -> int:
        """Where a subject stands, or would."""
        return bisect_left(self.row_keys, order(row_key), key=order)

    def of(self, row_key: RowKey) -> RowLayout:
        """The place of a subject that is known to be there."""
        return self._places.get(row_key) or self.place(self.index(row_key))

    def place(self, index: int) -> RowLayout:
        """The place of the subject with this index."""
        row_key = self.row_keys[index]
        known = self._places.get(row_key)
        if known is None:
            known = self._places[row_key] = _place(
                self._selection, row_key, self._terms, self._queue_channels.get(row_key, [])
            )
        return known


def _place(
    selection: Selection,
    row_key: RowKey,
    terms: PoliciesInForce,
    queue_channels: Sequence[QueueChannel],
) -> RowLayout:
    looked_up = row_keys_of(queue_channels) if selection.by_definitions else [row_key]
    series_keys = whole(selection, row_key, queue_channels)
    queues = queues_of(selection, row_key, queue_channels)
    return RowLayout(
        row_key,
        selection.labels(row_key),
        series_keys,
        shares(selection, row_key, terms, queue_channels),
        looked_up,
        queues,
    )
