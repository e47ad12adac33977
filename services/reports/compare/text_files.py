"""The lines of a client's file: its encoding and delimiter told, or seen by themselves."""

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

from floorpulse.reports.compare.columns import known_columns
from floorpulse.reports.compare.refused import UnreadableListError

BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
SEEN = 1 << 16
"""Bytes that are looked at to see how a file is written"""
TITLES = 20
"""Lines that may stand above the names of the columns"""
DELIMITERS = ",;\t|"
LONGEST_CELL = 1 << 20


class TextForm(NamedTuple):
    """How a file is written."""

    encoding: str
    delimiter: str
    head: int
    """Lines that stand above the names of the columns"""
    columns: tuple[str, ...]


def form_of(file: BinaryIO, encoding: str | None, delimiter: str | None) -> TextForm:
    """How a file is written, as far as it is not said; the file stands at its begin afterwards."""
    file.seek(0)
    begin = file.read(SEEN)
    file.seek(0)
    named = encoding or _encoding(begin)
    lines = _decoded(begin, named).splitlines()[: TITLES + 1]
    candidates = delimiter or DELIMITERS
    best = max(
        (
            (len(known_columns(cells)), -number, mark, tuple(cells))
            for mark in candidates
            for number, cells in enumerate(csv.reader(lines, delimiter=mark))
        ),
        default=(0, 0, ",", ()),
    )
    _, above, mark, columns = best
    return TextForm(named, mark, -above, columns)


def rows_of(file: BinaryIO, form: TextForm) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows under the names of the columns, each with the number of its last line in the file;
    empty ones are left out.

    Raises:
        UnreadableListError: the file is not in this encoding, or no CSV.
    """
    csv.field_size_limit(LONGEST_CELL)
    file.seek(0)
    text = TextIOWrapper(file, encoding=form.encoding, newline="")
    reader = csv.reader(text, delimiter=form.delimiter)
    try:
        for number, cells in enumerate(reader):
            if number > form.head and any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except UnicodeDecodeError as wrong:
        raise _not_in(form.encoding, reader.line_num) from wrong
    except csv.Error as wrong:
        detail = f"line {reader.line_num + 1} is no CSV: {wrong}"
        raise UnreadableListError(detail) from wrong
    finally:
        text.detach()


def _encoding(begin: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if begin.startswith(mark):
            return encoding
    zeros = begin[:200].count(0)
    if zeros * 4 > min(len(begin), 200):
        return "utf-16-le" if begin[1:2] == b"\0" else "utf-16-be"
    return "utf-8" if _reads(begin, "utf-8") else "gb18030"


def _reads(begin: bytes, encoding: str) -> bool:
    """Whether bytes are text of an encoding; their last character may be cut."""
    try:
        begin.decode(encoding)
    except UnicodeDecodeError as wrong:
        return len(begin) == SEEN and wrong.start > SEEN - 4
    return True


def _decoded(begin: bytes, encoding: str) -> str:
    try:
        return begin.decode(encoding, "strict" if len(begin) < SEEN else "replace")
    except UnicodeDecodeError as wrong:
        line = begin.count(b"\n", 0, wrong.start)
        raise _not_in(encoding, line) from wrong
    except (LookupError, ValueError) as wrong:  # ValueError: a codec that is none of files
        detail = f"{encoding} is no encoding; say utf-8, utf-16, gb18030 or the like"
        raise UnreadableListError(detail) from wrong


def _not_in(encoding: str, line: int) -> UnreadableListError:
    return UnreadableListError(
        f"what follows line {line} is not {encoding}: say the encoding (utf-8, utf-16, gb18030, "
        "cp1252 …)"
    )
