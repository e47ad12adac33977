"""What came over HTTP to a source, and whether it is the platform that sends it.

Every comparison with a secret takes the same time wherever the two differ.
"""

import hmac
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from floorpulse.ingest.sources.source import SourceSettings

SECRET_PARAMETER = "secret"  # noqa: S105  the parameter's name


@dataclass(frozen=True)
class Delivery:
    """One request: its whole address as the server saw it, the parameters of its query, its headers
    (names in small letters) and its body.
    """

    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; empty where it is absent."""
        return self.headers.get(name, "")


Authenticator = Callable[[Delivery, str, SourceSettings], bool]
"""Whether whoever sent a delivery knows the secret of the source"""


@dataclass(frozen=True)
class Reply:
    """What a platform wants to hear when everything it sent is safe: a status, and a body where it
    reads one; None is the receipt of what was accepted and refused.
    """

    status: int = 202
    body: bytes | None = None


RECEIPT = Reply()


@dataclass(frozen=True)
class Receiver:
    """How a platform speaks over HTTP: how it shows who it is, and what it wants to hear."""

    authentic: Authenticator
    reply: Reply = RECEIPT


def by_key(delivery: Delivery, secret: str, _settings: SourceSettings) -> bool:
    """`Authorization: Bearer <secret>`, the secret alone there, or `X-Api-Key: <secret>`: what the
    connections of event buses can send.
    """
    scheme, _, token = delivery.header("authorization").partition(" ")
    said = token.strip() if scheme.lower() == "bearer" else delivery.header("authorization")
    return same(said, secret) or same(delivery.header("x-api-key"), secret)


def by_password(delivery: Delivery, secret: str, _settings: SourceSettings) -> bool:
    """`Authorization: Basic …` with `user:password` as the secret; a secret without a colon is the
    password of any user.
    """
    scheme, _, token = delivery.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        said = b64decode(token.strip(), validate=True).decode()
    except ValueError:
        return False
    return same(said if ":" in secret else said.partition(":")[2], secret)


def by_address(delivery: Delivery, secret: str, _settings: SourceSettings) -> bool:
    """`?secret=<secret>` in the address: for platforms that can send neither header nor
    signature.
    """
    return same(delivery.query.get(SECRET_PARAMETER, ""), secret)


def same(said: str, secret: str) -> bool:
    """Whether two texts are equal, in constant time; nobody knows an empty secret."""
    return bool(secret) and hmac.compare_digest(said.encode(errors="replace"), secret.encode())
