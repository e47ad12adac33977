"""Live figures: rows of a window up to now, from the board in memory."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.reading import WindowReading
from floorpulse.board.domain.series import QueueChannel, SeriesKey
from floorpulse.board.domain.windows import MINUTE, Span, Window, span_of
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.by_policy import Parted, Share, gather
from floorpulse.figures.contract_limits import CHANNELS
from floorpulse.figures.enrich import RowFigures, RowPoint, enriched
from floorpulse.figures.forecasts.in_force import NO_FORECASTS, Forecasts
from floorpulse.figures.forecasts.plans import Times
from floorpulse.figures.live.context import LiveContext, LiveContexts, LiveQuery, LiveRowSource
from floorpulse.figures.live.layout import Layout, RowLayout
from floorpulse.figures.live.plans import LivePlans, PlanLayouts, PlanQuestion, live_times
from floorpulse.figures.live.written import (
    KeptAnswers,
    KeptRows,
    RowText,
    SubjectText,
    WrittenPage,
)
from floorpulse.figures.lookup.looked_up import LookedUp, nothing
from floorpulse.figures.lookup.lookup import Lookup, WaitsAsked
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.rows import LiveRow, RowInput, answers, frame_of, live_row
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.staff.by_queue import StaffByQueue, staff_of_heads
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks, Now
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import CountedVisits, SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.plan import Slot
from floorpulse.kpis.policies import DEFAULT_POLICY

OCCUPANCY = OVER_SPANS["occupancy"]
LAYOUTS = 1024
"""Layouts that are remembered: a wall asks the same again and again."""
CACHED_ROWS = 100_000
"""Subjects of all remembered layouts together, some 100 MB of places at most"""


ROWS = 60
"""Rows after which the loop is handed back: all KPIs of one queue, less than a millisecond"""
KEPT_ROWS = 120
"""The same of rows that are kept, few of which are written anew"""
QUEUE_CHANNELS = 150
"""Queues and channels sorted into rows in one turn"""
EVERY_ROW = 1 << 62
"""More rows than there are"""


class LivePlace(NamedTuple):
    """Where a row stands in a live answer: its subject, the KPI's number in the question."""

    row_key: RowKey
    kpi: int


@dataclass(frozen=True)
class Served:
    """Groups of a tenant's queues, whose agents are looked at together, each agent once in each
    group.
    """

    tenant: str
    window: Window
    groups: Sequence[Collection[str]]


@dataclass(frozen=True)
class _CachedLayout:
    """A layout, and what it holds for: definitions, how often the floor changed, the minute in
    which queues may have gone idle.
    """

    in_force: InForce
    floor: tuple[int, int]
    layout: Layout


@dataclass(frozen=True)
class OpenAnswer:
    """An answer whose rows are read one by one: the context they share, and where each stands."""

    context: LiveContext
    layout: Layout


class _Part(NamedTuple):
    """Rows of an answer by their numbers: from `first` up to, not including, `end`; and the place
    of the last where more follow.
    """

    first: int
    end: int
    more: LivePlace | None


class _Opened(NamedTuple):
    """An answer to be read subject by subject, each of which has as many rows as there are KPIs."""

    contexts: LiveContexts
    layout: Layout
    kpis: int

    @property
    def size(self) -> int:
        """How many rows it has."""
        return len(self.layout.row_keys) * self.kpis

    def part(self, after: LivePlace | None, limit: int) -> _Part:
        """Up to `limit` rows behind a place."""
        first = 0
        if after is not None:
            index = self.layout.index(after.row_key)
            row_keys = self.layout.row_keys
            is_there = index < len(row_keys) and row_keys[index] == after.row_key
            first = index * self.kpis + (after.kpi + 1 if is_there else 0)
        end = min(first + limit, self.size)
        if end == self.size:
            return _Part(first, end, None)
        index, kpi = divmod(end - 1, self.kpis)
        return _Part(first, end, LivePlace(self.layout.row_keys[index], kpi))


class RowReading(NamedTuple):
    """A row's place, and what the board has of it: nothing is looked up yet."""

    layout: RowLayout
    reading: WindowReading


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
        self._lookup = lookup
        self.turns = turns
        self._forecasts = forecasts
        self._cached: dict[PlanQuestion, _CachedLayout] = {}
        self._cached_rows = 0
        self._staff_by_queue: dict[str, tuple[tuple[int, int], StaffByQueue]] = {}
        self._layouts = PlanLayouts()
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
        span = span_of(query.window, view.as_of, self._board.rules.pane, view.zone)
        known_layout = await self._layout(
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
        at_once = ROWS if kept is None else KEPT_ROWS
        async for context, index, place, mine in self._subjects(opened, part, at_once):
            final = context.frame.final
            if kept is None or not (place.plain and context.needs is Need.NOTHING):
                seen = self._seen(context, place)
                rows: Sequence[RowText] = _text_of(context, place).rows(seen, final)
            else:
                known = kept.get(index)
                if known is None:
                    text = _text_of(context, place)
                    known = kept[index] = KeptRows(text, place.shares[0].policy)
                rows = known.as_of(self._reading(context, place).reading, final)
            page.add(context.text, rows[mine])
        return page, part.more

    async def _opened(self, query: LiveQuery, until: float | None) -> "_Opened":
        view = self.floors.view(query.selection.tenant)
        contexts = LiveContexts(partial(self._context, query, view, until), view)
        context = await contexts.at(view.as_of)
        layout = await self._layout(query, context.terms, view.as_of)
        return _Opened(contexts, layout, len(query.question.kpis))

    async def _subjects(
        self, opened: "_Opened", part: "_Part", at_once: int = ROWS
    ) -> AsyncIterator[tuple[LiveContext, int, RowLayout, slice]]:
        """The subjects of a part of an answer: their contexts, numbers and places, and which of
        their rows belong to it; a turn after each `at_once` rows.
        """
        kpis = opened.kpis
        rested = part.first
        for index in range(part.first // kpis, -(-part.end // kpis)) if kpis else ():
            first = index * kpis
            if first - rested >= at_once:
                rested = first
                await self.turns.next()
            mine = slice(max(0, part.first - first), part.end - first)
            place = opened.layout.place(index)
            yield await opened.contexts.of(place), index, place, mine

    async def open(
        self, query: LiveQuery, view: TenantView, until: float | None = None
    ) -> OpenAnswer:
        """An answer of which single rows are read, as of the instant of a view."""
        context = await self._context(query, view, until, view.as_of)
        return OpenAnswer(context, await self._layout(query, context.terms, view.as_of))

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
        span = span_of(query.window, as_of, self._board.rules.pane, zone)
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
        slots = self._layouts.slots(
            PlanQuestion(query.selection, question.basis), terms, self.forecast(tenant)
        )
        return LivePlans(self._board, tenant, terms, times, slots, query.window, question.needs)

    async def _layout(self, query: LiveQuery, terms: PoliciesInForce, as_of: int) -> Layout:
        asked = PlanQuestion(query.selection, query.question.basis)
        floor = (self._board.floor, as_of // MINUTE)
        known = self._cached.get(asked)
        if known is None or known.in_force is not terms.in_force or known.floor != floor:
            queue_channels: dict[RowKey, list[QueueChannel]] = {}
            async for portion in self.turns.over(
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

    async def _waited(
        self, query: LiveQuery, view: TenantView, terms: PoliciesInForce, as_of: int
    ) -> WaitsAsked | None:
        """The queues whose visits must be judged one by one, where a KPI is judged by policies."""
        if not (query.question.leveled and terms.by_visits):
            return None
        layout = await self._layout(query, terms, as_of)
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
            await self._lookup.find(reading, needs, query.window, span, as_of, until)
            if needs
            else nothing(reading)
        )
        if waited is None:
            return found
        waits = await self._lookup.waits(waited, query.window, span, until)
        return replace(found, waits=waits)

    async def occupancies(self, asked: Served, until: float | None = None) -> list[float | None]:
        """The occupancy of each group's agents, as rows of its queues have it; None where undefined
        or not looked up at `until`.
        """
        view = self.floors.view(asked.tenant)
        span = span_of(asked.window, view.as_of, self._board.rules.pane, view.zone)
        found = await self._lookup.find(
            Selection(asked.tenant), Need.AGENT_TIME, asked.window, span, view.as_of, until
        )
        return [
            OCCUPANCY.measure(
                SpanFigures({}, staff=found.staff_by_span.time(0, queues)), DEFAULT_POLICY
            ).value
            for queues in asked.groups
        ]

    def _staff_of(self, query: LiveQuery, as_of: int) -> StaffByQueue:
        return (
            self.staff_by_queue(query.selection.tenant, as_of)
            if Need.AGENTS in query.question.needs
            else StaffByQueue()
        )

    def staff_by_queue(self, tenant: str, as_of: int) -> StaffByQueue:
        """How many of a tenant's agents are in which state, by the queues they serve; made anew
        only when one changed.
        """
        agents = self._board.agents
        changes, heads = agents.heads(tenant, as_of)
        names = self._board.names
        folded = len(names.folded(tenant))
        known = self._staff_by_queue.get(tenant)
        if known is not None and known[0] == (changes, folded):
            return known[1]
        touched = (
            agents.touched(tenant, known[0][0])
            if known is not None and not folded and not known[0][1]
            else None
        )
        staff = (
            staff_of_heads(heads, partial(names.shown, tenant) if folded else None)
            if known is None or touched is None
            else known[1].renewed(heads, touched)
        )
        self._staff_by_queue[tenant] = ((changes, folded), staff)
        return staff

    def forecast(self, tenant: str) -> Sequence[Slot]:
        """The forecast intervals of a tenant that are in force around now."""
        return self._forecasts().get(tenant, ())

    def _queue_channels(self, selection: Selection, as_of: int) -> Iterable[QueueChannel]:
        if not selection.queues:
            return self._board.queue_channels(selection.tenant, as_of)
        since = as_of - self._board.rules.idle
        return [
            queue_channel
            for queue_channel in live_queue_channels(self._board, selection)
            if self._board.last_seen.get(queue_channel, 0) >= since
        ]

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
        window = context.query.window.value
        reading = self._board.read_span(place.series_keys, context.span, context.as_of, window)
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
        window = context.query.window.value
        return self._board.read_span(series_keys, context.span, context.as_of, window).counted


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
