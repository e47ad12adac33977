"""The judge: one event's text in, a canonical event ready for Kafka or a refusal out; never an
exception.

text ─ size, depth ─► unwrap ─► decode ─► time, tenant, subject, scale ─► tenant and pseudonym set
─► (key, value)
          └───────────── each step may refuse, with a reason and the field's path ───────────────┘
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from floorpulse.contracts.events import (
    AgentStateChanged,
    AnyEvent,
    ContactOffered,
    partition_key,
)
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import invalid, of_decoding, shortened
from floorpulse.contracts.refused_records import refusal_in
from floorpulse.ingest.domain.nesting import deeper_than
from floorpulse.ingest.domain.pseudonyms import Pseudonyms
from floorpulse.ingest.domain.warnings import (
    NOTHING_KNOWN,
    EventWarning,
    KnownFloor,
    warnings_of,
)

EARLIEST = 631_152_000_000
AHEAD = 86_400_000

Unwrap = Callable[[bytes], bytes | Refusal]
"""From the text as sent to the text of a canonical event."""


@dataclass(frozen=True)
class EventLimits:
    """The limits of one event: bytes of its text, and levels of nesting."""

    event_bytes: int = 64 * 1024
    depth: int = 16


class CanonicalEvent(NamedTuple):
    """An accepted event, of the instant `at` (epoch milliseconds): its Kafka key and its JSON, with
    epoch milliseconds, tenant and pseudonym in place; what seems wrong of it.
    """

    key: bytes
    value: bytes
    event: AnyEvent
    at: int
    warnings: tuple[EventWarning, ...] = ()


class Judge(NamedTuple):
    """The rules of one request: whose events they are, the instant (epoch milliseconds) they are
    judged at, and what is known of the tenant's floor.
    """

    tenant: str
    now: int
    limits: EventLimits
    pseudonyms: Pseudonyms
    floor: KnownFloor = NOTHING_KNOWN

    def judge(self, text: bytes, unwrap: Unwrap) -> CanonicalEvent | Refusal:
        """The verdict on one event's text."""
        bare = self._oversized(text) or unwrap(text)
        if isinstance(bare, Refusal):
            return bare
        try:
            event = _decode(bare)
        except ValueError as wrong:
            return refusal_in(bare) or of_decoding(wrong)
        at = self._instant(event)
        if isinstance(at, Refusal):
            return at
        return self._wrong_tenant(event) or invalid(event) or self._canonical(event, at)

    def _oversized(self, text: bytes) -> Refusal | None:
        if len(text) > self.limits.event_bytes:
            return Refusal(
                Reason.TOO_LARGE,
                f"{len(text)} bytes; an event has at most {self.limits.event_bytes}",
            )
        if deeper_than(text, self.limits.depth):
            return Refusal(Reason.TOO_DEEP, f"nested deeper than {self.limits.depth} levels")
        return None

    def _instant(self, event: AnyEvent) -> int | Refusal:
        try:
            at = parse_instant(event.at)
        except ValueError as wrong:
            return Refusal(Reason.INVALID_TIME, shortened(f"{wrong} - at `$.at`"))
        if not EARLIEST <= at <= self.now + AHEAD:
            detail = (
                f"{event.at!r} lies before 1990 or more than a day ahead; whole numbers are "
                "milliseconds - at `$.at`"
            )
            return Refusal(Reason.TIME_OUT_OF_RANGE, shortened(detail))
        return at

    def _wrong_tenant(self, event: AnyEvent) -> Refusal | None:
        if event.tenant is None or event.tenant == self.tenant:
            return None
        return Refusal(
            Reason.TENANT_MISMATCH,
            f"the key speaks for {self.tenant!r}, not {event.tenant!r} - at `$.tenant`",
        )

    def _canonical(self, event: AnyEvent, at: int) -> CanonicalEvent | Refusal:
        changes: dict[str, object] = {"at": at, "tenant": self.tenant}
        if isinstance(event, ContactOffered) and event.customer is not None:
            changes["customer"] = self.pseudonyms.of(self.tenant, event.customer)
        elif isinstance(event, AgentStateChanged) and event.lasts_ms is None:
            changes["lasts_ms"] = self.floor.states_last.get(event.source)
        stamped = msgspec.structs.replace(event, **changes)
        value = _encode(stamped)
        if ESCAPED_NUL in value and NUL.search(value):
            return Refusal(Reason.INVALID_FIELD, "a text contains U+0000, which cannot be stored")
        return CanonicalEvent(
            partition_key(stamped),
            value,
            stamped,
            at,
            warnings_of(event, at, self.now, self.floor),
        )


ESCAPED_NUL = rb"\u0000"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""It, not behind a backslash that is escaped itself"""


_decode = msgspec.json.Decoder(AnyEvent).decode
_encode = msgspec.json.Encoder().encode
