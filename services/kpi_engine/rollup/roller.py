"""The roller: merges what has become final into quarters, quarters into days, days into months, a
bounded step at a time.

Each step is one repeatable-read transaction that holds the roller's row: its rows are an exact cut
of the panes, and of two leaders one does nothing.

late changes ─► merged again, corrections ─► quarters ─► a day ─► a month ─► cursors
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.counting.families import Family
from floorpulse.counting.finality import FINAL, passed
from floorpulse.counting.grains import (
    ALL_QUEUES,
    QUARTER,
    Grain,
    RollupBounds,
    bounds_of,
    on_the_grid,
    quarter_of,
)
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.postgres.statements import NOW
from floorpulse.kpi_engine.rollup import sql
from floorpulse.kpi_engine.rollup.correction import QuarterStatus, StoredRollup
from floorpulse.kpi_engine.rollup.corrector import Corrector, known_at
from floorpulse.kpi_engine.rollup.cursors import RollupCursors, advanced, lowered, retreated
from floorpulse.kpi_engine.rollup.table import RollupRow, RollupTable, totals
from floorpulse.runtime.clock import monotonic

log: BoundLogger = structlog.get_logger(__name__)

BUDGET = 10.0
"""Seconds of work between two runs of the timer"""
BACKLOG = 1000
"""Quarters of queues in one step that are worth a line in the log"""
LONGEST_STRIDE = 96
"""Quarters of one step, at most"""
LEISURELY = 0.3
LABOURED = 1.5
"""Seconds of a step below which the next may take twice as many quarters, and above which half"""

_watermarks = msgspec.json.Decoder(dict[int, int]).decode


class Roller:
    """Rolls up on the connections of `pool`; panes are `pane_length` milliseconds long."""

    def __init__(
        self, pool: asyncpg.Pool, zone: ZoneInfo, pane_length: int, metrics: EngineMetrics
    ) -> None:
        self._pool = pool
        self._zone = zone
        self._pane_length = pane_length
        self._metrics = metrics
        self._stride = 4

    async def roll(self) -> None:
        """Roll up until nothing is left or `BUDGET` is spent. Raises asyncpg's errors and
        OSError; uncommitted work is done again.
        """
        began = monotonic()
        behind = True
        while behind and monotonic() - began < BUDGET:
            behind = await self.step()

    async def step(self) -> bool:
        """One transaction's worth of work; whether more is left."""
        began = monotonic()
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            await connection.execute(sql.BOUND)
            row = await connection.fetchrow(sql.CURSORS)
            if row is None:
                return False
            step = RollupStep(
                connection,
                self._zone,
                self._pane_length,
                self._stride,
                await connection.fetchval(NOW),
            )
            cursors, behind = await step.take(
                RollupCursors(**{**dict(row), "watermarks": _watermarks(row["watermarks"])})
            )
        self._pace(monotonic() - began)
        self._report(cursors, step)
        return behind

    def _pace(self, took: float) -> None:
        if took < LEISURELY:
            self._stride = min(LONGEST_STRIDE, self._stride * 2)
        elif took > LABOURED:
            self._stride = max(1, self._stride // 2)

    def _report(self, cursors: RollupCursors, step: "RollupStep") -> None:
        self._metrics.rolled.set(cursors.quarter / 1000)
        self._metrics.corrections.inc(step.corrections)
        if step.quarters > BACKLOG or step.corrections:
            log.info(
                "rolled_up",
                until=_shown(cursors.quarter),
                quarters=step.quarters,
                corrections=step.corrections,
            )


def _shown(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="minutes")


class RollupStep:
    """One step within one transaction of `connection`, over at most `stride` quarters, at `now` by
    the database's clock.
    """

    def __init__(
        self,
        connection: asyncpg.pool.PoolConnectionProxy,
        zone: ZoneInfo,
        pane_length: int,
        stride: int,
        now: int,
    ) -> None:
        self._connection = connection
        self._zone = zone
        self._stride = stride
        self._table = RollupTable(connection, pane_length)
        self._corrector = Corrector(connection, self._table, zone, now)
        self.corrections = 0
        self.quarters = 0

    async def take(self, cursors: RollupCursors) -> tuple[RollupCursors, bool]:
        """Take the step; return the cursors after it, and whether more is left."""
        heard = {
            row["partition"]: row["watermark"]
            for row in await self._connection.fetch(sql.WATERMARKS, CONTACT_EVENTS.name)
        }
        gone = await self._connection.fetchval(sql.GONE) or 0
        cursors = await self._prepared(cursors, heard, gone)
        late, more = await self._corrector.take()
        self.corrections += await self._corrector.merge_again(late, cursors, gone)
        after = cursors if more else await self._forward(cursors, min(heard.values(), default=None))
        await self._stand(replace(after, watermarks={**(cursors.watermarks or {}), **heard}))
        return after, more or after != cursors

    async def _stand(self, at: RollupCursors) -> None:
        watermarks = msgspec.json.encode(at.watermarks).decode()
        await self._connection.execute(
            sql.MOVE_CURSORS,
            at.completion,
            at.quarter,
            at.reached,
            at.day,
            at.month,
            at.zone,
            watermarks,
        )

    # ------------------------------------------------------------- cursors

    async def _prepared(
        self, cursors: RollupCursors, heard: dict[int, int], gone: int
    ) -> RollupCursors:
        """The cursors where every partition was waited for, on the calendar of the floor's zone."""
        if cursors.zone != self._zone.key:
            await self._connection.execute(sql.FORGET_CALENDAR)
            cursors = replace(cursors, zone=self._zone.key, day=0, month=0)
        unknown = heard.keys() - (cursors.watermarks or {}).keys()
        tenants = await self._tenants("pane") if unknown and cursors.completion else []
        found = {
            one: await self._connection.fetchval(sql.FIRST_PANE_OF, tenants, one) for one in unknown
        }
        firsts = {one: first for one, first in found.items() if first is not None}
        moved = retreated(cursors, heard, firsts, gone, self._zone)
        if moved.quarter < cursors.quarter:
            log.warning("rollups_retreated", quarters=(cursors.quarter - moved.quarter) // QUARTER)
        return moved

    async def _forward(self, cursors: RollupCursors, watermark: int | None) -> RollupCursors:
        quarter = passed(watermark, Family.OFFER)
        completion = passed(watermark, Family.COMPLETION)
        if cursors.quarter < quarter:
            cursors = await self._roll_quarters(cursors, cursors.quarter, quarter, FINAL)
        elif cursors.completion < completion:
            cursors = await self._roll_quarters(
                cursors, cursors.completion, completion, Family.COMPLETION
            )
        began = monotonic()
        while True:
            before = cursors
            cursors = await self._roll_month(await self._roll_day(cursors))
            if cursors == before or monotonic() - began > LEISURELY:
                return cursors

    async def _tenants(self, table: str) -> list[str]:
        return [
            row["tenant"] for row in await self._connection.fetch(sql.TENANTS.format(table=table))
        ]

    # ------------------------------------------------------------- rolling

    async def _roll_quarters(
        self, cursors: RollupCursors, since: int, until: int, families: Family
    ) -> RollupCursors:
        tenants = await self._tenants("pane")
        first = await self._connection.fetchval(sql.NEXT_PANE, tenants, since)
        end = until
        if first is not None and first < until:
            begin = quarter_of(first)
            end = min(until, begin + self._stride * QUARTER)
            await self._merge(tenants, RollupBounds(begin, end), families, cursors)
        return (
            advanced(cursors, end, 0)
            if families == FINAL
            else advanced(cursors, cursors.quarter, end)
        )

    async def _merge(
        self, tenants: Sequence[str], bounds: RollupBounds, families: Family, cursors: RollupCursors
    ) -> None:
        sums = await self._table.quarters(tenants, bounds)
        self.quarters += len(sums)
        stored = await self._table.stored_in(tenants, bounds)
        homes = await self._table.homes(sums)
        places = {
            key: QuarterStatus(
                FINAL if key.start < cursors.reached else Family(0), known_at(key, homes), families
            )
            for key in sums
        }
        judged = await self._corrector.put(sums, places, stored)
        self.corrections += await self._corrector.record(judged, {})
        if families == FINAL:
            rows = [
                RollupRow(
                    key, key.start + QUARTER, StoredRollup(FINAL, one.revision, one.cells, None)
                )
                for key, one in totals(sums, ALL_QUEUES).items()
            ]
            await self._table.write(rows)
            await self._table.create_homes(sums)

    async def _roll_day(self, cursors: RollupCursors) -> RollupCursors:
        bounds = await self._next(Grain.DAY, Grain.QUARTER, cursors.day)
        if bounds is None or bounds.end > cursors.quarter:
            return lowered(replace(cursors, day=cursors.quarter), self._zone)
        await self._roll_coarser(bounds, Grain.DAY, Grain.QUARTER)
        return replace(cursors, day=bounds.end)

    async def _roll_month(self, cursors: RollupCursors) -> RollupCursors:
        bounds = await self._next(Grain.MONTH, Grain.DAY, cursors.month)
        if bounds is None or bounds.end > cursors.day:
            return lowered(replace(cursors, month=cursors.day), self._zone)
        await self._roll_coarser(bounds, Grain.MONTH, Grain.DAY)
        return replace(cursors, month=bounds.end)

    async def _next(self, grain: Grain, of: Grain, since: int) -> RollupBounds | None:
        first = await self._connection.fetchval(
            sql.NEXT_ROLLUP, await self._tenants("rollup"), since, of.value
        )
        return None if first is None else bounds_of(grain, first, self._zone)

    async def _roll_coarser(self, bounds: RollupBounds, grain: Grain, of: Grain) -> None:
        if not on_the_grid(bounds):
            return
        sums = await self._table.coarser(await self._tenants("rollup"), bounds, grain, of)
        await self._table.write(
            [
                RollupRow(key, bounds.end, StoredRollup(FINAL, merged.revision, merged.cells, None))
                for key, merged in sums.items()
            ]
        )
