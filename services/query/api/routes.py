"""The routes of figures: parse, ask a use case, answer."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.figures.corrections import figures as correcting
from services.figures.corrections.rows import COLUMNS as CORRECTION_COLUMNS
from services.figures.history.figures import RowPlace
from services.figures.live.figures import LivePlace
from services.figures.ports import Place
from services.figures.rows import COLUMNS, LIVE_COLUMNS
from services.kpis.catalogue import CATALOGUE, VARIANTS
from services.query.api import (
    agents,
    forecasts,
    operations,
    paging,
    sources,
    stream,
    targets,
    wall,
)
from services.query.api.accept import CSV, JSON, accepted
from services.query.api.answers import (
    Page,
    Sheet,
    csv_stream,
    figures,
    json,
    rows_answer,
    tagged,
    tagged_rows,
)
from services.query.api.cursors import cursor, place_of
from services.query.api.definition_bodies import (
    DefinitionsAnswer,
    kpi_rows,
    loading,
    policy_rows,
    version_rows,
)
from services.query.api.measured import Loaded, MeasuredRoute
from services.query.api.parameters import (
    CorrectionParameters,
    HistoryParameters,
    LivePageParameters,
    PageParameters,
    Parameters,
    VisitParameters,
)
from services.query.api.pipeline_bodies import PipelineAnswer, pipeline_answer
from services.query.api.queue_bodies import QueuesAnswer, queue_row, timeless
from services.query.api.repeated import Reader, RepeatedRoute, keep
from services.query.api.schemas import CorrectionsAnswer, HistoryAnswer, LiveAnswer, answering
from services.query.api.visit_bodies import VISIT_COLUMNS, VisitsAnswer, visit_row
from services.runtime.problems import described

PROBLEMS = described(401, 403, 406, 422, 503)
UNCHANGED: dict[int | str, dict[str, object]] = {
    304: {"description": "Not modified: the client has these very figures"}
}


VISITS_AT_ONCE = 50
"""Visits shown in one turn of the loop"""
AGENTS = "agents:read"
ADMIN = "admin"

decode_name = msgspec.msgpack.Decoder(str).decode
decode_number = msgspec.msgpack.Decoder(int).decode
decode_live_place = msgspec.msgpack.Decoder(LivePlace).decode
decode_row_place = msgspec.msgpack.Decoder(RowPlace).decode
decode_correction_place = msgspec.msgpack.Decoder(correcting.RowPlace).decode
decode_visit_place: Callable[[bytes], Place] = msgspec.msgpack.Decoder(Place).decode

figures_router = APIRouter(route_class=MeasuredRoute, tags=["figures"])
repeated_router = APIRouter(route_class=RepeatedRoute, tags=["figures"])


def router() -> APIRouter:
    """All routes of the KPI API; they read `app.state.query`, and what `services.access.http`
    reads.
    """
    routes = APIRouter()
    figures_of = (
        repeated_router,
        figures_router,
        agents.router,
        targets.router,
        forecasts.router,
        sources.router,
    )
    for part in (*figures_of, stream.router, operations.router, wall.small_router, wall.router):
        routes.include_router(part)
    return routes


@figures_router.get(
    "/v1/queues",
    responses=PROBLEMS | UNCHANGED | answering(QueuesAnswer),
    summary="Queues and who waits in them",
)
async def queues(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[PageParameters, Query()]
) -> Response:
    """Every queue of the floor with its live gauges and the state of its figures."""
    asked.refuse_unknown()
    accepted(request)
    question = "queues", caller.tenant
    after = place_of(asked.cursor, question, decode_name)
    rows, more = await query.queues.page(
        caller.tenant, after, paging.rows_of_page(asked.limit, query.limits)
    )
    zone = query.live.zone(caller.tenant)
    told = [queue_row(row, zone) for row in rows]
    return await tagged_rows(
        request, Page(told, _following(question, more), timeless), query.live.turns
    )


@repeated_router.get(
    "/v1/kpis",
    responses=PROBLEMS | UNCHANGED | answering(LiveAnswer, csv=True),
    summary="Live figures",
)
async def live(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[LivePageParameters, Query()]
) -> Response:
    """Figures of a window up to now; gauges are those of this moment whatever the window. `Accept:
    text/csv` gives all pages as one CSV.
    """
    keep(request, asked)
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_live_place)
    page = partial(query.live.page, question)
    rows, more = await page(after, paging.rows_of_page(asked.limit, query.limits))
    query.metrics.rows.labels("/v1/kpis").inc(len(rows))
    if kind == CSV:
        further = paging.further(page, more, query.limits.rows)
        return csv_stream(rows, further, Sheet("kpis", LIVE_COLUMNS), query.live.turns)
    fresh = query.live.freshness(caller.tenant)
    return await figures(request, rows, _following(question, more), query.live.turns, fresh)


@figures_router.get(
    "/v1/kpis/history",
    responses=PROBLEMS | UNCHANGED | answering(HistoryAnswer, csv=True),
    summary="Figures of any past span",
)
async def history(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[HistoryParameters, Query()]
) -> Response:
    """Figures per interval of a calendar. `Accept: text/csv` gives all pages as one CSV."""
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_row_place)
    limit = paging.rows_of_page(asked.limit, query.limits)
    rows, more = await query.past.page(question, after, limit)
    query.metrics.rows.labels("/v1/kpis/history").inc(len(rows))
    if kind == CSV:
        further = paging.further(partial(query.past.page, question), more, query.limits.rows)
        return csv_stream(rows, further, Sheet("kpis", COLUMNS), query.live.turns)
    fresh = query.live.freshness(caller.tenant)
    return await figures(request, rows, _following(question, more), query.live.turns, fresh)


def _following(question: object, more: object) -> str | None:
    return None if more is None else cursor(question, more)


@figures_router.get(
    "/v1/corrections",
    responses=PROBLEMS | answering(CorrectionsAnswer, csv=True),
    summary="Figures that changed after they were final",
)
async def corrections(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[CorrectionParameters, Query()]
) -> Response:
    """One row for each KPI of a queue's quarter hour that a late event changed: old, new, why,
    when. `Accept: text/csv` gives all pages.
    """
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_correction_place)
    limit = paging.rows_of_page(asked.limit, query.limits)
    rows, more = await query.corrections.page(question, after, limit)
    query.metrics.rows.labels("/v1/corrections").inc(len(rows))
    if kind == CSV:
        further = paging.further(partial(query.corrections.page, question), more, query.limits.rows)
        return csv_stream(rows, further, Sheet("corrections", CORRECTION_COLUMNS), query.live.turns)
    return await rows_answer(rows, _following(question, more), query.live.turns)


@figures_router.get(
    "/v1/visits",
    responses=PROBLEMS | answering(VisitsAnswer, csv=True),
    summary="The contacts behind a number",
)
async def visits(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[VisitParameters, Query()]
) -> Response:
    """Visits in the order of their offers, each judged under the definition. `Accept: text/csv`
    gives all pages.
    """
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    zone = asked.zone(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_visit_place)
    limit = paging.visits_of_page(asked.limit, query.limits)
    found, more = await query.drilldown.page(question, after, limit)
    query.metrics.rows.labels("/v1/visits").inc(len(found))
    shown = partial(visit_row, zone=zone, agents=AGENTS in caller.scopes)
    if kind == CSV:
        further = paging.further(
            partial(query.drilldown.page, question), more, query.limits.most_visits
        )
        sheet = Sheet("visits", VISIT_COLUMNS)
        pages = (list(map(shown, page)) async for page in further)
        return csv_stream(list(map(shown, found)), pages, sheet, query.live.turns)
    rows = [
        row
        async for portion in query.live.turns.over(found, VISITS_AT_ONCE)
        for row in map(shown, portion)
    ]
    return await rows_answer(rows, _following(question, more), query.live.turns)


@figures_router.get(
    "/v1/pipeline",
    responses=PROBLEMS | answering(PipelineAnswer),
    summary="How far counting is behind",
)
async def pipeline(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[Parameters, Query()]
) -> Response:
    """No lag means: everything accepted before this call is in every answer after it."""
    asked.refuse_unknown()
    accepted(request)
    board = query.live.board
    partitions = await query.pipeline.partitions()
    body = pipeline_answer(partitions, board.folded(caller.tenant), board.rules.zone)
    return json(body, {"Cache-Control": "no-store"})


@figures_router.get(
    "/v1/definitions",
    responses=PROBLEMS | UNCHANGED | answering(DefinitionsAnswer),
    summary="What figures mean",
)
async def definitions(
    request: Request, caller: Reader, query: Loaded, asked: Annotated[PageParameters, Query()]
) -> Response:
    """The definitions in force, every version there is or was (these come in pages), and the
    catalogue of KPIs.
    """
    asked.refuse_unknown()
    accepted(request)
    known = query.live.known(caller.tenant)
    question = "definitions", caller.tenant, query.live.definitions().number
    first = place_of(asked.cursor, question, decode_number) or 0
    beyond = first + paging.rows_of_page(asked.limit, query.limits)
    body = DefinitionsAnswer(
        rows=policy_rows(known.at(query.live.now())),
        versions=version_rows(known, query.live.now(), slice(first, beyond)),
        loading=loading(
            query.live.definitions(),
            query.reload(),
            query.live.zone(caller.tenant),
            details=ADMIN in caller.scopes,
        ),
        kpis=kpi_rows(CATALOGUE.values()),
        variants=kpi_rows(VARIANTS.values()),
        next=_following(question, beyond) if beyond < len(known.versions) else None,
    )
    return tagged(request, body, body)
