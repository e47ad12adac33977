"""The route of the pipeline: how far counting is behind."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from floorpulse.access.parameters import Parameters
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.pipeline_bodies import PipelineAnswer, pipeline_answer
from floorpulse.query.api.repeated import Reader
from floorpulse.query.api.schemas import answering
from floorpulse.query.pipeline.letters import LetterBox
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import READ_PROBLEMS
from floorpulse.runtime.tagged import NOT_STORED, json

router = APIRouter(route_class=MeasuredRoute, tags=["figures"])


@router.get(
    "/v1/pipeline",
    responses=READ_PROBLEMS | answering(PipelineAnswer),
    summary="How far counting is behind",
)
async def pipeline(
    request: Request,
    caller: Reader,
    counting: Annotated[Pipeline, Depends(use_case(Pipeline))],
    box: Annotated[LetterBox, Depends(use_case(LetterBox))],
    shared: Shared,
    asked: Annotated[Parameters, Query()],
) -> Response:
    """No lag means: everything accepted before this call is in every answer after it."""
    asked.refuse_unknown()
    accepted(request)
    board = shared.floors.board
    partitions = await counting.partitions()
    refused = box.counts(caller.tenant)
    body = pipeline_answer(partitions, board.folded(caller.tenant), refused, board.rules.zone)
    return json(body, NOT_STORED)
