"""The body of an uploaded forecast, CSV or JSON, as rows; bounded in bytes, rows and time."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

import msgspec
from fastapi import Request

from floorpulse.figures.forecasts.upload import FIELDS, REQUIRED, Row
from floorpulse.query.api.forecast_bodies import MOST_ROWS
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.request_body import BodyLimits, read_body
from floorpulse.runtime.time_limit import TimeLimit

MOST_BYTES = 8 * 1024 * 1024
LIMITS = BodyLimits(MOST_BYTES, TimeLimit(60.0))
SURPLUS = "more cells than the header has"
TITLE = "Invalid forecast"


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    rows: list[dict[str, object]]


async def rows_of(request: Request) -> Sequence[Row]:
    """The rows of a request. Problems: 400 cut short, 408 too slow, 413 too large, 415 another
    kind, 422 not readable.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    reader = {"text/csv": csv_rows, "application/json": json_rows}.get(kind)
    if reader is None:
        raise Problem(
            415,
            "Unsupported media type",
            f"Content-Type is {kind or 'not given'}; send text/csv or application/json.",
        )
    rows = reader(_text(await read_body(request, LIMITS)))
    if not rows:
        raise Problem(422, TITLE, "There is no row in it; a forecast has at least one interval.")
    if len(rows) > MOST_ROWS:
        raise Problem(
            413,
            "Too many rows",
            f"{len(rows)} rows are more than {MOST_ROWS}; send them in several uploads.",
        )
    return rows


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = body[: wrong.start].count(b"\n") + 1
        raise Problem(
            422, TITLE, f"Line {line} is no UTF-8; save the file as CSV UTF-8."
        ) from wrong


def csv_rows(text: str) -> Sequence[Row]:
    """The rows below the header line, by its names; empty lines are skipped."""
    reader = csv.DictReader(StringIO(text), restkey=SURPLUS, skipinitialspace=True, strict=True)
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
        _check(header)
        reader.fieldnames = header
        return [
            {name: cell.strip() if isinstance(cell, str) else cell for name, cell in row.items()}
            for row in reader
        ]
    except csv.Error as wrong:
        raise Problem(
            422,
            TITLE,
            f"Line {reader.reader.line_num} is no CSV ({wrong}); separate cells by commas.",
        ) from wrong


def _check(header: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in FIELDS]
    if missing or unknown or len(set(header)) < len(header):
        said = (
            f"The header line is {','.join(header)[:200]!r}; it must name "
            f"{', '.join(REQUIRED)}, each column once, and may name "
        )
        said += ", ".join(name for name in FIELDS if name not in REQUIRED) + "."
        said += (
            " Separate cells by commas, not by semicolons or tabs."
            if len(header) == 1 and re.search("[;\t]", header[0])
            else ""
        )
        raise Problem(422, TITLE, said, missing=missing, unknown=unknown)


def json_rows(text: str) -> Sequence[Row]:
    """The rows of `{"rows": [{…}, …]}`."""
    try:
        return msgspec.json.decode(text, type=_Document).rows
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise Problem(
            422, TITLE, f'{wrong}; send {{"rows": [{{"queue": "sales", "start": "…", …}}]}}.'
        ) from wrong
