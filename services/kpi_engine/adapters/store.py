"""The engine's store on PostgreSQL: claims, loads, and the fenced flush that moves rows and offset together."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from services.contracts.cells import Cells
from services.contracts.topics import CONTACT_EVENTS
from services.contracts.updates import PaneKey
from services.contracts.visits import Visit, VisitKey, decode_visit
from services.kpi_engine.adapters import statements as sql
from services.kpi_engine.adapters.months import Months
from services.kpi_engine.domain.partition import Pane, Partition, Rows
from services.kpi_engine.ports import Flush, LogLost, StoreUnavailable
from services.runtime.clock import now_ms
from services.runtime.database import dsn
from services.runtime.settings import DatabaseSettings

TOPIC = CONTACT_EVENTS.name
TRANSACTION_WITHIN = 5.0
CLAIMED = ("generation", "epoch", "next_offset", "watermark", "applied", "dead")
REFUSED = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

decode_cells = msgspec.msgpack.Decoder(Cells).decode


class PostgresStore:
    """`ports.Store` on asyncpg: a pool for claims and loads, one connection of its own for flushes."""

    def __init__(self, pool: asyncpg.Pool, settings: DatabaseSettings, owner: str) -> None:
        self._pool = pool
        self._settings = settings
        self._owner = owner
        self._flusher: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()
        self._months = Months()

    async def aclose(self) -> None:
        """Give the flush connection back."""
        if self._flusher is not None:
            self._flusher.terminate()
            self._flusher = None

    # ------------------------------------------------------------- claiming

    async def claim(self, partition: int, log_id: str, begin: int, end: int) -> Partition:
        """See `ports.Store.claim`."""
        async with self._connection() as connection, connection.transaction():
            [row] = await connection.fetch(sql.CLAIM, TOPIC, partition, log_id, self._owner, begin, now_ms())
            stored = row["next_offset"]
            if not begin <= stored <= end:
                message = (
                    f"{TOPIC}/{partition}: the database includes offsets below {stored}, but log {log_id} holds {begin} to {end}. "
                    "Events are missing or the log went backwards. Nothing was reset: restore the log, or give it a new "
                    "FLOORPULSE_KAFKA__LOG_ID if it truly began anew."
                )
                raise LogLost(message)
            opened = await connection.fetch(sql.OPEN_VISITS, partition)
        visits = {(one["tenant"], one["contact"], one["visit"]): decode_visit(one["body"]) for one in opened}
        return Partition(partition, log_id, **{name: row[name] for name in CLAIMED}, visits=visits)

    # ------------------------------------------------------------- loading

    async def visits(self, partition: int, keys: Sequence[VisitKey]) -> Mapping[VisitKey, Visit]:
        """See `ports.Store.visits`."""
        tenants, contacts, numbers = zip(*keys, strict=True)
        async with self._connection() as connection:
            rows = await connection.fetch(sql.VISITS, partition, tenants, contacts, numbers)
        return {(row["tenant"], row["contact"], row["visit"]): decode_visit(row["body"]) for row in rows}

    async def panes(self, partition: int, keys: Sequence[PaneKey]) -> Mapping[PaneKey, Pane]:
        """See `ports.Store.panes`."""
        tenants, queues, channels, starts = zip(*keys, strict=True)
        async with self._connection() as connection:
            rows = await connection.fetch(sql.PANES, partition, tenants, queues, channels, starts)
        return {
            (row["tenant"], row["queue"], row["channel"], row["start"]): Pane(row["revision"], decode_cells(row["cells"])) for row in rows
        }

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[PoolConnectionProxy]:
        try:
            async with asyncio.timeout(TRANSACTION_WITHIN * 2), self._pool.acquire() as connection:
                yield connection
        except REFUSED as away:
            message = f"PostgreSQL did not answer: {type(away).__name__}: {away}"
            raise StoreUnavailable(message) from away

    # ------------------------------------------------------------- flushing

    async def flush(self, rows: Sequence[Rows]) -> Mapping[int, Flush]:
        """See `ports.Store.flush`."""
        ordered = sorted(rows, key=lambda one: one.position.partition)
        async with self._flush_connection() as connection:
            await self._months.ensure(connection, {at for one in ordered for at in one.instants})
            return await self._flush(connection, ordered)

    async def _flush(self, connection: asyncpg.Connection, ordered: Sequence[Rows]) -> dict[int, Flush]:
        async with connection.transaction():
            held = await self._held(connection, ordered)
            mine = [one for one in ordered if held.get(one.position.partition) == (one.position.epoch, one.before)]
            await self._write(connection, mine)
        written = {one.position.partition for one in mine}
        return {one.position.partition: Flush.WRITTEN if one.position.partition in written else Flush.FENCED for one in ordered}

    async def settle(self, rows: Sequence[Rows]) -> Mapping[int, Flush | None]:
        """See `ports.Store.settle`."""
        async with self._flush_connection() as connection, connection.transaction():
            held = await self._held(connection, rows)  # waits for a lost transaction that still holds its locks
        return {one.position.partition: _settled(one, held.get(one.position.partition)) for one in rows}

    @staticmethod
    async def _held(connection: asyncpg.Connection, rows: Sequence[Rows]) -> dict[int, tuple[int, int]]:
        found = await connection.fetch(sql.LOCK_POSITIONS, TOPIC, [one.position.partition for one in rows])
        return {row["partition"]: (row["epoch"], row["next_offset"]) for row in found}

    @staticmethod
    async def _write(connection: asyncpg.Connection, rows: Sequence[Rows]) -> None:
        for table, columns, records, upsert in (
            ("new_visit", sql.VISIT_COLUMNS, [row for one in rows for row in one.visits], sql.UPSERT_VISITS),
            ("new_pane", sql.PANE_COLUMNS, [row for one in rows for row in one.panes], sql.UPSERT_PANES),
            ("new_agent_state", sql.AGENT_STATE_COLUMNS, [row for one in rows for row in one.agent_states], sql.UPSERT_AGENT_STATES),
        ):
            if records:
                await connection.copy_records_to_table(table, records=records, columns=columns)
                await connection.execute(upsert)
        positions = [one.position for one in rows]
        await connection.executemany(
            sql.MOVE, [(TOPIC, at.partition, at.next_offset, at.watermark, at.applied, at.dead, now_ms()) for at in positions]
        )

    @asynccontextmanager
    async def _flush_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The connection of its own; after any error it is thrown away, since a broken COPY leaves it unusable."""
        async with self._turn:
            try:
                async with asyncio.timeout(TRANSACTION_WITHIN * 2):
                    if self._flusher is None or self._flusher.is_closed():
                        self._flusher = await self._connect()
                    yield self._flusher
            except BaseException as failed:
                if self._flusher is not None:
                    self._flusher.terminate()
                    self._flusher = None
                if isinstance(failed, REFUSED):
                    message = f"the flush has an unknown outcome: {type(failed).__name__}: {failed}"
                    raise StoreUnavailable(message) from failed
                raise

    async def _connect(self) -> asyncpg.Connection:
        connection = await asyncpg.connect(dsn(self._settings), timeout=TRANSACTION_WITHIN, command_timeout=TRANSACTION_WITHIN * 2)
        version = connection.get_server_version().major
        bounds = sql.BOUNDS_FROM_17 if version >= sql.TRANSACTION_TIMEOUT_SINCE else sql.BOUNDS_BELOW_17
        await connection.execute(bounds.format(milliseconds=int(TRANSACTION_WITHIN * 1000)))
        await connection.execute(sql.TEMPORARY_TABLES)
        return connection


def _settled(rows: Rows, stored: tuple[int, int] | None) -> Flush | None:
    epoch, before, after = rows.position.epoch, rows.before, rows.position.next_offset
    if stored is None or stored[0] != epoch or stored[1] not in (before, after):
        return Flush.FENCED
    return Flush.WRITTEN if stored[1] == after and after != before else None
