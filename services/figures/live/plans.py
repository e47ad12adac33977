"""Plans of live rows, from the forecasts in memory and the board.

window 15m       ├──────────────┤ now
interval   ├─────────────────┼──┼────────┤       the quarter of an hour in progress: what a
projection is about
                             └ so far ┘└ rest ┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.series import SeriesKey
from floorpulse.board.domain.windows import Span, Window
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.by_policy import Parted
from floorpulse.figures.forecasts.plans import Times, by_row, plan_of, planned
from floorpulse.figures.intervals import Interval, next_edge, previous_edge
from floorpulse.figures.live.layout import RowLayout
from floorpulse.figures.policies_in_force import DefinitionChoice, PoliciesInForce
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.kpis.figures import Plan, SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.plan import Slot

MOST = 1024
"""Questions whose forecasts are kept by row"""
IN_PROGRESS = {
    Window.M5: Interval.M5,
    Window.M15: Interval.M15,
    Window.M30: Interval.M30,
    Window.M60: Interval.H1,
    Window.TODAY: Interval.D1,
}
"""The interval in progress that a window's projection is about"""


@dataclass(frozen=True)
class LivePlans:
    """The plans of the rows of one live answer."""

    board: Board
    tenant: str
    terms: PoliciesInForce
    times: Times
    slots: Mapping[RowKey, Sequence[Slot]]
    window: Window
    needs: Need

    def join(
        self, place: RowLayout, counted: SpanFigures, parts: Sequence[Parted]
    ) -> tuple[SpanFigures, list[Parted]]:
        """A row's figures and those of its parts, with their plans."""
        whole, parted = planned(
            counted, parts, self._plan, self.slots.get(place.row_key, ()), self.terms
        )
        if Need.REST not in self.needs or self.window is Window.TODAY:
            return whole, parted
        whole = self._so_far(whole, place.series_keys)
        if len(parted) == 1:
            return whole, [Parted(parted[0].policy, whole)]
        theirs = zip(parted, place.shares, strict=True)
        return whole, [
            Parted(part.policy, self._so_far(part.figures, share.series_keys))
            for part, share in theirs
        ]

    def _plan(self, slots: Sequence[Slot]) -> Plan:
        return plan_of(slots, self.times, self.came, self.needs)

    def came(self, slot: Slot) -> int:
        """How many contacts came in the queue, channel and time of a slot."""
        return self.board.offered(
            (self.tenant, slot.queue, slot.channel or None), Span(slot.begin, slot.end)
        )

    def _so_far(self, figures: SpanFigures, series_keys: Sequence[SeriesKey]) -> SpanFigures:
        return figures._replace(plan=replace(figures.plan, so_far=self.so_far(series_keys)))

    def so_far(self, series_keys: Sequence[SeriesKey]) -> SpanFigures:
        """What the interval in progress counted until now."""
        name = f"{self.window.value} in progress"
        return self.board.read_span(series_keys, self.times.rest, self.times.now, name).counted


class PlanQuestion(NamedTuple):
    """What the rows of a question are laid out by."""

    selection: Selection
    basis: DefinitionChoice


class _SlotsByRow(NamedTuple):
    """Slots by the row they are about, and what that holds for."""

    of: Sequence[Slot]
    in_force: InForce
    rows: Mapping[RowKey, Sequence[Slot]]


class PlanLayouts:
    """The forecasts of questions by row, sorted anew only when forecasts or definitions change."""

    def __init__(self) -> None:
        self._known: dict[PlanQuestion, _SlotsByRow] = {}

    def slots(
        self, asked: PlanQuestion, terms: PoliciesInForce, slots: Sequence[Slot]
    ) -> Mapping[RowKey, Sequence[Slot]]:
        """A tenant's slots by the row they are about."""
        known = self._known.get(asked)
        if known is None or known.of is not slots or known.in_force is not terms.in_force:
            if len(self._known) >= MOST:
                self._known.clear()
            rows = by_row(asked.selection, terms, slots)
            known = self._known[asked] = _SlotsByRow(slots, terms.in_force, rows)
        return known.rows


def live_times(window: Window, span: Span, now: int, zone: ZoneInfo) -> Times:
    """When the rows of a window are about; `span` is what the window covers now."""
    interval = IN_PROGRESS[window]
    return Times(
        span, Span(previous_edge(now, interval, zone), next_edge(now, interval, zone)), now
    )
