"""CloudEvents 1.0 mapped onto canonical events: the attributes say who, what and when, `data`
carries the rest.

    {"specversion": "1.0", "type": "com.example.contact.held", "id": "7", "source": "pbx", "time":
    "…", "data": {"contact": "c1"}}
 →  {"type": "contact.held", "id": "7", "source": "pbx", "at": "…", "contact": "c1"}

Attributes win over fields of the same name in `data`; extension attributes are left aside.
"""

import re
from collections.abc import Mapping
from typing import get_args
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, Raw, UnsetType

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import of_decoding

VERSION = "1.0"
ESCAPED = re.compile(r"\\(.)")
"""A character behind a backslash, within double quotes"""
TYPES = frozenset(str(event.__struct_config__.tag) for event in get_args(AnyEvent))


class Envelope(msgspec.Struct, frozen=True):
    """The attributes that are read; unknown ones are CloudEvents extensions and are ignored."""

    specversion: str
    type: str
    id: str
    source: str
    time: str | UnsetType = UNSET
    data: Raw = Raw(b"{}")
    data_base64: bytes | UnsetType = UNSET


def unwrap(text: bytes) -> bytes | Refusal:
    """The canonical event in a structured CloudEvent."""
    try:
        envelope = _decode_envelope(text)
    except ValueError as wrong:
        return of_decoding(wrong)
    data = bytes(envelope.data) if envelope.data_base64 is UNSET else envelope.data_base64
    return _joined(envelope, data)


def bind(attributes: Mapping[str, str], data: bytes) -> bytes | Refusal:
    """The canonical event of a binary CloudEvent: `attributes` as the `ce-` headers have them,
    `data` the body.
    """
    said = from_headers(attributes)
    if isinstance(said, Refusal):
        return said
    try:
        envelope = msgspec.convert(said, Envelope)
    except msgspec.ValidationError as wrong:
        return of_decoding(wrong)
    return _joined(envelope, data)


def from_headers(attributes: Mapping[str, str]) -> dict[str, str] | Refusal:
    """The attributes that headers say; a refusal where one is no UTF-8, for two ids would else
    become one.

    The HTTP binding (3.1.3.2) percent-encodes values; older versions put them between double
    quotes, with backslashes before what quotes cannot hold.
    """
    try:
        return {name: _header_value(value) for name, value in attributes.items()}
    except UnicodeDecodeError:
        return Refusal(Reason.INVALID_FIELD, "a ce- header is no UTF-8 once it is decoded")


def _header_value(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = ESCAPED.sub(r"\1", text[1:-1])
    return unquote(text, errors="strict")


def own_type(name: str) -> str:
    """Our name of a CloudEvents type: `com.example.contact.held` and `contact.held` are both
    `contact.held`.
    """
    suffix = ".".join(name.split(".")[-2:])
    return suffix if suffix in TYPES else name


def _joined(envelope: Envelope, data: bytes) -> bytes | Refusal:
    if envelope.specversion != VERSION:
        return Refusal(Reason.INVALID_FIELD, f"specversion must be {VERSION} - at `$.specversion`")
    try:
        fields = _decode_data(data)
    except msgspec.ValidationError:
        return Refusal(Reason.INVALID_FIELD, "data must be a JSON object - at `$.data`")
    except ValueError as wrong:
        return of_decoding(wrong)
    said: dict[str, object] = {
        "type": own_type(envelope.type),
        "id": envelope.id,
        "source": envelope.source,
    }
    if envelope.time is not UNSET:
        said["at"] = envelope.time
    return msgspec.json.encode(fields | said)


_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_data = msgspec.json.Decoder(dict[str, Raw]).decode
