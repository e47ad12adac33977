"""History: rows of past intervals, from stored panes and visits.

Visits that wait right now come from the board, so that live and history count them alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import ceil
from typing import NamedTuple

from floorpulse.board.domain.positions import lowest_watermark
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell
from floorpulse.figures.by_policy import Parted, narrowed, queues_of, row_keys_of
from floorpulse.figures.contract_limits import changes_of
from floorpulse.figures.enrich import RowFigures, RowPoint, enriched
from floorpulse.figures.forecasts.arrivals import Arrivals
from floorpulse.figures.forecasts.keeper import NO_HISTORY, ForecastHistory
from floorpulse.figures.history.arrangement import Arrangement
from floorpulse.figures.history.context import HistoryQuery, PastContext, PastRowSource
from floorpulse.figures.history.coverage import expect_kept
from floorpulse.figures.history.gauges import PastGauges
from floorpulse.figures.history.throughput import Throughput
from floorpulse.figures.intervals import cut, intervals
from floorpulse.figures.live.layouts import selected_queue_channels
from floorpulse.figures.lookup.looked_up import LookedUp, nothing
from floorpulse.figures.lookup.lookup import staff_over
from floorpulse.figures.pages import PageOfRows
from floorpulse.figures.policies_in_force import PoliciesOverTime
from floorpulse.figures.ports import AgentHistory, PaneHistory, Positions, VisitHistory
from floorpulse.figures.rows import HistoryRow, RowInput, answers, frame_of, history_row
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sums import Sums, unresolved
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks, Now, VisitWaits, waits_over
from floorpulse.kpis.figures import NOBODY_THERE, CountedVisits, SpanFigures
from floorpulse.kpis.inputs import STAFF, Need
from floorpulse.kpis.policies import ServiceLevelPolicy

ROWS = 25
"""Rows computed in one turn of the loop: well below a millisecond"""
GIVEN_UP = 100
"""Sums of an interval and row freed in one turn"""
QUEUE_CHANNELS = 100
"""Queues and channels sorted into rows in one turn"""


class RowPlace(NamedTuple):
    """Where a row stands in an answer: the interval's begin, the subject, the KPI's number in the
    question.
    """

    begin: int
    row_key: RowKey
    kpi: int


Placed = tuple[RowPlace, HistoryRow]


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
        spans = self._spans(query, after, limit, len(rows.row_keys))
        if not spans or not rows.row_keys:
            return [], None
        watermark = lowest_watermark(await self._positions.positions())
        first = 0 if after is None else rows.index(after.row_key)
        page = await self._page(query, spans, rows.of_page(first, limit, len(query.question.kpis)))
        told = PageOfRows[RowPlace, HistoryRow](after, limit)
        async for portion in self._turns.over(self._rows(page, watermark, first), ROWS):
            if told.full(portion):
                break
        async for _ in self._turns.over(page.sums.given_up(), GIVEN_UP):
            pass
        return told.rows, told.following

    async def _page(self, query: HistoryQuery, spans: list[Span], rows: Arrangement) -> PastContext:
        sums = await self._sums(rows.reading, spans)
        gauges = await self._gauges(query, rows.reading, spans)
        needs = query.question.needs
        found = await self._found(needs, rows.reading, spans)
        throughput = await self._throughput(needs, rows.reading, spans)
        arrivals = await self._arrivals(needs, rows.reading, spans) if Need.PLAN in needs else None
        waits = await self._waits(query, spans, rows) if query.question.leveled else None
        view = self._floors.view(query.selection.tenant)
        as_of = view.as_of
        now = Now(as_of, view.horizons(as_of))
        clocks = Clocks(view.known, view.zone)
        looked_up = found, throughput, arrivals, waits
        return PastContext(query, spans, rows, sums, gauges, *looked_up, now, clocks, as_of)

    async def _waits(
        self, query: HistoryQuery, spans: list[Span], rows: Arrangement
    ) -> VisitWaits | None:
        """The waits of the visits that must be judged one by one; None where none must."""
        queues = rows.by_visits()
        if not queues:
            return None
        expect_kept(spans[0].begin, await self._visits.visits_since())
        view = self._floors.view(query.selection.tenant)
        selection = Selection(view.tenant, queues)
        clocks = Clocks(view.known, view.zone)
        return await waits_over(self._visits, selection, spans, clocks, self._turns)

    def _spans(
        self, query: HistoryQuery, after: RowPlace | None, limit: int, row_keys: int
    ) -> list[Span]:
        """The intervals from `after` on that surely hold one row more than the page; for who sees
        one contract only, cut where that begins to cover others.
        """
        begin = query.span.begin if after is None else after.begin
        enough = ceil(limit / max(1, row_keys * len(query.question.kpis))) + 2
        asked = intervals(Span(begin, query.span.end), query.interval, query.zone)
        contract = query.selection.contract
        if contract is not None:
            known = self._floors.view(query.selection.tenant).known
            asked = cut(asked, changes_of(contract, known))
        return list(islice(asked, enough))

    async def _arrangement(self, query: HistoryQuery) -> Arrangement:
        selection = query.selection
        question = query.question
        known = self._floors.view(selection.tenant).known
        reading = narrowed(selection, known.during(query.span.begin, query.span.end))
        seen = [] if selection.names_all else await self._panes.queue_channels(reading, query.span)
        named = (
            selected_queue_channels(self._board, selection)
            if selection.names_all or selection.queues
            else []
        )
        terms = PoliciesOverTime(question.basis, known)
        judged = any(kpi.judged_by is not None for kpi in question.kpis)
        made = Arrangement(selection, terms, query.span, judged=judged)
        async for portion in self._turns.over(sorted({*seen, *named}), QUEUE_CHANNELS):
            made.gather(portion)
        made.close()
        return made

    async def _sums(self, reading: Selection, spans: list[Span]) -> Sums:
        sums = Sums()
        async for portion in self._panes.tallies(reading, spans):
            for tally in portion:
                sums.add(tally)
            await self._turns.next()
        return sums

    async def _gauges(
        self, query: HistoryQuery, reading: Selection, spans: list[Span]
    ) -> PastGauges:
        view = self._floors.view(reading.tenant)
        gauges = PastGauges(reading, [span.begin for span in spans], view.horizons, view.now)
        if query.question.gauged:
            visits = self._visits
            expect_kept(spans[0].begin, await visits.visits_since())
            for read in (
                visits.visits(reading, gauges.offered_within),
                visits.slow_visits(reading, gauges.earlier),
            ):
                async for portion in read:
                    for stored in portion:
                        gauges.add(stored.visit)
                    await self._turns.next()
        return gauges

    async def _found(self, needs: Need, reading: Selection, spans: list[Span]) -> LookedUp:
        """What was looked up: who came back in `spans`, and all complaints that were open in them
        or are now.
        """
        await self._expect_kept(needs, spans[0].begin)
        found = nothing(reading)
        now = self._floors.view(reading.tenant).now
        if Need.RETURNS in needs:
            for tally in await self._visits.returns(reading, spans):
                found.returns.add(tally)
        if Need.COMPLAINTS in needs:
            both = Span(min(spans[0].begin, now), max(spans[-1].begin, now) + 1)
            found.open_complaints.add(await self._visits.complaints(reading.tenant, both))
        if needs & STAFF:
            as_of = self._floors.view(reading.tenant).as_of
            staff_by_span = await staff_over(
                self._agents, reading.tenant, spans, as_of, self._turns
            )
            found = replace(found, staff_by_span=staff_by_span)
        return found

    async def _expect_kept(self, needs: Need, begin: int) -> None:
        """NotKeptError where visits or agents' states that are needed were deleted: what is left of
        them would look like all there was.
        """
        if needs & (Need.RETURNS | Need.COMPLAINTS):
            expect_kept(begin, await self._visits.visits_since())
        if needs & STAFF:
            expect_kept(begin, await self._agents.stays_since())

    async def _throughput(self, needs: Need, reading: Selection, spans: list[Span]) -> Throughput:
        """The half hours before each interval, where a gauge needs them."""
        throughput = Throughput([span.begin for span in spans] if Need.THROUGHPUT in needs else [])
        for first, run in throughput.runs():
            async for portion in self._panes.tallies(reading, run):
                for tally in portion:
                    throughput.add(first, tally)
                await self._turns.next()
        return throughput

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

    def _rows(self, page: PastContext, watermark: int | None, first: int) -> Iterator[Placed]:
        """The rows from the subject with index `first` of the first interval on."""
        query = page.query
        for index, span in enumerate(page.spans):
            frame = frame_of(span, query.selection.tenant, query.zone, page.as_of, watermark)
            for row_key in page.rows.row_keys[first if index == 0 else 0 :]:
                seen = self._seen(page, index, row_key)
                for number, answer in enumerate(answers(query.question, seen)):
                    yield (
                        RowPlace(span.begin, row_key, number),
                        history_row(frame, query.interval, seen, answer),
                    )

    def _seen(self, page: PastContext, index: int, row_key: RowKey) -> RowInput:
        span = page.spans[index]
        rows = page.rows
        question = page.query.question
        queue_channels = rows.queue_channels(span, row_key)
        parted = rows.parted(span, row_key)
        read = row_keys_of(queue_channels) if rows.fine else [row_key]
        queues = queues_of(rows.selection, row_key, queue_channels)
        counted, revision = self._counted(page, index, read)
        present = NOBODY_THERE
        if question.gauged:
            present = page.gauges.figures(index, read, unresolved(counted))
        if rows.fine and len(parted) > 1:
            figures = [self._counted(page, index, row_keys_of(theirs))[0] for _, theirs in parted]
        else:
            figures = [counted for _ in parted]
        parts = [
            _part(page, index, policy, theirs, known)
            for (policy, theirs), known in zip(parted, figures, strict=True)
        ]
        counted = parts[0].figures if len(parts) == 1 else counted
        row = RowFigures(counted, parts, present)
        if question.needs:
            moment = span.begin if question.gauged else None
            point = RowPoint(index, read, queues, span, page.as_of, moment)
            source = PastRowSource(page, row_key, point)
            row = enriched(row, question.needs, point, page.found, source)
        return RowInput(rows.selection.labels(row_key), *row, revision)

    def _counted(
        self, page: PastContext, index: int, row_keys: Sequence[RowKey]
    ) -> tuple[SpanFigures, int]:
        """What subjects of the reading counted together in an interval, and the highest revision in
        it.
        """
        series_keys = [
            scope for row_key in row_keys for scope in page.rows.reading.series_keys(row_key)
        ]
        entry = page.sums.together(index, row_keys)
        span = page.spans[index]
        waits = self._board.waits(series_keys, span, page.as_of)
        counted = SpanFigures(entry.cells, waits)
        over = self._board.unresolved(series_keys, counted, span, page.as_of)
        return counted._replace(unresolved=over), entry.revision


def _part(
    page: PastContext,
    index: int,
    policy: ServiceLevelPolicy,
    queue_channels: Sequence[QueueChannel],
    figures: SpanFigures,
) -> Parted:
    """The figures of queues and channels with the same policies, with what only visits tell of
    them; visits that were deleted tell nothing.
    """
    if policy.by_visits:
        places = ((queue, channel) for _, queue, channel in queue_channels)
        offered = figures.of(Cell.OFFERED)
        seen = (
            CountedVisits()
            if page.waits is None
            else page.waits.counted(index, places, policy, page.now, offered)
        )
        figures = figures._replace(visits=seen)
    return Parted(policy, figures)
