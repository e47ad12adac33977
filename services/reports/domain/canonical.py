"""The one text of a document: the same content is the same bytes, so a hash over them means the
content.

Keys are sorted, nothing stands between tokens, money and ratios are strings, the text is UTF-8.
"""

import hashlib

import msgspec

_encode = msgspec.json.Encoder(order="sorted", decimal_format="string").encode


def canonical(document: object) -> bytes:
    """The canonical JSON of structs, mappings and lists of them."""
    return _encode(document)


def sha256(text: bytes) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text).hexdigest()
