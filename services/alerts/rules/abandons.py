"""Abandons in a row: those who gave up since the last contact that was answered.

Panes count by the minute of the offer, so the row begins with the first minute behind the last one
that has an answered contact: a contact that gave up in the same minute as another was answered does
not count.

minutes    2 answered │ 1 gave up │ 0 │ 1 gave up, 1 waits │ 1 gave up │ now       3 in a row
"""

from collections.abc import Sequence

from floorpulse.alerts.domain.abandons import judge
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.thresholds import NEVER, QUIET
from floorpulse.alerts.rules.reading import PlaceJudged, of_all
from floorpulse.alerts.rules.watched import WatchedAlert, WatchedPlace
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.series import Grown, SeriesKey
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.cells import Cell
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import text
from floorpulse.kpis.policies import Policy

LOOK_BACK = 4 * HOUR
"""How far back a row of abandons is looked for: milliseconds"""


class AbandonsReader:
    """Judges the places of abandons rules of the same channels."""

    def __init__(self, selection: Selection) -> None:
        self.growing: frozenset[str] = frozenset()
        self._selection = selection
        self._view: TenantView | None = None
        self._limits: dict[WatchedPlace, Grown] = {}

    async def open(self, view: TenantView, known_since: int | None) -> None:  # noqa: ARG002  a row counts as soon as it is there
        """Take the view."""
        self._view = view

    def rests(self, place: WatchedPlace) -> bool:
        """Whether all contacts that a place has grown by since its row was counted in this pane
        would not make it as long as a rule asks for. No number does once the pane has a contact
        that was answered: the row begins behind it.
        """
        limit = self._limits.get(place)
        if limit is None:
            return False
        view = self._view
        assert view is not None  # noqa: S101  opened before
        grown = view.board.grown(self._selection.series_keys(place.row_key))
        return grown is not None and limit.since == grown.since and grown.contacts <= limit.contacts

    def judge(self, place: WatchedPlace, active: Sequence[bool]) -> PlaceJudged:
        """One figure for all alerts of a place; it changes with the pane at the latest."""
        view = self._view
        assert view is not None  # noqa: S101  opened before
        series_keys = self._selection.series_keys(place.row_key)
        grown = view.board.grown(series_keys)
        pane = view.board.rules.pane
        current = view.as_of - view.as_of % pane
        until = current + pane
        self._limits.pop(place, None)
        whole = Span(current - LOOK_BACK, until)
        count, begin = in_a_row(view.board, series_keys, whole)
        asked = min(_asked(one) for one in place.alerts)
        room = NEVER if begin == until else asked - 1 - count
        if room >= 0 and not any(active):
            if grown is not None:
                self._limits[place] = grown._replace(contacts=grown.contacts + room)
            return PlaceJudged(of_all([QUIET] * len(place.alerts)), until)
        figure = Figure(
            "abandoned",
            count,
            count,
            definition=_definition(view, place),
            begin=text(begin, view.zone),
            end=text(whole.end, view.zone),
            as_of=text(view.as_of, view.zone),
        )
        return PlaceJudged(of_all(judge(_asked(one), figure) for one in place.alerts), until)


def _asked(alert: WatchedAlert) -> int:
    """How many in a row a rule asks for."""
    condition = alert.rule.body.abandons
    assert condition is not None  # noqa: S101  for the type checker: the rule is one of abandons
    return condition.in_a_row


def _definition(view: TenantView, place: WatchedPlace) -> str:
    policy = view.known.at(view.as_of).policy(place.row_key.queue, "")
    return Policy.SERVICE_LEVEL.name_in(policy)


def in_a_row(board: Board, series_keys: Sequence[SeriesKey], span: Span) -> tuple[int, int]:
    """How many contacts gave up since the last that was answered, and since when, by minutes of
    their offers.
    """
    answered = span.begin
    gave_up: list[tuple[int, int]] = []
    for one in series_keys:
        for start, cells in board.panes_back(one, span):
            if cells.get(Cell.ANSWERED, 0):
                answered = max(answered, start + board.rules.pane)
                break
            gave_up.append((start, cells.get(Cell.ABANDONED, 0)))
    row = [(start, number) for start, number in gave_up if number and start >= answered]
    return sum(number for _, number in row), min((start for start, _ in row), default=answered)
