"""A client's list beside a stored settlement, and a settlement as files: by command, over HTTP."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from floorpulse.access.keys import Credential
from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.cli.app import app as cli
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.reports import wiring as reports
from floorpulse.reports.app import ReportSurface
from floorpulse.reports.domain.visit_records import unpacked
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.books import sheets_of
from tests.fakes.client_lists import clock
from tests.fakes.contracts import CARE, FLOOR, SHANGHAI, at
from tests.fakes.definitions import definitions
from tests.fakes.keys import FixedKeys
from tests.integration.test_settlements import QUERY, ZHANG, Settling, settling

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("logging_as_it_was"),
]

NOW = at("11-03 10:00")
HEAD = ["呼叫ID", "进线时间", "队列", "结果", "等待时长(秒)"]
WANTED = ("--contract", "acme-care", "--month", "2026-10")
KEYS = {
    "reader": Credential("k2", "demo", frozenset({"contracts:read"})),
    "client": Credential("k3", "demo", frozenset({"contracts:read"}), contract="acme-care"),
}


@asynccontextmanager
async def asking(floor: Settling, database: DatabaseSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routes of reports."""
    engine = async_engine(database)
    pool = floor.pool
    board = Board(Rules(SHANGHAI), lambda: NOW)
    app = create_app("test", "test")
    app.state.keys = FixedKeys(KEYS)
    reports.include(app)
    tables = Tables(
        PostgresPanes(pool), PostgresVisits(pool), PostgresAgents(pool), PostgresRows(pool)
    )
    surface = ReportSurface(
        engine=engine,
        pool=pool,
        floors=Floors(board, lambda: NOW, lambda: definitions(FLOOR + CARE)),
        turns=Turns(),
        tables=tables,
        forecasts=PostgresForecasts(pool),
        loaded=lambda: True,
    )
    reports.install(app, surface)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://api.test", headers={"Authorization": "Bearer reader"}
    ) as client:
        yield client
    await engine.dispose()


async def listed(floor: Settling) -> list[list[str]]:
    """The visits of the settlement as the client's system has them."""
    settled = await floor.desk.settle(QUERY, ZHANG)
    book = await _records(floor, settled.stored.id)
    return [HEAD, *book]


async def _records(floor: Settling, id_: str) -> list[list[str]]:
    pages = [page async for page in floor.desk.store.pages(id_)]
    return [
        [
            one.contact,
            clock(one.offered_at, SHANGHAI),
            one.queue,
            one.outcome or "",
            str((one.wait or 0) // 1000),
        ]
        for page in pages
        for one in unpacked(page)
    ]


def text_of(lines: list[list[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


async def test_a_list_is_compared_over_http(database: DatabaseSettings) -> None:
    async with settling(database) as floor, asking(floor, database) as client:
        lines = await listed(floor)
        id_ = (await floor.desk.settle(QUERY, ZHANG)).stored.id
        path = f"/v1/settlements/{id_}/compare"
        fewer = text_of(lines[:-1])
        same = await client.post(path, content=text_of(lines))
        less = await client.post(path, content=fewer)
        every = await client.post(path, content=fewer, headers={"Accept": "text/csv"})
        wrong = await client.post(path, content="a,b\n1,2\n")
        zones = [
            await client.post(path, params={"zone": name}, content=fewer)
            for name in ("Moon/Base", "America", "x" * 300)
        ]

    assert same.json()["findings"] == []
    assert (same.json()["ours"], same.json()["alike"]) == (10, 10)
    [finding] = less.json()["findings"]
    assert (finding["kind"], finding["visits"]) == ("missing_there", 1)
    assert finding["examples"][0]["theirs"] is None
    assert every.text.splitlines()[1].startswith("missing_there,,")
    assert [one.status_code for one in (wrong, *zones)] == [422] * 4
    assert "Name them: --columns" in wrong.json()["detail"]


async def test_a_settlement_is_read_as_workbook_and_tables(database: DatabaseSettings) -> None:
    async with settling(database) as floor, asking(floor, database) as client:
        id_ = (await floor.desk.settle(QUERY, ZHANG)).stored.id
        path = f"/v1/settlements/{id_}"
        book = await client.get(f"{path}/workbook?language=zh")
        table = await client.get(f"{path}/tables/totals?bom=true")
        none = await client.get(f"{path}/tables/nothing")
        unknown = await client.get("/v1/settlements/nothing/workbook")
        limited = await client.get(f"{path}/workbook", headers={"Authorization": "Bearer client"})

    assert sheets_of(book.content)["合计"][-1][1].said == "22.8"
    assert table.text.splitlines()[-1] == "total,22.80"
    assert none.status_code == unknown.status_code == 404
    assert "there are about, totals, billing" in none.json()["detail"]
    assert limited.status_code == 403


def run(database: DatabaseSettings, *words: str) -> Result:
    env = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value(), "COLUMNS": "200"}
    return CliRunner().invoke(cli, ["settle", *words], env=env)


async def _settled(database: DatabaseSettings) -> str:
    """A settled floor, and the list of its client."""
    async with settling(database) as floor:
        return text_of(await listed(floor))


def test_the_command_writes_workbook_and_tables(database: DatabaseSettings, tmp_path: Path) -> None:
    asyncio.run(_settled(database))

    written = run(database, *WANTED, "--out", str(tmp_path), "--language", "zh")

    book = sheets_of((tmp_path / "acme-care-2026-10.xlsx").read_bytes())
    totals = (tmp_path / "acme-care-2026-10-tables" / "totals.csv").read_text("utf-8-sig")
    assert written.exit_code == 0, written.output
    assert book["合计"][-1][1].said == "22.8"
    assert totals.endswith("总额,22.80\n")


def test_the_command_compares(database: DatabaseSettings, tmp_path: Path) -> None:
    file = tmp_path / "client.csv"
    text = asyncio.run(_settled(database))
    file.write_bytes(text.encode("gb18030"))
    same = run(database, *WANTED, "--compare", str(file))
    file.write_text(text.replace(",abandoned,25", ",abandoned,26", 1), encoding="utf-8")

    other = run(database, *WANTED, "--compare", str(file), "--out", str(tmp_path))
    as_json = run(database, *WANTED, "--compare", str(file), "--json", "--zone", "UTC")

    differing = (tmp_path / "acme-care-compared.csv").read_text("utf-8-sig").splitlines()
    assert (same.exit_code, other.exit_code) == (0, 1), same.output
    assert "no difference" in same.stdout
    assert [line.partition(",")[0] for line in differing] == ["kind", "wait"]
    kinds = {one["kind"] for one in json.loads(as_json.stdout)["findings"]}
    assert kinds == {"wait", "times_shifted"}


def test_what_cannot_be_compared_says_why(database: DatabaseSettings, tmp_path: Path) -> None:
    file = tmp_path / "client.csv"
    file.write_text(asyncio.run(_settled(database)), encoding="utf-8")
    refused = {
        "acme-care is not settled for 2026-09: settle it first": (
            *WANTED[:2],
            "--month",
            "2026-09",
        ),
        "'Moon' is no IANA time zone": (*WANTED, "--zone", "Moon"),
        "'America' is no IANA time zone": (*WANTED, "--zone", "America"),
        "the list does not say the column 'x'": (*WANTED, "--columns", "contact=x"),
    }

    for why, words in refused.items():
        answer = run(database, *words, "--compare", str(file))
        assert answer.exit_code == 2
        assert why in answer.stderr
