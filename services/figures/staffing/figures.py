"""Staffing now: how each queue fares with the agents it has, who lacks some, who has some to lend,
and what moving some would do.

board, forecasts ─► demand of each queue ─┐
agents' states ───► shared out by queue ──┴─► Erlang A ─► missing, to lend, before and after
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from math import fsum

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import MINUTE, Span, Window, span_of
from floorpulse.contracts.cells import Cell
from floorpulse.figures.by_policy import by_policy
from floorpulse.figures.forecasts.in_force import Forecasts, begin_of, cut, touching
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce
from floorpulse.figures.staffing.allocation import Shares, shared_out
from floorpulse.figures.staffing.arrivals import (
    AN_HOUR,
    ExpectedArrivals,
    Lately,
    expected_arrivals,
)
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.kpis.formulas.lending import Demand, Prediction, predicted, required
from floorpulse.kpis.formulas.planning import AT_WORK, HANDLE
from floorpulse.kpis.plan import Slot
from floorpulse.kpis.policies import ServiceLevelPolicy

AHEAD = 30 * MINUTE
"""How far ahead the forecast is looked at"""
ENOUGH = 10
"""Completed contacts from which on their mean handle time is believed rather than the forecast's"""
AT_ONCE = 10
"""Queues worked out in one turn of the loop: less than a millisecond"""


class HandleTime(StrEnum):
    """Where a handle time comes from."""

    MEASURED = "measured"
    FORECAST = "forecast"


@dataclass(frozen=True)
class StaffedQueue:
    """A queue with its agents: what is expected, and how it fares. `aht` is seconds.

    `required` agents keep its promise; `spare` is how many it could do without (0 where it has too
    few), `missing` how many it lacks.
    """

    queue: str
    policy: ServiceLevelPolicy
    arrivals: ExpectedArrivals
    aht: float
    aht_basis: HandleTime
    now: Prediction
    required: int

    @property
    def demand(self) -> Demand:
        """What comes to it."""
        return Demand(self.arrivals.expected / AN_HOUR, self.aht)

    @property
    def spare(self) -> int:
        """Agents beyond those it requires."""
        return max(0, self.now.agents - self.required)

    @property
    def missing(self) -> int:
        """Agents that it lacks."""
        return max(0, self.required - self.now.agents)

    def with_agents(self, agents: int) -> Prediction:
        """How it would fare with so many."""
        return predicted(self.demand, agents, self.policy)

    def keeps(self, outlook: Prediction) -> bool:
        """Whether its promise is kept so; nothing can break it where nothing comes."""
        return outlook.service_level is None or outlook.service_level >= self.policy.target


class NotReckonedError(Exception):
    """A question that cannot be answered: `title` is the kind of trouble, the message says what is
    wrong and what to do.
    """

    title = "Nothing to reckon with"


class NoAgentsError(NotReckonedError):
    """Nobody's state was told."""

    title = "No agents known"

    def __init__(self) -> None:
        super().__init__(
            "no agent who serves a queue is at work, as far as states were told; send agent.state "
            "events with the queues that each agent serves"
        )


class TooManyError(NotReckonedError):
    """More agents are to be moved than are there."""

    title = "More agents than there are"


@dataclass(frozen=True)
class StaffedFloor:
    """All queues of a floor for which staffing can be reckoned, with their agents.

    `unknown` are queues without a handle time, neither measured nor forecast.
    """

    as_of: int
    window: Window
    queues: Mapping[str, StaffedQueue]
    unknown: frozenset[str]
    shares: Shares

    def queue(self, name: str) -> StaffedQueue:
        """The queue of that name; NotReckonedError where nothing can be said of it."""
        known = self.queues.get(name)
        if known is not None:
            return known
        if name in self.unknown:
            detail = (
                f"{name}: no contact was completed in the last {self.window.value} and none is "
                "forecast, so its handle time is not known; ask for a longer window=, or upload a "
                "forecast"
            )
        else:
            detail = f"{name}: nothing came lately and nobody waits; ask when contacts come"
        raise NotReckonedError(detail)

    def movable(self, giver: str, taker: str) -> int:
        """Agents who are counted for `giver` and do not serve `taker` already."""
        return sum(
            shares.get(giver, 0) for skills, shares in self.shares.items() if taker not in skills
        )

    def lendable(self, giver: StaffedQueue, taker: str) -> int:
        """How many agents a queue can lend without breaking its own promise."""
        return min(giver.spare, self.movable(giver.queue, taker))

    def lenders(self, taker: str) -> list[tuple[StaffedQueue, int]]:
        """The queues that can lend somebody to `taker`, those with most first."""
        found = [
            (one, self.lendable(one, taker)) for one in self.queues.values() if one.queue != taker
        ]
        able = [(one, number) for one, number in found if number]
        return sorted(able, key=lambda pair: (-pair[1], pair[0].queue))


@dataclass(frozen=True)
class WhatIf:
    """Both sides of a move of agents, as they are and as they would be."""

    floor: StaffedFloor
    giver: StaffedQueue
    taker: StaffedQueue
    giver_after: Prediction
    taker_after: Prediction


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


class Staffing:
    """Answers from the board, the forecasts in memory and the agents' states."""

    def __init__(
        self, floors: Floors, live: LiveFigures, turns: Turns, forecasts: Callable[[], Forecasts]
    ) -> None:
        self._floors = floors
        self._live = live
        self._turns = turns
        self._forecasts = forecasts

    async def floor(self, tenant: str, window: Window = Window.M30) -> StaffedFloor:
        """All queues of a tenant's floor; `window` is what came lately.

        NoAgentsError where no agent is known.
        """
        view = self._floors.view(tenant)
        groups = self._live.staff_by_queue(tenant, view.as_of).groups(AT_WORK)
        if not groups:
            raise NoAgentsError
        queues: dict[str, StaffedQueue] = {}
        unknown: set[str] = set()
        reading = self._reading(view, window)
        known = groupby(view.board.queue_channels(tenant, view.as_of), key=lambda one: one[1])
        listed = [(queue, list(theirs)) for queue, theirs in known]
        async for portion in self._turns.over(listed, AT_ONCE):
            for queue, theirs in portion:
                found = _queue(reading, queue, theirs)
                if found is None:
                    unknown.add(queue)
                else:
                    queues[queue] = found
        shares = shared_out(groups, {one.queue: one.demand.erlangs for one in queues.values()})
        staffed: dict[str, StaffedQueue] = {}
        async for some in self._turns.over(queues.values(), AT_ONCE):
            staffed.update((one.queue, _staffed(one, shares)) for one in some)
        return StaffedFloor(view.as_of, window, staffed, frozenset(unknown), shares)

    async def what_if(self, tenant: str, move: "Move") -> WhatIf:
        """Both sides of a move; NotReckonedError where it cannot be made or reckoned."""
        floor = await self.floor(tenant, move.window)
        giver = floor.queue(move.giver)
        taker = floor.queue(move.taker)
        there = floor.movable(move.giver, move.taker)
        if move.agents > there:
            detail = (
                f"{move.giver} has {there} agents at work who do not serve {move.taker} already; "
                f"{move.agents} cannot be lent"
            )
            raise TooManyError(detail)
        return WhatIf(
            floor,
            giver,
            taker,
            giver.with_agents(giver.now.agents - move.agents),
            taker.with_agents(taker.now.agents + move.agents),
        )

    def _reading(self, view: TenantView, window: Window) -> _Reading:
        span = span_of(window, view.as_of, view.board.rules.pane, view.zone)
        slots: dict[str, list[Slot]] = {}
        for slot in self._forecasts().get(view.tenant, ()):
            if slot.end > span.begin and slot.begin < view.as_of + AHEAD:
                slots.setdefault(slot.queue, []).append(slot)
        for mine in slots.values():
            mine.sort(key=begin_of)
        return _Reading(view, window, span, AS_IN_FORCE.terms(view.known, span.begin), slots)


@dataclass(frozen=True)
class Move:
    """So many agents of `giver` to `taker`; `window` is what came lately."""

    giver: str
    taker: str
    agents: int
    window: Window = Window.M30


def _queue(
    reading: _Reading, queue: str, queue_channels: list[QueueChannel]
) -> StaffedQueue | None:
    """A queue's demand, without agents yet; None where its handle time is not known."""
    view = reading.view
    board = view.board
    counted = board.read(queue_channels, reading.window, view.as_of, view.zone).counted
    slots = reading.slots.get(queue, [])
    handled = counted.of(Cell.HANDLED)
    measured = counted.of(*HANDLE) / 1000 / handled if handled else None
    ahead = [cut(slot, reading.ahead) for slot in touching(slots, reading.ahead)]
    handle = _handle_time(measured, handled, ahead)
    if handle is None:
        return None
    past = reading.past
    before = [cut(slot, past) for slot in touching(slots, past)]
    seconds = (past.end - past.begin) / 1000
    hourly = _rate(before)
    foreseen = None if hourly is None else hourly * seconds / AN_HOUR
    lately = Lately(counted.of(Cell.OFFERED), seconds, foreseen)
    arrivals = expected_arrivals(_rate(ahead), lately)
    policy = _policy(reading, queue_channels)
    nobody = predicted(Demand(arrivals.expected / AN_HOUR, handle[0]), 0, policy)
    needed = required(Demand(arrivals.expected / AN_HOUR, handle[0]), policy)
    return StaffedQueue(queue, policy, arrivals, handle[0], handle[1], nobody, needed)


def _staffed(queue: StaffedQueue, shares: Shares) -> StaffedQueue:
    agents = sum(mine.get(queue.queue, 0) for mine in shares.values())
    return replace(queue, now=queue.with_agents(agents))


def _policy(reading: _Reading, queue_channels: list[QueueChannel]) -> ServiceLevelPolicy:
    """The policy of the queue; where its channels have several, that under which most came."""
    parted = by_policy(reading.terms, queue_channels)
    if len(parted) == 1:
        return parted[0][0]
    board = reading.view.board
    came = [sum(board.offered(one, reading.span) for one in theirs) for _, theirs in parted]
    return parted[came.index(max(came))][0]


def _handle_time(
    measured: float | None, handled: int, ahead: Iterable[Slot]
) -> tuple[float, HandleTime] | None:
    """Seconds a contact takes: measured on enough of them, else as forecast, else on the few."""
    forecast = _aht(list(ahead))
    if measured and (handled >= ENOUGH or forecast is None):
        return measured, HandleTime.MEASURED
    return None if not forecast else (forecast, HandleTime.FORECAST)


def _aht(slots: list[Slot]) -> float | None:
    volume = fsum(slot.volume for slot in slots)
    return fsum(slot.volume * slot.aht for slot in slots) / volume if volume else None


def _rate(slots: list[Slot]) -> float | None:
    """Contacts an hour: of each channel over the time that is forecast, all together."""
    if not slots:
        return None
    by_channel: dict[str, list[Slot]] = {}
    for slot in slots:
        by_channel.setdefault(slot.channel, []).append(slot)
    rates = [
        1000 * AN_HOUR * fsum(one.volume for one in mine) / sum(one.end - one.begin for one in mine)
        for mine in by_channel.values()
    ]
    return fsum(rates)
