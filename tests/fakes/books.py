"""Settlements on paper as documents, and what stands in the workbooks written of them."""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import yaml

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.versions import numbered
from floorpulse.reports.domain.canonical import sha256
from floorpulse.reports.domain.document import (
    FORMAT,
    SettlementDocument,
    VisitsDigest,
    period_told,
    text_of,
    texts_of,
)
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.visit_records import VisitRecord
from floorpulse.reports.workbook.book import write_workbook
from floorpulse.reports.workbook.settled import SettledBook
from floorpulse.reports.workbook.words import Language
from tests.fakes.paper import FLOOR, contract_in, evidence_in, period_in

PAPER = Path(__file__).parents[1] / "unit" / "reports" / "paper"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def paper_cases() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every period that was settled on paper: a name, its file, the period."""
    return [
        (f"{path.stem}-{period['day']}", case, period)
        for path in sorted(PAPER.glob("*.yaml"))
        for case in [yaml.safe_load(path.read_text(encoding="utf-8"))]
        for period in case["periods"]
    ]


def book_on_paper(
    contracts: str, said: dict[str, Any], visits: Sequence[VisitRecord] = ()
) -> SettledBook:
    """A period on paper, settled, with visits that nothing counted."""
    contract = contract_in(contracts)
    period = period_in(contract, said["day"])
    evidence = evidence_in(contract, period, said["evidence"])
    checked = check({"paper.yaml": FLOOR.replace("ZONE", "UTC") + contracts})
    versions = [one for one in numbered(checked.entries, ()) if one.kind is Kind.CONTRACT]
    document = SettlementDocument(
        format=FORMAT,
        tenant="demo",
        contract=contract.id,
        period=period_told(period),
        final=True,
        definitions=texts_of(versions),
        evidence=evidence,
        visits=VisitsDigest(count=len(visits), sha256=sha256(b""), open=0),
        statement=settle(contract, period, evidence),
    )
    return SettledBook(document, sha256(text_of(document)), "issued", lambda: visits)


def workbook_of(book: SettledBook, language: Language = Language.ENGLISH) -> bytes:
    """The workbook, with its visits."""
    file = BytesIO()
    write_workbook(file, book, language)
    return file.getvalue()


def without_values(workbook: bytes) -> bytes:
    """A workbook whose formulas have forgotten what they come to."""
    file = BytesIO()
    with ZipFile(BytesIO(workbook)) as old, ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, re.sub(rb"</f><v>[^<]*</v>", b"</f><v>0</v>", part))
    return file.getvalue()


class SheetCell:
    """A cell: its place such as B4, its formula (None: it is none) and what it says."""

    def __init__(self, place: str, formula: str | None, said: str) -> None:
        self.place = place
        self.formula = formula
        self.said = said

    @property
    def column(self) -> int:
        """0 of A."""
        number = 0
        for letter in self.place.rstrip("0123456789"):
            number = number * 26 + ord(letter) - 64
        return number - 1


def sheets_of(workbook: bytes) -> dict[str, list[list[SheetCell]]]:
    """The cells of each sheet, by its name."""
    with ZipFile(BytesIO(workbook)) as parts:
        book = ET.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314  our own file
        names = [one.get("name", "") for one in book.iter(f"{MAIN}sheet")]
        return {
            name: _rows(parts.read(f"xl/worksheets/sheet{number}.xml"))
            for number, name in enumerate(names, 1)
        }


def formats_of(workbook: bytes, sheet: int = 1) -> dict[str, str]:
    """How a worksheet shows the number of each cell, by its place; empty where nothing is said."""
    with ZipFile(BytesIO(workbook)) as parts:
        styles = ET.fromstring(parts.read("xl/styles.xml"))  # noqa: S314  our own file
        part = parts.read(f"xl/worksheets/sheet{sheet}.xml")
    cells = ET.fromstring(part)  # noqa: S314  our own file
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{MAIN}numFmt")}
    kinds = styles.find(f"{MAIN}cellXfs")
    assert kinds is not None
    shown = [codes.get(kind.get("numFmtId"), "") for kind in kinds]
    return {one.get("r", ""): shown[int(one.get("s", "0"))] for one in cells.iter(f"{MAIN}c")}


def _rows(sheet: bytes) -> list[list[SheetCell]]:
    root = ET.fromstring(sheet)  # noqa: S314  our own file
    return [list(map(_cell, row)) for row in root.iter(f"{MAIN}row")]


def _cell(node: ET.Element) -> SheetCell:
    formula = node.find(f"{MAIN}f")
    said: Iterable[str] = (text for one in node if one.tag != f"{MAIN}f" for text in one.itertext())
    return SheetCell(node.get("r", ""), None if formula is None else formula.text, "".join(said))
