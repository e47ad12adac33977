"""The routes of figures: parse, ask a use case, answer."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from floorpulse.access.http import AGENTS, forbidden, note_agents_read
from floorpulse.access.parameters import PLAIN, Parameters
from floorpulse.figures.corrections import figures as correcting
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.corrections.rows import COLUMNS as CORRECTION_COLUMNS
from floorpulse.figures.history.figures import PastFigures, RowPlace
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.opened import LivePlace
from floorpulse.figures.live.queues import Queues
from floorpulse.figures.ports import Place
from floorpulse.figures.rows import COLUMNS, LIVE_COLUMNS
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.query.api import (
    agents,
    definitions,
    desk,
    forecasts,
    indicators,
    letters,
    operations,
    paging,
    sources,
    staffing,
    stream,
    targets,
    wall,
)
from floorpulse.query.api.answers import (
    AnswerPage,
    figures,
    rows_answer,
    tagged_rows,
    written_answer,
)
from floorpulse.query.api.asked import zone_of
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.parameters import HistoryParameters, LivePageParameters
from floorpulse.query.api.past_instants import figures_then, queues_then
from floorpulse.query.api.pipeline_bodies import PipelineAnswer, pipeline_answer
from floorpulse.query.api.queue_bodies import QueuesAnswer, queue_row, timeless
from floorpulse.query.api.queue_groups import QueuesParameters
from floorpulse.query.api.repeated import Reader, RepeatedRoute, Viewer, directly, keep
from floorpulse.query.api.schemas import (
    CorrectionsAnswer,
    HistoryAnswer,
    LiveAnswer,
    answering,
    loaded_history,
)
from floorpulse.query.api.seen import live_view_of, view_of
from floorpulse.query.api.sheets import Sheet
from floorpulse.query.api.taken import file_answer
from floorpulse.query.api.visit_bodies import (
    VISIT_COLUMNS,
    ContactAnswer,
    VisitsAnswer,
    contact_answer,
    visit_row,
)
from floorpulse.query.api.visit_parameters import (
    ContactParameters,
    CorrectionParameters,
    JourneyParameters,
    VisitParameters,
)
from floorpulse.query.pipeline.letters import LetterBox
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.runtime.accept import JSON, accepted
from floorpulse.runtime.cursors import cursor, place_of
from floorpulse.runtime.http import Application
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

PROBLEMS = described(401, 403, 406, 422, 503)
UNCHANGED: dict[int | str, dict[str, object]] = {
    304: {"description": "Not modified: the client has these very figures"}
}


LIVE = "/v1/kpis"
"""The path of live figures"""
VISITS_AT_ONCE = 50
"""Visits shown in one turn of the loop"""

decode_name = msgspec.msgpack.Decoder(str).decode
decode_live_place = msgspec.msgpack.Decoder(LivePlace).decode
decode_row_place = msgspec.msgpack.Decoder(RowPlace).decode
decode_correction_place = msgspec.msgpack.Decoder(correcting.CorrectionRowPlace).decode
decode_visit_place: Callable[[bytes], Place] = msgspec.msgpack.Decoder(Place).decode

figures_router = APIRouter(route_class=MeasuredRoute, tags=["figures"])
repeated_router = APIRouter(route_class=RepeatedRoute, tags=["figures"])


def install(app: Application) -> None:
    """All routes of the KPI API in `app`; a wall's usual question is answered directly."""
    app.include_router(router())
    app.answer_directly("GET", LIVE, directly(LIVE, live))


def router() -> APIRouter:
    """All routes of the KPI API; they read `app.state.query`, and what `floorpulse.access.http`
    reads.
    """
    routes = APIRouter()
    figures_of = (
        repeated_router,
        figures_router,
        indicators.router,
        agents.router,
        targets.router,
        forecasts.router,
        staffing.router,
        sources.router,
        letters.router,
        definitions.router,
    )
    for part in (*figures_of, stream.router, operations.router, *wall.routers, *desk.routers):
        routes.include_router(part)
    return routes


@figures_router.get(
    "/v1/queues",
    responses=PROBLEMS | UNCHANGED | answering(QueuesAnswer),
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
        request, AnswerPage(told, _following(question, more), timeless), shared.turns
    )


@repeated_router.get(
    LIVE,
    responses=PROBLEMS | UNCHANGED | answering(LiveAnswer, files=True),
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
    following = _following((question, asked.at), more)
    return await written_answer(request, written, following, shared.turns, fresh)


@figures_router.get(
    "/v1/kpis/history",
    responses=PROBLEMS | UNCHANGED | answering(HistoryAnswer, files=True),
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
    return await figures(request, rows, _following(question, more), shared.turns, fresh)


def _following(question: object, more: object) -> str | None:
    return None if more is None else cursor(question, more)


@figures_router.get(
    "/v1/corrections",
    responses=PROBLEMS | answering(CorrectionsAnswer, files=True),
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
    return await rows_answer(rows, _following(question, more), shared.turns, beside=loaded)


@figures_router.get(
    "/v1/visits",
    responses=PROBLEMS | answering(VisitsAnswer, files=True),
    summary="The contacts behind a number",
)
async def visits(
    request: Request,
    caller: Viewer,
    drilldown: Annotated[Drilldown, Depends(use_case(Drilldown))],
    shared: Shared,
    asked: Annotated[VisitParameters, Query()],
) -> Response:
    """Visits in the order of their offers, each judged under the definition; `format=csv` and
    `format=xlsx` give all pages as one file.
    """
    if asked.agent is not None and AGENTS not in caller.scopes:
        raise forbidden(AGENTS)
    if AGENTS in caller.scopes:
        note_agents_read(request, caller)
    kind = asked.kind(request)
    view = view_of(shared, caller)
    question = asked.query(view)
    zone = asked.zone(view)
    after = place_of(asked.cursor, question, decode_visit_place)
    limit = paging.visits_of_page(asked.limit, shared.limits)
    found, more = await drilldown.page(question, after, limit)
    shared.counted("/v1/visits", len(found))
    shown = partial(visit_row, zone=zone, agents=AGENTS in caller.scopes)
    if kind != JSON:
        further = paging.further(partial(drilldown.page, question), more, shared.limits.most_visits)
        sheet = Sheet("visits", VISIT_COLUMNS, zone)
        pages = (list(map(shown, page)) async for page in further)
        first = list(map(shown, found))
        return await file_answer(first, pages, sheet, (kind, asked.arranged), shared.turns)
    rows = [
        row
        async for portion in shared.turns.over(found, VISITS_AT_ONCE)
        for row in map(shown, portion)
    ]
    return await rows_answer(rows, _following(question, more), shared.turns)


@figures_router.get(
    "/v1/contacts/{contact:path}",
    responses=described(401, 403, 404, 406, 422, 503) | answering(ContactAnswer),
    summary="One contact from queue to queue",
)
async def contact(
    request: Request,
    caller: Viewer,
    drilldown: Annotated[Drilldown, Depends(use_case(Drilldown))],
    shared: Shared,
    contact: Annotated[
        str,
        Path(
            max_length=256,
            pattern=PLAIN,
            description="its id, as its source told it",
            examples=["1794355230.17"],
        ),
    ],
    asked: Annotated[ContactParameters, Query()],
) -> Response:
    """One contact as a whole: what became of it, how long it waited in all, and all its stays in
    the order of their offers, each judged under its queue's own definition.
    """
    asked.refuse_unknown()
    accepted(request)
    if AGENTS in caller.scopes:
        note_agents_read(request, caller)
    view = view_of(shared, caller)
    zone = zone_of(asked.tz, view)
    found = await drilldown.journey(view, contact)
    if not found:
        detail = (
            f"contact={contact} has no visit: none was told yet, or its month was deleted by "
            "retention"
        )
        raise Problem(404, "Unknown contact", detail)
    answer = contact_answer(found, zone, agents=AGENTS in caller.scopes)
    return json(answer, NOT_STORED)


@figures_router.get(
    "/v1/journey",
    responses=described(401, 403, 404, 406, 422, 503) | answering(ContactAnswer),
    summary="One contact from queue to queue, by its earlier name",
    deprecated=True,
)
async def journey(
    request: Request,
    caller: Viewer,
    drilldown: Annotated[Drilldown, Depends(use_case(Drilldown))],
    shared: Shared,
    asked: Annotated[JourneyParameters, Query()],
) -> Response:
    """What `/v1/contacts/{contact}` answers."""
    asked.refuse_unknown()
    plain = ContactParameters(tz=asked.tz)
    return await contact(request, caller, drilldown, shared, asked.contact, plain)


@figures_router.get(
    "/v1/pipeline",
    responses=PROBLEMS | answering(PipelineAnswer),
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
