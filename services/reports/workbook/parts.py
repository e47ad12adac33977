"""The parts of a period, and the columns that say where a line belongs."""

from collections.abc import Iterator

from floorpulse.reports.domain.statement import PartStatement
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.tables import Cell, Column, Look, Table

PLACES = {
    "part": Column("part", Look.COUNT),
    "terms": Column("terms"),
    "phase": Column("phase"),
}


def parts_table(book: SettledBook) -> Table:
    """The parts of the period: one version of the contract, one phase each."""
    columns = (*PLACES.values(), Column("phase_kind"), Column("begin"), Column("end"))
    rows: list[list[Cell]] = [
        [number, part.terms, part.phase, part.kind, book.local(part.begin), book.local(part.end)]
        for number, part in numbered(book)
    ]
    return Table("parts", columns, rows)


def numbered(book: SettledBook) -> Iterator[tuple[int, PartStatement]]:
    """The parts with their numbers, from 1."""
    return enumerate(book.document.statement.parts, 1)
