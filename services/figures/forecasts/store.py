"""Forecasts in PostgreSQL: versions that never change."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from floorpulse.board.adapters.rows import ANSWER_WITHIN, FREE_WITHIN, away
from floorpulse.board.domain.windows import Span
from floorpulse.figures.forecasts.in_force import LONGEST, in_force
from floorpulse.figures.forecasts.keeper import Said, Upload
from floorpulse.kpis.plan import Slot

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('floorpulse forecast'), hashtext($1))"
LAST = "SELECT * FROM forecast WHERE tenant = $1 ORDER BY version DESC LIMIT 1"
NEW = "INSERT INTO forecast VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
UPLOADS = "SELECT * FROM forecast WHERE tenant = $1 ORDER BY version DESC"
LATEST = "SELECT tenant, max(version) FROM forecast GROUP BY tenant"
SLOTS = """
SELECT queue, channel, begin, until, volume, aht, staffed, version FROM forecast_slot
WHERE tenant = $1 AND begin > $2 AND begin < $3 AND until > $4 AND ($5::integer IS NULL
    OR version = $5)
ORDER BY version, begin, queue, channel
"""


class PostgresForecasts:
    """A `ForecastStore` over a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def save(self, tenant: str, slots: Sequence[Slot], said: Said) -> tuple[Upload, bool]:
        """The slots as a new version, in one transaction; whoever saves for the tenant at the same
        time comes after.
        """
        with away():
            async with (
                asyncio.timeout(ANSWER_WITHIN),
                self._pool.acquire(timeout=FREE_WITHIN) as connection,
                connection.transaction(),
            ):
                await connection.execute(ONE_AT_A_TIME, tenant)
                return await _save(connection, tenant, slots, said)

    async def uploads(self, tenant: str) -> Sequence[Upload]:
        """All versions, the newest first."""
        return [_upload(row) for row in await self._fetch(UPLOADS, tenant)]

    async def latest(self) -> Mapping[str, int]:
        """The newest version of every tenant."""
        return {row[0]: row[1] for row in await self._fetch(LATEST)}

    async def of_version(self, tenant: str, version: int, span: Span) -> Sequence[Slot]:
        """The slots of one version that touch `span`."""
        return await self._slots(tenant, span, version)

    async def in_force(self, tenant: str, span: Span) -> Sequence[Slot]:
        """The slots in force that touch `span`; laid over one another in a thread, they may be
        many.
        """
        return await asyncio.to_thread(in_force, await self._slots(tenant, span, None))

    async def _slots(self, tenant: str, span: Span, version: int | None) -> list[Slot]:
        rows = await self._fetch(SLOTS, tenant, span.begin - LONGEST, span.end, span.begin, version)
        return [Slot(*row) for row in rows]

    async def _fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        with away():
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._pool.fetch(statement, *values)


async def _save(
    connection: PoolConnectionProxy, tenant: str, slots: Sequence[Slot], said: Said
) -> tuple[Upload, bool]:
    rows = sorted(
        (one.queue, one.channel, one.begin, one.end, one.volume, one.aht, one.staffed)
        for one in slots
    )
    digest = blake2b(msgspec.msgpack.encode(rows), digest_size=16).digest()
    last = await connection.fetchrow(LAST, tenant)
    if last is not None and last["digest"] == digest:
        return _upload(last), False
    version = last["version"] + 1 if last else 1
    span = (min(row[2] for row in rows), max(row[3] for row in rows))
    await connection.execute(
        NEW, tenant, version, digest, len(rows), *span, said.note, said.by, said.at
    )
    await connection.copy_records_to_table("forecast_slot", records=_records(tenant, version, rows))
    return Upload(version, len(rows), *span, said.note, said.by, said.at), True


def _records(
    tenant: str, version: int, rows: Sequence[tuple[object, ...]]
) -> Iterator[tuple[object, ...]]:
    return ((tenant, version, *row) for row in rows)


def _upload(row: asyncpg.Record) -> Upload:
    return Upload(
        row["version"],
        row["rows"],
        row["begin"],
        row["until"],
        row["note"],
        row["uploaded_by"],
        row["uploaded_at"],
    )
