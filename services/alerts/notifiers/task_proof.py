"""What proves that a callback comes from the tracker: one of four ways, as its definition says.

standard     webhook-id, webhook-timestamp (not older than 5 min), webhook-signature
hub          X-Hub-Signature: sha256=HEX of the body (WebSub, as Jira signs)
jiandaoyun   X-JDY-Signature: SHA-1 of nonce:body:secret:timestamp, which stand in the query
bearer       Authorization: Bearer SECRET
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1, sha256

from floorpulse.alerts.notifiers import webhook

TOLERATED = 300
"""Seconds that a signed instant may be away from now"""


@dataclass(frozen=True)
class Presented:
    """What came: header names in lower case, the query, the body as it was sent."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


def is_proven(proof: str, secret: str, came: Presented, now_ms: int) -> bool:
    """Whether what came was made by somebody who has the secret."""
    match proof:
        case "hub":
            return _equal(came.headers.get("x-hub-signature", ""), _hub(secret, came.body))
        case "jiandaoyun":
            return _jiandaoyun(secret, came, now_ms)
        case "bearer":
            return _equal(came.headers.get("authorization", ""), f"Bearer {secret}")
        case _:
            return _standard(secret, came, now_ms)


def _standard(secret: str, came: Presented, now_ms: int) -> bool:
    seconds = came.headers.get("webhook-timestamp", "")
    if not _recent(seconds, now_ms):
        return False
    key = came.headers.get("webhook-id", "")
    signed = webhook.signature(secret, f"{key}.{seconds}.".encode() + came.body)
    given = came.headers.get("webhook-signature", "").split(" ")
    return any(_equal(one, signed) for one in given)


def _hub(secret: str, body: bytes) -> str:
    return f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"


def _jiandaoyun(secret: str, came: Presented, now_ms: int) -> bool:
    nonce = came.query.get("nonce", "")
    seconds = came.query.get("timestamp", "")
    if not _recent(seconds, now_ms):
        return False
    said = b":".join((nonce.encode(), came.body, secret.encode(), seconds.encode()))
    made = sha1(said).hexdigest()  # noqa: S324  as Jiandaoyun signs
    return _equal(came.headers.get("x-jdy-signature", ""), made)


def _recent(seconds: str, now_ms: int) -> bool:
    """Whether an instant in epoch seconds is near now."""
    if not (seconds.isascii() and seconds.isdigit()):
        return False
    return abs(int(seconds) - now_ms // 1000) <= TOLERATED


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
