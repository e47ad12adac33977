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

from services.contracts.topics import CONTACT_EVENTS
from services.counting.families import Family
from services.counting.finality import FINAL, passed
from services.counting.grains import (
    ALL_QUEUES,
    QUARTER,
    Bounds,
    Grain,
    bounds_of,
    on_the_grid,
    quarter_of,
)
from services.kpi_engine.metrics import EngineMetrics
from services.kpi_engine.postgres.statements import NOW
from services.kpi_engine.rollup import sql
from services.kpi_engine.rollup.correction import Place, Stored
from services.kpi_engine.rollup.corrector import Corrector, known_at
from services.kpi_engine.rollup.cursors import Standing, advanced, lowered, retreated
from services.kpi_engine.rollup.table import Rolled, RollupTable, totals
from services.runtime.clock import monotonic

log: BoundLogger = structlog.get_logger(__name__)

BUDGET = 10.0
"""Seconds of work between two beats of the timer"""
TOLD = 1000
"""Quarters of queues in one step that are worth a line in the log: a backlog, not the daily round
"""
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
        """Do what there is to do, for a while. Raises asyncpg's errors and OSError; what was not
        committed is done again.
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
            row = await connection.fetchrow(sql.STANDING)
            if row is None:
                return False
            step = Step(
                connection,
                self._zone,
                self._pane_length,
                self._stride,
                await connection.fetchval(NOW),
            )
            standing, behind = await step.take(
                Standing(**{**dict(row), "watermarks": _watermarks(row["watermarks"])})
            )
        self._pace(monotonic() - began)
        self._tell(standing, step)
        return behind

    def _pace(self, took: float) -> None:
        if took < LEISURELY:
            self._stride = min(LONGEST_STRIDE, self._stride * 2)
        elif took > LABOURED:
            self._stride = max(1, self._stride // 2)

    def _tell(self, standing: Standing, step: "Step") -> None:
        self._metrics.rolled.set(standing.quarter / 1000)
        self._metrics.corrections.inc(step.corrections)
        if step.quarters > TOLD or step.corrections:
            log.info(
                "rolled_up",
                until=_shown(standing.quarter),
                quarters=step.quarters,
                corrections=step.corrections,
            )


def _shown(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="minutes")


class Step:
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

    async def take(self, standing: Standing) -> tuple[Standing, bool]:
        """Where the roller stands afterwards, and whether more is left."""
        heard = {
            row["partition"]: row["watermark"]
            for row in await self._connection.fetch(sql.WATERMARKS, CONTACT_EVENTS.name)
        }
        gone = await self._connection.fetchval(sql.GONE) or 0
        standing = await self._prepared(standing, heard, gone)
        late, more = await self._corrector.take()
        self.corrections += await self._corrector.merge_again(late, standing, gone)
        after = (
            standing if more else await self._forward(standing, min(heard.values(), default=None))
        )
        await self._stand(replace(after, watermarks={**(standing.watermarks or {}), **heard}))
        return after, more or after != standing

    async def _stand(self, at: Standing) -> None:
        told = msgspec.json.encode(at.watermarks).decode()
        await self._connection.execute(
            sql.STAND, at.completion, at.quarter, at.reached, at.day, at.month, at.zone, told
        )

    # ------------------------------------------------------------- cursors

    async def _prepared(self, standing: Standing, heard: dict[int, int], gone: int) -> Standing:
        """The cursors where every partition was waited for, on the calendar of the floor's zone."""
        if standing.zone != self._zone.key:
            await self._connection.execute(sql.FORGET_CALENDAR)
            standing = replace(standing, zone=self._zone.key, day=0, month=0)
        unknown = heard.keys() - (standing.watermarks or {}).keys()
        tenants = await self._tenants("pane") if unknown and standing.completion else []
        found = {
            one: await self._connection.fetchval(sql.FIRST_PANE_OF, tenants, one) for one in unknown
        }
        firsts = {one: first for one, first in found.items() if first is not None}
        moved = retreated(standing, heard, firsts, gone, self._zone)
        if moved.quarter < standing.quarter:
            log.warning("rollups_retreated", quarters=(standing.quarter - moved.quarter) // QUARTER)
        return moved

    async def _forward(self, standing: Standing, watermark: int | None) -> Standing:
        quarter = passed(watermark, Family.OFFER)
        completion = passed(watermark, Family.COMPLETION)
        if standing.quarter < quarter:
            standing = await self._roll_quarters(standing, standing.quarter, quarter, FINAL)
        elif standing.completion < completion:
            standing = await self._roll_quarters(
                standing, standing.completion, completion, Family.COMPLETION
            )
        began = monotonic()
        while True:
            before = standing
            standing = await self._roll_month(await self._roll_day(standing))
            if standing == before or monotonic() - began > LEISURELY:
                return standing

    async def _tenants(self, table: str) -> list[str]:
        return [
            row["tenant"] for row in await self._connection.fetch(sql.TENANTS.format(table=table))
        ]

    # ------------------------------------------------------------- rolling

    async def _roll_quarters(
        self, standing: Standing, since: int, until: int, families: Family
    ) -> Standing:
        tenants = await self._tenants("pane")
        first = await self._connection.fetchval(sql.NEXT_PANE, tenants, since)
        end = until
        if first is not None and first < until:
            begin = quarter_of(first)
            end = min(until, begin + self._stride * QUARTER)
            await self._merge(tenants, Bounds(begin, end), families, standing)
        return (
            advanced(standing, end, 0)
            if families == FINAL
            else advanced(standing, standing.quarter, end)
        )

    async def _merge(
        self, tenants: Sequence[str], bounds: Bounds, families: Family, standing: Standing
    ) -> None:
        sums = await self._table.quarters(tenants, *bounds)
        self.quarters += len(sums)
        stored = await self._table.stored_in(tenants, *bounds)
        homes = await self._table.homes(sums)
        places = {
            key: Place(
                FINAL if key.start < standing.reached else Family(0), known_at(key, homes), families
            )
            for key in sums
        }
        judged = await self._corrector.put(sums, places, stored)
        self.corrections += await self._corrector.record(judged, {})
        if families == FINAL:
            rows = [
                Rolled(key, key.start + QUARTER, Stored(FINAL, *one, None))
                for key, one in totals(sums, ALL_QUEUES).items()
            ]
            await self._table.write(rows)
            await self._table.meet(sums)

    async def _roll_day(self, standing: Standing) -> Standing:
        bounds = await self._next(Grain.DAY, Grain.QUARTER, standing.day)
        if bounds is None or bounds.end > standing.quarter:
            return lowered(replace(standing, day=standing.quarter), self._zone)
        await self._roll_coarser(bounds, Grain.DAY, Grain.QUARTER)
        return replace(standing, day=bounds.end)

    async def _roll_month(self, standing: Standing) -> Standing:
        bounds = await self._next(Grain.MONTH, Grain.DAY, standing.month)
        if bounds is None or bounds.end > standing.day:
            return lowered(replace(standing, month=standing.day), self._zone)
        await self._roll_coarser(bounds, Grain.MONTH, Grain.DAY)
        return replace(standing, month=bounds.end)

    async def _next(self, grain: Grain, of: Grain, since: int) -> Bounds | None:
        first = await self._connection.fetchval(
            sql.NEXT_ROLLUP, await self._tenants("rollup"), since, of.value
        )
        return None if first is None else bounds_of(grain, first, self._zone)

    async def _roll_coarser(self, bounds: Bounds, grain: Grain, of: Grain) -> None:
        if not on_the_grid(bounds):
            return
        sums = await self._table.coarser(await self._tenants("rollup"), *bounds, grain, of)
        await self._table.write(
            [Rolled(key, bounds.end, Stored(FINAL, *merged, None)) for key, merged in sums.items()]
        )
