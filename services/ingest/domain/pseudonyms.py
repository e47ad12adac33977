"""Pseudonyms of customers: keyed, per tenant, never turned back.

A reference such as a caller's number becomes `<key name>:<32 hex digits>`, the first half of an
HMAC-SHA256 under the newest key over tenant and reference. The tenant is part of it, so that two
tenants' customers cannot be matched. What already is a pseudonym under one of the known keys stays
as it is, so a repaired dead letter can be sent again.
"""

import hmac
import re
from dataclasses import dataclass

import msgspec

DIGITS = 32

FIELD = re.compile(
    rb'("customer"\s*:\s*)("[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{].*|[^\s,}\]"]+)', re.DOTALL
)
"""A field `customer` and its value; of an object or array there, which no event has, everything up
to the end.
"""


@dataclass(frozen=True)
class CustomerKey:
    """A named secret."""

    name: str
    secret: bytes


class Pseudonyms:
    """The keys, the newest first; at least one."""

    def __init__(self, keys: tuple[CustomerKey, ...]) -> None:
        self._newest = keys[0]
        names = "|".join(re.escape(key.name) for key in keys)
        self._known = re.compile(rf"(?:{names}):[0-9a-f]{{{DIGITS}}}")

    def of(self, tenant: str, customer: str) -> str:
        """The pseudonym of a tenant's customer."""
        if self._known.fullmatch(customer):
            return customer
        digest = hmac.digest(self._newest.secret, f"{tenant}\0{customer}".encode(), "sha256")
        return f"{self._newest.name}:{digest.hex()[:DIGITS]}"

    def mask(self, tenant: str, payload: bytes) -> bytes:
        """`payload` with every value of a field `customer` replaced, also where the text is not
        JSON.
        """

        def masked(found: re.Match[bytes]) -> bytes:
            if found[2] == b"null":
                return found[0]
            return found[1] + f'"{self.of(tenant, _text(found[2]))}"'.encode()

        return FIELD.sub(masked, payload)


def _text(value: bytes) -> str:
    """The string that `value` is in JSON, else its bytes as text."""
    try:
        return msgspec.json.decode(value, type=str)
    except ValueError:
        return value.decode(errors="replace")
