"""The files of a settlement beside the signed one: its workbook, its tables as CSV."""

from dataclasses import dataclass
from pathlib import Path

from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.settlement.ports import SettlementPlace, SettlementStore
from floorpulse.reports.settlement.standing import book_of
from floorpulse.reports.workbook.book import MOST_VISITS, write_workbook
from floorpulse.reports.workbook.csv_tables import csv_names, csv_of
from floorpulse.reports.workbook.words import Language


@dataclass(frozen=True)
class BookNames:
    """Where the files of a period go, how it is called in their names, and in which language."""

    out: Path
    period: str
    language: Language


async def written_books(
    store: SettlementStore, place: SettlementPlace, names: BookNames, known: TenantDefinitions
) -> list[Path]:
    """A workbook and a folder of tables for the settlement of a period and each of its notes."""
    written = []
    for one in await store.of_period(place):
        note = f"-credit-note-{one.number}" if one.number else ""
        name = f"{place.contract}-{names.period}{note}"
        book = await book_of(store, one, known)
        path = names.out / f"{name}.xlsx"
        with path.open("wb") as file:
            write_workbook(file, book, names.language, visits=one.visits <= MOST_VISITS)
        tables = names.out / f"{name}-tables"
        tables.mkdir(parents=True, exist_ok=True)
        for table in csv_names(book, names.language):
            with (tables / f"{table}.csv").open("w", encoding="utf-8", newline="") as text:
                text.writelines(csv_of(book, table, names.language, mark=True))
        written += [path, tables]
    return written
