"""Migrations keep what is there: rows of before a step say afterwards what that step added."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from services.contracts.visits import Complaint, Statement, Visit, encode_visit
from services.migrations import migrate
from services.runtime.embedded import Postgres
from services.runtime.settings import DatabaseSettings

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]


@pytest.fixture
def empty(server_loop: asyncio.AbstractEventLoop, postgres: Postgres) -> Iterator[DatabaseSettings]:
    """A database without tables."""
    name = f"empty_{uuid4().hex}"
    server_loop.run_until_complete(command(postgres.dsn, f"CREATE DATABASE {name}"))
    yield DatabaseSettings(url=SecretStr(postgres.dsn.rpartition("/")[0] + f"/{name}"), pool=1)
    server_loop.run_until_complete(command(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


async def command(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def test_visits_of_before_are_found_by_customer_and_complaint_afterwards(empty: DatabaseSettings) -> None:
    complaint = Complaint((Statement(5000), Statement(9000, closing=True)))
    visits = {
        "known": Visit(1000, "sales", "chat", customer="k1:ann", complaints={"k": complaint}),
        "unknown": Visit(2000, "sales"),
        "open": Visit(3000, "sales", complaints={"k": complaint, "l": Complaint((Statement(7000),))}),
    }
    await migrate(empty, "0003")
    connection = await asyncpg.connect(empty.url.get_secret_value())
    rows = [(0, "demo", name, 1, visit.offered_at, visit.queue, True, encode_visit(visit)) for name, visit in visits.items()]
    await connection.copy_records_to_table("visit", records=rows)

    await migrate(empty)
    found = await connection.fetch("SELECT contact, channel, customer, complained_at, settled_at FROM visit ORDER BY offered_at")
    await connection.close()

    assert [tuple(row) for row in found] == [
        ("known", "chat", "k1:ann", 5000, 9000),
        ("unknown", "voice", None, None, None),
        ("open", "voice", None, 5000, None),
    ]
