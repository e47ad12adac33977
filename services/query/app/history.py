"""History: rows of past intervals, from stored panes and visits.

Visits that wait right now come from the board, so that live and history count them alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import ceil
from zoneinfo import ZoneInfo

from services.board.domain.board import Board
from services.board.domain.positions import lowest_watermark
from services.board.domain.windows import Span
from services.contracts.figures import Figures
from services.contracts.needs import Need
from services.query.domain.found import Found, nothing
from services.query.domain.grid import Interval, intervals
from services.query.domain.ledger import Ledger, unresolved
from services.query.domain.paces import Paces
from services.query.domain.past import PastGauges
from services.query.domain.rows import HistoryRow, Question, frame_of, history_row, values
from services.query.domain.selection import Selection, Subject
from services.query.ports import PaneHistory, Positions, VisitHistory


@dataclass(frozen=True)
class HistoryQuery:
    """What history is asked for; `span` covers whole panes."""

    selection: Selection
    span: Span
    interval: Interval
    zone: ZoneInfo
    question: Question


@dataclass(frozen=True, order=True)
class RowPlace:
    """Where a row stands in an answer: the interval's begin, the subject, the KPI's number in the question."""

    begin: int
    subject: Subject
    kpi: int


Placed = tuple[RowPlace, HistoryRow]


@dataclass(frozen=True)
class _Page:
    """What one page is made of: its intervals, its subjects, and what they counted."""

    query: HistoryQuery
    spans: list[Span]
    subjects: list[Subject]
    ledger: Ledger
    gauges: PastGauges
    found: Found
    paces: Paces


class PastFigures:
    """Answers from the history's tables."""

    def __init__(self, board: Board, panes: PaneHistory, visits: VisitHistory, positions: Positions, now: Callable[[], int]) -> None:
        self._board = board
        self._panes = panes
        self._visits = visits
        self._positions = positions
        self._now = now

    async def page(self, query: HistoryQuery, after: RowPlace | None, limit: int) -> tuple[list[HistoryRow], RowPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time, subject and question; and the last one's place if more follow."""
        subjects = await self._subjects(query)
        spans = self._spans(query, after, limit, len(subjects))
        if not spans or not subjects:
            return [], None
        watermark = lowest_watermark(await self._positions.positions())
        ledger, gauges = await self._ledger(query, spans), await self._gauges(query, spans)
        page = _Page(query, spans, subjects, ledger, gauges, await self._found(query, spans), await self._paces(query, spans))
        rows = (placed for placed in self._rows(page, watermark) if after is None or placed[0] > after)
        found = list(islice(rows, limit + 1))
        more = found[limit - 1][0] if len(found) > limit else None
        return [row for _, row in found[:limit]], more

    def _spans(self, query: HistoryQuery, after: RowPlace | None, limit: int, subjects: int) -> list[Span]:
        """The intervals from `after` on that surely hold one row more than the page."""
        begin = query.span.begin if after is None else after.begin
        enough = ceil(limit / max(1, subjects * len(query.question.kpis))) + 2
        return list(islice(intervals(Span(begin, query.span.end), query.interval, query.zone), enough))

    async def _subjects(self, query: HistoryQuery) -> list[Subject]:
        selection = query.selection
        seen = [] if selection.names_all else await self._panes.homes(selection, query.span)
        asked = [home for home in self._board.known_homes(selection.tenant) if home[1] in selection.queues]
        return selection.subjects([*seen, *asked])

    async def _ledger(self, query: HistoryQuery, spans: list[Span]) -> Ledger:
        ledger = Ledger()
        async for portion in self._panes.tallies(query.selection, spans):
            for tally in portion:
                ledger.add(tally)
        return ledger

    async def _gauges(self, query: HistoryQuery, spans: list[Span]) -> PastGauges:
        gauges = PastGauges(query.selection, [span.begin for span in spans], self._board.rules.longest, self._now())
        if any(kpi.live for kpi in query.question.kpis):
            async for portion in self._visits.visits(query.selection, gauges.offered_within):
                for stored in portion:
                    gauges.add(stored.visit)
        return gauges

    async def _found(self, query: HistoryQuery, spans: list[Span]) -> Found:
        """What was looked up: who came back in `spans`, and all complaints that were open in them or are now."""
        found, now = nothing(query.selection), self._now()
        if Need.RETURNS in query.question.needs:
            for tally in await self._visits.returns(query.selection, spans):
                found.returns.add(tally)
        if Need.COMPLAINTS in query.question.needs:
            both = Span(min(spans[0].begin, now), max(spans[-1].begin, now) + 1)
            found.docket.add(await self._visits.complaints(query.selection.tenant, both))
        return found

    async def _paces(self, query: HistoryQuery, spans: list[Span]) -> Paces:
        """The half hours before each interval, where a gauge needs them."""
        paces = Paces([span.begin for span in spans] if Need.PACE in query.question.needs else [])
        for first, run in paces.runs():
            async for portion in self._panes.tallies(query.selection, run):
                for tally in portion:
                    paces.add(first, tally)
        return paces

    def _rows(self, page: _Page, watermark: int | None) -> Iterator[Placed]:
        query, as_of = page.query, self._board.as_of(self._now())
        for index, span in enumerate(page.spans):
            frame = frame_of(span, query.selection.tenant, query.question.policy, query.zone, (as_of, watermark))
            for subject in page.subjects:
                labels, entry = query.selection.labels(subject), page.ledger.entry(index, subject)
                counted = Figures(entry.cells, self._board.waits(query.selection.scopes(subject), span, as_of))
                present = page.gauges.figures(index, subject, unresolved(counted))
                counted = page.found.counted(counted, index, subject, span, as_of)
                present = page.found.present(present, subject, span.begin, page.paces.cells(span.begin, subject))
                for number, (kpi, value) in enumerate(values(query.question, counted, present)):
                    row = history_row(frame, query.interval, labels, entry.revision, kpi, value)
                    yield RowPlace(span.begin, subject, number), row
