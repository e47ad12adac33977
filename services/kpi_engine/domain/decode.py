"""A Kafka record becomes an event that can be folded, or a reason why not."""

from dataclasses import dataclass

import msgspec

from services.contracts.events import AboutContact, AgentStateChanged, AnyEvent, ContactEvent
from services.contracts.instants import parse_instant
from services.contracts.letters import Reason

NUL, ESCAPED_BACKSLASH = rb"\u0000", rb"\\"

_decode = msgspec.json.Decoder(AnyEvent).decode


@dataclass(frozen=True)
class Refusal:
    """Why a record cannot be counted: a reason of the closed list and its detail for people."""

    reason: Reason
    detail: str


def decode(value: bytes | None) -> AnyEvent | Refusal:
    """The event in a record's value, its time in epoch milliseconds, or the refusal; never an exception."""
    if value is not None and NUL in value and NUL in value.replace(ESCAPED_BACKSLASH, b""):
        return Refusal(Reason.INVALID_FIELD, "a text holds the character U+0000, which no database column can")
    try:
        event = _decode(value or b"")
        return event if isinstance(event.at, int) and event.tenant and _has_subject(event) else _mend(event)
    except msgspec.ValidationError as wrong:
        return Refusal(Reason.INVALID_FIELD, str(wrong))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return Refusal(Reason.MALFORMED, str(wrong))


def _has_subject(event: AnyEvent) -> bool:
    if isinstance(event, ContactEvent | AgentStateChanged):
        return True
    return isinstance(event, AboutContact) and (event.contact is not None or event.queue is not None)


def _mend(event: AnyEvent) -> AnyEvent | Refusal:
    """An event that did not come through ingest: its time may be text, but it must name its tenant and subject."""
    if not event.tenant:
        return Refusal(Reason.NO_TENANT, "the record names no tenant")
    if not _has_subject(event):
        return Refusal(Reason.NO_SUBJECT, "the event names neither contact nor queue")
    try:
        return msgspec.structs.replace(event, at=parse_instant(event.at))
    except ValueError as wrong:
        return Refusal(Reason.INVALID_TIME, str(wrong))
