"""The audit log in a real PostgreSQL: one chain whoever writes, appended to only, and found out
where somebody with all rights changed it.
"""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.access.agent_reads import AT_ONCE, AgentRead, recorded_reads
from floorpulse.access.audit import record, record_raw
from floorpulse.access.audit_chain import Action, Anchor, AuditEntry, hash_of
from floorpulse.access.audit_log import AuditLog, EntryChoice
from floorpulse.access.keys import KeyRing
from floorpulse.access.new_keys import NewKey
from floorpulse.cli import audit as command
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings, Settings
from tests.fakes.definitions import entries

pytestmark = pytest.mark.embedded

FILE = """
tenant: acme
about:
  - {names: {en: Acme}, zone: Asia/Shanghai, service_level: fast}
service_levels:
  - {id: fast, formula: V3, threshold: 10}
"""


@pytest.fixture
async def engine(database: DatabaseSettings) -> AsyncIterator[AsyncEngine]:
    engine = async_engine(database)
    yield engine
    await engine.dispose()


def did(number: int, tenant: str = "acme") -> AuditEntry:
    details: dict[str, object] = {"why": '线路故障 \\ "x" \u0000'}
    return AuditEntry(
        tenant, 1000 + number, "k1", Action.SETTLEMENT_DRAFTED, f"x/{number}", details
    )


async def write(engine: AsyncEngine, *numbers: int) -> None:
    async with engine.begin() as connection:
        await record(connection, [did(number) for number in numbers])


async def wrong(engine: AsyncEngine, *anchors: Anchor) -> list[int]:
    return [one.number async for one in AuditLog(engine).verify("acme", anchors)]


async def as_owner(engine: AsyncEngine, *statements: str) -> None:
    """What somebody does who may switch the triggers off."""
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))


async def test_whoever_writes_by_whatever_driver_makes_one_chain(
    engine: AsyncEngine, database: DatabaseSettings
) -> None:
    async def raw(number: int) -> None:
        connection = await asyncpg.connect(database.url.get_secret_value())
        async with connection.transaction():
            await record_raw(connection, [did(number), did(number, "zenith")])
        await connection.close()

    await asyncio.gather(*(write(engine, one) for one in range(10)), *map(raw, range(10, 16)))

    found = await AuditLog(engine).page(EntryChoice("acme"), 0, 100)
    assert [one.number for one in found] == list(range(1, 17))
    assert all(one.hash == one.expected for one in found)
    assert await AuditLog(engine).tenants() == ["acme", "zenith"]
    assert (await AuditLog(engine).head("zenith")).number == 6
    assert await wrong(engine) == []


async def test_a_transaction_that_fails_leaves_no_entry(engine: AsyncEngine) -> None:
    await write(engine, 1)
    async with engine.connect() as connection:
        await record(connection, [did(2)])
        await connection.rollback()
    await write(engine, 3)

    assert (await AuditLog(engine).head("acme")).number == 2
    assert await wrong(engine) == []


async def test_nothing_but_an_entry_can_be_written(engine: AsyncEngine) -> None:
    await write(engine, 1)

    for statement in (
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_head SET number = 0",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "INSERT INTO audit_head VALUES ('other', 1, ''::bytea)",
    ):
        with pytest.raises(DBAPIError, match="audit log"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))


TOUCHED = [
    ("UPDATE audit_entry SET entry = replace(entry, 'x/2', 'x/9') WHERE number = 2", {2}),
    ("UPDATE audit_entry SET actor = 'nobody' WHERE number = 2", {2}),
    ("DELETE FROM audit_entry WHERE number = 2", {2}),
    ("DELETE FROM audit_entry WHERE number >= 3", {3}),
    ("UPDATE audit_entry SET number = number - 8 WHERE number IN (2, 3)", {2, 3, 4}),
]
"""What somebody did with the table, and the entries that the check names"""


async def test_what_an_owner_of_the_database_changes_is_found(engine: AsyncEngine) -> None:
    await write(engine, 1, 2, 3, 4)
    for statement, numbers in TOUCHED:
        await as_owner(
            engine,
            "CREATE TEMP TABLE kept ON COMMIT DROP AS TABLE audit_entry",
            statement,
            "UPDATE audit_entry SET number = -3 - number WHERE number < 0",
            "CREATE TABLE IF NOT EXISTS before AS TABLE kept",
        )
        assert set(await wrong(engine)) == numbers, statement
        await as_owner(engine, "DELETE FROM audit_entry", "INSERT INTO audit_entry TABLE before")
    assert await wrong(engine) == []


async def test_a_log_that_was_written_anew_does_not_fit_what_was_printed(
    engine: AsyncEngine,
) -> None:
    await write(engine, 1, 2)
    printed = await AuditLog(engine).head("acme")
    [first, second] = await AuditLog(engine).page(EntryChoice("acme"), 0, 2)
    forged = second.entry.replace("x/2", "x/9")
    digest = hash_of(first.hash, "acme", 2, forged).hex()
    rewritten = f"hash = decode('{digest}', 'hex')"
    entry = "entry = replace(entry, 'x/2', 'x/9')"
    await as_owner(
        engine,
        f"UPDATE audit_entry SET {entry}, {rewritten} WHERE number = 2",  # noqa: S608  it means to forge
        f"UPDATE audit_head SET {rewritten}",  # noqa: S608  it means to forge
    )

    assert await wrong(engine) == []
    assert await wrong(engine, printed) == [2]


async def test_definitions_keys_and_reads_about_agents_are_in_the_log(
    engine: AsyncEngine, database: DatabaseSettings
) -> None:
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=2)
    store = PostgresDefinitions(pool, "cli:ops")
    number = await store.save(entries(FILE), 10)
    await store.save(entries(FILE), 20)
    await store.save(entries(FILE.replace("threshold: 10", "threshold: 15")), 30)
    await pool.close()
    ring = KeyRing(engine, now=lambda: 40)
    token = await ring.add(NewKey("acme", "wall", ("kpi:read",), contract="bank"), "cli:ops")
    key = token.split("_")[1]
    assert await ring.revoke(key, "cli:ops")
    assert not await ring.revoke(key, "cli:ops")
    async with recorded_reads(engine) as reads:
        reads.note(AgentRead.of("acme", "k7", "/v1/agents", {"agent": "ann"}))

    found = await AuditLog(engine).page(EntryChoice("acme"), 0, 100)
    told = [(one.action, command.exported(one).link.actor) for one in found]
    assert told == [
        ("definitions_loaded", "cli:ops"),
        ("definitions_loaded", "cli:ops"),
        ("key_created", "cli:ops"),
        ("key_revoked", "cli:ops"),
        ("agents_read", "k7"),
    ]
    assert f'"subject":"definitions/{number}"' in found[0].entry
    assert '"came":[{"id":"fast","kind":"service_level","sha256":' in found[1].entry
    assert '"went":[{"id":"fast","kind":"service_level","sha256":' in found[1].entry
    assert '"contract":"bank"' in found[2].entry
    credential = await ring.find(key)
    assert credential is None
    narrow = EntryChoice("acme", 40, 41, "cli:ops", "key_revoked")
    assert [one.number for one in await AuditLog(engine).page(narrow, 0, 9)] == [4]


async def test_however_many_reads_wait_all_are_told_before_the_process_stops(
    engine: AsyncEngine,
) -> None:
    async with recorded_reads(engine) as reads:
        for agent in range(AT_ONCE + 1):
            reads.note(AgentRead.of("acme", "k7", "/v1/agents", {"agent": str(agent)}))

    assert (await AuditLog(engine).head("acme")).number == AT_ONCE + 1


async def test_the_command_says_whether_the_log_is_whole(
    engine: AsyncEngine, database: DatabaseSettings, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    settings = Settings(database=database)
    await write(engine, *range(1, 6))
    head = await AuditLog(engine).head("acme")

    assert await command.verify(settings, None, []) == 0
    assert f"acme: 5 entries, whole. Anchor: {head}".encode() in capfdbinary.readouterr().out
    assert await command.export(settings, EntryChoice("acme")) == 0
    lines = capfdbinary.readouterr().out.splitlines()
    assert [command.decode(line).number for line in lines] == [1, 2, 3, 4, 5]
    await as_owner(engine, "DELETE FROM audit_entry WHERE number = 3")
    assert await command.verify(settings, "acme", [head]) == 1
    assert b"acme: entry 3 is not there: removed" in capfdbinary.readouterr().out
    assert await command.listing(settings, command.choice_of("acme", None, None)) == 0
    assert "x/5" in capfdbinary.readouterr().out.decode()
