"""Tables that are taken along: CSV by figure and by interval, and workbooks."""

import csv
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from floorpulse.runtime.xlsx_rows import WorkbookFile
from tests.fakes.books import formats_of
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, answered
from tests.fakes.world import NOW, SPAN, World, busy_world

SHANGHAI = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai}
"""
ASKED = {**SPAN, "interval": "30m", "kpi": "offered,service_level", "queue": "help,sales"}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def world() -> World:
    world = busy_world()
    world.definitions = definitions(SHANGHAI)
    return world


def table(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def cells(book: bytes, sheet: int = 1) -> list[list[Any]]:
    """The cells of a worksheet: text as str, numbers as float, truths as bool; None where empty."""
    with ZipFile(BytesIO(book)) as parts:
        root = ET.fromstring(parts.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314  our own file
    return [_line(row) for row in root.iter(f"{MAIN}row")]


def _line(row: ET.Element) -> list[Any]:
    """The cells of a row, up to the last that is there."""
    there = {_column(one.get("r", "")): _cell(one) for one in row}
    return [there.get(column) for column in range(max(there) + 1)]


def _column(name: str) -> int:
    """0 of A1, 26 of AA1."""
    number = 0
    for letter in name.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell(node: ET.Element) -> Any:
    assert node.find(f"{MAIN}f") is None, "no cell is a formula"
    text = "".join(node.itertext())
    if node.get("t") == "inlineStr":
        return text
    return None if not text else bool(int(text)) if node.get("t") == "b" else float(text)


def test_wide_csv_has_a_line_an_interval_a_column_a_kpi_and_local_times(world: World) -> None:
    client = world.client()
    lines = table(client.get("/v1/kpis/history", {**ASKED, "format": "csv", "layout": "wide"}).text)
    rows = client.get("/v1/kpis/history", ASKED).json()["rows"]
    named = ("agent", "queue", "channel", "team", "site", "client")

    assert lines[0][:2] == ["time (Asia/Shanghai)", "end (Asia/Shanghai)"]
    assert [name for name in lines[0] if name in named] == list(named[1:])
    assert lines[0][-3:] == ["offered", "service_level", "complete"]
    assert len(lines) == 1 + len(rows) / 2
    assert [(line[0], line[2], line[-3]) for line in lines[1:]] == [
        (row["time"][:16].replace("T", " "), row["queue"], str(row["value"]))
        for row in rows
        if row["kpi"] == "offered"
    ]
    assert lines[1][0] == "2026-11-11 19:00"


def test_a_line_goes_over_from_page_to_page(world: World) -> None:
    whole = world.client().get("/v1/kpis/history", {**ASKED, "format": "csv", "layout": "wide"})
    paged = world.client().get(
        "/v1/kpis/history", {**ASKED, "format": "csv", "layout": "wide", "limit": "3"}
    )

    assert paged.text == whole.text


def test_a_workbook_holds_the_same_lines_with_dates_that_are_dates(world: World) -> None:
    client = world.client()
    asked = {**ASKED, "layout": "wide", "limit": "3"}
    answer = client.get("/v1/kpis/history", {**asked, "format": "xlsx"})
    lines = table(client.get("/v1/kpis/history", {**asked, "format": "csv"}).text)
    book = cells(answer.content)

    assert answer.headers["content-disposition"] == 'attachment; filename="kpis.xlsx"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert book[0] == lines[0]
    assert len(book) == len(lines)
    assert _moment(book[1][0]) == datetime(2026, 11, 11, 19)  # noqa: DTZ001  local, as the cell is
    level = lines[0].index("service_level")
    assert [line[level] for line in book[1:] if line[level] is not None] == [
        pytest.approx(float(line[level])) for line in lines[1:] if line[level]
    ]


def test_an_instant_between_two_seconds_is_shown_to_the_millisecond() -> None:
    whole = datetime(2026, 11, 11, 9, 59, 59)  # noqa: DTZ001  local, as the cell is
    file = BytesIO()
    book = WorkbookFile(file, "visits", ["offered", "answered"])
    book.write([[whole, whole + timedelta(milliseconds=700)]])
    book.close()

    shown = formats_of(file.getvalue())
    assert [shown["A2"], shown["B2"]] == ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd hh:mm:ss.000"]


def _moment(days: float) -> datetime:
    """A date as spreadsheets count them."""
    return datetime(1899, 12, 30) + timedelta(seconds=round(days * 86_400))  # noqa: DTZ001  local, as the cell is


@pytest.mark.parametrize("name", ["=1+1", "+49", "-x", "@cmd"])
def test_what_begins_like_a_formula_is_text(world: World, name: str) -> None:
    world.floor.put(answered(NOW - MINUTE, 5, queue=name))
    world.tell()
    book = world.client().get("/v1/visits", {**SPAN, "queue": f'"{name}"', "format": "xlsx"})

    head, line = cells(book.content)
    assert line[head.index("queue")] == name


def test_a_long_table_goes_on_in_the_next_sheet() -> None:
    file = BytesIO()
    book = WorkbookFile(file, "kpis", ["time", "value"], most_lines=3)
    book.write([[None, 1], ["x", 2.5]])
    book.write([[True, 3]])
    book.close()

    assert cells(file.getvalue()) == [["time", "value"], [None, 1.0], ["x", 2.5]]
    assert cells(file.getvalue(), 2) == [["time", "value"], [True, 3.0]]


@pytest.mark.no_cover
def test_accept_asks_for_a_workbook_too_and_every_table_can_be_one(world: World) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    client = world.client().with_headers({"Authorization": "Bearer leader", "Accept": kind})

    for path in (
        "/v1/kpis?kpi=offered",
        "/v1/targets",
        *(
            f"/v1/{path}?from=2026-11-11&to=2026-11-11"
            for path in ("kpis/history", "visits", "corrections", "agents/kpis", "agents/benchmark")
        ),
    ):
        answer = client.get(path)
        assert answer.headers["content-type"] == kind, path
        assert cells(answer.content)[0], path


def test_the_benchmark_stands_beside_each_figure_of_an_agent(world: World) -> None:
    asked = {"from": "2026-11-11", "to": "2026-11-11", "kpi": "handled,aht", "format": "csv"}
    client = world.client().with_headers({"Authorization": "Bearer leader"})
    head, *lines = table(client.get("/v1/agents/benchmark", {**asked, "layout": "wide"}).text)

    assert head[-5:] == ["handled", "handled benchmark", "aht", "aht benchmark", "complete"]
    assert [line[2] for line in lines] == ["ann"]


def test_figures_as_json_lie_in_rows_only(world: World) -> None:
    answer = world.client().get("/v1/kpis?layout=wide")

    assert answer.status_code == 422
    assert "format=csv" in answer.json()["detail"]
