"""History: rows of past intervals, from stored panes and visits.

Visits that wait right now come from the board, so that live and history count them alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.board.domain.positions import lowest_watermark
from services.board.domain.windows import Span
from services.contracts.cells import Cell
from services.contracts.visits import Longest
from services.figures.by_policy import Parted, queues_of, subjects_of
from services.figures.enrich import RowFigures, RowPoint, enriched
from services.figures.forecasts.arrivals import Arrivals, PlannedRow
from services.figures.forecasts.keeper import NO_HISTORY, ForecastHistory
from services.figures.forecasts.plans import Times
from services.figures.history.arrangement import Arrangement
from services.figures.history.gauges import PastGauges
from services.figures.history.paces import Paces
from services.figures.intervals import Interval, intervals
from services.figures.ledger import Ledger, unresolved
from services.figures.live.figures import selected_homes
from services.figures.lookup.found import Found, nothing
from services.figures.lookup.lookup import crew_of
from services.figures.pages import PageOfRows
from services.figures.ports import AgentHistory, PaneHistory, Positions, VisitHistory
from services.figures.rows import HistoryRow, Question, Seen, answers, frame_of, history_row
from services.figures.selection import By, Selection, Subject
from services.figures.tenant_view import Floors
from services.figures.terms import TermsOverTime
from services.figures.turns import Turns
from services.kpis.figures import MomentFigures, SpanFigures, Staff
from services.kpis.inputs import STAFF, Need

ROWS = 50
"""Rows computed in one turn of the loop: about a millisecond"""
HOMES = 300
"""Queues and channels sorted into rows in one turn"""


@dataclass(frozen=True)
class HistoryQuery:
    """What history is asked for; `span` covers whole panes."""

    selection: Selection
    span: Span
    interval: Interval
    zone: ZoneInfo
    question: Question


class RowPlace(NamedTuple):
    """Where a row stands in an answer: the interval's begin, the subject, the KPI's number in the
    question.
    """

    begin: int
    subject: Subject
    kpi: int


Placed = tuple[RowPlace, HistoryRow]


@dataclass(frozen=True)
class _Page:
    """What one page is made of: its intervals, how its rows are put together, and what they
    counted.
    """

    query: HistoryQuery
    spans: list[Span]
    rows: Arrangement
    ledger: Ledger
    gauges: PastGauges
    found: Found
    paces: Paces
    arrivals: Arrivals | None
    as_of: int


@dataclass(frozen=True)
class Tables:
    """The tables that history reads."""

    panes: PaneHistory
    visits: VisitHistory
    agents: AgentHistory
    positions: Positions
    forecasts: ForecastHistory = NO_HISTORY


class PastFigures:
    """Answers from the history's tables, each interval under the definitions that were in force
    when it began.
    """

    def __init__(
        self,
        floors: Floors,
        turns: Turns,
        tables: Tables,
    ) -> None:
        self._floors = floors
        self._board = floors.board
        self._turns = turns
        self._panes = tables.panes
        self._visits = tables.visits
        self._agents = tables.agents
        self._positions = tables.positions
        self._forecasts = tables.forecasts

    async def page(
        self, query: HistoryQuery, after: RowPlace | None, limit: int
    ) -> tuple[list[HistoryRow], RowPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time, subject and question; and the
        last one's place if more follow.
        """
        rows = await self._arrangement(query)
        spans = self._spans(query, after, limit, len(rows.subjects))
        if not spans or not rows.subjects:
            return [], None
        watermark = lowest_watermark(await self._positions.positions())
        first = 0 if after is None else rows.index(after.subject)
        page = await self._page(query, spans, rows.of_page(first, limit, len(query.question.kpis)))
        told = PageOfRows[RowPlace, HistoryRow](after, limit)
        async for portion in self._turns.over(self._rows(page, watermark, first), ROWS):
            if told.full(portion):
                break
        return told.rows, told.following

    async def _page(self, query: HistoryQuery, spans: list[Span], rows: Arrangement) -> _Page:
        ledger = await self._ledger(rows.reading, spans)
        gauges = await self._gauges(query, rows.reading, spans)
        needs = query.question.needs
        found = await self._found(needs, rows.reading, spans)
        paces = await self._paces(needs, rows.reading, spans)
        arrivals = await self._arrivals(needs, rows.reading, spans) if Need.PLAN in needs else None
        as_of = self._floors.view(query.selection.tenant).as_of
        return _Page(query, spans, rows, ledger, gauges, found, paces, arrivals, as_of)

    def _spans(
        self, query: HistoryQuery, after: RowPlace | None, limit: int, subjects: int
    ) -> list[Span]:
        """The intervals from `after` on that surely hold one row more than the page."""
        begin = query.span.begin if after is None else after.begin
        enough = ceil(limit / max(1, subjects * len(query.question.kpis))) + 2
        return list(
            islice(intervals(Span(begin, query.span.end), query.interval, query.zone), enough)
        )

    async def _arrangement(self, query: HistoryQuery) -> Arrangement:
        selection = query.selection
        question = query.question
        seen = [] if selection.names_all else await self._panes.homes(selection, query.span)
        named = (
            selected_homes(self._board, selection)
            if selection.names_all or selection.queues
            else []
        )
        terms = TermsOverTime(question.basis, self._floors.view(selection.tenant).known)
        judged = any(kpi.judged_by is not None for kpi in question.kpis)
        made = Arrangement(selection, terms, query.span, judged=judged)
        async for portion in self._turns.over(sorted({*seen, *named}), HOMES):
            made.gather(portion)
        made.close()
        return made

    async def _ledger(self, reading: Selection, spans: list[Span]) -> Ledger:
        ledger = Ledger()
        async for portion in self._panes.tallies(reading, spans):
            for tally in portion:
                ledger.add(tally)
            await self._turns.next()
        return ledger

    async def _gauges(
        self, query: HistoryQuery, reading: Selection, spans: list[Span]
    ) -> PastGauges:
        longest = Longest(self._board.rules.longest, self._board.rules.conversation)
        now = self._floors.view(reading.tenant).now
        gauges = PastGauges(reading, [span.begin for span in spans], longest, now)
        if query.question.gauged:
            async for portion in self._visits.visits(reading, gauges.offered_within):
                for stored in portion:
                    gauges.add(stored.visit)
                await self._turns.next()
        return gauges

    async def _found(self, needs: Need, reading: Selection, spans: list[Span]) -> Found:
        """What was looked up: who came back in `spans`, and all complaints that were open in them
        or are now.
        """
        found = nothing(reading)
        now = self._floors.view(reading.tenant).now
        if Need.RETURNS in needs:
            for tally in await self._visits.returns(reading, spans):
                found.returns.add(tally)
        if Need.COMPLAINTS in needs:
            both = Span(min(spans[0].begin, now), max(spans[-1].begin, now) + 1)
            found.docket.add(await self._visits.complaints(reading.tenant, both))
        if needs & STAFF:
            as_of = self._floors.view(reading.tenant).as_of
            crew = await crew_of(self._agents, reading.tenant, spans, as_of, self._turns)
            found = replace(found, crew=crew)
        return found

    async def _paces(self, needs: Need, reading: Selection, spans: list[Span]) -> Paces:
        """The half hours before each interval, where a gauge needs them."""
        paces = Paces([span.begin for span in spans] if Need.PACE in needs else [])
        for first, run in paces.runs():
            async for portion in self._panes.tallies(reading, run):
                for tally in portion:
                    paces.add(first, tally)
                await self._turns.next()
        return paces

    async def _arrivals(self, needs: Need, reading: Selection, spans: list[Span]) -> Arrivals:
        """What came in the forecast intervals of some spans, each queue and channel by itself."""
        arrivals = Arrivals(
            spans,
            await self._forecasts.in_force(reading.tenant, Span(spans[0].begin, spans[-1].end)),
        )
        if arrivals.pieces and Need.ARRIVALS in needs:
            async for portion in self._panes.tallies(
                replace(reading, by=By.QUEUE_AND_CHANNEL), arrivals.pieces
            ):
                for tally in portion:
                    arrivals.add(tally)
                await self._turns.next()
        return arrivals

    def _rows(self, page: _Page, watermark: int | None, first: int) -> Iterator[Placed]:
        """The rows from the subject with index `first` of the first interval on."""
        query = page.query
        for index, span in enumerate(page.spans):
            frame = frame_of(span, query.selection.tenant, query.zone, page.as_of, watermark)
            for subject in page.rows.subjects[first if index == 0 else 0 :]:
                seen = self._seen(page, index, subject)
                for number, answer in enumerate(answers(query.question, seen)):
                    yield (
                        RowPlace(span.begin, subject, number),
                        history_row(frame, query.interval, seen, answer),
                    )

    def _seen(self, page: _Page, index: int, subject: Subject) -> Seen:
        span = page.spans[index]
        rows = page.rows
        question = page.query.question
        homes = rows.homes(span, subject)
        parted = rows.parted(span, subject)
        read = subjects_of(homes) if rows.fine else [subject]
        queues = queues_of(rows.selection, subject, homes)
        counted, revision = self._counted(page, index, read)
        present = NOBODY_THERE
        if question.gauged:
            present = page.gauges.figures(index, read, unresolved(counted))
        parts = [Parted(parted[0][0], counted)]
        if rows.fine and len(parted) > 1:
            parts = [
                Parted(policy, self._counted(page, index, subjects_of(theirs))[0])
                for policy, theirs in parted
            ]
        row = RowFigures(counted, parts, present)
        if question.needs:
            moment = span.begin if question.gauged else None
            point = RowPoint(index, read, queues, span, page.as_of, moment)
            source = _PastRow(page, subject, point)
            row = enriched(row, question.needs, point, page.found, source)
        return Seen(rows.selection.labels(subject), *row, revision)

    def _counted(
        self, page: _Page, index: int, subjects: Sequence[Subject]
    ) -> tuple[SpanFigures, int]:
        """What subjects of the reading counted together in an interval, and the highest revision in
        it.
        """
        scopes = [scope for subject in subjects for scope in page.rows.reading.scopes(subject)]
        entry = page.ledger.together(index, subjects)
        waits = self._board.waits(scopes, page.spans[index], page.as_of)
        return SpanFigures(entry.cells, waits), entry.revision


NOBODY_THERE = MomentFigures()
"""The figures of a moment where no KPI asks for them"""


@dataclass(frozen=True)
class _PastRow:
    """What history knows of a row in its own way: a `RowSource`."""

    page: _Page
    subject: Subject
    point: RowPoint

    def handled_before(self) -> int:
        """From the panes before the interval."""
        cells = self.page.paces.cells(self.point.span.begin, self.point.subjects)
        return cells.get(Cell.HANDLED, 0)

    def staff_then(self) -> Staff:
        """Who was there when the interval began."""
        return self.page.found.crew.at_begin(self.point.interval, self.point.queues)

    def planned(
        self, counted: SpanFigures, parts: Sequence[Parted]
    ) -> tuple[SpanFigures, Sequence[Parted]]:
        """With what was forecast for the interval."""
        arrivals = self.page.arrivals
        if arrivals is None:
            return counted, parts
        span = self.point.span
        about = PlannedRow(
            self.page.rows.selection,
            self.page.rows.terms(span),
            self.subject,
            Times(span, span, self.page.as_of),
        )
        return arrivals.planned(counted, parts, about, self.page.query.question.needs)
