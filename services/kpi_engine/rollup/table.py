"""Rollups and panes as the roller reads and writes them: in portions, so that the event loop is
never held for long.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import asyncpg

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.packed import pack, unpack, unpack_joined
from floorpulse.contracts.presence import Home
from floorpulse.counting.families import Family
from floorpulse.counting.grains import Grain, RollupBounds
from floorpulse.kpi_engine.rollup import sql
from floorpulse.kpi_engine.rollup.correction import StoredRollup

PORTION = 10
"""Groups of rows decoded between two looks at other work"""
AT_ONCE = 1000
"""Rows of one statement"""


class RollupKey(NamedTuple):
    """The key of a rollup; `grain` is a `counting.grains.Grain`."""

    tenant: str
    grain: str
    start: int
    queue: str
    channel: str


class MergedCells(NamedTuple):
    """A sum of panes or rollups, and the highest revision in it."""

    revision: int
    cells: Cells


class RollupRow(NamedTuple):
    """One row of the table of rollups."""

    key: RollupKey
    until: int
    stored: StoredRollup


Sums = dict[RollupKey, MergedCells]


class RollupTable:
    """The table within one transaction of `connection`."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy, pane_length: int) -> None:
        self._connection = connection
        self._pane_length = pane_length

    # ------------------------------------------------------------- summing

    async def quarters(self, tenants: Sequence[str], bounds: RollupBounds) -> Sums:
        """The panes within `bounds` by quarter."""
        return await self._sums(Grain.QUARTER, sql.QUARTERS, tenants, bounds.begin, bounds.end)

    async def touched(self, keys: Collection[RollupKey]) -> Sums:
        """The panes of some quarters of some queues."""
        tenants, _, starts, queues, channels = zip(*keys, strict=True)
        return await self._sums(
            Grain.QUARTER, sql.TOUCHED, tenants, starts, queues, channels, self._pane_length
        )

    async def coarser(
        self, tenants: Sequence[str], bounds: RollupBounds, grain: Grain, of: Grain
    ) -> Sums:
        """One rollup of `bounds` from those of the finer grain `of`, totals from totals."""
        return await self._sums(
            grain, sql.SUMMED, tenants, bounds.begin, bounds.end, bounds.begin, of.value
        )

    async def _sums(self, grain: Grain, statement: str, *values: object) -> Sums:
        sums: Sums = {}
        for number, (tenant, start, queue, channel, revision, count, joined) in enumerate(
            await self._connection.fetch(statement, *values)
        ):
            cells: Cells = {}
            for one in unpack_joined(count, joined):
                add(cells, one)
            sums[RollupKey(tenant, grain.value, start, queue, channel)] = MergedCells(
                revision, cells
            )
            if number % PORTION == PORTION - 1:
                await asyncio.sleep(0)
        return sums

    # ------------------------------------------------------------- rows

    async def stored_in(
        self, tenants: Sequence[str], bounds: RollupBounds
    ) -> dict[RollupKey, StoredRollup]:
        """The quarters within `bounds` that are stored already."""
        return _stored(
            await self._connection.fetch(sql.STORED_IN, tenants, bounds.begin, bounds.end)
        )

    async def stored(self, keys: Collection[RollupKey]) -> dict[RollupKey, StoredRollup]:
        """Those of `keys` that are stored already."""
        return _stored(await self._connection.fetch(sql.STORED, *columns(keys, 5)))

    async def write(self, rows: Sequence[RollupRow]) -> None:
        """Write rows over those of the same keys."""
        for first in range(0, len(rows), AT_ONCE):
            portion = [
                (
                    *key,
                    until,
                    int(stored.families),
                    stored.revision,
                    pack(stored.cells),
                    stored.filled_at,
                )
                for key, until, stored in rows[first : first + AT_ONCE]
            ]
            await self._connection.execute(sql.WRITE, *columns(portion, 10))

    # ------------------------------------------------------------- homes

    async def homes(self, keys: Collection[RollupKey]) -> dict[Home, int]:
        """Since when the queues and channels of `keys` are known, where they are."""
        wanted = {(key.tenant, key.queue, key.channel) for key in keys}
        found = await self._connection.fetch(sql.HOMES, *columns(wanted, 3))
        return {(one["tenant"], one["queue"], one["channel"]): one["since"] for one in found}

    async def create_homes(self, keys: Collection[RollupKey]) -> None:
        """Note the queues and channels of `keys` as known since their quarters."""
        since: dict[Home, int] = {}
        for key in keys:
            home = key.tenant, key.queue, key.channel
            since[home] = min(key.start, since.get(home, key.start))
        await self._connection.execute(
            sql.ADD_HOMES, *columns([(*home, at) for home, at in since.items()], 4)
        )


def _stored(rows: Sequence[asyncpg.Record]) -> dict[RollupKey, StoredRollup]:
    return {
        RollupKey(tenant, grain, start, queue, channel): StoredRollup(
            Family(families), revision, unpack(cells), filled_at
        )
        for tenant, grain, start, queue, channel, families, revision, cells, filled_at in rows
    }


def columns(rows: Collection[tuple[object, ...]], width: int) -> Sequence[Sequence[object]]:
    """Rows as the arrays that unnest takes."""
    return list(zip(*rows, strict=True)) or [()] * width


def totals(sums: Mapping[RollupKey, MergedCells], name: str) -> Sums:
    """The sums over the queues of each tenant and channel, under the queue `name`."""
    found: Sums = {}
    for key, merged in sums.items():
        total = key._replace(queue=name)
        known = found.get(total) or MergedCells(0, {})
        add(known.cells, merged.cells)
        found[total] = MergedCells(max(known.revision, merged.revision), known.cells)
    return found
