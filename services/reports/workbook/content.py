"""Which tables a settlement has, in the order of its sheets."""

from floorpulse.reports.workbook.amounts import caps_table, steps_table, totals_table
from floorpulse.reports.workbook.attained import (
    exempt_table,
    promises_table,
    slices_table,
    window_rows,
    windows_table,
)
from floorpulse.reports.workbook.billing import billing_table, days_table, minimums_table
from floorpulse.reports.workbook.facts import (
    VISIT_COLUMNS,
    about_table,
    changed_table,
    corrections_table,
    definitions_table,
    history_table,
    links_table,
)
from floorpulse.reports.workbook.parts import parts_table
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import Table
from floorpulse.reports.workbook.words import Language


def settlement_tables(book: SettledBook, language: Language) -> list[Table]:
    """All tables but that of the visits, which are too many to hold."""
    rows = window_rows(book)
    return [
        about_table(book, language),
        totals_table(book),
        billing_table(book),
        days_table(book),
        minimums_table(book),
        steps_table(book),
        caps_table(book),
        promises_table(book),
        windows_table(book, rows),
        slices_table(book, rows),
        exempt_table(book, rows),
        corrections_table(book),
        changed_table(book),
        history_table(book),
        links_table(book),
        parts_table(book),
        definitions_table(book.document),
    ]


def visits_table() -> Table:
    """The columns of the visits; their rows are read while they are written."""
    return Table("visits", VISIT_COLUMNS, ())
