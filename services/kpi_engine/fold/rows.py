"""Rows of visits and panes as PostgreSQL's binary COPY takes them.

    row      number of columns (2 bytes), columns
    column   length (4 bytes, -1 where null), value

Whole numbers are big-endian, of two or eight bytes, texts UTF-8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple, Protocol

import msgspec

from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.visits import (
    Visit,
    VisitKey,
    complaining,
    encode_visit,
    offer_at,
    queue_of,
)
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.presence_log import PageBuilder

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

NULL = b"\xff\xff\xff\xff"
NEVER_COMPLAINED = (None, None)
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


class DirtyVisits(NamedTuple):
    """Visits of one partition to write, by their keys among all `visits`; `page` notes those that
    are open, or over while they may be `stored`.
    """

    partition: int
    visits: Mapping[VisitKey, Visit]
    keys: list[VisitKey]
    page: PageBuilder
    stored: bool

    def row(self, key: VisitKey, visit: Visit) -> bytes:
        """The row of one of them, which is noted."""
        offered, queue = (
            (visit.offered_at, visit.queue)
            if visit.offered_at is not None
            else (offer_at(visit), queue_of(visit))
        )
        home = None if queue is None else (key[0], queue, visit.channel)
        self.page.note(key, visit, home, offered, stored=self.stored)
        tenant, contact, number = key
        return b"".join(
            (
                _A_VISIT.pack(len(VISIT_COLUMNS), 2, self.partition),
                _text(tenant),
                _text(contact),
                _SMALL_NUMBER.pack(2, number),
                _number(offered),
                NULL if queue is None else _text(queue),
                _text(visit.channel),
                _number(customer_mark(visit.customer)),
                *map(_number, complaining(visit) if visit.complaints else NEVER_COMPLAINED),
                _value(encode_visit(visit)),
            )
        )


class RowEncoder(Protocol):
    """Who encodes the rows of a flush."""

    def visits(self, dirty: DirtyVisits) -> EncodedRows:
        """The rows of these visits."""
        ...

    def panes(self, partition: int, panes: list[Pane]) -> EncodedRows:
        """The rows of these panes of a partition."""
        ...


class PlainRows:
    """`RowEncoder` in Python."""

    def visits(self, dirty: DirtyVisits) -> EncodedRows:
        """See `RowEncoder`."""
        visits = dirty.visits
        return _joined([dirty.row(key, visits[key]) for key in dirty.keys])

    def panes(self, partition: int, panes: list[Pane]) -> EncodedRows:
        """See `RowEncoder`."""
        return _joined([_pane_row(partition, pane) for pane in panes])


def _pane_row(partition: int, pane: Pane) -> bytes:
    tenant, queue, channel, start = pane.key
    return b"".join(
        (
            _A_PANE,
            _text(tenant),
            _NUMBER.pack(8, start),
            _text(queue),
            _text(channel),
            _SMALL_NUMBER.pack(2, partition),
            _NUMBER.pack(8, pane.revision),
            _value(_encode_cells(pane.cells)),
        )
    )


def _joined(rows: list[bytes]) -> EncodedRows:
    return EncodedRows(len(rows), b"".join(rows))


def _text(text: str) -> bytes:
    return _value(text.encode())


def _value(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _number(number: int | None) -> bytes:
    return NULL if number is None else _NUMBER.pack(8, number)
