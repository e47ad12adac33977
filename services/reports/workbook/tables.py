"""Tables of a settlement before they are a workbook or CSV: named columns, cells with exact values,
formulas that name columns instead of places.

    {rate}               the cell of this row in the column `rate`
    {billing:amount}     all cells of the column `amount` in the table `billing`
    {word:penalty}       a word in the language of the workbook
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

NAMED = re.compile(r"\{(?:(?P<table>\w+):)?(?P<column>\w+)\}")


class Formula(NamedTuple):
    """A formula over named columns, and the value that it comes to."""

    text: str
    value: Decimal


class Word(str):
    """A word of ours, told in the language of the tables; so are members of enumerations."""

    __slots__ = ()


class Address(str):
    """A whole address, which a workbook leads to."""

    __slots__ = ()


Cell = str | int | Decimal | bool | datetime | Formula | None
"""What a cell holds; a datetime is local time without its offset"""


class Look(StrEnum):
    """How numbers of a column are shown."""

    PLAIN = "plain"
    COUNT = "count"
    MONEY = "money"
    EXACT = "exact"
    """Up to ten decimal places"""


class Column(NamedTuple):
    """A column: the word of its head, and how its numbers are shown."""

    name: str
    look: Look = Look.PLAIN


class Table(NamedTuple):
    """A table: the word of its name, its columns, its rows."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]

    def place(self, column: str) -> int:
        """Where a column stands, from 0."""
        return [one.name for one in self.columns].index(column)


class Sheets:
    """Where the tables of a workbook stand: every table a sheet, its head in the first row."""

    def __init__(self, tables: Sequence[Table], words: Callable[[str], str]) -> None:
        self._tables = {one.name: one for one in tables}
        self._words = words

    def placed(self, table: Table, row: int, formula: Formula) -> str:
        """A formula of a row (from 0) with places instead of names."""
        return "=" + NAMED.sub(self._place(table, row), formula.text)

    def _place(self, table: Table, row: int) -> Callable[[re.Match[str]], str]:
        def place(found: re.Match[str]) -> str:
            if found["table"] is None:
                return f"{letters(table.place(found['column']))}{row + 2}"
            if found["table"] == "word":
                return self._words(found["column"])
            other = self._tables[found["table"]]
            column = letters(other.place(found["column"]))
            title = self._words(other.name).replace("'", "''")
            return f"'{title}'!${column}$2:${column}${max(2, len(other.rows) + 1)}"

        return place


def letters(place: int) -> str:
    """A column as spreadsheets call it: A of 0, AA of 26."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def value_of(cell: Cell) -> str | int | Decimal | bool | datetime | None:
    """What a cell says; of a formula what it comes to."""
    return cell.value if isinstance(cell, Formula) else cell
