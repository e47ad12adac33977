"""PostgreSQL reads encoded rows as what they say."""

import random
from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from floorpulse.contracts.visits import offer_at, queue_of
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.rows import (
    PANE_COLUMNS,
    VISIT_COLUMNS,
    EncodedRows,
    joined,
    pane_rows,
    visit_row,
)
from floorpulse.kpi_engine.postgres import copying
from floorpulse.runtime.settings import DatabaseSettings
from tests.contract.test_readers_of_any_floor import any_visit
from tests.fakes import copied_rows
from tests.fakes.copied_rows import Row

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]


@pytest.fixture
async def connection(database: DatabaseSettings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.url.get_secret_value())
    await connection.execute(
        "CREATE TEMPORARY TABLE new_visit (LIKE visit); CREATE TEMPORARY TABLE new_pane (LIKE pane)"
    )
    yield connection
    await connection.close()


async def read_back(connection: asyncpg.Connection, table: copying.EncodedTable) -> list[Row]:
    await table.copy(connection)
    columns = ", ".join(table.columns)
    query = f"SELECT {columns} FROM {table.name} ORDER BY ctid"  # noqa: S608  our own names
    found = await connection.fetch(query)
    return [tuple(row) for row in found]


async def test_visits_of_any_kind_are_read_as_they_were_encoded(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "CHUNK", 1_000)
    dice = random.Random(7)
    visits = [any_visit(dice) for _ in range(300)]
    rows = joined(
        [
            visit_row(5, ("acme", f"\u8054{number}", 1), visit, offer_at(visit), queue_of(visit))
            for number, visit in enumerate(visits)
        ]
    )
    table = copying.EncodedTable("new_visit", VISIT_COLUMNS, [EncodedRows(), rows])

    assert await read_back(connection, table) == copied_rows.visit_rows(rows)


async def test_panes_are_read_as_they_were_encoded(connection: asyncpg.Connection) -> None:
    cells = {1: 1 << 40, 2: -7, 1 << 21: 3}
    rows = pane_rows(5, [Pane(("acme", "sales", "chat", -60_000), 1 << 62, cells)])
    table = copying.EncodedTable("new_pane", PANE_COLUMNS, [rows])

    [found] = await read_back(connection, table)
    assert found[:-1] == ("acme", -60_000, "sales", "chat", 5, 1 << 62)
    assert msgspec.msgpack.decode(found[-1], type=dict[int, int]) == cells
