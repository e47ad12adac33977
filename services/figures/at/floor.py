"""The board of a past instant: what was counted goes in as rows, and live figures are read off it
as off any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec.structs import replace as replace_struct

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.reading import without_outcome
from floorpulse.board.domain.series import QueueChannel, QueueChannelSpan
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import add
from floorpulse.contracts.updates import Gauge, PaneRow, Update
from floorpulse.figures.at.ports import MomentPortion
from floorpulse.figures.at.visits_then import VisitsThen, changes_of
from floorpulse.figures.sums import SummedPanes

EVERY = 1 << 40
"""More queues and agents than there are: history tells every one apart"""
BY_HAND = -1
"""Stands for the source partition of the rows that are put together here"""


class FloorThen:
    """Gathers what was counted up to an instant, by queue and channel.

    `spans` are those that tallies are of, ascending; the last one is the pane in progress, of which
    there are none.
    """

    def __init__(self, tenant: str, visits: VisitsThen, spans: Sequence[Span]) -> None:
        self._tenant = tenant
        self._visits = visits
        self._spans = spans
        self._sums: dict[tuple[QueueChannel, int], SummedPanes] = {}

    def take(self, portion: MomentPortion) -> None:
        """Take in some of what was read."""
        for tally in portion.tallies:
            queue_channel = self._tenant, tally.row_key.queue, tally.row_key.channel
            known = self._sum(queue_channel, self._spans[tally.interval].begin)
            for cells in tally.panes:
                add(known.cells, cells)
            known.revision = max(known.revision, tally.revision)
        self._visits.add(portion.visits)
        self._visits.add_contacts(portion.contacts)

    def _sum(self, queue_channel: QueueChannel, begin: int) -> SummedPanes:
        return self._sums.setdefault((queue_channel, begin), SummedPanes())

    def update(self) -> Update:
        """All of it as news to a board: a row for each span, in the place of its first pane."""
        for (queue_channel, begin), cells in changes_of(self._visits, self._spans).items():
            add(self._sum(queue_channel, begin).cells, cells)
        return Update(
            partition=BY_HAND,
            log_id="",
            generation=0,
            epoch=0,
            next_offset=0,
            published_at=0,
            lag=0,
            applied=0,
            dead=0,
            watermark=None,
            rows=[self._row(*one) for one in self._sums.items()],
            gauges=self._gauges(),
        )

    def _gauges(self) -> list[Gauge]:
        """Who was there; a contact of the spans without an outcome that is not among them waited
        too long already.
        """
        there = {(one.tenant, one.queue, one.channel): one for one in self._visits.gauges()}
        begin = self._spans[0].begin
        open_ones: dict[QueueChannel, int] = {}
        for (queue_channel, _), known in self._sums.items():
            open_ones[queue_channel] = open_ones.get(queue_channel, 0) + without_outcome(
                known.cells
            )
        for queue_channel, number in open_ones.items():
            gauge = there.get(queue_channel) or Gauge(*queue_channel, [], 0, 0)
            listed = sum(offered >= begin for offered in gauge.waiting)
            if number > listed:
                there[queue_channel] = replace_struct(gauge, unresolved=number - listed)
        return list(there.values())

    @staticmethod
    def _row(key: tuple[QueueChannel, int], known: SummedPanes) -> PaneRow:
        queue_channel, begin = key
        return PaneRow(*queue_channel, begin, known.revision, known.cells)


def board_then(now: Board, at: int, queue_channels: Iterable[QueueChannelSpan]) -> Board:
    """A board of an instant, which takes what was counted until then; `now` is the board of this
    moment, which tells how far counting has come.
    """
    rules = replace(now.rules, most_queues=EVERY, most_agents=EVERY)
    board = Board(rules, lambda: at)
    board.take_queue_channels(queue_channels)
    for position in now.positions.values():
        board.take_position(position)
    return board


def seen_before(board: Board, tenant: str, at: int) -> list[QueueChannelSpan]:
    """The queues and channels of a tenant that had a contact in a pane before `at`, as far as the
    board of this moment tells them apart.
    """
    known = board.known_queue_channels(tenant)
    spans = [(one, span) for one in known if (span := board.contacts_between(one))]
    return [
        QueueChannelSpan(one, first, min(at, last)) for one, (first, last) in spans if first < at
    ]
