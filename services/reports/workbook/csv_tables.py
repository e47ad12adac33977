"""The tables of a settlement as CSV (RFC 4180): exact values, local times, UTF-8."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice

from floorpulse.reports.workbook.content import settlement_tables, visits_table
from floorpulse.reports.workbook.facts import visit_rows
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import Cell, Table, Word, value_of
from floorpulse.reports.workbook.words import Language, told
from floorpulse.runtime.csv_rows import Exact, csv_text

BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that a file is UTF-8"""
AT_ONCE = 1000
"""Rows of one portion of text"""


def csv_names(settled: SettledBook, language: Language) -> list[str]:
    """The names of the tables that there are."""
    return [table.name for table in settlement_tables(settled, language)] + ["visits"]


def csv_of(
    settled: SettledBook, name: str, language: Language, *, mark: bool = False
) -> Iterator[str]:
    """The text of a table, in portions; `mark` puts a byte order mark before it. KeyError where
    there is no such table.
    """
    tables = {one.name: one for one in (*settlement_tables(settled, language), visits_table())}
    table = tables[name]
    rows: Iterable[Iterable[Cell]] = table.rows
    if name == "visits":
        rows = visit_rows(settled, settled.visits())
    return _portions(table, rows, language, BYTE_ORDER_MARK if mark else "")


def _portions(
    table: Table, rows: Iterable[Iterable[Cell]], language: Language, before: str
) -> Iterator[str]:
    yield before + csv_text([[told(column.name, language) for column in table.columns]])
    lines = ([_plain(cell, language) for cell in row] for row in rows)
    while portion := list(islice(lines, AT_ONCE)):
        yield csv_text(portion)


def _plain(cell: Cell, language: Language) -> object:
    said = value_of(cell)
    match said:
        case bool():
            return str(said).lower()
        case datetime():
            part = "milliseconds" if said.microsecond else "seconds"
            return said.isoformat(sep=" ", timespec=part)
        case StrEnum() | Word():
            return told(str(said), language)
        case Decimal():
            return Exact(f"{said:f}")
        case _:
            return "" if said is None else said
