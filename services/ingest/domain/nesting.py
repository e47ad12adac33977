"""The shape of JSON text without parsing it: how deep it nests, and where an array's elements end.

Linear in time and constant in stack whatever the text is, so hostile input can neither recurse nor
backtrack.
"""

import re
from collections.abc import Iterator

TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]+|[\]}]+|,', re.DOTALL)
"""A string (perhaps without its end), a run of opening brackets, a run of closing ones, or a comma.
"""

OPENING = (0x5B, 0x7B)
CLOSING = (0x5D, 0x7D)
COMMA = 0x2C


class TooManyElements(Exception):  # noqa: N818  it says what happened
    """The array has more elements than were allowed; the message says how many are."""


def deeper_than(text: bytes, depth: int) -> bool:
    """Whether arrays and objects nest more than `depth` levels; few brackets answer at once."""
    if text.count(b"[") + text.count(b"{") <= depth:
        return False
    return any(level > depth for _token, level in _levels(text))


def elements(text: bytes, limit: int) -> list[bytes] | None:
    """The texts between an array's outermost commas, None when `text` is no complete array.

        [ {"a": 1} , {"b": NaN} , 3 ]      a broken element does not spoil its neighbours
          └──────┘   └────────┘   ┘

    Raises `TooManyElements` beyond `limit`.
    """
    text = text.strip()
    if not text.startswith(b"["):
        return None
    found: list[bytes] = []
    since = 1
    level = 0
    for token, level in _levels(text):
        if level == 1 and text[token.start()] == COMMA:
            found.append(text[since : token.start()])
            since = token.end()
        if len(found) >= limit:
            message = f"more than {limit} elements"
            raise TooManyElements(message)
        if level < 1:
            break
    if level != 0 or token.end() != len(text) or text[-1:] != b"]":
        return None
    last = text[since:-1]
    return [*found, last] if found or last.strip() else []


def _levels(text: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Each token with the nesting level behind it."""
    level = 0
    for token in TOKEN.finditer(text):
        first = text[token.start()]
        if first in OPENING:
            level += token.end() - token.start()
        elif first in CLOSING:
            level -= token.end() - token.start()
        yield token, level
