"""Rows as a workbook (xlsx): text stays text, whatever it begins with; instants are dates that a
spreadsheet reckons with.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_LINES = 1_048_576
"""Of one worksheet; a longer table goes on in the next one"""
DATES = "yyyy-mm-dd hh:mm:ss"
FRACTIONS = "yyyy-mm-dd hh:mm:ss.000"
WIDTH = 24
"""Of a column, characters: a date and its time fit"""

LONGEST_TEXT = 32_767
"""Characters of a cell"""

Cell = str | float | bool | datetime | None
"""What a cell may hold; a datetime is local time without its offset"""


class WorkbookFile:
    """A workbook that is written line by line, each of which leaves memory at once.

    It is in `file` once it is closed; until then its lines are in a temporary file.
    """

    def __init__(
        self, file: BinaryIO, name: str, head: Sequence[str], most_lines: int = MOST_LINES
    ) -> None:
        from xlsxwriter import Workbook

        self._book = Workbook(file, {"constant_memory": True})
        self._dates = date_formats(self._book)
        self._bold = self._book.add_format({"bold": True})
        self._name = name
        self._head = head
        self._most_lines = most_lines
        self._sheets = 0
        self._sheet = self._next_sheet()

    def _next_sheet(self) -> "Worksheet":
        self._sheets += 1
        number = "" if self._sheets == 1 else f" {self._sheets}"
        sheet = self._book.add_worksheet(f"{self._name}{number}")
        sheet.set_column(0, len(self._head) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for column, words in enumerate(self._head):
            sheet.write_string(0, column, words, self._bold)
        self._line = 1
        return sheet

    def write(self, lines: Iterable[Sequence[Cell]]) -> None:
        """Add lines."""
        for line in lines:
            if self._line == self._most_lines:
                self._sheet = self._next_sheet()
            for column, cell in enumerate(line):
                self._write(column, cell)
            self._line += 1

    def _write(self, column: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case bool():
                self._sheet.write_boolean(self._line, column, cell)
            case int() | float():
                self._sheet.write_number(self._line, column, cell)
            case datetime():
                shown = self._dates[cell.microsecond > 0]
                self._sheet.write_datetime(self._line, column, cell, shown)
            case str():
                self._sheet.write_string(self._line, column, kept_text(cell))

    def close(self) -> None:
        """Put the workbook together; this takes a while for a long one."""
        self._book.close()


def date_formats(book: "Workbook") -> tuple["Format", "Format"]:
    """How a workbook shows an instant on a second, and one between two: to the millisecond, lest a
    reader round it. 09:59:59.7 is not 10:00:00, and not 09:59:00, which readers make of it that
    round the seconds and forget the minute.
    """
    whole, fractions = (book.add_format({"num_format": shown}) for shown in (DATES, FRACTIONS))
    return whole, fractions


def kept_text(text: str) -> str:
    """Text as a cell holds it: one that is too long ends with an ellipsis, where it would be lost
    as a whole.
    """
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
