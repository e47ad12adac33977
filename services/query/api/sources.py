"""The routes of sources: who speaks, who fell silent and what that holds up; and retiring one that
will not speak again.
"""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from floorpulse.access.http import AGENTS, require
from floorpulse.access.keys import Credential
from floorpulse.access.parameters import PLAIN, Parameters
from floorpulse.board.domain.sources import SourceState
from floorpulse.contracts.tallies import What
from floorpulse.figures.feed_report import FeedReport
from floorpulse.figures.sources.deliveries import Deliveries, DeliveringSource, SourceTally
from floorpulse.figures.sources.watch import Retirement
from floorpulse.figures.timestamps import Instant, text
from floorpulse.query.api.feed_bodies import FeedRow, feed_row
from floorpulse.query.api.measured import MeasuredRoute, Shared, use_case
from floorpulse.query.api.schemas import answering
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.problems import READ_PROBLEMS, described
from floorpulse.runtime.tagged import NOT_STORED, json

Reader = Annotated[Credential, Depends(require("kpi:read"))]
Operator = Annotated[Credential, Depends(require("admin"))]

router = APIRouter(route_class=MeasuredRoute, tags=["sources"])


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source of events, as far as it was heard of lately."""

    source: Annotated[str, Meta(examples=["asterisk:pbx1"])]
    state: Annotated[
        SourceState,
        Meta(
            description="speaking; silent: quiet for far longer than usual, the figures of queues "
            "that only it feeds stand; "
            "without_rhythm: heard too rarely for its quiet to mean anything; retired: nobody "
            "waits for it",
            examples=["speaking"],
        ),
    ]
    last_heard: Annotated[
        Instant, Meta(description="when its last event arrived, by this server's clock")
    ]
    usual_gap: Annotated[
        float | None,
        Meta(description="mean seconds between its words; null: without a rhythm", examples=[4.2]),
    ]
    queues: Annotated[int, Meta(description="how many queues it offers contacts to", examples=[12])]


class KindRow(msgspec.Struct, frozen=True):
    """How often payloads of a kind made no event, or were refused for a reason."""

    kind: Annotated[
        str,
        Meta(
            description="the platform's word for the kind, or the reason of the refusal",
            examples=["OUTBOUND"],
        ),
    ]
    count: Annotated[int, Meta(examples=[12])]
    last: Annotated[Instant, Meta(description="when the last one came")]


class ConfiguredRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source that the definitions configure, and what it sent to `/v1/sources/{source}`."""

    source: Annotated[str, Meta(examples=["amazon-connect:main"])]
    vendor: Annotated[str, Meta(description="whose platform it is", examples=["amazon-connect"])]
    since: Annotated[
        Instant | None, Meta(description="its first delivery, from which all is counted")
    ]
    last_heard: Annotated[
        Instant | None, Meta(description="its last delivery; null: it never sent anything")
    ]
    deliveries: Annotated[int, Meta(description="requests that showed its secret", examples=[40])]
    events: Annotated[int, Meta(description="events that they made", examples=[96])]
    ignored: Annotated[list[KindRow], Meta(description="payloads without an event, by kind")]
    refused: Annotated[
        list[KindRow], Meta(description="payloads and events that are dead letters, by reason")
    ]


class WarningRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often something seemed wrong of a source's events, as `warnings` of the answers to
    `POST /v1/events` said it.
    """

    source: Annotated[str, Meta(examples=["asterisk:pbx1"])]
    code: Annotated[str, Meta(description="what seemed wrong", examples=["local_time_as_utc"])]
    count: Annotated[int, Meta(examples=[12])]
    since: Annotated[Instant, Meta(description="when it was first seen")]
    last: Annotated[Instant, Meta(description="when it was last seen")]
    example: Annotated[str, Meta(description="the id of the last such event", examples=["4711"])]


class SourcesAnswer(msgspec.Struct, frozen=True):
    """All sources of the tenant, and what seems wrong of their events."""

    rows: list[SourceRow]
    configured: list[ConfiguredRow]
    warnings: list[WarningRow]
    feeds: Annotated[
        list[FeedRow],
        Meta(description="what is wrong with the events of each source that was ever heard"),
    ]


class RetireBody(BaseModel):
    """A source to wait for no longer."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[
        str,
        Field(
            min_length=1,
            max_length=128,
            pattern=PLAIN,
            description="its name in its events",
            examples=["asterisk:old-pbx"],
        ),
    ]


class RetiredAnswer(msgspec.Struct, frozen=True):
    """Since when nobody waits for it."""

    source: Annotated[str, Meta(examples=["asterisk:old-pbx"])]
    retired_at: Annotated[Instant, Meta(description="by the database's clock")]


@router.get(
    "/v1/sources",
    responses=READ_PROBLEMS | answering(SourcesAnswer),
    summary="Who tells events",
)
async def sources(
    request: Request,
    caller: Reader,
    deliveries: Annotated[Deliveries, Depends(use_case(Deliveries))],
    report: Annotated[FeedReport, Depends(use_case(FeedReport))],
    shared: Shared,
    asked: Annotated[Parameters, Query()],
) -> Response:
    """Every source that was heard since the engine started, and what its quiet means; and every
    source that the definitions configure, with what it delivered, what of it was ignored and what
    refused; of how many events something seemed wrong; and, source by source, what is wrong with
    its clock, its events, its queues and its agents. Counts are summed over all processes and at
    most a few seconds old.
    """
    asked.refuse_unknown()
    accepted(request)
    view = shared.floors.view(caller.tenant)
    zone = view.zone
    rows = [
        SourceRow(
            source=one.source.source,
            state=one.source.state,
            last_heard=text(one.last_at, zone),
            usual_gap=None if one.source.usual_gap is None else one.source.usual_gap / 1000,
            queues=len(one.source.queues),
        )
        for one in view.sources.all(caller.tenant)
    ]
    configured = [_configured(one, zone) for one in await deliveries.all(caller.tenant)]
    warnings = [
        WarningRow(
            source=one.source,
            code=one.kind,
            count=one.count,
            since=text(one.first_at, zone),
            last=text(one.last_at, zone),
            example=one.examples[0].event if one.examples else "",
        )
        for one in await deliveries.warnings(caller.tenant)
    ]
    named = AGENTS in caller.scopes
    feeds = [feed_row(one, zone, agents=named) for one in await report.all(caller.tenant)]
    answer = SourcesAnswer(rows, configured, warnings, feeds)
    return json(answer, NOT_STORED)


def _configured(one: DeliveringSource, zone: ZoneInfo) -> ConfiguredRow:
    return ConfiguredRow(
        source=one.source,
        vendor=one.vendor,
        since=None if one.since is None else text(one.since, zone),
        last_heard=None if one.last_heard is None else text(one.last_heard, zone),
        deliveries=one.total(What.HEARD),
        events=one.total(What.EVENTS),
        ignored=[_kind(kind, zone) for kind in one.by_kind(What.IGNORED)],
        refused=[_kind(kind, zone) for kind in one.by_kind(What.REFUSED)],
    )


def _kind(one: SourceTally, zone: ZoneInfo) -> KindRow:
    return KindRow(one.kind, one.count, text(one.last_at, zone))


@router.post(
    "/v1/sources/retire",
    responses=described(400, 401, 403, 406, 422, 503) | answering(RetiredAnswer),
    summary="Wait for a source no longer",
)
async def retire(
    request: Request,
    caller: Operator,
    retirement: Annotated[Retirement, Depends(use_case(Retirement))],
    shared: Shared,
    body: RetireBody,
) -> Response:
    """Its silence holds up no figures from now on. It is waited for again once it speaks again."""
    accepted(request)
    at = await retirement.retire(caller.tenant, body.source, caller.key_id)
    return json(RetiredAnswer(body.source, text(at, shared.floors.view(caller.tenant).zone)))
