"""Links of messages: signed, single use, expiring; one names an incident, a receiver, an action.

    make_link(secret, claims)          ──►  token    lrAwMTIz….Zm9v…
    read_link(secret, token, now)      ──►  claims, or why not

A link's id follows from its notice, so a message that is sent twice has the same link, and using
it once uses up both. Whether it was used stands in the table `used_link`. Opening a link (GET) only
shows a page with one button: what looks at links in advance, a chat's preview or a mail scanner,
acknowledges nothing.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from hashlib import sha256

import msgspec

ID_BYTES = 8
SIGNATURE_BYTES = 16
"""128 bits of HMAC-SHA256: a Chinese text message has 268 places for all that it says"""
LONGEST = 2000
"""Characters of a token that are looked at"""


class LinkAction(StrEnum):
    """What a link does."""

    ACKNOWLEDGE = "acknowledge"


class LinkClaims(msgspec.Struct, frozen=True, array_like=True):
    """What a link says; `expires_at` is epoch milliseconds, `id` goes into `used_link`."""

    id: str
    tenant: str
    incident: str
    receiver: str
    action: LinkAction
    expires_at: int


class LinkRefusal(StrEnum):
    """Why a link is not followed."""

    FORGED = "forged"
    """Not signed with this secret, or changed since"""
    EXPIRED = "expired"


def link_id(secret: str, notice: str, action: LinkAction) -> str:
    """The id of the link of a notice (its key as text): the same whenever it is made."""
    return _mac(secret, f"id\n{notice}\n{action}".encode())[:ID_BYTES].hex()


def make_link(secret: str, claims: LinkClaims) -> str:
    """The token of a link: letters, digits, `-`, `_` and one dot."""
    body = msgspec.msgpack.encode(claims)
    return f"{_written(body)}.{_written(_signature(secret, body))}"


def read_link(secret: str, token: str, now: int) -> LinkClaims | LinkRefusal:
    """What a token says at `now` (epoch milliseconds)."""
    try:
        body, signature = (_read(part) for part in token[:LONGEST].split(".", 1))
    except ValueError:
        return LinkRefusal.FORGED
    if not hmac.compare_digest(signature, _signature(secret, body)):
        return LinkRefusal.FORGED
    claims = msgspec.msgpack.decode(body, type=LinkClaims)
    return LinkRefusal.EXPIRED if claims.expires_at <= now else claims


def _signature(secret: str, body: bytes) -> bytes:
    return _mac(secret, body)[:SIGNATURE_BYTES]


def _mac(secret: str, said: bytes) -> bytes:
    return hmac.new(secret.encode(), b"floorpulse.link\n" + said, sha256).digest()


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
