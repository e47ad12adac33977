"""Definitions in PostgreSQL: versions that never change, and sets that name the versions which
stand.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from floorpulse.access.audit import record_raw
from floorpulse.access.keys import HERE
from floorpulse.definitions.adapters.audited import LoadedSet, loaded
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_files import BODIES
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.definitions.domain.in_force import Version
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Body
from floorpulse.definitions.domain.versions import Key, key_of, numbered, standing
from floorpulse.runtime.unavailable import StoreUnavailable

ANSWER_WITHIN = 30.0
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    msgspec.ValidationError,
)

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('floorpulse definitions'))"
LATEST = "SELECT coalesce(max(number), 0) FROM definition_set"
SET = "SELECT number, loaded_at, members FROM definition_set ORDER BY number DESC LIMIT 1"
VERSIONS = "SELECT tenant, kind, id, number, body FROM definition_version"
NEW_SET = "INSERT INTO definition_set (loaded_at, members) VALUES ($1, $2) RETURNING number"
NEW_VERSION = (
    "INSERT INTO definition_version (tenant, kind, id, number, valid_from, body, "
    "loaded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
)


class PostgresDefinitions:
    """A `DefinitionStore` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool, actor: str = HERE) -> None:
        """`actor` is who saves, as the audit log names them."""
        self._pool = pool
        self._actor = actor

    async def latest(self) -> int:
        """The number of the last set."""
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                return int(await self._pool.fetchval(LATEST))

    async def load(self) -> Definitions:
        """The last set and all versions, as of one instant."""
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self._pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await _stored(connection)

    async def save(self, entries: Sequence[Entry], now: int) -> int:
        """The entries as the last set, in one transaction with what the audit log has of it;
        whoever saves at the same time comes after.
        """
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self._pool.acquire() as connection,
                connection.transaction(),
            ):
                await connection.execute(ONE_AT_A_TIME)
                return await _save(connection, entries, now, self._actor)


async def _stored(connection: PoolConnectionProxy) -> Definitions:
    last = await connection.fetchrow(SET)
    if last is None:
        return NOTHING
    stand = {
        (tenant, Kind[kind.upper()], id_, number)
        for tenant, kind, id_, number in json.loads(last["members"])
    }
    versions = [_version(row) for row in await connection.fetch(VERSIONS)]
    known = [one if key_of(one) in stand else replace(one, standing=False) for one in versions]
    return Definitions(known, last["number"], last["loaded_at"])


async def _save(
    connection: PoolConnectionProxy, entries: Sequence[Entry], now: int, actor: str
) -> int:
    known = await _stored(connection)
    versions = numbered(entries, known.versions)
    if known.number and standing(versions) == standing(known.versions):
        return known.number
    before = {key_of(one) for one in known.versions}
    fresh = [one for one in versions if key_of(one) not in before]
    await connection.executemany(
        NEW_VERSION,
        [(*_place(key_of(one)), one.body.valid_from, _text(one.body), now) for one in fresh],
    )
    members = json.dumps([_place(key) for key in standing(versions)], ensure_ascii=False)
    number = int(await connection.fetchval(NEW_SET, now, members))
    await record_raw(connection, loaded(known.versions, versions, LoadedSet(number, now, actor)))
    return number


def _place(key: Key) -> tuple[str, str, str, int]:
    tenant, kind, id_, number = key
    return tenant, kind.name.lower(), id_, number


def _version(row: asyncpg.Record) -> Version:
    kind = Kind[row["kind"].upper()]
    return Version(
        row["tenant"],
        kind,
        row["id"],
        row["number"],
        msgspec.json.decode(row["body"], type=BODIES[kind]),
    )


def _text(body: Body) -> str:
    return msgspec.json.encode(body).decode()


@contextmanager
def away() -> Iterator[None]:
    """Whatever the database may fail with, said as `StoreUnavailable`."""
    try:
        yield
    except AWAY as failed:
        message = f"PostgreSQL did not give the definitions: {type(failed).__name__}: {failed}"
        raise StoreUnavailable(message) from failed
