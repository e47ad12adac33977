"""Live figures: rows of a window up to now, from the board in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from floorpulse.board.domain.series import SeriesKey
from floorpulse.board.domain.windows import Span
from floorpulse.figures.by_policy import Parted, Share
from floorpulse.figures.enrich import RowFigures, RowPoint, enriched
from floorpulse.figures.forecasts.in_force import NO_FORECASTS, Forecasts
from floorpulse.figures.forecasts.plans import Times
from floorpulse.figures.live.context import LiveContext, LiveContexts, LiveQuery, LiveRowSource
from floorpulse.figures.live.kept import KeptAnswer, KeptAnswers, KeptRows
from floorpulse.figures.live.layout import RowLayout
from floorpulse.figures.live.layouts import Layouts
from floorpulse.figures.live.opened import LivePlace, OpenAnswer, OpenedAnswer, Part, RowReading
from floorpulse.figures.live.plans import LivePlans, PlanLayouts, PlanQuestion, live_times
from floorpulse.figures.live.spans import live_span
from floorpulse.figures.live.staff import LiveStaff
from floorpulse.figures.live.written import RowText, SubjectText, WrittenPage
from floorpulse.figures.lookup.looked_up import LookedUp, nothing
from floorpulse.figures.lookup.lookup import Lookup, WaitsAsked
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.rows import LiveRow, RowInput, answers, frame_of, live_row
from floorpulse.figures.selection import RowKey
from floorpulse.figures.staff.by_queue import StaffByQueue
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks, Now
from floorpulse.kpis.figures import CountedVisits, SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.plan import Slot

ROWS = 60
"""Rows after which the loop is handed back: all KPIs of one queue, less than a millisecond"""
KEPT_ROWS = 120
"""The same of rows that are kept, few of which are written anew"""
AHEAD_ROWS = 10
"""Rows that are written ahead at once: less than half a millisecond"""
AHEAD_WAITS = 0.01
"""Seconds for which they wait for brief questions"""
EVERY_ROW = 1 << 62
"""More rows than there are"""


class LiveFigures:
    """Answers from the board, under the definitions of the moment."""

    def __init__(
        self,
        floors: Floors,
        lookup: Lookup,
        turns: Turns,
        forecasts: Callable[[], Forecasts] = lambda: NO_FORECASTS,
    ) -> None:
        self.floors = floors
        self._board = floors.board
        self.lookup = lookup
        self.turns = turns
        self._forecasts = forecasts
        self._layouts = Layouts(self._board, turns)
        self._plan_layouts = PlanLayouts()
        self.staff = LiveStaff(self._board)
        self._kept = KeptAnswers()

    async def rows(self, query: LiveQuery, until: float | None = None) -> list[LiveRow]:
        """All rows, as `page` tells them.

        KPIs whose look-up is not there at `until` (monotonic seconds; None: as patiently as usual)
        have no value.
        """
        rows, _ = await self.page(query, None, EVERY_ROW, until)
        return rows

    async def size(self, query: LiveQuery) -> int:
        """How many rows an answer has."""
        view = self.floors.view(query.selection.tenant)
        span = live_span(query.selection, query.window, view, view.as_of)
        known_layout = await self._layouts.of(
            query, query.question.basis.terms(view.known, span.begin), view.as_of
        )
        return len(known_layout.row_keys) * len(query.question.kpis)

    async def page(
        self, query: LiveQuery, after: LivePlace | None, limit: int, until: float | None = None
    ) -> tuple[list[LiveRow], LivePlace | None]:
        """Up to `limit` rows behind `after`, in the order of subject and question; and the last
        one's place if more follow.

        All rows speak of one instant, but those of queues whose sources are all silent, which speak
        of their last word; sums over them and others go on. Each subject's rows are computed at
        once, those of many subjects in several turns of the loop.
        """
        opened = await self._opened(query, until)
        part = opened.part(after, limit)
        found: list[LiveRow] = []
        async for context, _, place, mine in self._subjects(opened, part):
            found += self._rows_of(context, place)[mine]
        return found, part.more

    async def written(
        self, query: LiveQuery, after: LivePlace | None, limit: int
    ) -> tuple[WrittenPage, LivePlace | None]:
        """The same page as the JSON of its rows."""
        opened = await self._opened(query, None)
        part = opened.part(after, limit)
        kept = self._kept.of(query, opened.layout, opened.size)
        page = WrittenPage()
        if kept is not None and not opened.looked_up:
            kept.asked += 1
        at_once = ROWS if kept is None else KEPT_ROWS
        async for context, index, place, mine in self._subjects(opened, part, at_once):
            rows = self._texts(context, index, place, kept)
            page.add(context.text, rows[mine])
        return page, part.more

    async def write_ahead(self, rows: int) -> None:
        """Write the rows of questions that were asked again and again since the last time, have so
        many rows or more and are answered from the board alone, before they are asked again.
        """
        for query in self._kept.asked_again(rows):
            opened = await self._opened(query, None)
            kept = self._kept.of(query, opened.layout, opened.size)
            whole = opened.part(None, EVERY_ROW)
            async for context, index, place, _ in self._subjects(
                opened, whole, AHEAD_ROWS, self._give_way
            ):
                self._texts(context, index, place, kept)

    async def _give_way(self) -> None:
        await self.turns.give_way(asyncio.get_running_loop().time() + AHEAD_WAITS)

    def _texts(
        self, context: LiveContext, index: int, place: RowLayout, kept: KeptAnswer | None
    ) -> Sequence[RowText]:
        """The rows of a subject as JSON, kept where they can be."""
        final = context.frame.final
        if kept is None or not (place.plain and context.needs is Need.NOTHING):
            return _text_of(context, place).rows(self._seen(context, place), final)
        known = kept.subjects.get(index)
        if known is None:
            text = _text_of(context, place)
            known = kept.subjects[index] = KeptRows(text, place.shares[0].policy)
        return known.as_of(self._reading(context, place).reading, final)

    async def _opened(self, query: LiveQuery, until: float | None) -> OpenedAnswer:
        view = self.floors.view(query.selection.tenant)
        contexts = LiveContexts(partial(self._context, query, view, until), view)
        context = await contexts.at(view.as_of)
        layout = await self._layouts.of(query, context.terms, view.as_of)
        looked_up = context.needs is not Need.NOTHING or context.found.waits is not None
        return OpenedAnswer(contexts, layout, len(query.question.kpis), looked_up)

    async def _subjects(
        self,
        opened: OpenedAnswer,
        part: Part,
        at_once: int = ROWS,
        rest: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[tuple[LiveContext, int, RowLayout, slice]]:
        """The subjects of a part of an answer: their contexts, numbers and places, and which of
        their rows belong to it; a turn, or another rest, after each `at_once` rows.
        """
        kpis = opened.kpis
        rest = rest or self.turns.next
        rested = part.first
        for index in range(part.first // kpis, -(-part.end // kpis)) if kpis else ():
            first = index * kpis
            if first - rested >= at_once:
                rested = first
                await rest()
            mine = slice(max(0, part.first - first), part.end - first)
            place = opened.layout.place(index)
            yield await opened.contexts.of(place), index, place, mine

    async def open(
        self, query: LiveQuery, view: TenantView, until: float | None = None
    ) -> OpenAnswer:
        """An answer of which single rows are read, as of the instant of a view."""
        context = await self._context(query, view, until, view.as_of)
        return OpenAnswer(context, await self._layouts.of(query, context.terms, view.as_of))

    def read(self, answer: OpenAnswer, row_key: RowKey) -> RowInput:
        """The input of one row of an open answer."""
        return self._seen(answer.context, answer.layout.of(row_key))

    def row_of(self, answer: OpenAnswer, row: RowReading) -> RowInput:
        """The input of a row of which the board was asked already: the same that is `read`."""
        return self._with(answer.context, row)

    async def _context(
        self, query: LiveQuery, view: TenantView, until: float | None, as_of: int
    ) -> LiveContext:
        needs = query.question.needs
        zone = view.zone
        span = live_span(query.selection, query.window, view, as_of)
        frame = frame_of(span, view.tenant, zone, as_of, self._board.watermark())
        terms = query.question.basis.terms(view.known, span.begin)
        plans = (
            self._plans(query, terms, live_times(query.window, span, as_of, zone))
            if Need.PLAN in needs
            else None
        )
        waited = await self._waited(query, view, terms, as_of)
        found = await self._found(query, span, as_of, until, waited)
        return LiveContext(
            query, view, as_of, span, frame, terms, found, self._staff_of(query, as_of), plans
        )

    def _plans(self, query: LiveQuery, terms: PoliciesInForce, times: Times) -> LivePlans:
        tenant = query.selection.tenant
        question = query.question
        slots = self._plan_layouts.slots(
            PlanQuestion(query.selection, question.basis), terms, self.forecast(tenant)
        )
        return LivePlans(self._board, tenant, terms, times, slots, query.window, question.needs)

    async def _waited(
        self, query: LiveQuery, view: TenantView, terms: PoliciesInForce, as_of: int
    ) -> WaitsAsked | None:
        """The queues whose visits must be judged one by one, where a KPI is judged by policies."""
        if not (query.question.leveled and terms.by_visits):
            return None
        layout = await self._layouts.of(query, terms, as_of)
        queues = layout.by_visits
        return WaitsAsked(view.tenant, queues, Clocks(view.known, view.zone)) if queues else None

    async def _found(
        self,
        query: LiveQuery,
        span: Span,
        as_of: int,
        until: float | None,
        waited: WaitsAsked | None,
    ) -> LookedUp:
        needs = query.question.needs
        reading = query.selection.reading
        found = (
            await self.lookup.find(reading, needs, query.window, span, as_of, until)
            if needs
            else nothing(reading)
        )
        if waited is None:
            return found
        waits = await self.lookup.waits(waited, query.window, span, until)
        return replace(found, waits=waits)

    def _staff_of(self, query: LiveQuery, as_of: int) -> StaffByQueue:
        return (
            self.staff.by_queue(query.selection.tenant, as_of)
            if Need.AGENTS in query.question.needs
            else StaffByQueue()
        )

    def forecast(self, tenant: str) -> Sequence[Slot]:
        """The forecast intervals of a tenant that are in force around now."""
        return self._forecasts().get(tenant, ())

    def _rows_of(self, context: LiveContext, place: RowLayout) -> list[LiveRow]:
        query = context.query
        seen = self._seen(context, place)
        return [
            live_row(context.frame, query.window, seen, answer)
            for answer in answers(query.question, seen)
        ]

    def _seen(self, context: LiveContext, place: RowLayout) -> RowInput:
        return self._with(context, self._reading(context, place))

    def _reading(self, context: LiveContext, place: RowLayout) -> RowReading:
        name = context.sum_name
        reading = self._board.read_span(place.series_keys, context.span, context.as_of, name)
        return RowReading(place, reading)

    def _with(self, context: LiveContext, row: RowReading) -> RowInput:
        (place, reading) = row
        parts = (
            [_part(context, one, self._read(context, one.series_keys)) for one in place.shares]
            if len(place.shares) > 1
            else [_part(context, place.shares[0], reading.counted)]
        )
        counted = parts[0].figures if len(parts) == 1 else reading.counted
        figures = RowFigures(counted, parts, reading.present)
        if context.needs is not Need.NOTHING:
            point = RowPoint(
                0, place.looked_up, place.queues, reading.span, context.as_of, context.as_of
            )
            source = LiveRowSource(context, place)
            figures = enriched(figures, context.needs, point, context.found, source)
        return RowInput(place.labels, *figures, reading.revision, context.found.missing)

    def _read(self, context: LiveContext, series_keys: Sequence[SeriesKey]) -> SpanFigures:
        name = context.sum_name
        return self._board.read_span(series_keys, context.span, context.as_of, name).counted


def _text_of(context: LiveContext, place: RowLayout) -> SubjectText:
    policies = [share.policy for share in place.shares]
    return SubjectText(context.query.question, context.query.window, place.labels, policies)


def _part(context: LiveContext, share: Share, figures: SpanFigures) -> Parted:
    """The figures of series keys with the same policies, with what only visits tell of them."""
    policy = share.policy
    if not policy.by_visits:
        return Parted(policy, figures)
    waits = context.found.waits
    if waits is not None:
        places = ((queue, channel) for _, queue, channel in share.queue_channels)
        now = Now(context.as_of, context.view.horizons(context.as_of))
        figures = figures._replace(visits=waits.counted(0, places, policy, now))
    elif not share.queue_channels:
        figures = figures._replace(visits=CountedVisits())
    return Parted(policy, figures)
