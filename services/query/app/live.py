"""Live figures: rows of a window up to now, from the board in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from services.board.domain.board import Board
from services.board.domain.windows import Window, span_of
from services.contracts.needs import Need
from services.query.app.lookup import Lookup
from services.query.domain.found import Found, nothing
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

    def __init__(self, board: Board, now: Callable[[], int], lookup: Lookup) -> None:
        self.board = board
        self.now = now
        self._lookup = lookup

    def stale(self, tenant: str) -> bool:
        """Whether answers to `tenant` speak of a past instant because a partition or one of its sources fell silent."""
        return self.board.stale_since(self.now(), tenant) is not None

    async def rows(self, query: LiveQuery) -> list[LiveRow]:
        """The rows of every subject of the floor, as of now or of the last good instant."""
        as_of, zone = self.board.as_of(self.now(), query.selection.tenant), self.board.rules.zone
        span = span_of(query.window, as_of, self.board.rules.pane, zone)
        frame = frame_of(span, query.selection.tenant, query.question.policy, zone, (as_of, self.board.watermark()))
        needs = query.question.needs
        found = await self._lookup.find(query.selection, needs, query.window, span, as_of) if needs else nothing(query.selection)
        homes = [] if query.selection.names_all else self.board.homes(query.selection.tenant, as_of)
        return [row for subject in query.selection.subjects(homes) for row in self._rows_of(query, subject, found, as_of, frame)]

    def _rows_of(self, query: LiveQuery, subject: Subject, found: Found, as_of: int, frame: Frame) -> list[LiveRow]:
        scopes, labels = query.selection.scopes(subject), query.selection.labels(subject)
        reading = self.board.read(scopes, query.window, as_of)
        pace = self.board.pace(scopes, as_of) if Need.PACE in query.question.needs else {}
        counted = found.counted(reading.counted, 0, subject, reading.span, as_of)
        present = found.present(reading.present, subject, as_of, pace)
        answers = values(query.question, counted, present, found.missing)
        return [live_row(frame, query.window, labels, reading.revision, kpi, value) for kpi, value in answers]
