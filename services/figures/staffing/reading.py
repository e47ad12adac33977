"""Reads a floor's staffing: what each queue must expect, from the board and the forecasts in
memory, and who is there for it, from the agents' states.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import fsum
from typing import NamedTuple

from floorpulse.board.domain.series import QueueChannel, SeriesKey
from floorpulse.board.domain.windows import MINUTE, Span, Window, span_of
from floorpulse.contracts.cells import HANDLING, Cell
from floorpulse.figures.by_policy import by_policy
from floorpulse.figures.forecasts.in_force import Part, begin_of, part, touching
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce
from floorpulse.figures.staffing.allocation import shared_out
from floorpulse.figures.staffing.arrivals import AN_HOUR, Lately, expected_arrivals
from floorpulse.figures.staffing.queues import HandleTime, StaffedFloor, StaffedQueue
from floorpulse.figures.tenant_view import TenantView
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.formulas.planning import AT_WORK
from floorpulse.kpis.plan import Slot
from floorpulse.kpis.policies import ServiceLevelPolicy

AHEAD = 30 * MINUTE
"""How far ahead the forecast is looked at"""
ENOUGH = 10
"""Completed contacts from which on their mean handle time is believed rather than the forecast's"""
AT_ONCE = 10
"""Queues worked out in one turn of the loop: less than a millisecond"""


class _SlotPart(NamedTuple):
    """A slot, and what of it lies in a span."""

    slot: Slot
    mine: Part


@dataclass(frozen=True)
class _Reading:
    """What a queue's demand is read from, of one moment."""

    view: TenantView
    window: Window
    span: Span
    terms: PoliciesInForce
    slots: Mapping[str, list[Slot]]

    @property
    def past(self) -> Span:
        """The part of the window that has passed."""
        return Span(self.span.begin, self.view.as_of)

    @property
    def ahead(self) -> Span:
        """The time to come that is looked at."""
        return Span(self.view.as_of, self.view.as_of + AHEAD)


async def staffed_floor(live: LiveFigures, view: TenantView, window: Window) -> StaffedFloor | None:
    """All queues of a floor with their agents; `window` is what came lately. None where nobody who
    serves a queue is at work, as far as states were told.
    """
    groups = live.staff.by_queue(view.tenant, view.as_of).groups(AT_WORK)
    if not groups:
        return None
    queues: dict[str, StaffedQueue] = {}
    unknown: set[str] = set()
    reading = _reading(live, view, window)
    known = groupby(view.board.queue_channels(view.tenant, view.as_of), key=lambda one: one[1])
    listed = [(queue, list(theirs)) for queue, theirs in known]
    async for portion in live.turns.over(listed, AT_ONCE):
        for queue, theirs in portion:
            found = _queue(reading, queue, theirs)
            if found is None:
                unknown.add(queue)
            else:
                queues[queue] = found
    shares = shared_out(groups, {one.queue: one.demand.erlangs for one in queues.values()})
    there = Counter[str]()
    for mine in shares.values():
        there.update(mine)
    staffed = {name: replace(one, agents=there[name]) for name, one in queues.items()}
    return StaffedFloor(view.as_of, window, staffed, frozenset(unknown), shares)


def _reading(live: LiveFigures, view: TenantView, window: Window) -> _Reading:
    span = span_of(window, view.as_of, view.board.rules.pane, view.zone)
    slots: dict[str, list[Slot]] = {}
    for slot in live.forecast(view.tenant):
        if slot.end > span.begin and slot.begin < view.as_of + AHEAD:
            slots.setdefault(slot.queue, []).append(slot)
    for mine in slots.values():
        mine.sort(key=begin_of)
    return _Reading(view, window, span, AS_IN_FORCE.terms(view.known, span.begin), slots)


def _queue(
    reading: _Reading, queue: str, queue_channels: list[QueueChannel]
) -> StaffedQueue | None:
    """A queue's demand, without agents yet; None where its handle time is not known."""
    view = reading.view
    board = view.board
    whole: SeriesKey = view.tenant, queue, None
    counted = SpanFigures(board.cells([whole], reading.span, reading.window.value))
    slots = reading.slots.get(queue, [])
    handled = counted.of(Cell.HANDLED)
    measured = counted.of(*HANDLING) / 1000 / handled if handled else None
    ahead = _parts(slots, reading.ahead)
    handle = _handle_time(measured, handled, ahead)
    if handle is None:
        return None
    past = reading.past
    before = _parts(slots, past)
    seconds = (past.end - past.begin) / 1000
    hourly = _rate(before)
    foreseen = None if hourly is None else hourly * seconds / AN_HOUR
    lately = Lately(counted.of(Cell.OFFERED), seconds, foreseen)
    arrivals = expected_arrivals(_rate(ahead), lately)
    policy = _policy(reading, queue_channels)
    if policy.by_visits:
        return None
    return StaffedQueue(queue, policy, arrivals, *handle)


def _policy(reading: _Reading, queue_channels: list[QueueChannel]) -> ServiceLevelPolicy:
    """The policy of the queue; where its channels have several, that under which most came."""
    parted = by_policy(reading.terms, queue_channels)
    if len(parted) == 1:
        return parted[0][0]
    board = reading.view.board
    came = [sum(board.offered(one, reading.span) for one in theirs) for _, theirs in parted]
    return parted[came.index(max(came))][0]


def _handle_time(
    measured: float | None, handled: int, ahead: Sequence[_SlotPart]
) -> tuple[float, HandleTime] | None:
    """Seconds a contact takes: measured on enough of them, else as forecast, else on the few."""
    forecast = _aht(ahead)
    if measured and (handled >= ENOUGH or forecast is None):
        return measured, HandleTime.MEASURED
    return None if not forecast else (forecast, HandleTime.FORECAST)


def _parts(slots: Sequence[Slot], span: Span) -> list[_SlotPart]:
    return [_SlotPart(slot, part(slot, span)) for slot in touching(slots, span)]


def _aht(known: Sequence[_SlotPart]) -> float | None:
    volume = fsum([mine.volume for _, mine in known])
    return fsum([mine.volume * slot.aht for slot, mine in known]) / volume if volume else None


def _rate(known: Sequence[_SlotPart]) -> float | None:
    """Contacts an hour: of each channel over the time that is forecast, all together."""
    if not known:
        return None
    by_channel: dict[str, list[Part]] = {}
    for slot, mine in known:
        by_channel.setdefault(slot.channel, []).append(mine)
    rates = [
        1000 * AN_HOUR * fsum(one.volume for one in mine) / sum(one.end - one.begin for one in mine)
        for mine in by_channel.values()
    ]
    return fsum(rates)


SMALL = 50
"""So few queues are read anew whenever somebody asks"""
AWHILE = 30_000
"""Milliseconds for which a larger floor's staffing is believed"""


class StaffKeptAwhile:
    """The staffing of floors for whoever asks every second."""

    def __init__(self, live: LiveFigures) -> None:
        self._live = live
        self._known: dict[str, tuple[int, StaffedFloor | None]] = {}

    async def floor(self, view: TenantView) -> StaffedFloor | None:
        """A floor's staffing, of now or of up to half a minute ago."""
        known = self._known.get(view.tenant)
        if known is None or not 0 <= view.as_of - known[0] < AWHILE or _small(known[1]):
            found = await staffed_floor(self._live, view, Window.M30)
            known = self._known[view.tenant] = view.as_of, found
        return known[1]


def _small(floor: StaffedFloor | None) -> bool:
    return floor is None or len(floor.queues) <= SMALL
