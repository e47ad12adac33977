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
from operator import attrgetter, itemgetter
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
_FIRST_ODD = 1 << BITS.index("transferred_at")
_TYPES = {one.name: one.type for one in fields(Visit)}
(
    _OFFERED_AT,
    _QUEUE,
    _CUSTOMER,
    _ANSWERED_AT,
    _AGENT,
    _ANSWERED_QUEUE,
    _ENDED_AT,
    _TALK,
    _HOLD,
    _ABANDONED_AT,
    _ABANDONED_QUEUE,
    _WRAPPED_AT,
    _WRAP,
    _ANSWERED_WAIT,
    _ABANDONED_WAIT,
    _CHANNEL,
) = (1 << place for place in range(BITS.index("channel") + 1))
_PRIORITY, _LEFT_AT, _LEFT_REASON, _LEFT_WAIT = (
    1 << BITS.index(name) for name in ("priority", "left_at", "left_reason", "left_wait")
)
_FURTHER = _NAMES[_NAMES.index("customer") + 1 :]
_NOTHING_FURTHER = _DEFAULTS[-len(_FURTHER) :]
_further = attrgetter(*_FURTHER)
_ADDED = tuple(
    (1 << BITS.index(name), default, name in LISTS, name in INSTANTS)
    for name, default in zip(_FURTHER, _NOTHING_FURTHER, strict=True)
)


class _Further(NamedTuple):
    """Where in an array lists of instants stand, and what has types of its own."""

    lists: tuple[int, ...]
    nested: tuple[tuple[int, Any], ...]


class _Places(NamedTuple):
    """Where in the array of a mask those fields stand that are not written as they are; `whole`
    gives all fields of an array with the defaults behind it.
    """

    whole: Callable[[list[Any]], tuple[Any, ...]]
    differences: tuple[int, ...]
    queue: int
    queues: tuple[int, ...]
    customer: int
    further: _Further | None


@lru_cache(MOST_MASKS)
def _places(mask: int) -> _Places:
    names = tuple(name for bit, name in zip(_BITS, _NAMES, strict=True) if mask & bit)
    at = {name: place for place, name in enumerate(names, 1)}
    further = _Further(
        tuple(at[name] for name in LISTS if name in at),
        tuple((at[name], _TYPES[name]) for name in NESTED if name in at),
    )
    return _Places(
        itemgetter(*(at.get(name, behind) for behind, name in enumerate(_NAMES, len(at) + 1))),
        tuple(at[name] for name in INSTANTS if name in at and mask & _OFFERED_AT),
        at.get("queue", 0),
        tuple(at[name] for name in QUEUES if name in at),
        at.get("customer", 0),
        further if any(further) else None,
    )


# Written out field by field: an engine without its core spends its time here, and loops over tables
# take twice as long.
def encode_visit(visit: Visit) -> bytes:  # noqa: C901, PLR0912, PLR0915  see above
    """The record of a visit, as the module says."""
    values: list[Any] = [0]
    tell = values.append
    mask = 0
    base = 0
    if visit.offered_at is not None:
        mask = _OFFERED_AT
        base = visit.offered_at
        tell(base)
    if visit.queue is not None:
        mask |= _QUEUE
        tell(visit.queue)
    if visit.channel != "voice":
        mask |= _CHANNEL
        tell(visit.channel)
    if visit.answered_at is not None:
        mask |= _ANSWERED_AT
        tell(visit.answered_at - base)
    if visit.agent is not None:
        mask |= _AGENT
        tell(visit.agent)
    if visit.answered_queue is not None:
        mask |= _ANSWERED_QUEUE
        tell(visit.answered_queue == visit.queue or visit.answered_queue)
    if visit.answered_wait is not None:
        mask |= _ANSWERED_WAIT
        tell(visit.answered_wait)
    if visit.ended_at is not None:
        mask |= _ENDED_AT
        tell(visit.ended_at - base)
    if visit.talk is not None:
        mask |= _TALK
        tell(visit.talk)
    if visit.hold is not None:
        mask |= _HOLD
        tell(visit.hold)
    if visit.wrapped_at is not None:
        mask |= _WRAPPED_AT
        tell(visit.wrapped_at - base)
    if visit.wrap is not None:
        mask |= _WRAP
        tell(visit.wrap)
    if visit.abandoned_at is not None:
        mask |= _ABANDONED_AT
        tell(visit.abandoned_at - base)
    if visit.abandoned_queue is not None:
        mask |= _ABANDONED_QUEUE
        tell(visit.abandoned_queue == visit.queue or visit.abandoned_queue)
    if visit.abandoned_wait is not None:
        mask |= _ABANDONED_WAIT
        tell(visit.abandoned_wait)
    if visit.left_at is not None:
        mask |= _LEFT_AT
        tell(visit.left_at - base)
    if visit.left_reason is not None:
        mask |= _LEFT_REASON
        tell(visit.left_reason)
    if visit.left_wait is not None:
        mask |= _LEFT_WAIT
        tell(visit.left_wait)
    if visit.priority is not None:
        mask |= _PRIORITY
        tell(visit.priority)
    if visit.customer is not None:
        mask |= _CUSTOMER
        tell(_packed(visit.customer))
    if _further(visit) != _NOTHING_FURTHER:
        mask |= _add_further(visit, values, base)
    values[0] = mask
    return (USUAL_MARK if mask < _FIRST_ODD else ODD_MARK) + _encode_values(values)


def _add_further(visit: Visit, values: list[Any], base: int) -> int:
    """Add what is told of the fields behind the customer; their bits."""
    mask = 0
    for (bit, default, is_list, is_instant), value in zip(_ADDED, _further(visit), strict=True):
        if value is default:
            continue
        mask |= bit
        if is_list:
            values.append([at - base for at in value])
        else:
            values.append(value - base if is_instant else value)
    return mask


def _packed(customer: str) -> str | bytes:
    if len(customer) != HEXADECIMAL:
        return customer
    try:
        packed = bytes.fromhex(customer)
    except ValueError:
        return customer
    return packed if packed.hex() == customer else customer


def decode_visit(record: bytes) -> Visit:
    """The visit of a record of any time. Raises msgspec.DecodeError where it is none."""
    try:
        return _decode(record) if record[0] <= ODD_MARK[0] else _decode_whole(record)
    except (IndexError, TypeError) as wrong:
        message = f"no record of a visit: {record!r:.80}"
        raise msgspec.DecodeError(message) from wrong


def _decode(record: bytes) -> Visit:
    values = _decode_values(record[1:])
    whole, differences, queue, queues, customer, further = _places(values[0])
    if differences:
        base = values[1]
        for place in differences:
            values[place] += base
    for place in queues:
        if values[place] is True:
            values[place] = values[queue]
    if customer and type(values[customer]) is bytes:
        values[customer] = values[customer].hex()
    if further:
        _read_further(values, further)
    return Visit(*whole([*values, *_DEFAULTS]))


def _read_further(values: list[Any], further: _Further) -> None:
    base = values[1] if values[0] & _OFFERED_AT else 0
    for place in further.lists:
        values[place] = tuple([base + at for at in values[place]])
    for place, kind in further.nested:
        values[place] = msgspec.convert(values[place], kind)
