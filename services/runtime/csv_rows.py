"""Rows as CSV: text of a portion of them, and the headers of an answer that is a file."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

MEDIA_TYPE = "text/csv; charset=utf-8"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The lines of rows."""
    text = StringIO()
    csv.writer(text).writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


def file_headers(name: str) -> dict[str, str]:
    """The headers of an answer that is a file of that name."""
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept",
    }


def _safe(cell: object) -> object:
    """A queue named like a formula must not become one in somebody's spreadsheet."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
        else cell
    )
