"""Live figures: rows of a window up to now, from the board in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from services.board.domain.board import Board
from services.board.domain.windows import Window, span_of
from services.query.domain.rows import Frame, LiveRow, Question, frame_of, live_row, values
from services.query.domain.selection import Selection, Subject


@dataclass(frozen=True)
class LiveQuery:
    """What a live answer is asked for."""

    selection: Selection
    window: Window
    question: Question


class LiveFigures:
    """Answers from `board`."""

    def __init__(self, board: Board, now: Callable[[], int]) -> None:
        self.board = board
        self.now = now

    def stale(self, tenant: str) -> bool:
        """Whether answers to `tenant` speak of a past instant because a partition or one of its sources fell silent."""
        return self.board.stale_since(self.now(), tenant) is not None

    def rows(self, query: LiveQuery) -> list[LiveRow]:
        """The rows of every subject of the floor, as of now or of the last good instant."""
        as_of, zone = self.board.as_of(self.now(), query.selection.tenant), self.board.rules.zone
        span = span_of(query.window, as_of, self.board.rules.pane, zone)
        frame = frame_of(span, query.selection.tenant, query.question.policy, zone, (as_of, self.board.watermark()))
        homes = [] if query.selection.names_all else self.board.homes(query.selection.tenant, as_of)
        return [row for subject in query.selection.subjects(homes) for row in self._rows_of(query, subject, as_of, frame)]

    def _rows_of(self, query: LiveQuery, subject: Subject, as_of: int, frame: Frame) -> list[LiveRow]:
        reading = self.board.read(query.selection.scopes(subject), query.window, as_of)
        labels = query.selection.labels(subject)
        return [
            live_row(frame, query.window, labels, reading.revision, kpi, value)
            for kpi, value in values(query.question, reading.counted, reading.present)
        ]
