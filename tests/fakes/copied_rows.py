"""Rows in PostgreSQL's binary COPY format, read back and written anew: what
`services/kpi_engine/fold/rows.py` says of them, once more.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from floorpulse.kpi_engine.fold.rows import EncodedRows

SMALL, NUMBER, TEXT, BYTES = range(4)
WIDTHS = {SMALL: 2, NUMBER: 8}
VISIT = (SMALL, TEXT, TEXT, SMALL, NUMBER, TEXT, TEXT, NUMBER, NUMBER, NUMBER, BYTES)
PANE = (TEXT, NUMBER, TEXT, TEXT, SMALL, NUMBER, BYTES)
Row = tuple[Any, ...]


def visit_rows(rows: EncodedRows) -> list[Row]:
    """The rows of visits, by the columns of their table."""
    return _decoded(rows, VISIT)


def pane_rows(rows: EncodedRows) -> list[Row]:
    """The rows of panes, by the columns of their table."""
    return _decoded(rows, PANE)


def of_visits(rows: Iterable[Row]) -> EncodedRows:
    """The reverse of `visit_rows`."""
    return _encoded(rows, VISIT)


def of_panes(rows: Iterable[Row]) -> EncodedRows:
    """The reverse of `pane_rows`."""
    return _encoded(rows, PANE)


def _decoded(rows: EncodedRows, columns: Sequence[int]) -> list[Row]:
    found = [
        tuple(_value(kind, value) for kind, value in zip(columns, row, strict=True))
        for row in _split(rows.data)
    ]
    assert len(found) == len(rows)
    return found


def _value(kind: int, value: bytes | None) -> Any:
    if value is None or kind == BYTES:
        return value
    if kind == TEXT:
        return value.decode()
    assert len(value) == WIDTHS[kind]
    return _number(value)


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def _split(data: bytes) -> Iterator[list[bytes | None]]:
    place = 0
    while place < len(data):
        columns = _number(data[place : place + 2])
        place += 2
        row: list[bytes | None] = []
        for _ in range(columns):
            length = _number(data[place : place + 4])
            place += 4
            row.append(None if length < 0 else data[place : place + length])
            place += max(0, length)
        yield row


def _encoded(rows: Iterable[Row], columns: Sequence[int]) -> EncodedRows:
    encoded = [
        len(columns).to_bytes(2, "big") + b"".join(map(_column, columns, row)) for row in rows
    ]
    return EncodedRows(len(encoded), b"".join(encoded))


def _column(kind: int, value: Any) -> bytes:
    if value is None:
        return b"\xff\xff\xff\xff"
    if kind in WIDTHS:
        value = value.to_bytes(WIDTHS[kind], "big", signed=True)
    elif kind == TEXT:
        value = value.encode()
    return bytes(len(value).to_bytes(4, "big") + value)
