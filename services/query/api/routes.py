"""The routes of figures: parse, ask a use case, answer."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.contracts.kpis import CATALOGUE, VARIANTS
from services.query.api import agents, forecasts, operations, paging, shapes, sources, stream, targets, wall
from services.query.api.accept import CSV, JSON, accepted
from services.query.api.answers import RowsAnswer, Sheet, csv_stream, figures, json, tagged
from services.query.api.cursors import cursor, place_of
from services.query.api.measured import Loaded, MeasuredRoute
from services.query.api.parameters import CorrectionParameters, HistoryParameters, LiveParameters, Parameters, VisitParameters
from services.query.api.repeated import Reader, RepeatedRoute, keep
from services.query.api.schemas import (
    CorrectionsAnswer,
    DefinitionsAnswer,
    HistoryAnswer,
    LiveAnswer,
    PipelineAnswer,
    QueuesAnswer,
    VisitsAnswer,
)
from services.query.app import corrections as correcting
from services.query.app.history import RowPlace
from services.query.app.visits import JudgedVisit
from services.query.domain.corrections import COLUMNS as CORRECTION_COLUMNS
from services.query.domain.rows import COLUMNS, LIVE_COLUMNS, LiveRow
from services.query.ports import Place
from services.runtime.problems import described

PROBLEMS = described(401, 403, 406, 422, 503)
UNCHANGED: dict[int | str, dict[str, object]] = {304: {"description": "Not modified: the client has these very figures"}}
AS_CSV: dict[int | str, dict[str, object]] = {200: {"content": {CSV: {}}}}

AGENTS = "agents:read"
ADMIN = "admin"

decode_row_place = msgspec.msgpack.Decoder(RowPlace).decode
decode_correction_place = msgspec.msgpack.Decoder(correcting.RowPlace).decode
decode_visit_place: Callable[[bytes], Place] = msgspec.msgpack.Decoder(Place).decode

figures_router = APIRouter(route_class=MeasuredRoute, tags=["figures"])
repeated_router = APIRouter(route_class=RepeatedRoute, tags=["figures"])


def router() -> APIRouter:
    """All routes of the KPI API; they read `app.state.query`, and what `services.runtime.auth` reads."""
    routes = APIRouter()
    figures_of = (repeated_router, figures_router, agents.router, targets.router, forecasts.router, sources.router)
    for part in (*figures_of, stream.router, operations.router, wall.small_router, wall.router):
        routes.include_router(part)
    return routes


@figures_router.get("/v1/queues", response_model=QueuesAnswer, responses=PROBLEMS | UNCHANGED, summary="Queues and who waits in them")
async def queues(request: Request, caller: Reader, query: Loaded, asked: Annotated[Parameters, Query()]) -> Response:
    """Every queue of the floor with its live gauges and the state of its figures."""
    asked.refuse_unknown()
    accepted(request)
    rows = query.queues.rows(caller.tenant)
    zone = query.live.zone(caller.tenant)
    timeless = [replace(row, as_of=0) for row in rows]
    return tagged(request, RowsAnswer([shapes.queue_row(row, zone) for row in rows]), timeless)


@repeated_router.get("/v1/kpis", response_model=LiveAnswer, responses=PROBLEMS | UNCHANGED | AS_CSV, summary="Live figures")
async def live(request: Request, caller: Reader, query: Loaded, asked: Annotated[LiveParameters, Query()]) -> Response:
    """Figures of a window up to now; gauges are those of this moment whatever the window. `Accept: text/csv` gives CSV."""
    keep(request, asked)
    kind = accepted(request, JSON, CSV)
    rows = await query.live.rows(asked.query(query.live.ground(caller.tenant)))
    query.metrics.rows.labels("/v1/kpis").inc(len(rows))
    if kind == CSV:
        return csv_stream(rows, _nothing(), Sheet("kpis", LIVE_COLUMNS))
    return figures(request, rows, None, fresh=query.live.freshness(caller.tenant))


@figures_router.get(
    "/v1/kpis/history", response_model=HistoryAnswer, responses=PROBLEMS | UNCHANGED | AS_CSV, summary="Figures of any past span"
)
async def history(request: Request, caller: Reader, query: Loaded, asked: Annotated[HistoryParameters, Query()]) -> Response:
    """Figures per interval of a calendar. `Accept: text/csv` gives all pages as one CSV."""
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_row_place)
    limit = min(asked.limit or query.limits.rows, query.limits.most_rows)
    rows, more = await query.past.page(question, after, limit)
    query.metrics.rows.labels("/v1/kpis/history").inc(len(rows))
    if kind == CSV:
        return csv_stream(rows, paging.further(partial(query.past.page, question), more, query.limits.rows), Sheet("kpis", COLUMNS))
    return figures(request, rows, _following(question, more), fresh=query.live.freshness(caller.tenant))


def _following(question: object, more: object) -> str | None:
    return None if more is None else cursor(question, more)


async def _nothing() -> AsyncIterator[Sequence[LiveRow]]:
    nothing: Sequence[Sequence[LiveRow]] = ()
    for rows in nothing:
        yield rows


@figures_router.get(
    "/v1/corrections", response_model=CorrectionsAnswer, responses=PROBLEMS | AS_CSV, summary="Figures that changed after they were final"
)
async def corrections(request: Request, caller: Reader, query: Loaded, asked: Annotated[CorrectionParameters, Query()]) -> Response:
    """One row for each KPI of a queue's quarter hour that a late event changed: old, new, why, when. `Accept: text/csv` gives all pages."""
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_correction_place)
    limit = min(asked.limit or query.limits.rows, query.limits.most_rows)
    rows, more = await query.corrections.page(question, after, limit)
    query.metrics.rows.labels("/v1/corrections").inc(len(rows))
    if kind == CSV:
        further = paging.further(partial(query.corrections.page, question), more, query.limits.rows)
        return csv_stream(rows, further, Sheet("corrections", CORRECTION_COLUMNS))
    return json(RowsAnswer(rows, _following(question, more)))


@figures_router.get("/v1/visits", response_model=VisitsAnswer, responses=PROBLEMS | AS_CSV, summary="The contacts behind a number")
async def visits(request: Request, caller: Reader, query: Loaded, asked: Annotated[VisitParameters, Query()]) -> Response:
    """Visits in the order of their offers, each judged under the definition. `Accept: text/csv` gives all pages."""
    kind = accepted(request, JSON, CSV)
    question = asked.query(query.live.ground(caller.tenant))
    zone = asked.zone(query.live.ground(caller.tenant))
    after = place_of(asked.cursor, question, decode_visit_place)
    limit = min(asked.limit or query.limits.visits, query.limits.most_visits)
    found, more = await query.drilldown.page(question, after, limit)
    query.metrics.rows.labels("/v1/visits").inc(len(found))
    shown = partial(_shown, zone=zone, agents=AGENTS in caller.scopes)
    if kind == CSV:
        further = paging.further(partial(query.drilldown.page, question), more, query.limits.most_visits)
        return csv_stream(shown(found), (shown(page) async for page in further), Sheet("visits", shapes.VISIT_COLUMNS))
    return json(RowsAnswer(shown(found), _following(question, more)))


def _shown(found: Sequence[JudgedVisit], zone: ZoneInfo, *, agents: bool) -> list[shapes.Body]:
    return [shapes.visit_row(one, zone, agents=agents) for one in found]


@figures_router.get("/v1/pipeline", response_model=PipelineAnswer, responses=PROBLEMS, summary="How far counting is behind")
async def pipeline(request: Request, _: Reader, query: Loaded, asked: Annotated[Parameters, Query()]) -> Response:
    """No lag means: everything accepted before this call is in every answer after it."""
    asked.refuse_unknown()
    accepted(request)
    return json(shapes.pipeline(await query.pipeline.partitions(), query.live.board.rules.zone), {"Cache-Control": "no-store"})


@figures_router.get("/v1/definitions", response_model=DefinitionsAnswer, responses=PROBLEMS | UNCHANGED, summary="What figures mean")
async def definitions(request: Request, caller: Reader, query: Loaded, asked: Annotated[Parameters, Query()]) -> Response:
    """The definitions in force, every version there is or was, and the catalogue of KPIs."""
    asked.refuse_unknown()
    accepted(request)
    known = query.live.known(caller.tenant)
    rows = shapes.policy_rows(known.at(query.live.now()))
    kpis, variants = ([shapes.kpi_row(kpi) for kpi in known.values()] for known in (CATALOGUE, VARIANTS))
    versions = shapes.version_rows(known, query.live.now())
    loading = shapes.loading(query.live.definitions(), query.reload(), query.live.zone(caller.tenant), details=ADMIN in caller.scopes)
    body = {"rows": rows, "versions": versions, "loading": loading, "kpis": kpis, "variants": variants, "next": None}
    return tagged(request, body, body)
