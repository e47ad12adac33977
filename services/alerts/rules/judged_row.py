"""What is left of the last judgement of a row: which of its alerts can be no breach yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from floorpulse.alerts.domain.thresholds import NEVER
from floorpulse.alerts.rules.judged_window import JudgedWindow
from floorpulse.alerts.rules.room import NO_ROOM, least, within
from floorpulse.alerts.rules.threshold_judge import ThresholdJudge
from floorpulse.board.domain.reading import Look, WindowReading
from floorpulse.board.domain.series import Grown
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.cells import Cells
from floorpulse.counting.growth import Growth
from floorpulse.figures.live.layout import RowLayout
from floorpulse.kpis.catalogue import Grows, SpanKpi
from floorpulse.kpis.figures import Value
from floorpulse.kpis.formulas.service_level import late_of

MOST_LEFT = HOUR
"""So much of a window's panes is looked through for cells that left it: milliseconds"""


class RowMark(NamedTuple):
    """What the figures of a row's span depend on: its cells, how many of its contacts wait, how
    many of those are late already, and how many have lost their outcome.
    """

    cells: int
    waiting: int
    late: int
    unresolved: int


def _mark_of(layout: RowLayout, reading: WindowReading) -> RowMark | None:
    """None where that takes more than one sum and one policy, or the visits themselves."""
    policy = layout.shares[0].policy
    if reading.state is None or len(layout.shares) > 1 or policy.by_visits:
        return None
    counted = reading.counted
    waits = counted.waits
    late = late_of(waits, policy) if waits else 0
    return RowMark(reading.state, len(waits), late, counted.unresolved)


@dataclass(eq=False, slots=True)
class JudgedAlert:
    """An alert of a place, by its number there, and what is left of its last judgement: whether
    that was a breach, and how far cells may grow before it can be one (negative: not at all).
    """

    number: int
    judge: ThresholdJudge
    breached: bool = False
    limit: Growth = NO_ROOM

    def note(self, value: Value, cells: Cells, grown: Grown | None, *, breached: bool) -> None:
        """Note a judgement, when the place had grown so far."""
        self.breached = breached
        self.limit = NO_ROOM
        kpi = self.judge.kpi
        if grown is not None and not breached and self.judge.of_span and isinstance(kpi, SpanKpi):
            room = self.judge.bounds.room(kpi, value, cells)
            self.limit = (
                Growth(NEVER, grown.amounts + room)
                if kpi.grows is Grows.MEAN
                else Growth(grown.contacts + room, NEVER)
            )

    def has_room(self, cells: Cells, grown: Grown) -> bool:
        """Whether a quantile has room by the counts alone, which is noted: it is no breach then."""
        kpi = self.judge.kpi
        if not isinstance(kpi, SpanKpi) or kpi.grows is not Grows.QUANTILE:
            return False
        if not (self.judge.of_span and self.judge.filled):
            return False
        room = self.judge.bounds.room_of_quantile(kpi, cells)
        if room < 0:
            return False
        self.breached = False
        self.limit = Growth(grown.contacts + room, NEVER)
        return True


@dataclass(eq=False, slots=True)
class JudgedRow:
    """The alerts of a place that look at the span of one window, and how the row was at the last
    look; none of them can be a breach before the place has grown beyond `limit`, while no cell
    leaves the window that begins at `begin`.
    """

    window: JudgedWindow
    layout: RowLayout
    alerts: list[JudgedAlert]
    mark: RowMark | None = None
    limit: Growth = NO_ROOM
    begin: int = 0

    def rests(self, grown: Growth | None, active: Sequence[bool]) -> bool:
        """Whether nothing of it need be judged."""
        return within(grown, self.limit) and not (
            True in active and any(active[one.number] for one in self.alerts)
        )

    def turn(self, look: Look) -> None:
        """Move with the window; what was in the panes that it leaves its figures have lost."""
        left = Span(self.begin, self.window.span[1].begin)
        self.begin = left.end
        if left.end - left.begin > MOST_LEFT or look.counts_in(left):
            self.forget_room()

    def forget_room(self) -> None:
        """Cells became less, or others came than those that the place grew by."""
        self.limit = NO_ROOM
        for one in self.alerts:
            one.limit = NO_ROOM

    def to_judge(
        self, reading: WindowReading, grown: Growth | None, active: Sequence[bool]
    ) -> list[JudgedAlert]:
        """The alerts that must be judged: those that are active, and those that may have become a
        breach since the last look.
        """
        before = self.mark
        mark = self.mark = _mark_of(self.layout, reading) if self.window.filled else None
        if mark is None:
            return self.alerts
        same = mark == before
        return [
            one
            for one in self.alerts
            if active[one.number]
            or one.breached
            or not one.judge.of_span
            or not (same or within(grown, one.limit))
        ]

    def judged(self) -> None:
        """Its alerts were judged."""
        self.limit = least([one.limit for one in self.alerts])
