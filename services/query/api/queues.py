"""The route of queues: who waits in them, and the state of their figures."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from floorpulse.figures.live.queues import Queues
from floorpulse.query.api import paging
from floorpulse.query.api.answers import AnswerPage, tagged_rows
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.past_instants import queues_then
from floorpulse.query.api.queue_bodies import QueuesAnswer, queue_row, timeless
from floorpulse.query.api.queue_groups import QueuesParameters
from floorpulse.query.api.repeated import Viewer
from floorpulse.query.api.schemas import UNCHANGED, answering
from floorpulse.query.api.seen import live_view_of
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS

decode_name = msgspec.msgpack.Decoder(str).decode

router = APIRouter(route_class=MeasuredRoute, tags=["figures"])


@router.get(
    "/v1/queues",
    responses=READ_PROBLEMS | UNCHANGED | answering(QueuesAnswer),
    summary="Queues and who waits in them",
)
async def queues(
    request: Request,
    caller: Viewer,
    floor_queues: Annotated[Queues, Depends(use_case(Queues))],
    shared: Shared,
    asked: Annotated[QueuesParameters, Query()],
) -> Response:
    """Every queue of the floor with its live gauges and the state of its figures; `at` tells them
    as they stood.
    """
    accepted(request)
    view = live_view_of(shared, caller)
    chosen = asked.chosen(view)
    question = chosen, asked.at
    if asked.at is not None:
        floor_queues = await queues_then(request, chosen, asked.at)
    after = place_of(asked.cursor, question, decode_name)
    rows, more = await floor_queues.page(
        chosen, after, paging.rows_of_page(asked.limit, shared.limits)
    )
    told = [queue_row(row, view.zone) for row in rows]
    return await tagged_rows(
        request, AnswerPage(told, next_page(question, more), timeless), shared.turns
    )
