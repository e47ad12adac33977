"""Opaque cursors: where the next page begins, tied to the question that made them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from hashlib import blake2b
from typing import TypeVar

import msgspec

from floorpulse.runtime.problems import Problem

P = TypeVar("P")


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    question: bytes
    place: msgspec.Raw


def _digest(question: object) -> bytes:
    return blake2b(repr(question).encode(), digest_size=8).digest()


def cursor(question: object, place: object) -> str:
    """The cursor of `place` in the answer to `question`."""
    packed = msgspec.msgpack.encode(
        _Cursor(_digest(question), msgspec.Raw(msgspec.msgpack.encode(place)))
    )
    return urlsafe_b64encode(packed).decode().rstrip("=")


def next_page(question: object, more: object | None) -> str | None:
    """The cursor of `more`, the last place of a page; None where nothing follows."""
    return None if more is None else cursor(question, more)


def place_of(text: str | None, question: object, decode: Callable[[bytes], P]) -> P | None:
    """The place that a cursor names, None without one; problem 422 where it is no cursor of this
    question.
    """
    if text is None:
        return None
    try:
        packed = msgspec.msgpack.decode(
            urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor
        )
        if packed.question == _digest(question):
            return decode(bytes(packed.place))
    except (Base64Error, UnicodeError, ValueError, msgspec.DecodeError) as wrong:
        raise _refused() from wrong
    raise _refused()


def _refused() -> Problem:
    detail = (
        "cursor: it does not belong to this query; send `next` of the last page with otherwise "
        "the same parameters"
    )
    return Problem(422, "Invalid cursor", detail)
