"""The route of corrections: figures that changed after they were final."""

from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from floorpulse.figures.corrections import figures as correcting
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.corrections.rows import COLUMNS as CORRECTION_COLUMNS
from floorpulse.query.api import paging
from floorpulse.query.api.answers import rows_answer
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.repeated import Viewer
from floorpulse.query.api.schemas import CorrectionsAnswer, answering, loaded_history
from floorpulse.query.api.seen import view_of
from floorpulse.query.api.sheets import Sheet
from floorpulse.query.api.taken import file_answer
from floorpulse.query.api.visit_parameters import CorrectionParameters
from floorpulse.runtime.accept import JSON
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS

decode_correction_place = msgspec.msgpack.Decoder(correcting.CorrectionRowPlace).decode

router = APIRouter(route_class=MeasuredRoute, tags=["figures"])


@router.get(
    "/v1/corrections",
    responses=READ_PROBLEMS | answering(CorrectionsAnswer, files=True),
    summary="Figures that changed after they were final",
)
async def corrections(
    request: Request,
    caller: Viewer,
    changes: Annotated[Corrections, Depends(use_case(Corrections))],
    shared: Shared,
    asked: Annotated[CorrectionParameters, Query()],
) -> Response:
    """One row for each KPI of a queue's quarter hour that a late event changed: old, new, why,
    when; `format=csv` and `format=xlsx` give all pages as one file.
    """
    kind = asked.kind(request)
    question = asked.query(view_of(shared, caller))
    after = place_of(asked.cursor, question, decode_correction_place)
    limit = paging.rows_of_page(asked.limit, shared.limits)
    rows, more = await changes.page(question, after, limit)
    shared.counted("/v1/corrections", len(rows))
    if kind != JSON:
        further = paging.further(partial(changes.page, question), more, shared.limits.rows)
        sheet = Sheet("corrections", CORRECTION_COLUMNS, question.zone)
        return await file_answer(rows, further, sheet, (kind, asked.arranged), shared.turns)
    loaded = {"loaded": loaded_history(await changes.arrived(question))}
    return await rows_answer(rows, next_page(question, more), shared.turns, beside=loaded)
