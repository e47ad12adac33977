"""Decodes Kafka records into events that can be folded, or into the reason why not."""

from dataclasses import dataclass

import msgspec

from services.contracts.events import (
    AboutContact,
    AgentStateChanged,
    AnyEvent,
    ContactEvent,
    SurveyAnswered,
)
from services.contracts.instants import parse_instant
from services.contracts.letters import Reason

BACKSLASH = b"\\"
ESCAPED_BACKSLASH = rb"\\"
NUL = rb"\u0000"
LATEST = 4_102_444_800_000
"""2100, in epoch milliseconds."""
NAMED_BY_TYPE = frozenset((AgentStateChanged, *ContactEvent.__subclasses__()))
"""Types that cannot be without a subject."""

_decode = msgspec.json.Decoder(AnyEvent).decode


@dataclass(frozen=True)
class RecordRefusal:
    """Why a record cannot be counted: a reason of the closed list and its detail for people."""

    reason: Reason
    detail: str


def decode(value: bytes | None) -> AnyEvent | RecordRefusal:
    """The event in a record's value, its time in epoch milliseconds, or the refusal; never an
    exception.
    """
    if value is not None and BACKSLASH in value and NUL in value.replace(ESCAPED_BACKSLASH, b""):
        return RecordRefusal(
            Reason.INVALID_FIELD, "a text holds the character U+0000, which no database column can"
        )
    try:
        event: AnyEvent = _decode(value or b"")
    except msgspec.ValidationError as wrong:
        return RecordRefusal(Reason.INVALID_FIELD, str(wrong))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return RecordRefusal(Reason.MALFORMED, str(wrong))
    if (
        type(event.at) is int
        and 0 <= event.at < LATEST
        and event.tenant
        and type(event) in NAMED_BY_TYPE
    ):
        return event
    return _mend(event)


def _has_subject(event: AnyEvent) -> bool:
    if isinstance(event, AboutContact):
        return event.contact is not None or event.queue is not None
    return True


def _mend(event: AnyEvent) -> AnyEvent | RecordRefusal:
    """An event that may not have come through ingest: its time may be text, but it must name its
    tenant and subject.
    """
    if not event.tenant:
        return RecordRefusal(Reason.NO_TENANT, "the record names no tenant")
    if not _has_subject(event):
        return RecordRefusal(Reason.NO_SUBJECT, "the event names neither contact nor queue")
    if isinstance(event, SurveyAnswered) and event.best == event.worst:
        return RecordRefusal(
            Reason.INVALID_FIELD,
            "best and worst are equal, so the scale has no length - at `$.best`",
        )
    return event if type(event.at) is int and 0 <= event.at < LATEST else _dated(event)


def _dated(event: AnyEvent) -> AnyEvent | RecordRefusal:
    try:
        at = parse_instant(event.at)
    except ValueError as wrong:
        return RecordRefusal(Reason.INVALID_TIME, str(wrong))
    if not 0 <= at < LATEST:
        return RecordRefusal(
            Reason.TIME_OUT_OF_RANGE, f"{event.at!r} lies before 1970 or after 2099 - at `$.at`"
        )
    return msgspec.structs.replace(event, at=at)
