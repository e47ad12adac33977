"""The engine's store on PostgreSQL: claims, loads, and the fenced flush that moves rows and offset
together.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy
from structlog.stdlib import BoundLogger

from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.kpi_engine import failpoints
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.panes import NEVER
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from floorpulse.kpi_engine.ports import FlushOutcome, LogLost
from floorpulse.kpi_engine.postgres import stalled
from floorpulse.kpi_engine.postgres import statements as sql
from floorpulse.kpi_engine.postgres.copying import tables_of
from floorpulse.kpi_engine.postgres.kept_since import kept_since
from floorpulse.kpi_engine.postgres.loading import Found, Wanted, loaded
from floorpulse.kpi_engine.postgres.lonely import lonely_columns
from floorpulse.kpi_engine.postgres.months import MonthlyParts
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import dsn
from floorpulse.runtime.settings import DatabaseSettings
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

TOPIC = CONTACT_EVENTS.name
TRANSACTION_WITHIN = 5.0
ROWS_A_SECOND = 2_000
"""How many rows a database at least writes in a second: a larger flush may take longer than
`TRANSACTION_WITHIN`.
"""
ROWS_LEFT = 10_000
"""Rows of earlier flushes that temporary tables may hold: each flush reads over them once"""
PAGES_AT_ONCE = 50
"""Pages of open visits that are asked for at once: of some 500 kB each at most"""
SAY_EVERY = 5.0
CLAIMED = ("generation", "epoch", "next_offset", "watermark", "applied", "dead")
REFUSED = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class AccompaniedError(Exception):
    """Another visit, or feedback, is stored of a contact that was taken for new."""


class HeldPosition(NamedTuple):
    """The owner's epoch of a partition and the offset that its tables include."""

    epoch: int
    next_offset: int


@dataclass(frozen=True)
class StoreOptions:
    """Pane length and the disorder that watermarks allow for, milliseconds; how long visits wait
    and last at most.
    """

    pane_length: int
    allowance: int
    horizons: Horizons


class PostgresStore:
    """`ports.Store` on asyncpg: a pool for claims and loads, one connection of its own for
    flushes.
    """

    def __init__(
        self, pool: asyncpg.Pool, settings: DatabaseSettings, owner: str, options: StoreOptions
    ) -> None:
        self._pool = pool
        self._settings = settings
        self._owner = owner
        self._options = options
        self._flusher: asyncpg.Connection | None = None
        self._bound = 0.0
        self._left = Counter[str]()
        self._turn = asyncio.Lock()
        self._months = MonthlyParts()

    async def aclose(self) -> None:
        """Give the flush connection back."""
        if self._flusher is not None:
            self._flusher.terminate()
            self._flusher = None

    # ------------------------------------------------------------- claiming

    async def claim(self, partition: int, log_id: str, begin: int, end: int) -> Partition:
        """See `ports.Store.claim`."""
        async with self._connection() as connection, connection.transaction():
            await connection.execute(
                sql.BOUND_OF_A_CLAIM.format(milliseconds=int(TRANSACTION_WITHIN * 1000))
            )
            await connection.execute(stalled.lock_bound("LOCAL"))
            [row] = await connection.fetch(sql.CLAIM, TOPIC, partition, log_id, self._owner, begin)
            stored = row["next_offset"]
            if not begin <= stored <= end:
                message = (
                    f"{TOPIC}/{partition}: the database includes offsets below {stored}, but log "
                    f"{log_id} holds {begin} to {end}. "
                    "Events are missing or the log went backwards. Nothing was reset: restore the "
                    "log, or give it a new "
                    "FLOORPULSE_KAFKA__LOG_ID if it truly began anew."
                )
                raise LogLost(message)
        position = PartitionPosition(partition, log_id, **{name: row[name] for name in CLAIMED})
        since = (
            NEVER
            if position.watermark is None
            else position.watermark + self._options.allowance + 1
        )
        return Partition(position, self._options.pane_length, await self._claimed(partition), since)

    async def _claimed(self, partition: int) -> ClaimedPresence:
        """The open visits, read in portions: the time limit of an answer is one portion's, however
        many there are.

        Nobody but this owner can have written meanwhile; where a newer one has, its epoch keeps
        what was read here from being written.
        """
        claimed = ClaimedPresence(self._options.horizons)
        said = monotonic()
        while True:
            async with self._connection() as connection:
                pages = await connection.fetch(sql.PRESENCE, partition, claimed.last, PAGES_AT_ONCE)
            for row in pages:
                claimed.read(row["number"], row["page"])
                await asyncio.sleep(0)
            if len(pages) < PAGES_AT_ONCE:
                claimed.presence.complete()
                return claimed
            if monotonic() - said > SAY_EVERY:
                said = monotonic()
                log.info(
                    "partition_loading", partition=partition, open_visits=len(claimed.presence)
                )

    # ------------------------------------------------------------- loading

    async def kept_since(self) -> int:
        """See `ports.Store.kept_since`."""
        async with self._connection() as connection:
            since = await kept_since(connection)
        return NEVER if since is None else since

    async def load(self, wanted: Wanted) -> Found:
        """See `ports.Store.load`."""
        rows = sum(map(len, wanted.values()))
        async with self._connection(TRANSACTION_WITHIN * 2 + rows / ROWS_A_SECOND) as connection:
            return await loaded(connection, wanted)

    @asynccontextmanager
    async def _connection(
        self, within: float = TRANSACTION_WITHIN * 2
    ) -> AsyncIterator[PoolConnectionProxy]:
        try:
            async with asyncio.timeout(within), self._pool.acquire() as connection:
                yield connection
        except REFUSED as away:
            await self._make_way(away)
            message = f"PostgreSQL did not answer: {type(away).__name__}: {away}"
            raise StoreUnavailable(message) from away

    async def _make_way(self, failed: BaseException) -> None:
        """Where a lock was not had in time, end the flushes that stand still."""
        if not isinstance(failed, asyncpg.LockNotAvailableError):
            return
        with suppress(*REFUSED):
            async with asyncio.timeout(TRANSACTION_WITHIN), self._pool.acquire() as connection:
                ended = await stalled.end_stalled(connection)
            if ended:
                log.warning("stalled_flush_ended", backends=ended)

    # ------------------------------------------------------------- flushing

    async def flush(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome]:
        """See `ports.Store.flush`."""
        ordered = sorted(rows, key=lambda one: one.position.partition)
        within = TRANSACTION_WITHIN + sum(map(len, rows)) / ROWS_A_SECOND
        try:
            async with self._flush_connection(within) as connection:
                await self._months.ensure(
                    connection, {at for one in ordered for at in one.instants}
                )
                await self._empty(connection)
                failpoints.reach("before_begin")
                return await self._flush(connection, ordered)
        except (asyncpg.UniqueViolationError, AccompaniedError):
            return {one.position.partition: FlushOutcome.CONFLICTED for one in ordered}

    async def _empty(self, connection: asyncpg.Connection) -> None:
        """Forget what earlier flushes left in the temporary tables, once it is much."""
        if self._left.total() > ROWS_LEFT:
            await connection.execute(sql.EMPTY.format(tables=", ".join(self._left)))
            self._left.clear()

    async def _flush(
        self, connection: asyncpg.Connection, ordered: Sequence[FlushRows]
    ) -> dict[int, FlushOutcome]:
        async with connection.transaction():
            held = await self._held(connection, ordered)
            mine = [
                one
                for one in ordered
                if held.get(one.position.partition) == HeldPosition(one.position.epoch, one.before)
            ]
            await self._refuse_accompanied(connection, mine)
            await self._write(connection, mine)
            await self._write_presence(connection, mine)
            failpoints.reach("after_upsert")
            await self._move(connection, [one.position for one in mine])
            failpoints.reach("after_move")
        failpoints.reach("after_commit")
        written = {one.position.partition for one in mine}
        return {
            one.position.partition: FlushOutcome.WRITTEN
            if one.position.partition in written
            else FlushOutcome.FENCED
            for one in ordered
        }

    async def settle(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome | None]:
        """See `ports.Store.settle`."""
        async with (
            self._flush_connection(TRANSACTION_WITHIN) as connection,
            connection.transaction(),
        ):
            held = await self._held(
                connection, rows
            )  # waits for a lost transaction that still holds its locks
        return {
            one.position.partition: _settled(one, held.get(one.position.partition)) for one in rows
        }

    @staticmethod
    async def _held(
        connection: asyncpg.Connection, rows: Sequence[FlushRows]
    ) -> dict[int, HeldPosition]:
        found = await connection.fetch(
            sql.LOCK_POSITIONS, TOPIC, [one.position.partition for one in rows]
        )
        return {row["partition"]: HeldPosition(row["epoch"], row["next_offset"]) for row in found}

    @staticmethod
    async def _refuse_accompanied(
        connection: asyncpg.Connection, rows: Sequence[FlushRows]
    ) -> None:
        """Raise AccompaniedError where something else is stored of a contact of which nothing
        should be.
        """
        columns = lonely_columns(rows)
        if columns is not None and await connection.fetchrow(sql.ACCOMPANIED, *columns):
            raise AccompaniedError

    async def _write(self, connection: asyncpg.Connection, rows: Sequence[FlushRows]) -> None:
        """Write the rows: new ones go straight into their tables, so that finding them there is an
        error; the others overwrite what is there.
        """
        for table in tables_of(rows, now_ms()):
            if table:
                await table.copy(connection)
                if table.upsert is not None:
                    await connection.fetch(table.upsert)
                    self._left[table.name] += len(table)

    @staticmethod
    async def _write_presence(connection: asyncpg.Connection, rows: Sequence[FlushRows]) -> None:
        """Write the pages of open visits; where they hold all of a partition's, delete the earlier
        ones.
        """
        past = [(one.position.partition, one.presence_since) for one in rows if one.presence_since]
        pages = [page for one in rows for page in one.presence]
        for statement, records in ((sql.DELETE_PRESENCE, past), (sql.WRITE_PRESENCE, pages)):
            if records:
                await connection.execute(statement, *map(list, zip(*records, strict=True)))

    @staticmethod
    async def _move(connection: asyncpg.Connection, positions: Sequence[PartitionPosition]) -> None:
        columns = zip(
            *(
                (at.partition, at.next_offset, at.watermark, at.applied, at.dead)
                for at in positions
            ),
            strict=True,
        )
        if positions:
            await connection.execute(sql.MOVE, TOPIC, *map(list, columns))

    @asynccontextmanager
    async def _flush_connection(self, within: float) -> AsyncIterator[asyncpg.Connection]:
        """The connection of its own; after any error it is thrown away, since a broken COPY leaves
        it unusable.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(within * 2):
                    if self._flusher is None or self._flusher.is_closed():
                        self._flusher = await self._connect()
                    if within > self._bound or within < self._bound / 2:
                        await self._bind(self._flusher, within)
                    yield self._flusher
            except BaseException as failed:
                if self._flusher is not None:
                    self._flusher.terminate()
                    self._flusher = None
                if isinstance(failed, REFUSED) and not isinstance(
                    failed, asyncpg.UniqueViolationError
                ):
                    await self._make_way(failed)
                    message = f"the flush has an unknown outcome: {type(failed).__name__}: {failed}"
                    raise StoreUnavailable(message) from failed
                raise

    async def _connect(self) -> asyncpg.Connection:
        self._bound = 0.0
        self._left.clear()
        connection = await asyncpg.connect(
            dsn(self._settings),
            timeout=TRANSACTION_WITHIN,
            server_settings={"application_name": stalled.FLUSHING},
        )
        await connection.execute(stalled.lock_bound("SESSION"))
        await connection.execute(sql.TEMPORARY_TABLES)
        return connection

    async def _bind(self, connection: asyncpg.Connection, seconds: float) -> None:
        """Let the server end a transaction that lasts longer, so that a frozen worker's locks do
        not outlive it.
        """
        version = connection.get_server_version().major
        bounds = (
            sql.BOUNDS_FROM_17 if version >= sql.TRANSACTION_TIMEOUT_SINCE else sql.BOUNDS_BELOW_17
        )
        await connection.execute(bounds.format(milliseconds=int(seconds * 1000)))
        self._bound = seconds


def _settled(rows: FlushRows, held: HeldPosition | None) -> FlushOutcome | None:
    before = rows.before
    after = rows.position.next_offset
    if held is None or held.epoch != rows.position.epoch or held.next_offset not in (before, after):
        return FlushOutcome.FENCED
    return FlushOutcome.WRITTEN if held.next_offset == after and after != before else None
