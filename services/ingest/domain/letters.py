"""Dead letters of ingest: every refused text, with customers masked."""

import msgspec

from floorpulse.contracts.letters import DeadLetter, Refusal, dead_letter
from floorpulse.ingest.domain.pseudonyms import Pseudonyms

ORIGIN = "ingest"
KEY = ORIGIN.encode()
PAYLOAD_BYTES = 64 * 1024


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
        return _decode_named(text).id[:128]
    except (ValueError, RecursionError):
        return None


class _NamedReason(msgspec.Struct, frozen=True):
    id: str


_decode_named = msgspec.json.Decoder(_NamedReason).decode
