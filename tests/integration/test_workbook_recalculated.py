"""The workbooks of settlements on paper, reckoned anew by LibreOffice: every cell comes to what it
says, to the last digit that a cell keeps.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from floorpulse.reports.workbook.words import Language
from tests.fakes.books import (
    book_on_paper,
    paper_cases,
    sheets_of,
    without_values,
    workbook_of,
)

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
"""Reckon anew when a file is opened"""

pytestmark = [
    pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice (Debian: libreoffice-calc)"),
    pytest.mark.timeout(300),
]


def test_every_formula_comes_to_what_the_settlement_says(tmp_path: Path) -> None:
    books = {
        name: workbook_of(book_on_paper(case["contracts"], said), language)
        for (name, case, said), language in zip(paper_cases(), cycle(Language), strict=False)
    }
    for name, book in books.items():
        (tmp_path / f"{name}.xlsx").write_bytes(without_values(book))
    (tmp_path / "profile" / "user").mkdir(parents=True)
    (tmp_path / "profile" / "user" / "registrymodifications.xcu").write_text(ALWAYS)

    _convert(tmp_path)

    formulas = 0
    for name, book in books.items():
        for place, formula, said, found in _formulas(tmp_path, name, book):
            formulas += 1
            assert found, (name, place, formula)
            assert float(found) == pytest.approx(float(said), rel=1e-13, abs=1e-9), (
                name,
                place,
                formula,
            )
    assert formulas > 100


def _convert(folder: Path) -> None:
    files = sorted(str(path) for path in folder.glob("*.xlsx"))
    command = [
        str(SOFFICE),
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        EVERY_SHEET,
        "--outdir",
        str(folder / "out"),
        *files,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)


def _formulas(folder: Path, name: str, book: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Each formula of a workbook: where, itself, what it says, what it came to."""
    for title, rows in sheets_of(book).items():
        path = folder / "out" / f"{name}-{title}.csv"
        found = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for row, cells in enumerate(rows):
            for cell in cells:
                if cell.formula is not None:
                    yield f"{title} {cell.place}", cell.formula, cell.said, found[row][cell.column]
