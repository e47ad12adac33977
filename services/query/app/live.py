"""Live figures: rows of a window up to now, from the board in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.board.domain.board import Board
from services.board.domain.series import Home, Scope
from services.board.domain.windows import Span, Window, span_of
from services.contracts.figures import Figures
from services.contracts.needs import Need
from services.definitions.domain.in_force import Definitions, TenantDefinitions
from services.query.app.lookup import Lookup
from services.query.domain.found import Found, nothing
from services.query.domain.rows import Frame, LiveRow, Question, Seen, answers, frame_of, live_row
from services.query.domain.selection import Selection, Subject
from services.query.domain.shares import Parted, gathered, shares, subjects_of, whole
from services.query.domain.terms import Terms


@dataclass(frozen=True)
class LiveQuery:
    """What a live answer is asked for."""

    selection: Selection
    window: Window
    question: Question


@dataclass(frozen=True)
class _Picture:
    """What all rows of an answer are seen with."""

    query: LiveQuery
    terms: Terms
    as_of: int
    zone: ZoneInfo
    found: Found


@dataclass(frozen=True)
class Ground:
    """What questions are asked of: a tenant's floor, its definitions and the zone of its days."""

    tenant: str
    board: Board
    known: TenantDefinitions
    zone: ZoneInfo


class LiveFigures:
    """Answers from `board`, under the definitions of the moment."""

    def __init__(self, board: Board, now: Callable[[], int], lookup: Lookup, definitions: Callable[[], Definitions]) -> None:
        self.board = board
        self.now = now
        self._lookup = lookup
        self.definitions = definitions

    def stale(self, tenant: str) -> bool:
        """Whether answers to `tenant` speak of a past instant because a partition or one of its sources fell silent."""
        return self.board.stale_since(self.now(), tenant) is not None

    def known(self, tenant: str) -> TenantDefinitions:
        """The definitions of a tenant."""
        return self.definitions().of(tenant)

    def zone(self, tenant: str) -> ZoneInfo:
        """The zone of a tenant's days: its own, or the floor's."""
        return self.known(tenant).zone or self.board.rules.zone

    def ground(self, tenant: str) -> Ground:
        """What a tenant's questions are asked of."""
        return Ground(tenant, self.board, self.known(tenant), self.zone(tenant))

    async def rows(self, query: LiveQuery) -> list[LiveRow]:
        """The rows of every subject of the floor, as of now or of the last good instant."""
        tenant = query.selection.tenant
        as_of, zone = self.board.as_of(self.now(), tenant), self.zone(tenant)
        span = span_of(query.window, as_of, self.board.rules.pane, zone)
        frame = frame_of(span, tenant, zone, (as_of, self.board.watermark()))
        terms = query.question.basis.terms(self.known(tenant), span.begin)
        picture = _Picture(query, terms, as_of, zone, await self._found(query, span, as_of))
        homes = gathered(query.selection, picture.terms, self._homes(query.selection, as_of))
        subjects = sorted(homes.keys() | query.selection.asked())
        return [row for subject in subjects for row in self._rows_of(picture, subject, homes.get(subject, []), frame)]

    async def _found(self, query: LiveQuery, span: Span, as_of: int) -> Found:
        needs, reading = query.question.needs, query.selection.reading
        return await self._lookup.find(reading, needs, query.window, span, as_of) if needs else nothing(reading)

    def _homes(self, selection: Selection, as_of: int) -> Iterable[Home]:
        if not selection.queues:
            return self.board.homes(selection.tenant, as_of)
        since = as_of - self.board.rules.idle
        return [home for home in selected_homes(self.board, selection) if self.board.last_seen[home] >= since]

    def _rows_of(self, picture: _Picture, subject: Subject, homes: Sequence[Home], frame: Frame) -> list[LiveRow]:
        query = picture.query
        seen = self._seen(picture, subject, homes)
        return [live_row(frame, query.window, seen, answer) for answer in answers(query.question, seen)]

    def _seen(self, picture: _Picture, subject: Subject, homes: Sequence[Home]) -> Seen:
        query, as_of, found = picture.query, picture.as_of, picture.found
        selection, scopes = query.selection, whole(query.selection, subject, homes)
        known = shares(selection, subject, picture.terms, homes)
        reading = self.board.read(scopes, query.window, as_of, picture.zone)
        read = subjects_of(homes) if selection.by.grouped else [subject]
        parts = [Parted(one.policy, self._read(picture, one.scopes)) for one in known] if len(known) > 1 else []
        parts = parts or [Parted(known[0].policy, reading.counted)]
        pace = self.board.pace(scopes, as_of) if Need.PACE in query.question.needs else {}
        counted = found.counted(reading.counted, 0, read, reading.span, as_of)
        present = found.present(reading.present, read, as_of, pace)
        return Seen(selection.labels(subject), counted, parts, present, reading.revision, found.missing)

    def _read(self, picture: _Picture, scopes: Sequence[Scope]) -> Figures:
        return self.board.read(scopes, picture.query.window, picture.as_of, picture.zone).counted


def selected_homes(board: Board, selection: Selection) -> list[Home]:
    """The homes of the queues that a selection names, all that ever were."""
    names = selection.queues or sorted(board.queues(selection.tenant))
    return [(selection.tenant, queue, channel) for queue in names for channel in sorted(board.channels(selection.tenant, queue))]
