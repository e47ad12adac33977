"""Live figures: rows of a window up to now, from the board in memory."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, get_args

from services.board.domain.board import Board
from services.board.domain.queue_names import OTHER
from services.board.domain.series import Home, Scope
from services.board.domain.windows import MINUTE, Span, Window, span_of
from services.contracts.cells import Cell
from services.contracts.events import Channel
from services.definitions.domain.in_force import InForce
from services.figures.by_policy import Parted, gather
from services.figures.enrich import RowFigures, RowPoint, enriched
from services.figures.forecasts.in_force import NO_FORECASTS, Forecasts
from services.figures.forecasts.plans import Times
from services.figures.live.layout import Layout, Place
from services.figures.live.plans import Asked, LivePlans, PlanLayouts, live_times
from services.figures.lookup.found import Found, nothing
from services.figures.lookup.lookup import Lookup
from services.figures.rows import Frame, LiveRow, Question, Seen, answers, frame_of, live_row
from services.figures.selection import Selection, Subject
from services.figures.staff.by_queue import Roster, roster_of_heads
from services.figures.tenant_view import Floors, TenantView
from services.figures.terms import Terms
from services.figures.turns import Turns
from services.kpis.catalogue import OVER_SPANS
from services.kpis.figures import SpanFigures, Staff
from services.kpis.inputs import Need
from services.kpis.policies import DEFAULT_POLICY

CHANNELS: tuple[str, ...] = get_args(Channel)
OCCUPANCY = OVER_SPANS["occupancy"]
LAYOUTS = 1024
"""Layouts that are remembered: a wall asks the same again and again."""
LAID_SUBJECTS = 100_000
"""Subjects of all remembered layouts together, some 100 MB of places at most"""


ROWS = 60
"""Rows after which the loop is handed back: all KPIs of one queue, less than a millisecond"""
HOMES = 500
"""Queues and channels sorted into rows in one turn"""
EVERY_ROW = 1 << 62
"""More rows than there are"""


class LivePlace(NamedTuple):
    """Where a row stands in a live answer: its subject, the KPI's number in the question."""

    subject: Subject
    kpi: int


@dataclass(frozen=True)
class LiveQuery:
    """What a live answer is asked for."""

    selection: Selection
    window: Window
    question: Question


@dataclass(frozen=True)
class Served:
    """Groups of a tenant's queues, whose agents are looked at together, each agent once in each
    group.
    """

    tenant: str
    window: Window
    groups: Sequence[Collection[str]]


@dataclass(frozen=True)
class _Picture:
    """What all rows of an answer are seen with."""

    query: LiveQuery
    view: TenantView
    as_of: int
    frame: Frame
    terms: Terms
    found: Found
    roster: Roster
    plans: LivePlans | None

    @property
    def needs(self) -> Need:
        """What must be looked up beside panes."""
        return self.query.question.needs


@dataclass(frozen=True)
class _LiveRow:
    """What live figures know of a row in their own way: a `RowSource`."""

    picture: _Picture
    place: Place

    def handled_before(self) -> int:
        """From the board, up to the current pane."""
        board = self.picture.view.board
        return board.pace(self.place.scopes, self.picture.as_of).get(Cell.HANDLED, 0)

    def staff_then(self) -> Staff:
        """Who is there now."""
        return self.picture.roster.together(self.place.queues)

    def planned(
        self, counted: SpanFigures, parts: Sequence[Parted]
    ) -> tuple[SpanFigures, Sequence[Parted]]:
        """With the plan of the interval in progress."""
        plans = self.picture.plans
        return (counted, parts) if plans is None else plans.join(self.place, counted, parts)


class _Pictures:
    """How each place of an answer is seen: now, or at the last word of its sources."""

    def __init__(self, look: Callable[[int], Awaitable[_Picture]], view: TenantView) -> None:
        self._look = look
        self._view = view
        self._known: dict[int, _Picture] = {}

    async def at(self, as_of: int) -> _Picture:
        """What is seen of an instant."""
        known = self._known.get(as_of)
        if known is None:
            known = self._known[as_of] = await self._look(as_of)
        return known

    async def of(self, place: Place) -> _Picture:
        """What is seen of a place."""
        view = self._view
        if not view.silent.standing:
            return self._known[view.as_of]
        queues = place.queues or {
            queue for _, queue, _ in view.board.homes(view.tenant, view.as_of)
        }
        return await self.at(view.silent.as_of(queues, view.as_of))


@dataclass(frozen=True)
class _Laid:
    """A layout, and what it holds for: definitions, how often the floor changed, the minute in
    which queues may have gone idle.
    """

    in_force: InForce
    floor: tuple[int, int]
    layout: Layout


class LiveFigures:
    """Answers from the board, under the definitions of the moment."""

    def __init__(
        self,
        floors: Floors,
        lookup: Lookup,
        turns: Turns,
        forecasts: Callable[[], Forecasts] = lambda: NO_FORECASTS,
    ) -> None:
        self._floors = floors
        self._board = floors.board
        self._lookup = lookup
        self._turns = turns
        self._forecasts = forecasts
        self._laid: dict[Asked, _Laid] = {}
        self._laid_subjects = 0
        self._rosters: dict[str, tuple[tuple[int, int], Roster]] = {}
        self._layouts = PlanLayouts()

    async def rows(self, query: LiveQuery, until: float | None = None) -> list[LiveRow]:
        """All rows, as `page` tells them.

        KPIs whose look-up is not there at `until` (monotonic seconds; None: as patiently as usual)
        have no value.
        """
        rows, _ = await self.page(query, None, EVERY_ROW, until)
        return rows

    async def size(self, query: LiveQuery) -> int:
        """How many rows an answer has."""
        view = self._floors.view(query.selection.tenant)
        span = span_of(query.window, view.as_of, self._board.rules.pane, view.zone)
        laid = await self._layout(
            query, query.question.basis.terms(view.known, span.begin), view.as_of
        )
        return len(laid.subjects) * len(query.question.kpis)

    async def page(
        self, query: LiveQuery, after: LivePlace | None, limit: int, until: float | None = None
    ) -> tuple[list[LiveRow], LivePlace | None]:
        """Up to `limit` rows behind `after`, in the order of subject and question; and the last
        one's place if more follow.

        All rows speak of one instant, but those of queues whose sources are all silent, which speak
        of their last word; sums over them and others go on. Each subject's rows are computed at
        once, those of many subjects in several turns of the loop.
        """
        view = self._floors.view(query.selection.tenant)
        pictures = _Pictures(partial(self._picture, query, view, until), view)
        picture = await pictures.at(view.as_of)
        laid = await self._layout(query, picture.terms, view.as_of)
        found: list[LiveRow] = []
        last = after
        rested = 0
        for index in range(0 if after is None else laid.index(after.subject), len(laid.subjects)):
            if len(found) - rested >= ROWS:
                rested = len(found)
                await self._turns.next()
            subject = laid.subjects[index]
            place = laid.place(index)
            seen = after.kpi + 1 if after is not None and subject == after.subject else 0
            mine = self._rows_of(await pictures.of(place), place)[seen:]
            room = limit - len(found)
            if len(mine) > room:
                return found + mine[:room], LivePlace(subject, seen + room - 1) if room else last
            found += mine
            last = LivePlace(subject, seen + len(mine) - 1)
        return found, None

    async def _picture(
        self, query: LiveQuery, view: TenantView, until: float | None, as_of: int
    ) -> _Picture:
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
        found = await self._found(query, span, as_of, until)
        return _Picture(query, view, as_of, frame, terms, found, self._roster(query, as_of), plans)

    def _plans(self, query: LiveQuery, terms: Terms, times: Times) -> LivePlans:
        tenant = query.selection.tenant
        question = query.question
        slots = self._layouts.slots(
            Asked(query.selection, question.basis), terms, self._forecasts().get(tenant, ())
        )
        return LivePlans(self._board, tenant, terms, times, slots, query.window, question.needs)

    async def _layout(self, query: LiveQuery, terms: Terms, as_of: int) -> Layout:
        asked = Asked(query.selection, query.question.basis)
        floor = (self._board.floor, as_of // MINUTE)
        known = self._laid.get(asked)
        if known is None or known.in_force is not terms.in_force or known.floor != floor:
            homes: dict[Subject, list[Home]] = {}
            async for portion in self._turns.over(self._homes(query.selection, as_of), HOMES):
                gather(homes, query.selection, terms, portion)
            self._laid_subjects += len(homes)
            if len(self._laid) >= LAYOUTS or self._laid_subjects > LAID_SUBJECTS:
                self._laid.clear()
                self._laid_subjects = len(homes)
            known = self._laid[asked] = _Laid(
                terms.in_force, floor, Layout(query.selection, terms, homes)
            )
        return known.layout

    async def _found(self, query: LiveQuery, span: Span, as_of: int, until: float | None) -> Found:
        needs = query.question.needs
        reading = query.selection.reading
        return (
            await self._lookup.find(reading, needs, query.window, span, as_of, until)
            if needs
            else nothing(reading)
        )

    async def occupancies(self, asked: Served, until: float | None = None) -> list[float | None]:
        """The occupancy of each group's agents, as rows of its queues have it; None where undefined
        or not looked up at `until`.
        """
        view = self._floors.view(asked.tenant)
        span = span_of(asked.window, view.as_of, self._board.rules.pane, view.zone)
        found = await self._lookup.find(
            Selection(asked.tenant), Need.AGENT_TIME, asked.window, span, view.as_of, until
        )
        return [
            OCCUPANCY.measure(
                SpanFigures({}, staff=found.crew.time(0, queues)), DEFAULT_POLICY
            ).value
            for queues in asked.groups
        ]

    def _roster(self, query: LiveQuery, as_of: int) -> Roster:
        return (
            self.roster(query.selection.tenant, as_of)
            if Need.AGENTS in query.question.needs
            else Roster()
        )

    def roster(self, tenant: str, as_of: int) -> Roster:
        """How many of a tenant's agents are in which state, by the queues they serve; made anew
        only when one changed.
        """
        changes, heads = self._board.agents.heads(tenant, as_of)
        names = self._board.names
        told = changes, len(names.folded(tenant))
        known = self._rosters.get(tenant)
        if known is None or known[0] != told:
            known = self._rosters[tenant] = (
                told,
                roster_of_heads(heads, lambda queue: names.shown(tenant, queue)),
            )
        return known[1]

    def _homes(self, selection: Selection, as_of: int) -> Iterable[Home]:
        if not selection.queues:
            return self._board.homes(selection.tenant, as_of)
        since = as_of - self._board.rules.idle
        return [
            home
            for home in live_homes(self._board, selection)
            if self._board.last_seen.get(home, 0) >= since
        ]

    def _rows_of(self, picture: _Picture, place: Place) -> list[LiveRow]:
        query = picture.query
        seen = self._seen(picture, place)
        return [
            live_row(picture.frame, query.window, seen, answer)
            for answer in answers(query.question, seen)
        ]

    def _seen(self, picture: _Picture, place: Place) -> Seen:
        reading = self._board.read(
            place.scopes, picture.query.window, picture.as_of, picture.view.zone
        )
        parts = (
            [Parted(one.policy, self._read(picture, one.scopes)) for one in place.shares]
            if len(place.shares) > 1
            else [Parted(place.shares[0].policy, reading.counted)]
        )
        row = RowFigures(reading.counted, parts, reading.present)
        if picture.needs:
            point = RowPoint(
                0, place.looked_up, place.queues, reading.span, picture.as_of, picture.as_of
            )
            source = _LiveRow(picture, place)
            row = enriched(row, picture.needs, point, picture.found, source)
        return Seen(place.labels, *row, reading.revision, picture.found.missing)

    def _read(self, picture: _Picture, scopes: Sequence[Scope]) -> SpanFigures:
        zone = picture.view.zone
        return self._board.read(scopes, picture.query.window, picture.as_of, zone).counted


def live_homes(board: Board, selection: Selection) -> list[Home]:
    """The homes of the queues that a selection names, as live figures show them."""
    folded = (
        [(selection.tenant, OTHER, channel) for channel in CHANNELS]
        if OTHER in selection.queues
        else []
    )
    return sorted({*selected_homes(board, selection), *folded})


def selected_homes(board: Board, selection: Selection) -> list[Home]:
    """The homes of the queues that a selection names, all that ever were."""
    names = selection.queues or sorted(board.queues(selection.tenant))
    return [
        (selection.tenant, queue, channel)
        for queue in names
        for channel in sorted(board.channels(selection.tenant, queue))
    ]
