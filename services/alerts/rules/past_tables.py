"""What was stored by an instant of the past: since when the floor was known, forecasts that had
been uploaded by then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from floorpulse.board.domain.positions import Position
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.figures.forecasts.in_force import NO_FORECASTS, Forecasts, in_force
from floorpulse.figures.forecasts.keeper import AROUND, ForecastStore, Upload
from floorpulse.figures.ports import (
    AgentHistory,
    PaneHistory,
    VisitHistory,
)
from floorpulse.figures.selection import Selection
from floorpulse.kpis.plan import Slot

Clock = Callable[[], int]
DAY = 24 * HOUR
DAYS_AT_ONCE = 7
"""Days of which it is asked at once whether the floor was known"""


@dataclass(frozen=True)
class PastTables:
    """The tables that a floor of the past is made from."""

    visits: VisitHistory
    agents: AgentHistory
    panes: PaneHistory
    forecasts: ForecastStore


class NoPositions:
    """A `Positions` where nothing is known: whether a row is final is not asked of the past."""

    async def positions(self) -> list[Position]:
        """None."""
        return []


async def known_since(panes: PaneHistory, selection: Selection, span: Span) -> int:
    """The begin of the first day in `span`, counted from its begin, on which the floor had any
    contact; its end where it had none. Milliseconds.
    """
    for some in _pieces(span, DAYS_AT_ONCE * DAY):
        if await panes.queue_channels(selection, some):
            for day in _pieces(some, DAY):
                if await panes.queue_channels(selection, day):
                    return day.begin
    return span.end


def _pieces(span: Span, size: int) -> Iterator[Span]:
    for begin in range(span.begin, span.end, size):
        yield Span(begin, min(span.end, begin + size))


class ForecastsByThen:
    """The forecasts of one tenant as they stood: a version counts from its upload on, the first of
    all ever since, so that history which was loaded later has a forecast too.
    """

    def __init__(
        self, tenant: str, uploads: Sequence[Upload], slots: Mapping[int, Sequence[Slot]]
    ) -> None:
        """`uploads` in the order of their versions, `slots` those of each."""
        self._tenant = tenant
        self._uploads = uploads
        self._slots = slots
        self._counted = 0
        self._current = NO_FORECASTS

    def at(self, now: int) -> Forecasts:
        """What stood at an instant."""
        counted = sum(one.uploaded_at <= now for one in self._uploads)
        counted = max(counted, min(1, len(self._uploads)))
        if counted != self._counted:
            versions = self._uploads[:counted]
            known = [slot for one in versions for slot in self._slots[one.version]]
            self._counted = counted
            self._current = {self._tenant: in_force(known)}
        return self._current


async def forecasts_by_then(store: ForecastStore, tenant: str, span: Span) -> ForecastsByThen:
    """The forecasts that mattered at some instant of a span."""
    around = Span(span.begin - AROUND, span.end + AROUND)
    uploads = sorted(await store.uploads(tenant), key=lambda one: one.version)
    touching = [one for one in uploads if one.begin < around.end and one.until > around.begin]
    slots = {one.version: await store.of_version(tenant, one.version, around) for one in touching}
    return ForecastsByThen(tenant, touching, slots)
