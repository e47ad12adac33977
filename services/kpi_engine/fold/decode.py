"""Decodes Kafka records into events that can be folded, or into the reason why not."""

import msgspec

from floorpulse.contracts.events import AgentMissed, AgentStateChanged, AnyEvent, ContactEvent
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import invalid, of_decoding

BACKSLASH = b"\\"
ESCAPED_BACKSLASH = rb"\\"
NUL = rb"\u0000"
LATEST = 4_102_444_800_000
"""2100, in epoch milliseconds."""
NAMED_BY_TYPE = frozenset((AgentMissed, AgentStateChanged, *ContactEvent.__subclasses__()))
"""Types that cannot be without a subject."""

Folded = AnyEvent | bytes
"""An event that was folded, or its record, where the core folded it"""

_decode = msgspec.json.Decoder(AnyEvent).decode


def decode(value: bytes | None) -> AnyEvent | Refusal:
    """The event in a record's value, its time in epoch milliseconds, or the refusal; never an
    exception.
    """
    if value is not None and BACKSLASH in value and NUL in value.replace(ESCAPED_BACKSLASH, b""):
        return Refusal(
            Reason.INVALID_FIELD, "a text holds the character U+0000, which no database column can"
        )
    try:
        event: AnyEvent = _decode(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return of_decoding(wrong)
    if (
        type(event.at) is int
        and 0 <= event.at < LATEST
        and event.tenant
        and type(event) in NAMED_BY_TYPE
    ):
        return event
    return _mend(event)


def told_by(record: Folded) -> AnyEvent:
    """The event of a record that was folded."""
    event = decode(record) if isinstance(record, bytes) else record
    if isinstance(event, Refusal):
        message = f"a record that was folded is refused ({event.detail}): {record!r:.300}"
        raise TypeError(message)
    return event


def beyond_retention(kept_since: int) -> Refusal:
    """The refusal of what happened before `kept_since`, epoch milliseconds."""
    return Refusal(
        Reason.BEYOND_RETENTION, f"its month was deleted; kept is what happened since {kept_since}"
    )


def _mend(event: AnyEvent) -> AnyEvent | Refusal:
    """An event that may not have come through ingest: its time may be text, but it must name its
    tenant and subject.
    """
    if not event.tenant:
        return Refusal(Reason.NO_TENANT, "the record names no tenant")
    refusal = invalid(event)
    if refusal is not None:
        return refusal
    return event if type(event.at) is int and 0 <= event.at < LATEST else _dated(event)


def _dated(event: AnyEvent) -> AnyEvent | Refusal:
    try:
        at = parse_instant(event.at)
    except ValueError as wrong:
        return Refusal(Reason.INVALID_TIME, str(wrong))
    if not 0 <= at < LATEST:
        return Refusal(
            Reason.TIME_OUT_OF_RANGE, f"{event.at!r} lies before 1970 or after 2099 - at `$.at`"
        )
    return msgspec.structs.replace(event, at=at)
