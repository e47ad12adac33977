"""Dead letters: what could not be counted, why, and where it came from; kept so that it can be sent
again.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta


class Reason(StrEnum):
    """Why an event was refused; the closed list of the API, the metrics and the dead letters."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    INVALID_FIELD = "invalid_field"
    INVALID_TIME = "invalid_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    NO_SUBJECT = "no_subject"
    TENANT_MISMATCH = "tenant_mismatch"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    NO_TENANT = "no_tenant"
    BEYOND_RETENTION = "beyond_retention"


@dataclass(frozen=True)
class Refusal:
    """A reason of the closed list, and what exactly was wrong, with the field's path where there is
    one.
    """

    reason: Reason
    detail: str


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One refused payload.

    `origin` is `ingest` or `topic/partition/offset`; `payload` is the text as received (what was
    not UTF-8 stands in `payload_base64` instead); `at` is epoch milliseconds of the refusal.
    """

    reason: Reason
    detail: str
    origin: str
    at: int
    tenant: str | None = None
    payload: str | None = None
    payload_base64: Annotated[bytes, Meta(description="base64")] | None = None


def dead_letter(
    refusal: Refusal, payload: bytes, *, origin: str, at: int, tenant: str | None = None
) -> DeadLetter:
    """The dead letter of a refused payload: its text, or its bytes where they are not UTF-8."""
    try:
        text = payload.decode()
        raw = None
    except UnicodeDecodeError:
        text = None
        raw = payload
    return DeadLetter(
        reason=refusal.reason,
        detail=refusal.detail,
        origin=origin,
        at=at,
        tenant=tenant,
        payload=text,
        payload_base64=raw,
    )


class _Named(msgspec.Struct, frozen=True):
    tenant: str | None = None


_decode_named = msgspec.json.Decoder(_Named).decode


def named_tenant(payload: bytes) -> str | None:
    """The tenant that a payload names, None where it cannot be read: it says whose letter it is,
    where ingest did not.
    """
    try:
        return _decode_named(payload).tenant
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


encode_letter = msgspec.json.Encoder().encode
