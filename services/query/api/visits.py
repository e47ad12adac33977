"""The routes of the contacts behind a number: visits, and one contact from queue to queue."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from floorpulse.access.http import AGENTS, forbidden, note_agents_read
from floorpulse.access.parameters import PLAIN
from floorpulse.figures.ports import Place
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.query.api import paging
from floorpulse.query.api.answers import rows_answer
from floorpulse.query.api.asked import zone_of
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.repeated import Viewer
from floorpulse.query.api.schemas import answering
from floorpulse.query.api.seen import view_of
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
    JourneyParameters,
    VisitParameters,
)
from floorpulse.runtime.accept import JSON, accepted
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

VISITS_AT_ONCE = 50
"""Visits shown in one turn of the loop"""
decode_visit_place: Callable[[bytes], Place] = msgspec.msgpack.Decoder(Place).decode

router = APIRouter(route_class=MeasuredRoute, tags=["figures"])


@router.get(
    "/v1/visits",
    responses=READ_PROBLEMS | answering(VisitsAnswer, files=True),
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
    return await rows_answer(rows, next_page(question, more), shared.turns)


@router.get(
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


@router.get(
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
