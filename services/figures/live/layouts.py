"""Layouts of questions, remembered as long as floor and definitions are the same."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import MINUTE
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.by_policy import gather
from floorpulse.figures.contract_limits import CHANNELS
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.layout import Layout
from floorpulse.figures.live.plans import PlanQuestion
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.turns import Turns

LAYOUTS = 1024
"""Layouts that are remembered: a wall asks the same again and again."""
CACHED_ROWS = 100_000
"""Subjects of all remembered layouts together, some 100 MB of places at most"""
QUEUE_CHANNELS = 150
"""Queues and channels sorted into rows in one turn"""


@dataclass(frozen=True)
class _CachedLayout:
    """A layout, and what it holds for: definitions, how often the floor changed, the minute in
    which queues may have gone idle.
    """

    in_force: InForce
    floor: tuple[int, int]
    layout: Layout


class Layouts:
    """The layouts of a board's questions."""

    def __init__(self, board: Board, turns: Turns) -> None:
        self._board = board
        self._turns = turns
        self._cached: dict[PlanQuestion, _CachedLayout] = {}
        self._cached_rows = 0

    async def of(self, query: LiveQuery, terms: PoliciesInForce, as_of: int) -> Layout:
        """The layout of a question under the policies in force."""
        asked = PlanQuestion(query.selection, query.question.basis)
        floor = (self._board.floor, as_of // MINUTE)
        known = self._cached.get(asked)
        if known is None or known.in_force is not terms.in_force or known.floor != floor:
            queue_channels: dict[RowKey, list[QueueChannel]] = {}
            async for portion in self._turns.over(
                self._queue_channels(query.selection, as_of), QUEUE_CHANNELS
            ):
                gather(queue_channels, query.selection, terms, portion)
            same = known is not None and known.in_force is terms.in_force
            if known is not None and same and known.layout.lays_out(queue_channels):
                self._cached[asked] = replace(known, floor=floor)
                return known.layout
            self._cached_rows += len(queue_channels)
            if len(self._cached) >= LAYOUTS or self._cached_rows > CACHED_ROWS:
                self._cached.clear()
                self._cached_rows = len(queue_channels)
            known = self._cached[asked] = _CachedLayout(
                terms.in_force, floor, Layout(query.selection, terms, queue_channels)
            )
        return known.layout

    def _queue_channels(self, selection: Selection, as_of: int) -> Iterable[QueueChannel]:
        if not selection.queues:
            return self._board.queue_channels(selection.tenant, as_of)
        since = as_of - self._board.rules.idle
        return [
            queue_channel
            for queue_channel in live_queue_channels(self._board, selection)
            if self._board.last_seen.get(queue_channel, 0) >= since
        ]


def live_queue_channels(board: Board, selection: Selection) -> list[QueueChannel]:
    """The queues and channels of the queues that a selection names, as live figures show them."""
    folded = (
        [(selection.tenant, OTHER, channel) for channel in CHANNELS]
        if OTHER in selection.queues
        else []
    )
    return sorted({*selected_queue_channels(board, selection), *folded})


def selected_queue_channels(board: Board, selection: Selection) -> list[QueueChannel]:
    """The queues and channels of the queues that a selection names, all that ever were."""
    names = selection.queues or sorted(board.queues(selection.tenant))
    return [
        (selection.tenant, queue, channel)
        for queue in names
        for channel in sorted(board.channels(selection.tenant, queue))
    ]
