"""The workbook of a settlement: formulas from the counts to the total, exact amounts, and no cell
that is taken for a formula and is none.
"""

import csv
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.sax.saxutils import unescape
from zipfile import ZipFile

import pytest
from msgspec import structs

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.contract_words import RoundingMode
from floorpulse.reports.domain.settlement_links import Inexact, LinkedLine, figure_links
from floorpulse.reports.domain.statement import CapKind, Cause, StepKind
from floorpulse.reports.domain.statement import Outcome as WindowOutcome
from floorpulse.reports.workbook.binary import amount, is_kept, rounded
from floorpulse.reports.workbook.book import SettlementWorkbook
from floorpulse.reports.workbook.content import settlement_tables, visits_table
from floorpulse.reports.workbook.csv_tables import BYTE_ORDER_MARK, csv_names, csv_of
from floorpulse.reports.workbook.settled import Happened, SettledBook
from floorpulse.reports.workbook.tables import Formula, Word, letters, value_of
from floorpulse.reports.workbook.words import WORDS, Language
from floorpulse.runtime.csv_rows import csv_text
from tests.fakes.books import book_on_paper, formats_of, paper_cases, sheets_of, workbook_of
from tests.fakes.contracts import call
from tests.fakes.definitions import definitions
from tests.fakes.paper import FLOOR

CASES = [pytest.param(case["contracts"], said, id=name) for name, case, said in paper_cases()]
_, _LAST, SAID = paper_cases()[-1]
CONTRACTS = _LAST["contracts"]
EVIL = ("=1+1", "+49 30", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", " =1", "a;=1", "x\n=2", "a|@b")
LEADS = "=+-@＝＋－＠\t\r"


def hostile() -> SettledBook:
    """A settlement whose names and reasons begin like formulas wherever others write them."""
    visits = [
        structs.replace(call(0, Outcome.ANSWERED), contact=one, queue=one, channel=one)
        for one in EVIL
    ]
    book = book_on_paper(CONTRACTS, SAID, visits)
    history = [Happened(0, "issued", one, one) for one in EVIL]
    return SettledBook(book.document, book.sha256, "issued", book.visits, history)


@pytest.mark.parametrize(("contracts", "said"), CASES)
def test_every_total_is_a_formula_over_the_sheets(contracts: str, said: dict[str, Any]) -> None:
    book = book_on_paper(contracts, said)
    sheets = sheets_of(workbook_of(book))
    totals = structs.asdict(book.document.statement.totals)

    rows = sheets["Totals"][1:]

    assert [Decimal(row[1].said) for row in rows] == list(totals.values())
    assert all(row[1].formula for row in rows)


@pytest.mark.parametrize(("contracts", "said"), CASES)
def test_amounts_and_figures_are_formulas_over_what_they_were_made_of(
    contracts: str, said: dict[str, Any]
) -> None:
    tables = {one.name: one for one in settlement_tables(book_on_paper(contracts, said), EN)}
    billing, steps, windows = (tables[name] for name in ("billing", "steps", "windows"))
    wanted = [(billing, "amount"), (steps, "exact"), (steps, "amount"), (windows, "numerator")]

    for table, column in wanted:
        cells = [row[table.place(column)] for row in table.rows]
        assert all(isinstance(cell, Formula) for cell in cells), (table.name, column)


EN, ZH = Language


@pytest.mark.parametrize("language", Language)
def test_all_words_of_the_tables_are_known_in_both_languages(language: Language) -> None:
    tables = [*settlement_tables(hostile(), language), visits_table()]
    words = {table.name for table in tables}
    words |= {column.name for table in tables for column in table.columns}
    words |= {str(c) for t in tables for row in t.rows for c in row if isinstance(c, Word)}

    assert words <= WORDS.keys()
    assert len({WORDS[table.name] for table in tables}) == len(tables)


def test_what_cells_say_is_no_title_of_a_sheet() -> None:
    titles = {table.name for table in settlement_tables(hostile(), EN)}
    said = {one.value for kind in (WindowOutcome, Cause, StepKind, CapKind) for one in kind}

    assert said - {"penalties", "bonuses", "metric"} <= WORDS.keys()
    assert not titles & said


def followed(workbook: bytes) -> set[str]:
    """The addresses that the cells of a workbook lead to."""
    with ZipFile(BytesIO(workbook)) as parts:
        names = [one for one in parts.namelist() if one.startswith("xl/worksheets/_rels/")]
        relations = " ".join(parts.read(one).decode() for one in names)
    return {unescape(one) for one in re.findall(r'Target="(https:[^"]*)"', relations)}


def test_links_are_told_with_their_address_and_why_their_figure_is_another() -> None:
    book = book_on_paper(CONTRACTS, SAID)
    known = definitions(FLOOR.replace("ZONE", "UTC") + CONTRACTS).of("demo")
    links = figure_links(book.document, known)
    linked = replace(book, links=links, address="https://floor.example")

    workbook = workbook_of(linked)
    heads, *rows = sheets_of(workbook)["Links"]
    targets = followed(workbook)

    place = {one.said: one.column for one in heads}["the figure"]
    figures = [cell.said for row in rows for cell in row if cell.column == place]
    assert len(rows) == len(links)
    assert figures == [f"https://floor.example{one.figure}" for one in links if one.figure]
    assert set(figures) <= targets
    assert not followed(workbook_of(replace(linked, address="")))
    long = "https://floor.example/" + "x" * 2079
    assert not followed(workbook_of(replace(linked, address=long)))
    assert {f"inexact_{one}" for one in Inexact} <= WORDS.keys()
    assert {f"{one}_line" for one in LinkedLine} <= WORDS.keys()


def test_no_cell_of_the_workbook_is_a_formula_but_ours() -> None:
    sheets = sheets_of(workbook_of(hostile()))
    said = {cell.said for rows in sheets.values() for row in rows for cell in row}
    formulas = {cell.formula or "" for rows in sheets.values() for row in rows for cell in row}

    assert set(EVIL) - {"\r=1"} <= said
    assert not any(one in formula for formula in formulas for one in EVIL)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_no_cell_of_any_table_as_csv_is_taken_for_a_formula(delimiter: str) -> None:
    """Whatever a spreadsheet takes for the end of a cell: a German one splits at semicolons."""
    book = hostile()

    for name in csv_names(book, EN):
        text = "".join(csv_of(book, name, EN)).replace('"', "")
        for cell in re.split(f"[{delimiter}\r\n]", text):
            assert cell.lstrip()[:1] not in LEADS or _is_number(cell), (name, cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return not cell
    return True


def test_csv_has_exact_numbers_local_times_and_a_mark_where_it_is_wanted() -> None:
    book = book_on_paper(CONTRACTS, SAID, [call(1_234, wait=3.25)])

    visits = "".join(csv_of(book, "visits", ZH, mark=True))
    totals = list(csv.reader(StringIO("".join(csv_of(book, "totals", EN)))))

    assert visits.startswith(BYTE_ORDER_MARK + "进线,联络,")
    assert visits.splitlines()[1] == (
        "1970-01-01 00:00:01.234,c1,1,sales,voice,已接听,3.25,60,0,0,1970-01-01 00:01:41.234"
    )
    assert totals[-1] == ["total", str(book.document.statement.totals.total)]
    assert csv_text([["a", "b"]]) == "a,b\r\n"


def test_visits_go_on_in_the_next_sheet() -> None:
    book = book_on_paper(CONTRACTS, SAID, [call(index) for index in range(5)])
    file = BytesIO()
    SettlementWorkbook(file, book, EN, most_lines=3).write(visits=True)

    sheets = sheets_of(file.getvalue())

    assert [len(sheets[name]) for name in ("Visits", "Visits 2", "Visits 3")] == [3, 3, 2]


def test_an_instant_between_two_seconds_is_shown_to_the_millisecond() -> None:
    workbook = workbook_of(book_on_paper(CONTRACTS, SAID, [call(59_000), call(59_700)]))
    sheets = sheets_of(workbook)
    head, *rows = sheets["Visits"]
    shown = formats_of(workbook, list(sheets).index("Visits") + 1)

    column = {one.said: one.column for one in head}["offered"]
    offered = [cell for row in rows for cell in row if cell.column == column]
    assert [shown[cell.place] for cell in offered] == [
        "yyyy-mm-dd hh:mm:ss",
        "yyyy-mm-dd hh:mm:ss.000",
    ]


def test_a_text_that_no_cell_holds_is_cut_and_not_lost() -> None:
    book = book_on_paper(CONTRACTS, SAID, [call(0, contact="x" * 40_000)])

    cell = sheets_of(workbook_of(book))["Visits"][1][1]

    assert cell.said == "x" * 32_766 + "…"


@pytest.mark.parametrize(
    ("value", "mode", "exact"),
    [
        (1.005, RoundingMode.HALF_UP, "1.01"),
        (-1.005, RoundingMode.HALF_UP, "-1.01"),
        (2.675, RoundingMode.HALF_EVEN, "2.68"),
        (2.665, RoundingMode.HALF_EVEN, "2.66"),
        (1.005, RoundingMode.HALF_DOWN, "1.00"),
        (1.0051, RoundingMode.HALF_DOWN, "1.01"),
        (0.1 + 0.2, RoundingMode.UP, "0.30"),
        (0.301, RoundingMode.UP, "0.31"),
        (1.15 * 100 - 15, RoundingMode.DOWN, "100.00"),
        (2.5, RoundingMode.HALF_EVEN, "2.50"),
    ],
)
def test_formulas_round_halves_as_the_contract_says(
    value: float, mode: RoundingMode, exact: str
) -> None:
    _, found = rounded("{exact}", value, 2, mode)

    assert Decimal(repr(found)) == Decimal(exact)


def test_an_amount_that_a_spreadsheet_would_miss_is_written_as_it_is() -> None:
    missed = Decimal("0.01")
    long = Decimal("12345678901234.567")

    assert amount(missed, "{exact}", 0.001, (2, RoundingMode.HALF_UP)) == missed
    assert amount(missed, "{exact}", 0.0050000001, (2, RoundingMode.HALF_UP)) == Formula(
        "ROUND(ROUND({exact},10),2)", missed
    )
    assert not is_kept(long)
    assert value_of(amount(long, "{exact}", float(long), None)) == long


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
