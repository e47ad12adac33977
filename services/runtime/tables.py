"""Tables on a terminal, or in a pipe: never cut, for people copy out of them."""

from rich.console import Console
from rich.table import Table

BOUNDLESS = 100_000
"""Columns: wider than any table"""


def show(console: Console, table: Table) -> None:
    """Print a table whole, however narrow the terminal is.

    A terminal wraps lines that are longer than it is wide; rich itself would shorten the cells.
    """
    for column in table.columns:
        column.no_wrap = True
        column.overflow = "ignore"
    table.width = Console(width=BOUNDLESS).measure(table).maximum
    console.print(table, soft_wrap=True)
