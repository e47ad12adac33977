"""What an engine of three partitions writes, by hand: panes, watermarks, late changes; and what
must come of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from zoneinfo import ZoneInfo

import asyncpg

from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.packed import pack, unpack
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.counting.finality import LATENESS
from floorpulse.counting.grains import ALL_QUEUES, Grain, bounds_of
from floorpulse.kpi_engine.postgres.months import MonthlyParts
from floorpulse.kpi_engine.rollup.roller import Roller

MINUTE = 60_000
DAY = 86_400_000
NOON = 1_794_312_000_000  # 2026-11-10T12:00:00Z
ZONE = ZoneInfo("Asia/Shanghai")
PARTITIONS = 3

Connection = asyncpg.pool.PoolConnectionProxy

Key = tuple[str, int, str, str]
"""(tenant, pane start, queue, channel)"""


@dataclass
class Floor:
    """What an engine of three partitions wrote: panes, watermarks, and what it changed behind
    them.
    """

    pool: asyncpg.Pool
    roller: Roller
    panes: dict[tuple[Key, int], Cells] = field(default_factory=dict)
    watermarks: dict[int, int] = field(default_factory=dict)
    offset: int = 0
    months: MonthlyParts = field(default_factory=MonthlyParts)

    async def count(
        self, partition: int, at: int, cells: Cells, queue: str = "sales", tenant: str = "demo"
    ) -> None:
        """An event at `at` changes its pane; the engine tells it where the partition had passed
        that.
        """
        self.offset += 1
        first = partition not in self.watermarks
        key = tenant, at - at % MINUTE, queue, "voice"
        add(self.panes.setdefault((key, partition), {}), cells)
        async with self.pool.acquire() as connection:
            await self.months.ensure(cast("asyncpg.Connection", connection), [at])
            async with connection.transaction():
                await connection.execute(
                    "INSERT INTO pane VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, "
                    "start, queue, channel, partition)"
                    " DO UPDATE SET revision = excluded.revision, cells = excluded.cells",
                    *key, partition, self.offset, pack(self.panes[key, partition]),
                )  # fmt: skip
                if first:
                    await self.reach(at - 15_000, partition, connection=connection)
                elif self.late(partition, key[1] + MINUTE):
                    await connection.execute(
                        "INSERT INTO late_change (partition, tenant, queue, channel, start, "
                        "source, event, type, changed_at)"
                        " VALUES ($1, $2, $3, 'voice', $4, 'test', $5, 'contact.answered', 0)",
                        partition, tenant, queue, key[1], str(self.offset),
                    )  # fmt: skip

    def late(self, partition: int, end: int) -> bool:
        return self.watermarks[partition] >= end + min(LATENESS.values())

    async def reach(
        self, watermark: int, *partitions: int, connection: Connection | None = None
    ) -> None:
        """The watermarks of the partitions (all, where none is named) come to `watermark`, if they
        are not there yet.
        """
        for partition in partitions or range(PARTITIONS):
            self.watermarks[partition] = max(watermark, self.watermarks.get(partition, watermark))
            await (connection or self.pool).execute(
                "INSERT INTO stream_partition VALUES ($1, $2, 'log', 1, 1, 'me', 0, $3, 0, 0, 0)"
                " ON CONFLICT (topic, partition) DO UPDATE SET watermark = excluded.watermark",
                CONTACT_EVENTS.name, partition, self.watermarks[partition],
            )  # fmt: skip

    async def roll(self) -> None:
        while await self.roller.step():
            pass

    # ------------------------------------------------------------- looking

    async def rollups(self, grain: Grain, until: int) -> dict[Key, Cells]:
        query = (
            "SELECT tenant, start, queue, channel, cells FROM rollup WHERE grain = $1 AND "
            "until <= $2"
        )
        rows = await self.pool.fetch(query, grain, until)
        return {(row[0], row[1], row[2], row[3]): unpack(row[4]) for row in rows}

    async def cursor(self, grain: Grain) -> int:
        [row] = await self.pool.fetch("SELECT * FROM roller")
        return int(row[grain.value])

    def expected(self, grain: Grain, until: int, zone: ZoneInfo = ZONE) -> dict[Key, Cells]:
        sums: dict[Key, Cells] = {}
        for ((tenant, start, queue, channel), _), cells in self.panes.items():
            bounds = bounds_of(grain, start, zone)
            if bounds.end <= until:
                for name in (queue, ALL_QUEUES):
                    add(sums.setdefault((tenant, bounds.begin, name, channel), {}), cells)
        return sums

    async def corrections(self) -> list[Mapping[str, object]]:
        return [dict(row) for row in await self.pool.fetch("SELECT * FROM correction ORDER BY id")]

    async def agrees(self) -> None:
        for grain in Grain:
            until = await self.cursor(grain)
            assert await self.rollups(grain, until) == self.expected(grain, until), grain


def offered(number: int = 1) -> Cells:
    return {Cell.OFFERED: number}


def handled(number: int = 1, seconds: int = 60) -> Cells:
    return {
        Cell.HANDLED: number,
        Cell.TALK: seconds * 1000,
        Histogram.HANDLE_TIME + 2 * seconds: number,
    }
