"""What is left of the last look at a place: which of its alerts can be no breach yet, though its
cells have grown.

judged      40 of 50 in time, 80 % are asked for: 7 contacts more and it is no breach yet
grown         +3       +2      │ +4
looked at    rests    rests    │ judged again
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from floorpulse.alerts.rules.judged_gauge import JudgedGauge
from floorpulse.alerts.rules.judged_row import JudgedRow
from floorpulse.alerts.rules.room import NO_ROOM, least, within
from floorpulse.board.domain.reading import Look
from floorpulse.board.domain.series import SeriesKey
from floorpulse.board.domain.windows import Span
from floorpulse.counting.growth import Growth
from floorpulse.figures.live.layout import Layout
from floorpulse.kpis.policies import ServiceLevelPolicy


@dataclass(eq=False, slots=True)
class JudgedPlace:
    """A place as it is laid out: its rows, its gauges, the policies of all. Growth is comparable
    `since` no cell became less; `end` is that of the last pane that was looked at.
    """

    layouts: Sequence[Layout]
    series_keys: Sequence[SeriesKey]
    rows: list[JudgedRow]
    gauges: list[JudgedGauge]
    policies: Collection[ServiceLevelPolicy]
    since: int | None = None
    end: int = 0
    limit: Growth = NO_ROOM

    def to_read(self, grown: Growth | None, active: Sequence[bool]) -> list[JudgedRow]:
        """The rows of which something must be judged."""
        if within(grown, self.limit) and True not in active:
            return []
        return [row for row in self.rows if not row.rests(grown, active)]

    def judged(self) -> None:
        """Some of its rows were judged."""
        self.limit = least([row.limit for row in self.rows])

    def is_still(self, waits: Sequence[int], grown: Growth | None, active: Sequence[bool]) -> bool:
        """Whether time alone makes none of it a breach before a pane ends, or one of those who wait
        does so for longer than the bound of a longest wait.
        """
        return (
            True not in active
            and all(one.rests(waits) or one.staff is not None for one in self.gauges)
            and (not self.rows or within(grown, self.limit))
        )

    def growth(self, look: Look, end: int) -> Growth | None:
        """How far the place has grown, all counted who may count without an outcome; None where
        nobody tells. `end` is that of the current pane.
        """
        grown = look.grown
        if grown is None:
            return None
        if end != self.end:
            self._turn(look, end)
        if grown.since != self.since:
            self.since = grown.since
            self._forget()
        present = look.present
        open_contacts = len(present.waits) + present.unresolved
        return Growth(grown.contacts + open_contacts, grown.amounts)

    def _turn(self, look: Look, end: int) -> None:
        """Move with the panes. What a pane counted before it began is no growth when it enters."""
        if look.counts_in(Span(self.end, end)):
            self._forget()
        for gauge in self.gauges:
            gauge.forget_pace()
        for row in self.rows:
            row.turn(look)
        self.limit = least([row.limit for row in self.rows]) if self.rows else NO_ROOM
        self.end = end

    def _forget(self) -> None:
        for gauge in self.gauges:
            gauge.forget_pace()
        for row in self.rows:
            row.forget_room()
        self.limit = NO_ROOM
