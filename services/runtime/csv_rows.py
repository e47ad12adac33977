"""Rows as CSV: text of a portion of them, and the headers of an answer that is a file."""

import csv
import re
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


class Exact(str):
    """A number as text: exact, where a float is not; no formula, though it may have a sign."""

    __slots__ = ()


LEADS = r"=+\-@＝＋－＠"
"""What a formula may begin with; spreadsheets of Asia take the wide signs for the narrow ones"""
FORMULA = re.compile(rf"^(?=[\s\"\ufeff]*[{LEADS}]|[\t\r\n])|(?<=[;\t\r\n|])(?=[\s\"]*[{LEADS}])")
"""Where text would be taken for a formula: at its begin, or behind what another spreadsheet takes
for the end of a cell
"""


def _safe(cell: object) -> object:
    """A queue named like a formula must not become one in somebody's spreadsheet."""
    if not isinstance(cell, str) or isinstance(cell, Exact):
        return cell
    return FORMULA.sub("'", cell)
