"""Dead letters of ingest: every refused text, with customers masked."""

from collections.abc import Callable

import msgspec

from floorpulse.contracts.letters import DeadLetter, Refusal, dead_letter
from floorpulse.contracts.tallies import Example
from floorpulse.ingest.domain.pseudonyms import Pseudonyms

ORIGIN = "ingest"
KEY = ORIGIN.encode()
PAYLOAD_BYTES = 64 * 1024
MOST_NAME = 128


def letter(
    refusal: Refusal, text: bytes, tenant: str, at: int, pseudonyms: Pseudonyms
) -> DeadLetter:
    """The dead letter of a refused text; no event is longer than `PAYLOAD_BYTES`, so what is was
    cut off is no event.
    """
    detail = refusal.detail
    if len(text) > PAYLOAD_BYTES:
        detail = f"{detail} (payload cut to {PAYLOAD_BYTES} of {len(text)} bytes)"
        text = text[:PAYLOAD_BYTES]
    masked = pseudonyms.mask(tenant, text)
    return dead_letter(Refusal(refusal.reason, detail), masked, origin=ORIGIN, at=at, tenant=tenant)


def event_id(text: bytes) -> str | None:
    """The `id` of a refused text where it can be read, so that the client finds it again."""
    try:
        return _decode_named(text).id[:MOST_NAME]
    except (ValueError, RecursionError):
        return None


def source_of(text: bytes) -> str:
    """The `source` of a refused text; "" where it cannot be read."""
    return _name(text, _decode_source)


def example_of(refusal: Refusal, event: str | None, text: bytes) -> Example:
    """What an example of a refusal shows."""
    contact = _name(text, _decode_contact)
    return Example(_plain(event or ""), contact, told=_plain(refusal.detail))


def _name(text: bytes, decode: Callable[[bytes], "_Source | _Contact"]) -> str:
    try:
        return _plain(decode(text).name[:MOST_NAME])
    except (ValueError, RecursionError):
        return ""


def _plain(word: str) -> str:
    """The word without what PostgreSQL cannot store."""
    return word.replace("\0", "")


class _Named(msgspec.Struct, frozen=True):
    id: str


class _Source(msgspec.Struct, frozen=True):
    name: str = msgspec.field(name="source")


class _Contact(msgspec.Struct, frozen=True):
    name: str = msgspec.field(name="contact")


_decode_named = msgspec.json.Decoder(_Named).decode
_decode_source = msgspec.json.Decoder(_Source).decode
_decode_contact = msgspec.json.Decoder(_Contact).decode
