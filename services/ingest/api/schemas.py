"""Bodies of `POST /v1/events` as clients see them, with examples."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from floorpulse.contracts.letters import Reason
from floorpulse.contracts.schema import event_schema
from floorpulse.ingest.app import IngestReceipt
from floorpulse.ingest.domain.bodies import BodyForm
from floorpulse.ingest.domain.warnings import WarningCode
from floorpulse.runtime import problems

OFFERED = {
    "type": "contact.offered",
    "id": "1",
    "source": "pbx1",
    "at": "2026-11-11T09:30:00+08:00",
    "contact": "c-1",
    "queue": "refunds",
    "channel": "voice",
}
ANSWERED = {
    "type": "contact.answered",
    "id": "2",
    "source": "pbx1",
    "at": 1_794_360_612_000,
    "contact": "c-1",
    "agent": "a-7",
}
CLOUDEVENT = {
    "specversion": "1.0",
    "type": "com.example.contact.held",
    "id": "3",
    "source": "pbx1",
    "time": "2026-11-11T09:31:00+08:00",
    "data": {"contact": "c-1"},
}
REFUSED: dict[str, Any] = {
    "index": 1,
    "id": "2",
    "reason": "missing_field",
    "detail": "Object missing required field `agent`",
}


class RejectedBody(msgspec.Struct, frozen=True, gc=False):
    """One event that was not accepted."""

    index: Annotated[
        int,
        Meta(
            description="its position in the request, from 0; blank lines of NDJSON do not count",
            examples=[1],
        ),
    ]
    id: Annotated[str | None, Meta(description="its id, where one could be read", examples=["2"])]
    reason: Reason
    detail: Annotated[
        str,
        Meta(description="what was wrong, with the field's path", examples=[REFUSED["detail"]]),
    ]


class WarningBody(msgspec.Struct, frozen=True, gc=False):
    """Something that seems wrong of an event that was accepted and counts as it is told."""

    index: Annotated[int, Meta(description="its position in the request, from 0", examples=[0])]
    id: Annotated[str, Meta(examples=["1"])]
    code: WarningCode
    detail: Annotated[
        str,
        Meta(
            description="what seems wrong, and what to do",
            examples=["no definition knows the queue 'refnds': mend its name at the source, …"],
        ),
    ]


class ReceiptBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fate of the events of one request."""

    accepted: Annotated[int, Meta(description="events that Kafka has acknowledged", examples=[1])]
    rejected: Annotated[
        list[RejectedBody],
        Meta(description="events that are dead letters now", examples=[[REFUSED]]),
    ]
    warnings: Annotated[
        list[WarningBody],
        Meta(
            description="what seems wrong of accepted events, likely a mistake of the feed; left "
            "out where nothing does"
        ),
    ] = []


def receipt_body(receipt: IngestReceipt) -> ReceiptBody:
    """The answer's body."""
    rejected = [
        RejectedBody(one.index, one.id, one.refusal.reason, one.refusal.detail)
        for one in receipt.rejected
    ]
    warnings = [
        WarningBody(one.index, one.id, one.warning.code, one.warning.detail)
        for one in receipt.warnings
    ]
    return ReceiptBody(receipt.accepted, rejected, warnings)


def _one_or_many() -> dict[str, Any]:
    event = event_schema()
    return {"oneOf": [event, {"type": "array", "items": event}]}


def _content(schema: dict[str, Any], summary: str, value: object) -> dict[str, Any]:
    return {"schema": schema, "examples": {"example": {"summary": summary, "value": value}}}


REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Content-Encoding gzip is taken. A binary CloudEvent is `application/json` "
        "with `ce-` headers.",
        "content": {
            BodyForm.JSON.value: _content(_one_or_many(), "two events", [OFFERED, ANSWERED]),
            BodyForm.NDJSON.value: _content(
                {"type": "string"}, "an event a line", '{"type": "contact.held", …}\n{"type": …}\n'
            ),
            BodyForm.CLOUDEVENT.value: _content(
                {"type": "object"}, "a structured CloudEvent", CLOUDEVENT
            ),
            BodyForm.CLOUDEVENTS.value: _content(
                {"type": "array", "items": {"type": "object"}},
                "a batch of CloudEvents",
                [CLOUDEVENT],
            ),
        },
    }
}

ALL_REJECTED: dict[int | str, dict[str, Any]] = {
    422: {
        "description": "No event was accepted",
        "content": {
            problems.MEDIA_TYPE: {
                "schema": problems.REFERENCE,
                "example": {
                    "type": "about:blank",
                    "title": "All events rejected",
                    "status": 422,
                    "detail": "None of the events was accepted; `rejected` says why.",
                    "accepted": 0,
                    "rejected": [REFUSED | {"index": 0}],
                },
            }
        },
    }
}
