"""The routes of staffing: what moving agents would do, and who has some to lend."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from pydantic import Field

from floorpulse.access.parameters import Parameters
from floorpulse.board.domain.windows import Window
from floorpulse.figures.staffing.arrivals import Basis
from floorpulse.figures.staffing.figures import Move, Staffing, WhatIf
from floorpulse.figures.staffing.queues import (
    HandleTime,
    NotReckonedError,
    StaffedFloor,
    StaffedQueue,
)
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import Instant, text
from floorpulse.kpis.formulas.lending import Prediction
from floorpulse.query.api.asked import refuse_unknown_queues
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.repeated import Reader
from floorpulse.query.api.schemas import answering
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import READ_PROBLEMS, Problem
from floorpulse.runtime.tagged import NOT_STORED, json

router = APIRouter(route_class=MeasuredRoute, tags=["staffing"])


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue is expected to fare with so many agents (Erlang A, steady state)."""

    agents: Annotated[int, Meta(description="agents at work for it", examples=[40])]
    service_level: Annotated[
        float | None, Meta(description="null: nothing is expected to come", examples=[0.61])
    ]
    wait: Annotated[float, Meta(description="mean wait of all contacts, seconds", examples=[24.5])]
    abandonment: Annotated[float, Meta(description="share that gives up", examples=[0.12])]
    occupancy: Annotated[
        float | None, Meta(description="share of time busy; null: nobody there", examples=[0.97])
    ]
    keeps_promise: Annotated[bool, Meta(description="service level at its target or above")]


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts an hour."""

    forecast: Annotated[
        float | None,
        Meta(description="of the half hour to come; null: none is in force", examples=[410.0]),
    ]
    measured: Annotated[float, Meta(description="came in the window", examples=[530.0])]
    expected: Annotated[float, Meta(description="what is reckoned with", examples=[540.0])]
    basis: Annotated[
        Basis,
        Meta(
            description="forecast_scaled: the forecast times came / forecast of the window; "
            "forecast: too few came to compare; measured: nothing was forecast"
        ),
    ]


class StaffedSide(msgspec.Struct, frozen=True, kw_only=True):
    """A queue, what is expected of it, and how it fares with the agents it has."""

    queue: Annotated[str, Meta(examples=["orders"])]
    definition: Annotated[str, Meta(description="its policy", examples=["voice@1"])]
    target: Annotated[float, Meta(description="promised service level", examples=[0.8])]
    patience: Annotated[int, Meta(description="seconds, as the policy says", examples=[130])]
    arrivals: Arrivals
    aht: Annotated[float, Meta(description="handle time, seconds", examples=[248.0])]
    aht_basis: Annotated[HandleTime, Meta(description="measured in the window, or forecast")]
    required: Annotated[int, Meta(description="fewest agents that keep the promise", examples=[44])]
    missing: Annotated[int, Meta(description="agents that it lacks", examples=[4])]
    spare: Annotated[int, Meta(description="agents beyond those it requires", examples=[0])]
    before: Outlook


class MovedSide(StaffedSide, frozen=True, kw_only=True):
    """The same, and how it would fare after the move."""

    after: Outlook


class WhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of a move of agents, before and after."""

    agents: Annotated[int, Meta(description="moved", examples=[3])]
    giver: Annotated[MovedSide, Meta(description="the queue of `from`")]
    taker: Annotated[MovedSide, Meta(description="the queue of `to`")]
    lendable: Annotated[
        int,
        Meta(description="how many it could lend without breaking its own promise", examples=[6]),
    ]
    as_of: Instant


class LenderRow(StaffedSide, frozen=True, kw_only=True):
    """A queue that has agents to lend, and how it would fare without them."""

    lendable: Annotated[int, Meta(description="without breaking its own promise", examples=[6])]
    after: Outlook


class LendableAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who lacks agents, and who has some to lend."""

    to: StaffedSide
    rows: Annotated[list[LenderRow], Meta(description="those that can lend most first")]
    as_of: Instant


WINDOW = Field(description="what came lately: the window that rates and handle times are read of")


class WhatIfParameters(Parameters):
    """Parameters of a move."""

    giver: Annotated[
        str, Field(alias="from", max_length=128, description="a queue", examples=["chat"])
    ]
    taker: Annotated[
        str, Field(alias="to", max_length=128, description="another queue", examples=["orders"])
    ]
    agents: Annotated[int, Field(ge=1, le=100_000, description="agents to move", examples=[3])]
    window: Annotated[Window, WINDOW] = Window.M30

    def move(self, view: TenantView) -> Move:
        """The move; problems 422."""
        self.refuse_unknown()
        refuse_unknown_queues(view, [self.giver, self.taker])
        if self.giver == self.taker:
            detail = f"from and to are both {self.giver}; name two queues"
            raise Problem(422, "No move", detail)
        return Move(self.giver, self.taker, self.agents, self.window)


class LendableParameters(Parameters):
    """Parameters of who can lend."""

    taker: Annotated[
        str, Field(alias="to", max_length=128, description="a queue", examples=["orders"])
    ]
    window: Annotated[Window, WINDOW] = Window.M30


Reckoning = Annotated[Staffing, Depends(use_case(Staffing))]


@router.get(
    "/v1/staffing/what-if",
    responses=READ_PROBLEMS | answering(WhatIfAnswer),
    summary="What moving agents would do",
)
async def what_if(
    request: Request,
    caller: Reader,
    staffing: Reckoning,
    shared: Shared,
    asked: Annotated[WhatIfParameters, Query()],
) -> Response:
    """Both queues before and after the move, by Erlang A on what is expected to come in the next
    half hour.

    A queue with no forecast in force is reckoned with what came in the window, and says so.
    """
    accepted(request)
    view = shared.floors.view(caller.tenant)
    move = asked.move(view)
    try:
        answer = await staffing.what_if(caller.tenant, move)
    except NotReckonedError as wrong:
        raise Problem(422, wrong.title, str(wrong)) from wrong
    return json(_what_if(answer, move, view), NOT_STORED)


@router.get(
    "/v1/staffing/lendable",
    responses=READ_PROBLEMS | answering(LendableAnswer),
    summary="Who has agents to lend",
)
async def lendable(
    request: Request,
    caller: Reader,
    staffing: Reckoning,
    shared: Shared,
    asked: Annotated[LendableParameters, Query()],
) -> Response:
    """How many agents a queue lacks, and which other queues can lend how many without breaking
    their own promise.
    """
    accepted(request)
    asked.refuse_unknown()
    view = shared.floors.view(caller.tenant)
    refuse_unknown_queues(view, [asked.taker])
    try:
        floor = await staffing.floor(caller.tenant, asked.window)
        taker = floor.queue(asked.taker)
    except NotReckonedError as wrong:
        raise Problem(422, wrong.title, str(wrong)) from wrong
    rows = [_lender(one, number) for one, number in floor.lenders(asked.taker)]
    as_of = text(floor.as_of, view.zone)
    return json(LendableAnswer(to=StaffedSide(**_side(taker)), rows=rows, as_of=as_of), NOT_STORED)


def _what_if(answer: WhatIf, move: Move, view: TenantView) -> WhatIfAnswer:
    floor: StaffedFloor = answer.floor
    giver = answer.giver
    taker = answer.taker
    return WhatIfAnswer(
        agents=move.agents,
        giver=MovedSide(**_side(giver), after=_outlook(giver, answer.giver_after)),
        taker=MovedSide(**_side(taker), after=_outlook(taker, answer.taker_after)),
        lendable=floor.lendable(giver, taker.queue),
        as_of=text(floor.as_of, view.zone),
    )


def _lender(queue: StaffedQueue, number: int) -> LenderRow:
    after = queue.with_agents(queue.agents - number)
    return LenderRow(**_side(queue), lendable=number, after=_outlook(queue, after))


def _side(queue: StaffedQueue) -> dict[str, Any]:
    arrivals = queue.arrivals
    return {
        "queue": queue.queue,
        "definition": queue.policy.name,
        "target": queue.policy.target,
        "patience": queue.policy.patience,
        "arrivals": Arrivals(
            forecast=arrivals.forecast,
            measured=arrivals.measured,
            expected=arrivals.expected,
            basis=arrivals.basis,
        ),
        "aht": queue.aht,
        "aht_basis": queue.aht_basis,
        "required": queue.required,
        "missing": queue.missing,
        "spare": queue.spare,
        "before": _outlook(queue, queue.now),
    }


def _outlook(queue: StaffedQueue, prediction: Prediction) -> Outlook:
    return Outlook(**prediction._asdict(), keeps_promise=queue.keeps(prediction))
