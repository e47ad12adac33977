"""CloudEvents 1.0 mapped onto canonical events: the attributes say who, what and when, `data`
carries the rest.

    {"specversion": "1.0", "type": "com.example.contact.held", "id": "7", "source": "pbx", "time":
    "…", "data": {"contact": "c1"}}
 →  {"type": "contact.held", "id": "7", "source": "pbx", "at": "…", "contact": "c1"}

Attributes win over fields of the same name in `data`; extension attributes are left aside.
"""

from collections.abc import Mapping
from typing import get_args

import msgspec
from msgspec import UNSET, Raw, UnsetType

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import of_decoding

VERSION = "1.0"
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
    """The canonical event of a binary CloudEvent: `attributes` from the `ce-` headers, `data` the
    body.
    """
    try:
        envelope = msgspec.convert(attributes, Envelope)
    except msgspec.ValidationError as wrong:
        return of_decoding(wrong)
    return _joined(envelope, data)


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
