"""The routes of KPIs: of a window up to now, and of any past span."""

from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from floorpulse.figures.history.figures import PastFigures, RowPlace
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.opened import LivePlace
from floorpulse.figures.rows import COLUMNS, LIVE_COLUMNS
from floorpulse.query.api import paging
from floorpulse.query.api.answers import figures, written_answer
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.parameters import HistoryParameters, LivePageParameters
from floorpulse.query.api.past_instants import figures_then
from floorpulse.query.api.repeated import RepeatedRoute, Viewer, keep
from floorpulse.query.api.schemas import UNCHANGED, HistoryAnswer, LiveAnswer, answering
from floorpulse.query.api.seen import live_view_of, view_of
from floorpulse.query.api.sheets import Sheet
from floorpulse.query.api.taken import file_answer
from floorpulse.runtime.accept import JSON
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS

LIVE = "/v1/kpis"
"""The path of live figures"""
decode_live_place = msgspec.msgpack.Decoder(LivePlace).decode
decode_row_place = msgspec.msgpack.Decoder(RowPlace).decode

live_router = APIRouter(route_class=RepeatedRoute, tags=["figures"])
router = APIRouter(route_class=MeasuredRoute, tags=["figures"])


@live_router.get(
    LIVE,
    responses=READ_PROBLEMS | UNCHANGED | answering(LiveAnswer, files=True),
    summary="Live figures",
)
async def live(
    request: Request,
    caller: Viewer,
    live_figures: Annotated[LiveFigures, Depends(use_case(LiveFigures))],
    shared: Shared,
    asked: Annotated[LivePageParameters, Query()],
) -> Response:
    """Figures of a window up to now; gauges are those of this moment whatever the window. `at`
    gives the same of a past instant; `format=csv` and `format=xlsx` give all pages as one file.
    """
    keep(request, asked)
    kind = asked.kind(request)
    question = asked.query(live_view_of(shared, caller))
    after = place_of(asked.cursor, (question, asked.at), decode_live_place)
    if asked.at is not None:
        live_figures = await figures_then(request, question, asked.at)
    limit = paging.rows_of_page(asked.limit, shared.limits)
    if kind != JSON:
        page = partial(live_figures.page, question)
        rows, more = await page(after, limit)
        shared.counted(LIVE, len(rows))
        further = paging.further(page, more, shared.limits.rows)
        zone = shared.floors.view(caller.tenant).zone
        sheet = Sheet("kpis", LIVE_COLUMNS, zone, question.question.ids)
        return await file_answer(rows, further, sheet, (kind, asked.arranged), shared.turns)
    written, more = await live_figures.written(question, after, limit)
    shared.counted(LIVE, written.size)
    fresh = live_figures.floors.seen_by(caller).freshness
    following = next_page((question, asked.at), more)
    return await written_answer(request, written, following, shared.turns, fresh)


@router.get(
    "/v1/kpis/history",
    responses=READ_PROBLEMS | UNCHANGED | answering(HistoryAnswer, files=True),
    summary="Figures of any past span",
)
async def history(
    request: Request,
    caller: Viewer,
    past: Annotated[PastFigures, Depends(use_case(PastFigures))],
    shared: Shared,
    asked: Annotated[HistoryParameters, Query()],
) -> Response:
    """Figures per interval of a calendar; `format=csv` and `format=xlsx` give all pages as one
    file.
    """
    kind = asked.kind(request)
    question = asked.query(view_of(shared, caller))
    after = place_of(asked.cursor, question, decode_row_place)
    limit = paging.rows_of_page(asked.limit, shared.limits)
    rows, more = await past.page(question, after, limit)
    shared.counted("/v1/kpis/history", len(rows))
    if kind != JSON:
        further = paging.further(partial(past.page, question), more, shared.limits.rows)
        sheet = Sheet("kpis", COLUMNS, question.zone, question.question.ids)
        return await file_answer(rows, further, sheet, (kind, asked.arranged), shared.turns)
    fresh = view_of(shared, caller).freshness
    return await figures(request, rows, next_page(question, more), shared.turns, fresh)
