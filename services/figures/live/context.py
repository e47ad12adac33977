"""The question of a live answer, and the context in which its rows are computed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.windows import Span, Window, span_of
from floorpulse.contracts.cells import Cell
from floorpulse.figures.by_policy import Parted
from floorpulse.figures.live.layout import RowLayout
from floorpulse.figures.live.plans import LivePlans
from floorpulse.figures.live.written import FrameText, frame_text
from floorpulse.figures.lookup.looked_up import LookedUp
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.rows import Frame, Question
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.by_queue import StaffByQueue
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.visit_waits import Clocks
from floorpulse.kpis.figures import SpanFigures, Staff
from floorpulse.kpis.inputs import Need

EVER = Span(0, 1 << 62)


@dataclass(frozen=True)
class LiveQuery:
    """What a live answer is asked for."""

    selection: Selection
    window: Window
    question: Question


@dataclass(frozen=True)
class LiveContext:
    """The context of a live answer at an instant: its question, the tenant's floor, the policies in
    force, what was looked up.
    """

    query: LiveQuery
    view: TenantView
    as_of: int
    span: Span
    frame: Frame
    terms: PoliciesInForce
    found: LookedUp
    staff_by_queue: StaffByQueue
    plans: LivePlans | None

    @property
    def needs(self) -> Need:
        """What must be looked up beside panes."""
        return self.query.question.needs

    @cached_property
    def sum_name(self) -> str:
        """The name of the running sums that are read: those of a window that begins with a change
        stand beside those of the whole window.
        """
        window = self.query.window
        view = self.view
        whole = span_of(window, self.as_of, view.board.rules.pane, view.zone)
        return window.value if self.span == whole else f"{window.value} cut"

    @cached_property
    def text(self) -> FrameText:
        """The frame as the JSON of all rows has it."""
        return frame_text(self.frame)


@dataclass(frozen=True)
class LiveRowSource:
    """What live figures know of a row in their own way: a `RowSource`."""

    context: LiveContext
    place: RowLayout

    def handled_before(self) -> int:
        """From the board, up to the current pane."""
        board = self.context.view.board
        return board.throughput(self.place.series_keys, self.context.as_of).get(Cell.HANDLED, 0)

    def staff_then(self) -> Staff:
        """Who is there now."""
        return self.context.staff_by_queue.together(self.place.queues)

    def waits_in_hours(self) -> tuple[int, ...] | None:
        """Of those who wait now, by the calendars of their queues; folded queues have several."""
        context = self.context
        view = context.view
        clocks = Clocks(view.known, view.zone)
        found: list[int] = []
        for one in (one for share in self.place.shares for one in share.queue_channels):
            waits = view.board.waits([one], EVER, context.as_of)
            if waits and one[1] == OTHER:
                return None
            found += [clocks.wait(one[1], context.as_of - wait, wait) for wait in waits]
        return tuple(found)

    def planned(
        self, counted: SpanFigures, parts: Sequence[Parted]
    ) -> tuple[SpanFigures, Sequence[Parted]]:
        """With the plan of the interval in progress."""
        plans = self.context.plans
        return (counted, parts) if plans is None else plans.join(self.place, counted, parts)


class LiveContexts:
    """The contexts of an answer: of now, and of the last words of sources that are silent."""

    def __init__(self, look: Callable[[int], Awaitable[LiveContext]], view: TenantView) -> None:
        self._look = look
        self._view = view
        self._known: dict[int, LiveContext] = {}

    async def at(self, as_of: int) -> LiveContext:
        """The context of an instant."""
        known = self._known.get(as_of)
        if known is None:
            known = self._known[as_of] = await self._look(as_of)
        return known

    async def of(self, place: RowLayout) -> LiveContext:
        """The context of a row: rows of silent sources speak of an earlier instant."""
        view = self._view
        if not view.silent.standing:
            return self._known[view.as_of]
        queues = place.queues or {
            queue for _, queue, _ in view.board.queue_channels(view.tenant, view.as_of)
        }
        return await self.at(view.silent.as_of(queues, view.as_of))
