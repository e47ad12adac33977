"""`GET /v1/messages`: what the built-in channel `screen` shows, the newest first.

The texts are those that a robot would have sent, without the links that act: whoever may only read
must not find one here.
"""

from dataclasses import replace
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec import Meta

from floorpulse.access.parameters import PageParameters
from floorpulse.alerts.api.bodies import Next, queue_names
from floorpulse.alerts.api.measured import AlertRoute, Alerts, Reader
from floorpulse.alerts.api.parameters import rows_of_page
from floorpulse.alerts.api.schemas import answering
from floorpulse.alerts.domain.messages.compose import MessageContext, compose
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.reading.ports import MessagePlace, ShownMessage
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import Instant, text
from floorpulse.runtime.accept import accepted
from floorpulse.runtime.cursors import cursor, place_of
from floorpulse.runtime.problems import READ_PROBLEMS
from floorpulse.runtime.tagged import NOT_STORED, json

decode_place = msgspec.msgpack.Decoder(MessagePlace).decode
router = APIRouter(route_class=AlertRoute, tags=["alerts"])


class MessageLine(msgspec.Struct, frozen=True):
    """A line of a message: what it is about, and what it says."""

    label: Annotated[str, Meta(examples=["How bad"])]
    text: Annotated[str, Meta(examples=["62.0%, threshold 75.0%, 31 of 50"])]


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message as its receiver sees it."""

    incident: Annotated[str, Meta(examples=["019d2c3a4b5e6f7a8b9c0d1"])]
    kind: NoticeKind
    step: Annotated[int, Meta(examples=[1])]
    receiver: Annotated[str, Meta(examples=["floor-lead"])]
    receiver_en: Annotated[str, Meta(examples=["Floor lead"])]
    receiver_zh: Annotated[str, Meta(examples=["现场组长"])]
    language: Annotated[str, Meta(examples=["en"])]
    severity: Severity
    title: Annotated[str, Meta(examples=["Critical: Service level is low, Sales: 62.0%"])]
    lines: list[MessageLine]
    at: Instant


class MessagesAnswer(msgspec.Struct):
    """A page of messages, the newest first."""

    rows: list[MessageRow]
    next: Next


@router.get(
    "/v1/messages",
    responses=READ_PROBLEMS | answering(MessagesAnswer),
    summary="Messages on the built-in screen",
)
async def messages(
    request: Request, caller: Reader, parts: Alerts, asked: Annotated[PageParameters, Query()]
) -> Response:
    """Messages to receivers with `screen: true`."""
    asked.refuse_unknown()
    accepted(request)
    question = "messages", caller.tenant
    limit = rows_of_page(asked.limit)
    after = place_of(asked.cursor, question, decode_place)
    found = await parts.timelines.shown(caller.tenant, after, limit + 1)
    view = parts.floors.view(caller.tenant)
    rows = [message_row(one, view) for one in found[:limit]]
    more = cursor(question, _place(found[limit - 1])) if len(found) > limit else None
    return json(MessagesAnswer(rows, more), NOT_STORED)


def _place(shown: ShownMessage) -> MessagePlace:
    key = shown.notice.key
    return MessagePlace(shown.notice.sent_at or 0, key.incident, key.kind, key.step, key.target)


def message_row(shown: ShownMessage, view: TenantView) -> MessageRow:
    """A message, written as it was when it was sent."""
    notice = shown.notice
    receivers = {
        name: one.body for name, one in OnCallInForce(view.known.at(view.now)).receivers.items()
    }
    receiver = notice.key.target.partition("/")[0]
    names = {} if receiver not in receivers else receivers[receiver].names
    language = _language(receivers.get(receiver))
    about = replace(shown.incident, figure=notice.figure, state=notice.incident_state)
    sent_at = notice.sent_at or notice.created_at
    queue = dict(zip(("en", "zh"), queue_names(view, about.subject.queue), strict=True))
    context = MessageContext(
        language=language,
        zone=view.zone,
        now=sent_at,
        queue=queue[language] or "",
        owner=about.owner and _called(about.owner, receivers, language),
        told=tuple(_called(one, receivers, language) for one in shown.told),
    )
    message = compose(notice.key, about, context)
    return MessageRow(
        incident=notice.key.incident,
        kind=notice.key.kind,
        step=notice.key.step,
        receiver=receiver,
        receiver_en=name_in("en", names, receiver),
        receiver_zh=name_in("zh", names, receiver),
        language=language,
        severity=about.severity,
        title=message.title,
        lines=[MessageLine(label, said) for label, said in message.lines],
        at=text(sent_at, view.zone),
    )


def _language(receiver: ReceiverBody | None) -> str:
    return "en" if receiver is None else receiver.language


def _called(name: str, receivers: dict[str, ReceiverBody], language: str) -> str:
    known = receivers.get(name)
    return name if known is None else name_in(language, known.names, name)
