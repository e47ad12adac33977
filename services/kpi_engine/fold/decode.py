"""Decodes Kafka records into events that can be folded, or into the reason why not."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from floorpulse.contracts.events import (
    AgentMissed,
    AgentStateChanged,
    AnyEvent,
    ContactEvent,
    ContactOffered,
)
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
NEVER = -1
"""Before all instants that are taken in"""

SourceKey = tuple[str, str]
"""(tenant, source)"""

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


class Heard(NamedTuple):
    """What a slice of events tells of the sources: which of them told something of the moment,
    which something of history, and which queues they offered contacts to.
    """

    live: set[SourceKey]
    history: set[SourceKey]
    offers: set[tuple[SourceKey, str]]


class Records:
    """Consecutive records of a partition, decoded while they are taken in, so that no event lives
    longer than that.

    Iterating gives (offset, event) up to the first record that is refused. `following` is the
    offset of that one, else the first offset behind all of them; `instants` are those of the events
    so far, in order.
    """

    def __init__(
        self,
        values: Sequence[bytes | None],
        offsets: Sequence[int],
        following: int,
        kept_since: int,
        live_since: int = NEVER,
    ) -> None:
        """`values[i]` stands at `offsets[i]`; what happened before `kept_since` (epoch
        milliseconds) is refused, what happened before `live_since` is history.
        """
        self.following = following
        self.refusal: Refusal | None = None
        self.instants: list[int] = []
        self.heard = Heard(set(), set(), set())
        self._values = values
        self._offsets = offsets
        self._kept_since = kept_since
        self._live_since = live_since

    def __iter__(self) -> Iterator[tuple[int, AnyEvent]]:
        live, history, offers = self.heard
        live_since = self._live_since
        note = self.instants.append
        first = max(0, self._kept_since)
        for offset, value in zip(self._offsets, self._values, strict=True):
            event = None if value is None or BACKSLASH in value else _decoded(value)
            if (
                event is None
                or type(event.at) is not int
                or not first <= event.at < LATEST
                or not event.tenant
                or type(event) not in NAMED_BY_TYPE
            ):
                said = _kept(decode(value), self._kept_since)
                if isinstance(said, Refusal):
                    self.refusal = said
                    self.following = offset
                    return
                event = said
            at: int = event.at  # type: ignore[assignment]  # decoded: milliseconds
            note(at)
            source: SourceKey = (event.tenant, event.source)  # type: ignore[assignment]  # see above
            (live if at >= live_since else history).add(source)
            if type(event) is ContactOffered:
                offers.add((source, event.queue))
            yield offset, event


def _decoded(value: bytes) -> AnyEvent | None:
    """The event; None where the value is none, and `decode` says why."""
    try:
        event: AnyEvent = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return event


def _kept(decoded: AnyEvent | Refusal, since: int) -> AnyEvent | Refusal:
    """The refusal of what happened in a month that was deleted."""
    if isinstance(decoded, Refusal) or decoded.at >= since:  # type: ignore[operator]  # decoded: milliseconds
        return decoded
    return beyond_retention(since)


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
