"""Opaque cursors: where the next page begins, tied to the question that made them."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from hashlib import blake2b
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from floorpulse.runtime.problems import Problem

P = TypeVar("P")
Row = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""The number of a row in a list, or of a partition"""
Small = Annotated[int, Meta(ge=0, le=2**15 - 1)]
"""A number that a column of 16 bits holds"""
Serial = Annotated[int, Meta(ge=0)]
"""A number that a sequence or a log gave"""
WIDEST = 2**63 - 1


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    seal: bytes
    place: bytes


def _seal(question: object, place: bytes) -> bytes:
    return blake2b(repr(question).encode() + b"\0" + place, digest_size=8).digest()


def cursor(question: object, place: object) -> str:
    """The cursor of `place` in the answer to `question`."""
    packed = msgspec.msgpack.encode(place)
    made = msgspec.msgpack.encode(_Cursor(_seal(question, packed), packed))
    return urlsafe_b64encode(made).decode().rstrip("=")


def next_page(question: object, more: object | None) -> str | None:
    """The cursor of `more`, the last place of a page; None where nothing follows."""
    return None if more is None else cursor(question, more)


def place_of(text: str | None, question: object, decode: Callable[[bytes], P]) -> P | None:
    """The place that a cursor names, None without one; problem 422 where it is no cursor of this
    question, is not as it was given, or names a place that no column can hold.
    """
    if text is None:
        return None
    try:
        known = msgspec.msgpack.decode(
            b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True), type=_Cursor
        )
        if known.seal == _seal(question, known.place) and _storable(known.place):
            return decode(known.place)
    except (Base64Error, ValueError, RecursionError, msgspec.DecodeError) as wrong:
        raise _refused() from wrong
    raise _refused()


def _storable(place: bytes) -> bool:
    """Whether PostgreSQL can hold all that a place names."""
    rest = [msgspec.msgpack.decode(place)]
    while rest:
        one = rest.pop()
        if isinstance(one, list):
            rest += one
        elif isinstance(one, dict):
            rest += one.values()
        elif (isinstance(one, str) and "\0" in one) or (isinstance(one, int) and one > WIDEST):
            return False
    return True


def _refused() -> Problem:
    detail = (
        "cursor: it does not belong to this query; send `next` of the last page with otherwise "
        "the same parameters"
    )
    return Problem(422, "Invalid cursor", detail)
