"""`GET /v1/contracts`: how contracts stand in their running period."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from floorpulse.access.http import require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import Parameters
from floorpulse.definitions.domain.contract_words import Window
from floorpulse.reports.api.measured import READ, ReportRoute, Reports
from floorpulse.reports.domain.statement import Outcome
from floorpulse.reports.live.bodies import ContractRow, ContractsAnswer, contract_row
from floorpulse.reports.live.contracts import LiveContracts
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.answers import Responses, answering
from floorpulse.runtime.problems import READ_PROBLEMS, Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

Id = Annotated[str, Path(max_length=64, description="of the contract", examples=["acme-2026"])]
Mine = Annotated[Credential, Depends(require(READ, limited=True))]
"""Also the key of a contract, which sees that one alone"""

PUBLISHED: dict[type, str] = {Outcome: "WindowOutcome", Window: "ContractWindow"}
"""Names that generated clients know these types by: visits have outcomes, figures windows"""

router = APIRouter(route_class=ReportRoute, tags=["contracts"])


def _answering(body: type) -> Responses:
    return answering(body, names=PUBLISHED)


@router.get(
    "/v1/contracts",
    responses=READ_PROBLEMS | _answering(ContractsAnswer),
    summary="How contracts stand",
)
async def contracts(
    request: Request, caller: Mine, parts: Reports, asked: Annotated[Parameters, Query()]
) -> Response:
    """The contracts that are in force: attainment, exposure and bill of the running period, if it
    closed now and if the forecast comes true.
    """
    asked.refuse_unknown()
    accepted(request)
    live = parts.of(LiveContracts)
    known = [one for one in live.contracts(caller.tenant) if _may_see(caller, one.id)]
    found = [await live.standing(caller.tenant, one) for one in known]
    rows = [contract_row(one) for one in found if one is not None]
    return json(ContractsAnswer(rows), NOT_STORED)


@router.get(
    "/v1/contracts/{contract}",
    responses=described(401, 403, 404, 406, 422, 503) | _answering(ContractRow),
    summary="How a contract stands",
)
async def contract(
    request: Request,
    caller: Mine,
    parts: Reports,
    contract: Id,
    asked: Annotated[Parameters, Query()],
) -> Response:
    """One contract in its running period."""
    asked.refuse_unknown()
    accepted(request)
    live = parts.of(LiveContracts)
    known = (one for one in live.contracts(caller.tenant) if one.id == contract)
    found = next(known, None) if _may_see(caller, contract) else None
    if found is None:
        raise Problem(404, "Unknown contract", f"there is no contract {contract!r}")
    standing = await live.standing(caller.tenant, found)
    if standing is None:
        detail = f"the contract {contract} is not in force now; its settlements tell of the past"
        raise Problem(404, "Not in force", detail)
    return json(contract_row(standing), NOT_STORED)


def _may_see(caller: Credential, contract: str) -> bool:
    return caller.contract in (None, contract)
