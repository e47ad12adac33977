"""How stored figures are put together into the rows of history: read by row where that suffices,
else by queue and channel.

The finer reading costs more, so it is chosen only where the definitions decide which queues a row
sums over, or a row's queues have different policies.
"""

from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.figures.by_policy import (
    by_policy,
    counts,
    gather,
    narrowed,
    policy_without_queues,
    row_key_of,
)
from floorpulse.figures.live.layout import order
from floorpulse.figures.policies_in_force import PoliciesInForce, PoliciesOverTime
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.kpis.policies import ServiceLevelPolicy

Parting = list[tuple[ServiceLevelPolicy, list[QueueChannel]]]
"""Queues and channels with the same policies together"""


class Arrangement:
    """The rows of a span's intervals: `row_keys` in order; `reading` is what is read of the tables.

    The queues and channels of the span are gathered in portions, then it is closed; both are known
    only then.
    """

    def __init__(
        self, selection: Selection, terms: PoliciesOverTime, span: Span, *, judged: bool
    ) -> None:
        self.selection = selection
        self.row_keys: Sequence[RowKey] = ()
        self.reading = selection
        self._terms = terms
        self._known = terms.during(span.begin, span.end)
        self._gathered: dict[int, dict[RowKey, list[QueueChannel]]] = {
            id(one): {} for one in self._known
        }
        self._parted: dict[tuple[int, RowKey], Parting] = {}
        self._apart: dict[tuple[int, RowKey], ServiceLevelPolicy] = {}
        self._fine = selection.by_definitions
        self._judged = judged

    def gather(self, queue_channels: Sequence[QueueChannel]) -> None:
        """Take in some of the queues and channels that have panes in the span, or are named."""
        for terms in self._known:
            gather(self._gathered[id(terms)], self.selection, terms, queue_channels)
            if self._judged and not self._fine:
                self._fine = any(
                    self._differs(terms, queue_channel) for queue_channel in queue_channels
                )

    def _differs(self, terms: PoliciesInForce, queue_channel: QueueChannel) -> bool:
        """Whether a queue and channel has another policy than those gathered before it into the
        same row.
        """
        _, queue, channel = queue_channel
        if not counts(self.selection, terms.in_force, queue, channel):
            return False
        own = terms.policy(queue, channel)
        return (
            self._apart.setdefault(
                (id(terms), row_key_of(self.selection, terms, queue, channel)), own
            )
            is not own
        )

    def close(self) -> None:
        """All queues and channels were gathered."""
        found = {
            row_key for queue_channels in self._gathered.values() for row_key in queue_channels
        }
        self.row_keys = sorted(found | self.selection.asked(), key=order)
        if self._fine:
            states = (terms.in_force for terms in self._known)
            self.reading = narrowed(self.selection, states).finest

    def index(self, row_key: RowKey) -> int:
        """Where a subject stands, or would."""
        return bisect_left(self.row_keys, order(row_key), key=order)

    def of_page(self, first: int, limit: int, kpis: int) -> "Arrangement":
        """What is enough for a page of so many rows from the subject with index `first` on: itself,
        or only the queues on it.

        subjects   │ a │ b │ c │ d │ e │ f │        a page from e on of three subjects' rows reads
        e, f and, of the next interval, a, b
        """
        number = limit // max(1, kpis) + 2
        if not self.selection.by.queues or number >= len(self.row_keys):
            return self
        page = [
            *self.row_keys[first : first + number],
            *self.row_keys[: max(0, first + number - len(self.row_keys))],
        ]
        narrow = copy(self)
        narrow.reading = replace(
            self.reading, queues=tuple(dict.fromkeys(row_key.queue for row_key in page))
        )
        return narrow

    def by_visits(self) -> tuple[str, ...]:
        """The queues under whose policies, at some time of the span, only the visits tell who was
        in time; sorted.
        """
        found = {
            queue
            for terms in self._known
            if terms.by_visits
            for theirs in self._gathered[id(terms)].values()
            for _, queue, channel in theirs
            if terms.policy(queue, channel).by_visits
        }
        return tuple(sorted(found))

    @property
    def fine(self) -> bool:
        """Whether rows are put together from queues and channels."""
        return self._fine

    def terms(self, span: Span) -> PoliciesInForce:
        """The terms of a span."""
        return self._terms.at(span.begin)

    def queue_channels(self, span: Span, row_key: RowKey) -> list[QueueChannel]:
        """The queues and channels of a row of a span."""
        return self._of(self.terms(span)).get(row_key, [])

    def parted(self, span: Span, row_key: RowKey) -> Parting:
        """The policies of a row of a span, each with its queues and channels; one policy, too,
        where there is no queue.
        """
        terms = self.terms(span)
        known = self._parted.get((id(terms), row_key))
        if known is None:
            queue_channels = self.queue_channels(span, row_key)
            known = by_policy(terms, queue_channels) or [
                (policy_without_queues(self.selection, row_key, terms), [])
            ]
            self._parted[id(terms), row_key] = known
        return known

    def _of(self, terms: PoliciesInForce) -> dict[RowKey, list[QueueChannel]]:
        return self._gathered.get(id(terms), {})
