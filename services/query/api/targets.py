"""`GET /v1/targets`: how each promise stands, and the way to the visits behind each miss."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from pydantic import Field

from floorpulse.access.parameters import (
    FROM,
    TO,
    AnswerZone,
    Cursor,
    Limit,
    List,
    names_of,
    refuse_strangers,
)
from floorpulse.board.domain.windows import Span
from floorpulse.figures.targets.figures import KeptTarget, TargetQuery, Targets
from floorpulse.figures.targets.promises import (
    PromiseChoice,
    StretchPlace,
    TargetStatus,
    counts_visits,
    shown,
)
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.query.api.answers import AnswerPage, tagged_rows
from floorpulse.query.api.asked import span_of, zone_of
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.paging import further, rows_of_page
from floorpulse.query.api.parameters import BEGIN, END
from floorpulse.query.api.queue_groups import groups
from floorpulse.query.api.repeated import Viewer
from floorpulse.query.api.schemas import Next, answering
from floorpulse.query.api.seen import seen, view_of
from floorpulse.query.api.sheets import Sheet
from floorpulse.query.api.taken import Taken, file_answer
from floorpulse.runtime.accept import JSON
from floorpulse.runtime.cursors import next_page, place_of
from floorpulse.runtime.problems import READ_PROBLEMS, Problem

router = APIRouter(route_class=MeasuredRoute, tags=["figures"])
UNKEPT = (TargetStatus.BEHIND, TargetStatus.MISSED)
NO_TARGET = ("",)
"""What is asked for where none may be: none has the empty id"""
decode_place = msgspec.msgpack.Decoder(StretchPlace).decode


class TargetFigures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How one promise stands over one stretch; counted are business hours only."""

    time: Annotated[
        Instant, Meta(description="begin of the half hour, day or month in the tenant's zone")
    ]
    end: Annotated[Instant, Meta(description="its end, not included")]
    tenant: Annotated[str, Meta(examples=["demo"])]
    target: Annotated[
        str, Meta(description="id and version of the definition", examples=["voice-day@1"])
    ]
    metric: Annotated[str, Meta(description="the KPI that is promised", examples=["service_level"])]
    comparison: Annotated[str, Meta(examples=["at_least"])]
    promised: Annotated[float, Meta(description="in the KPI's unit", examples=[0.8])]
    window: Annotated[
        str, Meta(description="interval (half hours), day or month", examples=["day"])
    ]
    calendar: Annotated[
        str | None,
        Meta(
            description="business hours of the target itself; null: the tenant's",
            examples=["office"],
        ),
    ]
    queue: Annotated[
        str | None,
        Meta(description="scope; null in all four: the whole tenant", examples=["vip"]),
    ]
    team: Annotated[str | None, Meta(examples=["orders-east"])]
    site: Annotated[str | None, Meta(examples=["hangzhou"])]
    client: Annotated[str | None, Meta(examples=["acme"])]
    channels: Annotated[
        str | None,
        Meta(description="comma-separated; null: contacts of all channels", examples=["voice"]),
    ]
    standing: Annotated[
        TargetStatus,
        Meta(
            description="met: kept so far; behind: not kept so far; missed: not kept, and over; "
            "closed: no business hours yet"
        ),
    ]
    value: Annotated[float | None, Meta(description="the figure so far", examples=[0.76])]
    numerator: Annotated[float | None, Meta(examples=[76])]
    denominator: Annotated[float | None, Meta(examples=[100])]
    definition: Annotated[str, Meta(description="what it was computed with", examples=["voice@1"])]
    to_recover: Annotated[
        int | None,
        Meta(
            description="contacts in a row that must go well to keep a promised share; null where "
            "none would do",
            examples=[20],
        ),
    ]
    visits: Annotated[
        str | None,
        Meta(
            description="where the visits are behind a service level that is not kept; as many as "
            "the denominator exceeds the numerator",
            examples=[
                "/v1/visits?from=2026-11-11T00:00:00%2B08:00&to=2026-11-12T00:00:00%2B08:00&missed=true&target=voice-day"
            ],
        ),
    ]
    as_of: Instant
    watermark: Instant | None
    complete: Annotated[bool, Meta(description="final: what changes now is a correction")]


COLUMNS = TargetFigures.__struct_fields__


class TargetsAnswer(msgspec.Struct):
    """A page of targets."""

    rows: list[TargetFigures]
    next: Next


class TargetParameters(Taken):
    """Parameters of targets."""

    target: Annotated[
        List,
        Field(
            description="ids of targets, comma-separated; all where nothing is said",
            examples=["voice-day"],
        ),
    ] = None
    team: Annotated[
        List, Field(description="only targets of these teams", examples=["orders-east"])
    ] = None
    site: Annotated[
        List, Field(description="only targets of these sites", examples=["hangzhou"])
    ] = None
    client: Annotated[
        List, Field(description="only targets of these clients", examples=["acme"])
    ] = None
    since: Annotated[
        str | None,
        Field(
            alias="from",
            description=f"stretches from then on; those running now where nothing is said: {FROM}",
            examples=[BEGIN],
        ),
    ] = None
    until: Annotated[
        str | None,
        Field(
            alias="to",
            description=f"stretches that begin before; goes with `from`: {TO}",
            examples=[END],
        ),
    ] = None
    tz: AnswerZone = None
    limit: Limit = None
    cursor: Cursor = None

    def query(self, view: TenantView) -> TargetQuery:
        """The question; problems 422."""
        self.refuse_unknown()
        names = names_of(self.target)
        refuse_strangers("target", names, view.targets)
        if (self.since is None) != (self.until is None):
            raise Problem(
                422,
                "Incomplete time range",
                "give both from= and to=, or neither for the periods that are running now",
            )
        zone = zone_of(self.tz, view)
        told = self.since is not None and self.until is not None
        span = span_of(self.since or "", self.until or "", zone) if told else None
        seen(view, span or Span(view.now, view.now + 1))
        if view.contract is not None:
            names = names or tuple(view.targets) or NO_TARGET
        asked = PromiseChoice(names, groups(view, self.team, self.site, self.client))
        return TargetQuery(view.tenant, asked, span, zone)


@router.get(
    "/v1/targets",
    responses=READ_PROBLEMS
    | {304: {"description": "Not modified"}}
    | answering(TargetsAnswer, files=True),
    summary="How promises stand",
)
async def targets(
    request: Request,
    caller: Viewer,
    promised: Annotated[Targets, Depends(use_case(Targets))],
    shared: Shared,
    asked: Annotated[TargetParameters, Query()],
) -> Response:
    """Each target over each half hour, day or month of its own, in business hours; `format=csv`
    and `format=xlsx` give all pages as one file.
    """
    kind = asked.kind(request)
    view = view_of(shared, caller)
    question = asked.query(view)
    after = place_of(asked.cursor, question, decode_place)
    limit = rows_of_page(asked.limit, shared.limits)
    page = partial(_page, promised, question, view)
    rows, more = await page(after, limit)
    shared.counted("/v1/targets", len(rows))
    if kind != JSON:
        pages = further(page, more, shared.limits.rows)
        sheet = Sheet("targets", COLUMNS, question.zone)
        return await file_answer(rows, pages, sheet, (kind, asked.arranged), shared.turns)
    following = next_page(question, more)
    told = AnswerPage(rows, following, _timeless, view.stale)
    return await tagged_rows(request, told, shared.turns)


def _timeless(row: TargetFigures) -> object:
    return msgspec.structs.replace(row, as_of="", watermark=None)


async def _page(
    promised: Targets,
    question: TargetQuery,
    view: TenantView,
    after: StretchPlace | None,
    limit: int,
) -> tuple[list[TargetFigures], StretchPlace | None]:
    rows, more = await promised.page(question, after, limit)
    return [_row(question, one) for one in rows if shown(one.stint, view)], more


def _row(question: TargetQuery, kept: KeptTarget) -> TargetFigures:
    stint = kept.stint
    zone = question.zone
    promise = stint.promise
    return TargetFigures(
        time=text(stint.span.begin, zone),
        end=text(stint.span.end, zone),
        tenant=question.tenant,
        target=promise.version.name,
        metric=promise.body.metric,
        comparison=promise.body.comparison.value,
        promised=promise.body.value,
        window=promise.body.window.value,
        calendar=promise.body.calendar,
        queue=promise.body.scope.queue,
        team=promise.body.scope.team,
        site=promise.body.scope.site,
        client=promise.body.scope.client,
        channels=",".join(promise.body.scope.channels) or None,
        standing=kept.standing,
        value=kept.value.value,
        numerator=kept.value.numerator,
        denominator=kept.value.denominator,
        definition=kept.definition,
        to_recover=kept.to_recover,
        visits=_visits(kept, zone) if kept.standing in UNKEPT else None,
        as_of=text(kept.as_of, zone),
        watermark=text_or_none(kept.watermark, zone),
        complete=kept.complete,
    )


def _visits(kept: KeptTarget, zone: ZoneInfo) -> str | None:
    """The question for the visits behind a miss."""
    promise = kept.stint.promise
    span = kept.stint.span
    if not counts_visits(promise):
        return None
    said = {
        "from": text(span.begin, zone),
        "to": text(span.end, zone),
        "missed": "true",
        "target": promise.version.id,
    }
    formula = promise.body.metric.partition(":")[2]
    return f"/v1/visits?{urlencode(said | ({'formula': formula} if formula else {}))}"
