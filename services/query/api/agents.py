"""The routes of agents: only callers with the scope agents:read learn anything about persons."""

from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.figures.agents.comparison import BENCHMARK_COLUMNS, BenchmarkRow, PeerPlace
from floorpulse.figures.agents.figures import AgentFigures, AgentPlace
from floorpulse.figures.agents.rows import AGENT_COLUMNS, AgentRow
from floorpulse.figures.rows import identity, substance
from floorpulse.query.api.agent_parameters import (
    AgentKpiParameters,
    AgentsParameters,
    BenchmarkParameters,
)
from floorpulse.query.api.answers import AnswerPage, tagged_rows
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.paging import further, rows_of_page
from floorpulse.query.api.queue_bodies import AgentsAnswer, agent_row, timeless
from floorpulse.query.api.schemas import UNCHANGED, AgentKpisAnswer, BenchmarkAnswer, answering
from floorpulse.query.api.sheets import Sheet
from floorpulse.query.api.taken import file_answer
from floorpulse.runtime.accept import JSON, accepted
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS

Leader = Annotated[Credential, Depends(require("agents:read"))]

SHOWN_AT_ONCE = 200
"""Agents shown in one turn of the loop"""
decode_name = msgspec.msgpack.Decoder(str).decode
decode_place = msgspec.msgpack.Decoder(AgentPlace).decode
decode_peer_place = msgspec.msgpack.Decoder(PeerPlace).decode

router = APIRouter(route_class=MeasuredRoute, tags=["agents"])


@router.get(
    "/v1/agents",
    responses=READ_PROBLEMS | UNCHANGED | answering(AgentsAnswer),
    summary="Agents and their states",
)
async def agents(
    request: Request,
    caller: Leader,
    people: Annotated[AgentFigures, Depends(use_case(AgentFigures))],
    shared: Shared,
    asked: Annotated[AgentsParameters, Query()],
) -> Response:
    """Every agent that is known, in its last state: as it was told, or as its contacts show it."""
    accepted(request)
    question = asked.query(shared.floors.view(caller.tenant))
    after = place_of(asked.cursor, question, decode_name)
    as_of, found, more = await people.now(question, after, rows_of_page(asked.limit, shared.limits))
    zone = shared.floors.view(caller.tenant).zone
    turns = shared.turns
    rows = [
        agent_row(agent, entered, as_of, zone)
        async for portion in turns.over(found, SHOWN_AT_ONCE) for agent, entered in portion
    ]  # fmt: skip
    following = next_page(question, more)
    return await tagged_rows(request, AnswerPage(rows, following, timeless), turns)


@router.get(
    "/v1/agents/kpis",
    responses=READ_PROBLEMS | UNCHANGED | answering(AgentKpisAnswer, files=True),
    summary="What agents did",
)
async def figures(
    request: Request,
    caller: Leader,
    people: Annotated[AgentFigures, Depends(use_case(AgentFigures))],
    shared: Shared,
    asked: Annotated[AgentKpiParameters, Query()],
) -> Response:
    """Figures of agents, teams or sites per interval, by history's formulas; `format=csv` and
    `format=xlsx` give all pages as one file.
    """
    kind = asked.kind(request)
    question = asked.query(shared.floors.view(caller.tenant))
    after = place_of(asked.cursor, question, decode_place)
    rows, more = await people.page(question, after, rows_of_page(asked.limit, shared.limits))
    shared.counted("/v1/agents/kpis", len(rows))
    if kind != JSON:
        pages = further(partial(people.page, question), more, shared.limits.rows)
        sheet = Sheet("agents", AGENT_COLUMNS, question.zone, question.question.ids)
        return await file_answer(rows, pages, sheet, (kind, asked.arranged), shared.turns)
    following = next_page(question, more)
    return await tagged_rows(request, AnswerPage(rows, following, _said), shared.turns)


def _said(row: AgentRow) -> object:
    return row.agent, identity(row), substance(row)


@router.get(
    "/v1/agents/benchmark",
    responses=READ_PROBLEMS | UNCHANGED | answering(BenchmarkAnswer, files=True),
    summary="Agents beside the best",
)
async def benchmark(
    request: Request,
    caller: Leader,
    people: Annotated[AgentFigures, Depends(use_case(AgentFigures))],
    shared: Shared,
    asked: Annotated[BenchmarkParameters, Query()],
) -> Response:
    """The top tenth by volume and quality at once among agents who do the same work, and how far
    each agent is from it, KPI by KPI, with confidence: an agent of two channels stands among the
    peers of either. `format=csv` and `format=xlsx` give all pages as one file.
    """
    kind = asked.kind(request)
    question = asked.query(shared.floors.view(caller.tenant))
    contest = asked.contest()
    after = place_of(asked.cursor, (question, contest), decode_peer_place)
    page = partial(people.compared, question, contest)
    rows, more = await page(after, rows_of_page(asked.limit, shared.limits))
    shared.counted("/v1/agents/benchmark", len(rows))
    if kind != JSON:
        pages = further(page, more, shared.limits.rows)
        ids = question.question.ids
        sheet = Sheet("benchmark", BENCHMARK_COLUMNS, question.zone, ids, ("benchmark",))
        return await file_answer(rows, pages, sheet, (kind, asked.arranged), shared.turns)
    following = next_page((question, contest), more)
    return await tagged_rows(request, AnswerPage(rows, following, _compared), shared.turns)


def _compared(row: BenchmarkRow) -> object:
    told = row.standing, row.benchmark, row.distance_low, row.distance_high, row.judged_quality
    return row.agent, told, identity(row), substance(row)
