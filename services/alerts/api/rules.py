"""A rule tried out over HTTP: `POST /v1/rules/test`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from floorpulse.access.parameters import FROM, TO, Parameters, bounds_of
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.rules.past_feed import TooMuchHistoryError
from floorpulse.alerts.rules.replay import ReplayQuery, RuleReplay
from floorpulse.alerts.rules.replay_answer import ReplayAnswer
from floorpulse.alerts.rules.under_test import UnderTest, WrongRulesError, under_test
from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.tenant_view import TenantView
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import Problem, described
from floorpulse.runtime.tagged import NOT_STORED, json

router = APIRouter(route_class=AlertRoute, tags=["alerts"])

KINDS = ("application/yaml", "application/json")
OTHER_NAMES = ("text/yaml", "application/x-yaml", "text/x-yaml")
BODY = "body"
"""How mistakes name what was sent"""
EVERY = 10
EXAMPLE = """\
rules:
  - id: long-wait
    names: {en: Long wait, zh: 等待过久}
    scope: {queues: [sales]}
    threshold: {kpi: longest_wait, fire_above: 120, clear_below: 60}
    for: 30
"""
SENT = {
    "requestBody": {
        "required": True,
        "content": {
            KINDS[0]: {"schema": {"type": "string"}, "example": EXAMPLE},
            KINDS[1]: {"schema": {"type": "object"}},
        },
    }
}


@dataclass(frozen=True)
class RuleTests:
    """What the route asks, found at `app.state.rule_tests`: the replay, and the definitions that
    are stored.
    """

    replay: RuleReplay
    definitions: Callable[[], Definitions]


class RuleTestParameters(Parameters):
    """Over which span, and how closely."""

    since: Annotated[
        str,
        Field(
            alias="from",
            max_length=40,
            description=FROM,
            examples=["2026-11-11T09:00:00+08:00"],
        ),
    ]
    until: Annotated[
        str,
        Field(
            alias="to",
            max_length=40,
            description=f"{TO}; in the past",
            examples=["2026-11-11T12:00:00+08:00"],
        ),
    ]
    rule: Annotated[
        str | None,
        Field(
            max_length=128, description="only this one of the rules sent", examples=["long-wait"]
        ),
    ] = None
    queue: Annotated[
        str | None,
        Field(max_length=256, description="as if the floor had no other queue", examples=["sales"]),
    ] = None
    every: Annotated[int, Field(ge=1, le=3600, description="seconds between two looks")] = EVERY

    def asked(self, view: TenantView) -> ReplayQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        span = Span(*bounds_of(self.since, self.until, view.zone))
        if span.end > view.now:
            raise Problem(422, "Invalid range", f"to={self.until} has not come yet")
        return ReplayQuery(span, self.every * 1000, self.queue)


@router.post(
    "/v1/rules/test",
    openapi_extra=SENT,
    responses=described(400, 401, 403, 406, 408, 413, 415, 422, 503) | answering(ReplayAnswer),
    summary="Try rules out over stored history",
)
async def test_rules(
    request: Request,
    caller: Reader,
    parts: Alerts,
    asked: Annotated[RuleTestParameters, Query()],
) -> Response:
    """When rules would have fired and resolved, with which figures, and what kept them from firing:
    a table and a timeline. The body is a file of definitions with a section `rules`; what it does
    not define is taken from what is stored. Nothing is stored, nobody is told.
    """
    accepted(request)
    question = asked.asked(parts.floors.view(caller.tenant))
    tests: RuleTests = request.app.state.rule_tests
    tried = _tried(await _text(request), tests.definitions(), caller.tenant, asked.rule)
    try:
        return json(await tests.replay.replay(tried, question), NOT_STORED)
    except TooMuchHistoryError as much:
        raise Problem(422, "Too much history", str(much)) from much
    except NotKeptError as gone:
        raise Problem(422, "Range not kept", str(gone)) from gone


async def _text(request: Request) -> str:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in (*KINDS, *OTHER_NAMES):
        detail = f"Content-Type is {kind or 'not given'}; send {' or '.join(KINDS)}."
        raise Problem(415, "Unsupported media type", detail)
    body = await request.body()
    try:
        return body.decode()
    except UnicodeDecodeError as wrong:
        line = body[: wrong.start].count(b"\n") + 1
        raise Problem(422, "Invalid rules", f"line {line} is no UTF-8") from wrong


def _tried(text: str, stored: Definitions, tenant: str, only: str | None) -> UnderTest:
    try:
        return under_test(BODY, text, stored, tenant, only)
    except WrongRulesError as wrong:
        first, *others = wrong.mistakes
        more = f", and {len(others)} more" if others else ""
        mistakes = [
            {"line": one.line, "field": one.field, "problem": one.problem, "remedy": one.remedy}
            for one in wrong.mistakes
        ]
        raise Problem(422, "Invalid rules", f"{first}{more}", mistakes=mistakes) from wrong
