"""A settlement's workbook, written row by row: each row leaves memory at once."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from floorpulse.reports.workbook.binary import is_kept
from floorpulse.reports.workbook.content import settlement_tables, visits_table
from floorpulse.reports.workbook.facts import visit_rows
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import (
    Address,
    Cell,
    Column,
    Formula,
    Look,
    Sheets,
    Table,
    Word,
)
from floorpulse.reports.workbook.words import Language, told
from floorpulse.runtime.xlsx_rows import MOST_LINES, WIDTH, date_formats, kept_text

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

PLACES_SHOWN = 10
LONGEST_ADDRESS = 2079
"""Characters of an address that spreadsheets follow; a longer one is a text"""
MOST_VISITS = 200_000
"""Visits that a workbook holds; of more, the table of visits is read as CSV"""


class _Formats:
    """How cells look."""

    def __init__(self, book: Any, places: int) -> None:
        money = "#,##0" + ("." + "0" * places if places else "")
        self.head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E8EEF4"})
        self.dates = date_formats(book)
        self.number = {
            Look.PLAIN: None,
            Look.COUNT: book.add_format({"num_format": "#,##0"}),
            Look.MONEY: book.add_format({"num_format": money}),
            Look.EXACT: book.add_format({"num_format": "#,##0." + "#" * PLACES_SHOWN}),
        }


class SettlementWorkbook:
    """The workbook of a settlement in one language."""

    def __init__(
        self, file: BinaryIO, settled: SettledBook, language: Language, most_lines: int = MOST_LINES
    ) -> None:
        from xlsxwriter import Workbook

        self._book = Workbook(file, {"constant_memory": True})
        self._settled = settled
        self._words = partial(told, language=language)
        self._formats = _Formats(self._book, settled.total_rounding[0])
        self._most_lines = most_lines
        self._tables = settlement_tables(settled, language)
        self._sheets = Sheets(self._tables, self._words)

    def write(self, *, visits: bool) -> None:
        """All sheets, those of the visits last where they are wanted; the file is whole then."""
        for table in self._tables:
            self._write_table(table)
        if visits:
            self._write_visits()
        self._book.close()

    def _write_table(self, table: Table) -> None:
        sheet = self._sheet(table, 1)
        for row, cells in enumerate(table.rows):
            self._write_row(sheet, table, row, cells)

    def _write_visits(self) -> None:
        table = visits_table()
        rows = visit_rows(self._settled, self._settled.visits())
        number = 1
        row = 0
        sheet = self._sheet(table, number)
        for cells in rows:
            if row == self._most_lines - 1:
                number += 1
                row = 0
                sheet = self._sheet(table, number)
            self._write_row(sheet, table, row, cells)
            row += 1

    def _sheet(self, table: Table, number: int) -> "Worksheet":
        name = self._words(table.name) + ("" if number == 1 else f" {number}")
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, len(table.columns) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, self._words(column.name), self._formats.head)
        return sheet

    def _write_row(self, sheet: "Worksheet", table: Table, row: int, cells: Sequence[Cell]) -> None:
        for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            if isinstance(cell, Formula):
                text = self._sheets.placed(table, row, cell)
                look = self._formats.number[column.look]
                sheet.write_formula(row + 1, place, text, look, float(cell.value))
            else:
                self._write_cell(sheet, (row + 1, place), column, cell)

    def _write_cell(
        self, sheet: "Worksheet", at: tuple[int, int], column: Column, cell: Cell
    ) -> None:
        look = self._formats.number[column.look]
        match cell:
            case bool():
                sheet.write_boolean(*at, cell)
            case int() | Decimal():
                self._write_number(sheet, at, cell, look)
            case datetime():
                sheet.write_datetime(*at, cell, self._formats.dates[cell.microsecond > 0])
            case Address() if len(cell) <= LONGEST_ADDRESS:
                sheet.write_url(*at, cell)
            case StrEnum() | Word():
                sheet.write_string(*at, self._words(str(cell)))
            case str():
                sheet.write_string(*at, kept_text(cell))
            case _:
                return

    def _write_number(
        self, sheet: "Worksheet", at: tuple[int, int], number: Decimal | int, look: Any
    ) -> None:
        """A number; as text where a cell would lose its last digits."""
        if is_kept(Decimal(number)):
            sheet.write_number(*at, float(number), look)
        else:
            sheet.write_string(*at, f"{number:f}")


def write_workbook(
    file: BinaryIO, settled: SettledBook, language: Language, *, visits: bool = True
) -> None:
    """Write the workbook of a settlement, with its visits or without."""
    SettlementWorkbook(file, settled, language).write(visits=visits)
