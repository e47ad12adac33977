"""Rows of visits and panes as PostgreSQL's binary COPY takes them.

    row      number of columns (2 bytes), columns
    column   length (4 bytes, -1 where null), value

Whole numbers are big-endian, of two or eight bytes, texts UTF-8.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct

import msgspec

from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit, VisitKey, complaining
from floorpulse.kpi_engine.fold.panes import Pane

VISIT_COLUMNS = (
    "partition",
    "tenant",
    "contact",
    "visit",
    "offered_at",
    "queue",
    "channel",
    "customer",
    "complained_at",
    "settled_at",
    "body",
)
PANE_COLUMNS = ("tenant", "start", "queue", "channel", "partition", "revision", "cells")

MOST_NAMES = 4096
"""Tenants, queues and channels whose columns are remembered"""
MOST_CUSTOMERS = 16_384

NULL = b"\xff\xff\xff\xff"
NEVER_COMPLAINED = NULL + NULL
_A_VISIT = Struct(">hih")
_LENGTH = Struct(">i")
_NUMBER = Struct(">iq")
_SMALL_NUMBER = Struct(">ih")
_A_PANE = len(PANE_COLUMNS).to_bytes(2, "big")
_encode_cells = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class EncodedRows:
    """Rows of one table, joined end to end."""

    number: int = 0
    data: bytes = b""

    def __len__(self) -> int:
        return self.number

    def __add__(self, other: "EncodedRows") -> "EncodedRows":
        return EncodedRows(self.number + other.number, self.data + other.data)


NO_ROWS = EncodedRows()


def visit_row(
    partition: int, key: VisitKey, visit: Visit, offered: int | None, queue: str | None
) -> bytes:
    """The row of a visit that was offered then and there."""
    tenant, contact, number = key
    name = contact.encode()
    body = encode_visit(visit)
    complained = b"".join(map(_number, complaining(visit))) if visit.complaints else None
    return b"".join(
        (
            _begin(partition, tenant),
            _LENGTH.pack(len(name)),
            name,
            _SMALL_NUMBER.pack(2, number),
            _number(offered),
            NULL if queue is None else _name(queue),
            _name(visit.channel),
            NULL if visit.customer is None else _mark(visit.customer),
            complained or NEVER_COMPLAINED,
            _LENGTH.pack(len(body)),
            body,
        )
    )


def pane_rows(partition: int, panes: Iterable[Pane]) -> EncodedRows:
    """The rows of a partition's panes."""
    return joined([_pane_row(partition, pane) for pane in panes])


def _pane_row(partition: int, pane: Pane) -> bytes:
    tenant, queue, channel, start = pane.key
    return b"".join(
        (
            _A_PANE,
            _name(tenant),
            _NUMBER.pack(8, start),
            _name(queue),
            _name(channel),
            _SMALL_NUMBER.pack(2, partition),
            _NUMBER.pack(8, pane.revision),
            _value(_encode_cells(pane.cells)),
        )
    )


def joined(rows: list[bytes]) -> EncodedRows:
    """These rows in one."""
    return EncodedRows(len(rows), b"".join(rows))


@lru_cache(MOST_NAMES)
def _begin(partition: int, tenant: str) -> bytes:
    """The columns of a visit that many have in common."""
    return _A_VISIT.pack(len(VISIT_COLUMNS), 2, partition) + _name(tenant)


@lru_cache(MOST_CUSTOMERS)
def _mark(customer: str) -> bytes:
    """The column of a customer, whose visit is written several times."""
    return _number(customer_mark(customer))


@lru_cache(MOST_NAMES)
def _name(text: str) -> bytes:
    """The column of a text that comes again and again."""
    return _value(text.encode())


def _value(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _number(number: int | None) -> bytes:
    return NULL if number is None else _NUMBER.pack(8, number)
