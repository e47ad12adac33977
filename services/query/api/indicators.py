"""The routes of management by indicators: only callers with the scope agents:read learn anything
about persons; vendors are told to every reader.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from floorpulse.definitions.domain.indicators_in_force import trainings as defined_trainings
from floorpulse.figures.indicators.agent_targets import AgentTargets
from floorpulse.figures.indicators.bindings import Indicators
from floorpulse.figures.indicators.growth import Growth
from floorpulse.figures.indicators.trainings import Trainings
from floorpulse.figures.indicators.vendors import Vendors
from floorpulse.query.api.agents import Leader
from floorpulse.query.api.answers import AnswerPage, tagged_rows
from floorpulse.query.api.growth_bodies import GrowthAnswer, growth_event, growth_row
from floorpulse.query.api.indicator_bodies import (
    AgentTargetsAnswer,
    IndicatorsAnswer,
    VendorsAnswer,
    agent_target_row,
    indicator_row,
    vendor_row,
)
from floorpulse.query.api.indicator_parameters import (
    AgentTargetParameters,
    GrowthParameters,
    IndicatorParameters,
    TrainingParameters,
    TrainingsParameters,
    VendorParameters,
)
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.paging import rows_of_page
from floorpulse.query.api.repeated import Reader
from floorpulse.query.api.schemas import answering
from floorpulse.query.api.training_bodies import (
    TrainingAnswer,
    TrainingRow,
    TrainingsAnswer,
    training_answer,
)
from floorpulse.query.app import Answering
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.cursors import Row, cursor, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, described
from floorpulse.runtime.tagged import NOT_STORED, json

T = TypeVar("T")
UNCHANGED: dict[int | str, dict[str, object]] = {304: {"description": "Not modified"}}
decode_number = msgspec.msgpack.Decoder(Row).decode

router = APIRouter(route_class=MeasuredRoute, tags=["indicators"])


class _Asked:
    """A question and which page of its answer is wanted."""

    def __init__(self, question: object, after: str | None, limit: int) -> None:
        self.question = question
        self.begin = place_of(after, question, decode_number) or 0
        self.limit = limit

    def page(self, rows: Sequence[T]) -> tuple[Sequence[T], str | None]:
        """The rows of the page, and the next one's cursor."""
        end = self.begin + self.limit
        following = cursor(self.question, end) if end < len(rows) else None
        return rows[self.begin : end], following


async def _answer(
    request: Request,
    shared: Answering,
    asked: _Asked,
    found: Sequence[T],
    written: Callable[[T], object],
) -> Response:
    rows, following = asked.page(found)
    shared.counted(request.scope["route"].path, len(rows))
    page = AnswerPage([written(one) for one in rows], following, _timeless)
    return await tagged_rows(request, page, shared.turns)


def _timeless(row: msgspec.Struct) -> object:
    return msgspec.structs.replace(row, as_of="")


@router.get(
    "/v1/agents/targets",
    responses=READ_PROBLEMS | UNCHANGED | answering(AgentTargetsAnswer),
    summary="Targets of agents and teams",
)
async def agent_targets(
    request: Request,
    caller: Leader,
    use: Annotated[AgentTargets, Depends(use_case(AgentTargets))],
    shared: Shared,
    asked: Annotated[AgentTargetParameters, Query()],
) -> Response:
    """Each target of each agent or team over its day, week or month: so far, at this pace, at the
    end, and what the rest must bring.
    """
    accepted(request)
    question = asked.query(shared.floors.view(caller.tenant))
    page = _Asked(question, asked.cursor, rows_of_page(asked.limit, shared.limits))
    rows = await use.rows(question)
    return await _answer(
        request,
        shared,
        page,
        rows,
        lambda one: agent_target_row(one, caller.tenant, question.zone),
    )


@router.get(
    "/v1/agents/{agent:path}/growth",
    responses=READ_PROBLEMS | answering(GrowthAnswer),
    summary="The growth record of an agent",
)
async def growth(
    request: Request,
    caller: Leader,
    use: Annotated[Growth, Depends(use_case(Growth))],
    shared: Shared,
    agent: Annotated[str, Path(max_length=128, examples=["a-7"])],
    asked: Annotated[GrowthParameters, Query()],
) -> Response:
    """KPIs by day, week or month beside the team's and the targets, and what happened to the agent
    in between; events come with the first page.
    """
    accepted(request)
    question = asked.query(shared.floors.view(caller.tenant), agent)
    page = _Asked(question, asked.cursor, rows_of_page(asked.limit, shared.limits))
    record = await use.record(question)
    rows, following = page.page(record.rows)
    shared.counted(request.scope["route"].path, len(rows))
    who = caller.tenant, agent
    written = [growth_row(one, who, question.interval.value, question.zone) for one in rows]
    events = [] if page.begin else [growth_event(one, question.zone) for one in record.events]
    return json(GrowthAnswer(written, events, following), NOT_STORED)


@router.get(
    "/v1/indicators",
    responses=READ_PROBLEMS | UNCHANGED | answering(IndicatorsAnswer),
    summary="KPIs of trainers, quality assurers and leaders",
)
async def indicators(
    request: Request,
    caller: Leader,
    use: Annotated[Indicators, Depends(use_case(Indicators))],
    shared: Shared,
    asked: Annotated[IndicatorParameters, Query()],
) -> Response:
    """Interlocked KPIs: the figure of whoever is bound to a team or agents is theirs, of the days
    of the binding.
    """
    accepted(request)
    question = asked.query(shared.floors.view(caller.tenant))
    page = _Asked(question, asked.cursor, rows_of_page(asked.limit, shared.limits))
    rows = await use.rows(question)
    return await _answer(
        request,
        shared,
        page,
        rows,
        lambda one: indicator_row(one, caller.tenant, question.interval.value, question.zone),
    )


@router.get(
    "/v1/trainings",
    responses=READ_PROBLEMS | answering(TrainingsAnswer),
    summary="Trainings",
)
async def trainings(
    request: Request,
    caller: Leader,
    shared: Shared,
    asked: Annotated[TrainingsParameters, Query()],
) -> Response:
    """All trainings that are defined, the latest first."""
    asked.refuse_unknown()
    accepted(request)
    known = defined_trainings(shared.floors.view(caller.tenant).known)
    rows = [
        TrainingRow(
            training=name,
            id=body.id,
            names=dict(body.names),
            day=body.day,
            last=body.last or body.day,
            trainer=body.trainer,
            team=body.team,
            agents=list(body.agents),
            metrics=list(body.metrics),
        )
        for name, body in sorted(known.values(), key=lambda one: (one[1].day, one[0]), reverse=True)
    ]
    return json(TrainingsAnswer(rows, None), NOT_STORED)


@router.get(
    "/v1/trainings/{training}",
    responses=described(401, 403, 404, 406, 422, 503) | answering(TrainingAnswer),
    summary="The effect of a training",
)
async def training(
    request: Request,
    caller: Leader,
    use: Annotated[Trainings, Depends(use_case(Trainings))],
    shared: Shared,
    training: Annotated[str, Path(max_length=128, examples=["refunds"])],
    asked: Annotated[TrainingParameters, Query()],
) -> Response:
    """Each KPI of a training before and after it, in the windows that were registered with it,
    beside agents of the same teams who were not trained; with interval and cautions.
    """
    accepted(request)
    question = asked.query(shared.floors.view(caller.tenant), training)
    found = await use.effect(question)
    shared.counted(request.scope["route"].path, len(found.found))
    return json(training_answer(found, question.zone), NOT_STORED)


@router.get(
    "/v1/vendors",
    responses=READ_PROBLEMS | UNCHANGED | answering(VendorsAnswer),
    summary="Vendors of one client",
)
async def vendors(
    request: Request,
    caller: Reader,
    use: Annotated[Vendors, Depends(use_case(Vendors))],
    shared: Shared,
    asked: Annotated[VendorParameters, Query()],
) -> Response:
    """A client's vendors, sites or teams side by side under one definition, with what each was
    given to answer and its figure for the client's own mix of channels.
    """
    accepted(request)
    question = asked.query(shared.floors.view(caller.tenant))
    page = _Asked(question, asked.cursor, rows_of_page(asked.limit, shared.limits))
    rows = await use.rows(question)
    return await _answer(
        request,
        shared,
        page,
        rows,
        lambda one: vendor_row(one, asked.client, question.by.value),
    )
