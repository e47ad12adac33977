"""Staffing now: how each queue fares with the agents it has, who lacks some, who has some to lend,
and what moving some would do.

board, forecasts ─► demand of each queue ─┐
agents' states ───► shared out by queue ──┴─► Erlang A ─► missing, to lend, before and after
"""

from dataclasses import dataclass

from floorpulse.board.domain.windows import Window
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.staffing.queues import (
    NoAgentsError,
    StaffedFloor,
    StaffedQueue,
    TooManyError,
)
from floorpulse.figures.staffing.reading import staffed_floor
from floorpulse.figures.tenant_view import Floors
from floorpulse.kpis.formulas.lending import Prediction


@dataclass(frozen=True)
class WhatIf:
    """Both sides of a move of agents, as they are and as they would be."""

    floor: StaffedFloor
    giver: StaffedQueue
    taker: StaffedQueue
    giver_after: Prediction
    taker_after: Prediction


@dataclass(frozen=True)
class Move:
    """So many agents of `giver` to `taker`; `window` is what came lately."""

    giver: str
    taker: str
    agents: int
    window: Window = Window.M30


class Staffing:
    """Answers from the board, the forecasts in memory and the agents' states."""

    def __init__(self, floors: Floors, live: LiveFigures) -> None:
        self._floors = floors
        self._live = live

    async def floor(self, tenant: str, window: Window = Window.M30) -> StaffedFloor:
        """All queues of a tenant's floor; `window` is what came lately.

        NoAgentsError where no agent is known.
        """
        view = self._floors.view(tenant)
        found = await staffed_floor(self._live, view, window)
        if found is None:
            raise NoAgentsError
        return found

    async def what_if(self, tenant: str, move: Move) -> WhatIf:
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
            giver.with_agents(giver.agents - move.agents),
            taker.with_agents(taker.agents + move.agents),
        )
