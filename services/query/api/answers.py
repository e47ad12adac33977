"""Answers of figures: JSON with an ETag, or CSV."""

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from hashlib import blake2b
from io import StringIO
from typing import NamedTuple

import msgspec
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.query.domain.rows import Row, csv_cells, identity, substance

encode = msgspec.json.Encoder().encode
pack = msgspec.msgpack.Encoder().encode



class RowsAnswer(msgspec.Struct, frozen=True):
    """The body of every answer of figures."""

    rows: Sequence[object]
    next: str | None = None


def figures(request: Request, rows: Sequence[Row], following: str | None, fresh: object) -> Response:
    """Rows as JSON; 304 where the client has these very figures already.

    The tag leaves out the marks that move with every second, so it changes when a figure, its span or what is `fresh` does.
    """
    said = [identity(row) + substance(row) for row in rows]
    return tagged(request, RowsAnswer(rows, following), (said, following, fresh))


def tagged(request: Request, body: object, substantial: object) -> Response:
    """`body` as JSON under a weak tag of what is `substantial` in it."""
    tag = f'W/"{blake2b(pack(substantial), digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, Cookie"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return json(body, headers)


def matches(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match names the tag (weak comparison, RFC 9110 §8.8.3.2)."""
    if header is None:
        return False
    strong = tag.removeprefix("W/")
    return header.strip() == "*" or any(one.strip().removeprefix("W/") == strong for one in header.split(","))


def json(body: object, headers: dict[str, str] | None = None) -> Response:
    """A body as JSON."""
    return Response(encode(body), media_type="application/json", headers=headers)


class Sheet(NamedTuple):
    """A file of rows: its name, and the fields that are its columns."""

    name: str
    columns: Sequence[str]


def csv_stream(first: Sequence[object], pages: AsyncIterator[Sequence[object]], sheet: Sheet) -> Response:
    """Rows as CSV with a header line, page by page; `first` was read before, so that a refusal is still an error."""

    async def lines() -> AsyncIterator[str]:
        yield _csv([sheet.columns, *(csv_cells(row, sheet.columns) for row in first)])
        async for rows in pages:
            yield _csv(csv_cells(row, sheet.columns) for row in rows)

    headers = {"Content-Disposition": f'attachment; filename="{sheet.name}.csv"', "Cache-Control": "private, no-cache", "Vary": "Accept"}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def _safe(cell: object) -> object:
    """A queue named like a formula must not become one in somebody's spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
