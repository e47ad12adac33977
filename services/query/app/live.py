"""Live figures: rows of a window up to now, from the board in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.board.domain.board import Board
from services.board.domain.series import Home, Scope
from services.board.domain.windows import MINUTE, Span, Window, span_of
from services.contracts.definitions import DEFAULT_POLICY
from services.contracts.figures import Figures
from services.contracts.kpis import CATALOGUE
from services.contracts.needs import STAFF, Need
from services.definitions.domain.in_force import Definitions, InForce, TenantDefinitions
from services.query.app.lookup import Lookup
from services.query.app.plans import LivePlans, PlanLayouts, live_times
from services.query.app.sources import SourceWatch
from services.query.domain.forecasts import NO_FORECASTS, Forecasts
from services.query.domain.found import Found, nothing
from services.query.domain.layout import Place, layout
from services.query.domain.plans import Times
from services.query.domain.roster import Roster, roster_of
from services.query.domain.rows import Frame, LiveRow, Question, Seen, answers, frame_of, live_row
from services.query.domain.selection import Selection
from services.query.domain.shares import Parted
from services.query.domain.silent import NOBODY_SILENT, SilentQueues
from services.query.domain.terms import Basis, Terms

OCCUPANCY = CATALOGUE["occupancy"]
LAYOUTS = 1024
"""Layouts that are remembered: a wall asks the same again and again."""


@dataclass(frozen=True)
class LiveQuery:
    """What a live answer is asked for."""

    selection: Selection
    window: Window
    question: Question


@dataclass(frozen=True)
class Served:
    """Groups of a tenant's queues, whose agents are looked at together, each agent once in each group."""

    tenant: str
    window: Window
    groups: Sequence[Collection[str]]


@dataclass(frozen=True)
class _Picture:
    """What all rows of an answer are seen with."""

    query: LiveQuery
    as_of: int
    zone: ZoneInfo
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
class _Laid:
    """A layout, and what it holds for: definitions, how often the floor changed, the minute in which queues may have gone idle."""

    in_force: InForce
    floor: tuple[int, int]
    places: list[Place]


@dataclass(frozen=True)
class Ground:
    """What questions are asked of: a tenant's floor, its definitions and the zone of its days."""

    tenant: str
    board: Board
    known: TenantDefinitions
    zone: ZoneInfo


class LiveFigures:
    """Answers from `board`, under the definitions of the moment."""

    def __init__(
        self,
        board: Board,
        now: Callable[[], int],
        lookup: Lookup,
        definitions: Callable[[], Definitions],
        forecasts: Callable[[], Forecasts] = lambda: NO_FORECASTS,
    ) -> None:
        self.board = board
        self.now = now
        self._lookup = lookup
        self.definitions = definitions
        self._forecasts = forecasts
        self.sources = SourceWatch(board, now, definitions)
        self._laid: dict[tuple[Selection, Basis], _Laid] = {}
        self._layouts = PlanLayouts()

    def as_of(self) -> int:
        """The instant that figures speak of, but for queues whose sources are silent."""
        return self.board.as_of(self.now())

    def stale(self) -> bool:
        """Whether all figures speak of a past instant, because a partition fell silent or behind."""
        return self.board.stale_since(self.now()) is not None

    def silent(self, tenant: str) -> SilentQueues:
        """Which of a tenant's queues stand at the last word of their sources."""
        silence = self.sources.silence(tenant)
        if not silence.touched:
            return NOBODY_SILENT
        return SilentQueues({queue: self.sources.instant(at) for queue, at in silence.standing.items()}, silence.touched)

    def freshness(self, tenant: str) -> tuple[bool, list[str], list[str]]:
        """What of a tenant's figures is old: all of them, queues that stand, queues that a silent source feeds too."""
        silent = self.silent(tenant)
        return self.stale(), sorted(silent.standing), sorted(silent.touched)

    def known(self, tenant: str) -> TenantDefinitions:
        """The definitions of a tenant."""
        return self.definitions().of(tenant)

    def zone(self, tenant: str) -> ZoneInfo:
        """The zone of a tenant's days: its own, or the floor's."""
        return self.known(tenant).zone or self.board.rules.zone

    def ground(self, tenant: str) -> Ground:
        """What a tenant's questions are asked of."""
        return Ground(tenant, self.board, self.known(tenant), self.zone(tenant))

    async def rows(self, query: LiveQuery, until: float | None = None) -> list[LiveRow]:
        """The rows of every subject of the floor, as of now or of the last good instant.

        Those of queues whose sources are all silent speak of their last word; sums over them and others go on.
        KPIs whose look-up is not there at `until` (monotonic seconds; None: as patiently as usual) have no value.
        """
        tenant, now = query.selection.tenant, self.as_of()
        silent = self.silent(tenant)
        picture = await self._picture(query, now, until)
        pictures = {now: picture}
        rows: list[LiveRow] = []
        for place in self._places(query, picture.terms, now):
            as_of = silent.as_of(place.queues or self._floor(tenant, now), now) if silent.standing else now
            if as_of not in pictures:
                pictures[as_of] = await self._picture(query, as_of, until)
            rows += self._rows_of(pictures[as_of], place)
        return rows

    def _floor(self, tenant: str, as_of: int) -> set[str]:
        return {queue for _, queue, _ in self.board.homes(tenant, as_of)}

    async def _picture(self, query: LiveQuery, as_of: int, until: float | None) -> _Picture:
        tenant, needs = query.selection.tenant, query.question.needs
        zone = self.zone(tenant)
        span = span_of(query.window, as_of, self.board.rules.pane, zone)
        frame = frame_of(span, tenant, zone, (as_of, self.board.watermark()))
        terms = query.question.basis.terms(self.known(tenant), span.begin)
        plans = self._plans(query, terms, live_times(query.window, span, as_of, zone)) if Need.PLAN in needs else None
        found = await self._found(query, span, as_of, until)
        return _Picture(query, as_of, zone, frame, terms, found, self._roster(query, as_of), plans)

    def _plans(self, query: LiveQuery, terms: Terms, times: Times) -> LivePlans:
        tenant, question = query.selection.tenant, query.question
        slots = self._layouts.slots((query.selection, question.basis), terms, self._forecasts().get(tenant, ()))
        return LivePlans(self.board, tenant, terms, times, slots, query.window, question.needs)

    def _places(self, query: LiveQuery, terms: Terms, as_of: int) -> list[Place]:
        asked, floor = (query.selection, query.question.basis), (self.board.floor, as_of // MINUTE)
        known = self._laid.get(asked)
        if known is None or known.in_force is not terms.in_force or known.floor != floor:
            if len(self._laid) >= LAYOUTS:
                self._laid.clear()
            places = layout(query.selection, terms, self._homes(query.selection, as_of))
            known = self._laid[asked] = _Laid(terms.in_force, floor, places)
        return known.places

    async def _found(self, query: LiveQuery, span: Span, as_of: int, until: float | None) -> Found:
        needs, reading = query.question.needs, query.selection.reading
        return await self._lookup.find(reading, needs, query.window, span, as_of, until) if needs else nothing(reading)

    async def occupancies(self, asked: Served, until: float | None = None) -> list[float | None]:
        """The occupancy of each group's agents, as rows of its queues have it; None where undefined or not looked up at `until`."""
        as_of, zone = self.as_of(), self.zone(asked.tenant)
        span = span_of(asked.window, as_of, self.board.rules.pane, zone)
        found = await self._lookup.find(Selection(asked.tenant), Need.AGENT_TIME, asked.window, span, as_of, until)
        return [OCCUPANCY.measure(found.crew.during(Figures({}), 0, queues), DEFAULT_POLICY).value for queues in asked.groups]

    def _roster(self, query: LiveQuery, as_of: int) -> Roster:
        return roster_of(self.board.agents.of(query.selection.tenant, as_of).values() if Need.AGENTS in query.question.needs else ())

    def _homes(self, selection: Selection, as_of: int) -> Iterable[Home]:
        if not selection.queues:
            return self.board.homes(selection.tenant, as_of)
        since = as_of - self.board.rules.idle
        return [home for home in selected_homes(self.board, selection) if self.board.last_seen[home] >= since]

    def _rows_of(self, picture: _Picture, place: Place) -> list[LiveRow]:
        query, seen = picture.query, self._seen(picture, place)
        return [live_row(picture.frame, query.window, seen, answer) for answer in answers(query.question, seen)]

    def _seen(self, picture: _Picture, place: Place) -> Seen:
        as_of, found = picture.as_of, picture.found
        reading = self.board.read(place.scopes, picture.query.window, as_of, picture.zone)
        parts = [Parted(one.policy, self._read(picture, one.scopes)) for one in place.shares] if len(place.shares) > 1 else []
        parts = parts or [Parted(place.shares[0].policy, reading.counted)]
        counted, present = reading.counted, reading.present
        if picture.needs:
            pace = self.board.pace(place.scopes, as_of) if Need.PACE in picture.needs else {}
            counted = found.counted(counted, 0, place.looked_up, reading.span, as_of)
            present = found.present(present, place.looked_up, as_of, pace)
        if picture.needs & STAFF:
            counted, present = found.crew.during(counted, 0, place.queues), picture.roster.on(present, place.queues)
        if picture.plans is not None:
            counted, parts = picture.plans.join(place, counted, parts)
        return Seen(place.labels, counted, parts, present, reading.revision, found.missing)

    def _read(self, picture: _Picture, scopes: Sequence[Scope]) -> Figures:
        return self.board.read(scopes, picture.query.window, picture.as_of, picture.zone).counted


def selected_homes(board: Board, selection: Selection) -> list[Home]:
    """The homes of the queues that a selection names, all that ever were."""
    names = selection.queues or sorted(board.queues(selection.tenant))
    return [(selection.tenant, queue, channel) for queue in names for channel in sorted(board.channels(selection.tenant, queue))]
