"""The routes of definitions: what figures mean, and the text of any version there ever was."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from floorpulse.access.parameters import PageParameters, Parameters
from floorpulse.kpis.catalogue import CATALOGUE, VARIANTS
from floorpulse.query.api import paging
from floorpulse.query.api.definition_bodies import (
    KINDS,
    DefinitionsAnswer,
    KindName,
    VersionRow,
    kpi_rows,
    loading,
    policy_rows,
    version_rows,
)
from floorpulse.query.api.definitions_seen import shown_versions
from floorpulse.query.api.measured import MeasuredRoute, Shared
from floorpulse.query.api.repeated import Viewer
from floorpulse.query.api.schemas import answering
from floorpulse.query.api.seen import view_of
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.cursors import Row, cursor, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import tagged

UNCHANGED: dict[int | str, dict[str, object]] = {304: {"description": "Not modified"}}
ADMIN = "admin"

decode_number = msgspec.msgpack.Decoder(Row).decode
router = APIRouter(route_class=MeasuredRoute, tags=["figures"])


class VersionParameters(Parameters):
    """Parameters of one definition."""

    version: Annotated[
        int | None,
        Field(ge=1, description="which version; the newest where nothing is said", examples=[2]),
    ] = None


@router.get(
    "/v1/definitions",
    responses=READ_PROBLEMS | UNCHANGED | answering(DefinitionsAnswer),
    summary="What figures mean",
)
async def definitions(
    request: Request, caller: Viewer, shared: Shared, asked: Annotated[PageParameters, Query()]
) -> Response:
    """The definitions in force, every version there is or was (these come in pages), and the
    catalogue of KPIs.
    """
    asked.refuse_unknown()
    accepted(request)
    view = view_of(shared, caller)
    versions = shown_versions(view)
    in_force = view.known.at(view.now)
    question = "definitions", caller.tenant, view.contract, shared.floors.definitions().number
    first = place_of(asked.cursor, question, decode_number) or 0
    beyond = first + paging.rows_of_page(asked.limit, shared.limits)
    body = DefinitionsAnswer(
        rows=[row for row in policy_rows(in_force) if row.definition in view.policies],
        versions=version_rows(versions[first:beyond], in_force),
        loading=loading(
            shared.floors.definitions(),
            shared.health.reload(),
            view.zone,
            details=ADMIN in caller.scopes,
        ),
        kpis=kpi_rows(CATALOGUE.values()),
        variants=kpi_rows(VARIANTS.values()),
        next=cursor(question, beyond) if beyond < len(versions) else None,
    )
    return tagged(request, body, body)


@router.get(
    "/v1/definitions/{kind}/{name:path}",
    responses=described(401, 403, 404, 406, 422, 503) | UNCHANGED | answering(VersionRow),
    summary="The text of a definition",
)
async def definition(
    request: Request,
    caller: Viewer,
    shared: Shared,
    kind: Annotated[KindName, Path(examples=["service_level"])],
    name: Annotated[str, Path(max_length=256, description="its id", examples=["default"])],
    asked: Annotated[VersionParameters, Query()],
) -> Response:
    """One version of a definition as its file said it, also of one that is in force no longer:
    figures, settlements and reports name the version that they were made with.
    """
    asked.refuse_unknown()
    accepted(request)
    view = view_of(shared, caller)
    mine = [
        one for one in shown_versions(view) if KINDS[one.kind] == kind and one.id == name
    ]  # fmt: skip
    found = [one for one in mine if asked.version in (None, one.number)]
    if not found:
        raise _unknown(kind, name, [one.number for one in mine])
    [row] = version_rows(found[-1:], view.known.at(view.now))
    return tagged(request, row, row)


def _unknown(kind: str, name: str, numbers: list[int]) -> Problem:
    there = f"it has versions {numbers[0]} to {numbers[-1]}" if numbers else "there is none"
    return Problem(404, "Unknown definition", f"{kind} {name}: {there}; see GET /v1/definitions")
