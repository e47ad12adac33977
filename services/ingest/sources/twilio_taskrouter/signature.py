"""Twilio's signatures: who sent a callback, and that nobody changed it.

    X-Twilio-Signature = base64(HMAC(secret, address + name + value + name + value …))

SHA-1 with the account's auth token; with the header `X-Twilio-Webhooks-Signature-Settings:
key=…,algorithm=HMAC_SHA256` SHA-256 with the secret of that shared key. A body that is no form is
not signed itself: its SHA-256 stands in the address as `bodySHA256`.

The address is the public one that Twilio called. Behind a proxy a server sees another, so that
`public_url` must say it; Twilio signs it sometimes with and sometimes without the port.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1, sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from floorpulse.ingest.sources.delivery import Delivery, same
from floorpulse.ingest.sources.source import SourceSettings

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
BODY_HASH = "bodySHA256"
FORM = "application/x-www-form-urlencoded"
ALGORITHMS: Mapping[str, Any] = {"HMAC_SHA256": sha256, "HMAC_SHA1": sha1}
PORTS = {"https": 443, "http": 80}


def signed(delivery: Delivery, secret: str, settings: SourceSettings) -> bool:
    """Whether the delivery carries Twilio's signature; `secret` is the auth token or the secret of
    the shared key, whichever signs.
    """
    algorithm = _algorithm(delivery.header(SETTINGS))
    if algorithm is None or not secret:
        return False
    is_form = delivery.header("content-type").partition(";")[0].strip().lower() == FORM
    if not is_form and not same(sha256(delivery.body).hexdigest(), _told_hash(delivery)):
        return False
    said = delivery.header(SIGNATURE)
    fields = _signed_fields(delivery.body) if is_form else ""
    known = [
        _signature(secret, address + fields, algorithm)
        for address in addresses(public_address(delivery, settings))
    ]
    matches = [same(said, one) for one in known]
    return any(matches)


def public_address(delivery: Delivery, settings: SourceSettings) -> str:
    """The address that Twilio called: the public one of the settings, with the query that came."""
    if settings.public_url is None:
        return delivery.url
    query = urlsplit(delivery.url).query
    known = urlsplit(settings.public_url)
    return urlunsplit(known._replace(query=query or known.query, fragment=""))


def addresses(address: str) -> list[str]:
    """The address without a port and with one: its own, else the standard one of its scheme."""
    parts = urlsplit(address)
    try:
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return [address]
    if port is None:
        return [address]
    bare = parts.netloc.removesuffix(f":{port}")
    return [
        urlunsplit(parts._replace(netloc=bare)),
        urlunsplit(parts._replace(netloc=f"{bare}:{port}")),
    ]


def _algorithm(header: str) -> Any | None:
    """The hash that the header names; SHA-1 without one, None where it is not known."""
    if not header:
        return sha1
    pairs = (part.partition("=") for part in header.split(","))
    named = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return ALGORITHMS.get(named.get("algorithm", ""))


def _told_hash(delivery: Delivery) -> str:
    return delivery.query.get(BODY_HASH, "").lower()


def _signed_fields(body: bytes) -> str:
    """Names and values of the form, by name; a value that a name has twice counts once."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
    except ValueError:
        return ""
    return "".join(name + value for name, value in sorted(set(pairs)))


def _signature(secret: str, text: str, algorithm: Any) -> str:
    return b64encode(hmac.new(secret.encode(), text.encode(), algorithm).digest()).decode()
