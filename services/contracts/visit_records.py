"""The stored record of a visit: the bytes of the column `body`, and how to read them, those of
before included.

A record is a mark of one byte and a MessagePack array: a mask, and the values of the fields whose
bits it has, in the order of `Visit`. `BITS` gives the bits, from 0.

    02 | array, mask, values of a usual visit: bits below that of `transferred_at` only
    03 | array, mask, values of any other
    dc or 9x: a record of before, the array of all fields of `Visit` with whole instants

A field that has its default is left out. Instants are whole numbers in their shortest form, all of
`INSTANTS` and those of holds and resumes as differences to `offered_at` where that is known. A
queue of the outcome that is the offer's is `true`. A customer of 64 hexadecimal digits in lower
case is a MessagePack binary of 32 bytes, any other a text. What stands within surveys,
evaluations, complaints, evidence and misses is written as their types have it, with whole instants.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import compress
from operator import is_not, itemgetter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple, fields

from floorpulse.contracts.visits import Visit

BITS = (
    "offered_at",
    "queue",
    "customer",
    "answered_at",
    "agent",
    "answered_queue",
    "ended_at",
    "talk",
    "hold",
    "abandoned_at",
    "abandoned_queue",
    "wrapped_at",
    "wrap",
    "answered_wait",
    "abandoned_wait",
    "channel",
    "holds",
    "resumes",
    "priority",
    "attributes",
    "left_at",
    "left_reason",
    "left_wait",
    "transferred_at",
    "to_queue",
    "to_agent",
    "surveys",
    "evaluations",
    "complaints",
    "evidence",
    "missed",
)
"""Never change the place of one, only add."""
INSTANTS = ("answered_at", "ended_at", "abandoned_at", "wrapped_at", "left_at", "transferred_at")
LISTS = ("holds", "resumes")
QUEUES = ("answered_queue", "abandoned_queue")
NESTED = BITS[BITS.index("surveys") :]
USUAL_MARK = b"\x02"
ODD_MARK = b"\x03"

HEXADECIMAL = 64
"""Digits of a SHA-256"""
MOST_MASKS = 4096
"""Whose places are remembered; some hundred are usual"""

_decode_whole = msgspec.msgpack.Decoder(Visit).decode
_decode_values = msgspec.msgpack.Decoder(list[Any]).decode
_encode_values = msgspec.msgpack.Encoder().encode
_NAMES = Visit.__struct_fields__
_DEFAULTS = astuple(Visit())
_BITS = tuple(1 << BITS.index(name) for name in _NAMES)
_OFFERED = 1 << BITS.index("offered_at")
_FIRST_ODD = 1 << BITS.index("transferred_at")
_TYPES = {one.name: one.type for one in fields(Visit)}


class _Places(NamedTuple):
    """Where in the array of a mask those fields stand that are not written as they are; `whole`
    gives all fields of an array with the defaults behind it.
    """

    mark: bytes
    whole: Callable[[list[Any]], tuple[Any, ...]]
    instants: tuple[int, ...]
    lists: tuple[int, ...]
    queue: int
    queues: tuple[int, ...]
    customer: int
    nested: tuple[tuple[int, Any], ...]


@lru_cache(MOST_MASKS)
def _places(mask: int) -> _Places:
    names = tuple(name for bit, name in zip(_BITS, _NAMES, strict=True) if mask & bit)
    at = {name: place for place, name in enumerate(names, 1)}
    return _Places(
        USUAL_MARK if mask < _FIRST_ODD else ODD_MARK,
        itemgetter(*(at.get(name, behind) for behind, name in enumerate(_NAMES, len(at) + 1))),
        tuple(at[name] for name in INSTANTS if name in at),
        tuple(at[name] for name in LISTS if name in at),
        at.get("queue", 0),
        tuple(at[name] for name in QUEUES if name in at),
        at.get("customer", 0),
        tuple((at[name], _TYPES[name]) for name in NESTED if name in at),
    )


def encode_visit(visit: Visit) -> bytes:
    """The record of a visit, as the module says."""
    told = astuple(visit)
    present = [*map(is_not, told, _DEFAULTS)]
    mask = sum(compress(_BITS, present))
    values = [mask, *compress(told, present)]
    places = _places(mask)
    base = visit.offered_at
    if base is not None:
        _shift(values, places, -base)
    for place in places.queues:
        if values[place] == visit.queue:
            values[place] = True
    if places.customer:
        values[places.customer] = _packed(values[places.customer])
    return places.mark + _encode_values(values)


def decode_visit(record: bytes) -> Visit:
    """The visit of a record of any time. Raises msgspec.DecodeError where it is none."""
    try:
        return _decode(record)
    except (IndexError, TypeError) as wrong:
        message = f"no record of a visit: {record!r:.80}"
        raise msgspec.DecodeError(message) from wrong


def _decode(record: bytes) -> Visit:
    if record[0] > ODD_MARK[0]:
        return _decode_whole(record)
    values = _decode_values(record[1:])
    mask = values[0]
    places = _places(mask)
    if mask & _OFFERED:
        _shift(values, places, values[1])
    for place in places.lists:
        values[place] = tuple(values[place])
    for place in places.queues:
        if values[place] is True:
            values[place] = values[places.queue]
    if places.customer and type(values[places.customer]) is bytes:
        values[places.customer] = values[places.customer].hex()
    for place, kind in places.nested:
        values[place] = msgspec.convert(values[place], kind)
    return Visit(*places.whole([*values, *_DEFAULTS]))


def _shift(values: list[Any], places: _Places, by: int) -> None:
    for place in places.instants:
        values[place] += by
    for place in places.lists:
        values[place] = [at + by for at in values[place]]


def _packed(customer: str) -> str | bytes:
    if len(customer) != HEXADECIMAL:
        return customer
    try:
        packed = bytes.fromhex(customer)
    except ValueError:
        return customer
    return packed if packed.hex() == customer else customer
