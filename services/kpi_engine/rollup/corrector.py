"""Merges the rollups of panes that changed behind the cursors again, and records corrections of
final figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import asyncpg

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.packed import pack
from floorpulse.contracts.presence import Home
from floorpulse.counting.finality import FINAL
from floorpulse.counting.grains import ALL_QUEUES, QUARTER, Grain, bounds_of
from floorpulse.kpi_engine.rollup import sql
from floorpulse.kpi_engine.rollup.correction import (
    JOINED,
    Cause,
    Judgement,
    QuarterStatus,
    StoredRollup,
    judge,
)
from floorpulse.kpi_engine.rollup.cursors import RollupCursors, final_in
from floorpulse.kpi_engine.rollup.table import (
    MergedCells,
    RollupKey,
    RollupRow,
    RollupTable,
    Sums,
    columns,
)

AT_ONCE = 20_000
"""Late changes taken in one step"""


class JudgedQuarter(NamedTuple):
    """A quarter merged again: its row, the cells it had before, and whether that is a
    correction.
    """

    row: RollupRow
    before: Cells
    judgement: Judgement


class Corrector:
    """Works within one transaction of `connection`; `now` is the database's clock, epoch
    milliseconds.
    """

    def __init__(
        self,
        connection: asyncpg.pool.PoolConnectionProxy,
        table: RollupTable,
        zone: ZoneInfo,
        now: int,
    ) -> None:
        self._connection = connection
        self._table = table
        self._zone = zone
        self._now = now

    async def take(self) -> tuple[dict[RollupKey, Cause], bool]:
        """Quarters that changed late, each with the last event that did, or the last that says why,
        now off the list; and whether there are more.
        """
        rows = sorted(
            await self._connection.fetch(sql.TAKE_LATE, AT_ONCE), key=lambda row: int(row["id"])
        )
        late: dict[RollupKey, Cause] = {}
        for row in rows:
            key = RollupKey(
                row["tenant"], Grain.QUARTER.value, row["quarter"], row["queue"], row["channel"]
            )
            cause = Cause(row["source"], row["event"], row["type"], row["reason"])
            if cause.reason is not None or late.get(key, cause).reason is None:
                late[key] = cause
        return late, len(rows) == AT_ONCE

    async def merge_again(
        self, late: Mapping[RollupKey, Cause], cursors: RollupCursors, gone: int
    ) -> int:
        """Merge the passed ones among the `late` quarters again; how many corrections that made.

        What is not passed yet is merged when it is; of what lies before `gone` there are no panes
        any more.
        """
        keys = [key for key in late if final_in(cursors, key.start) and key.start >= gone]
        if not keys:
            return 0
        sums = await self._table.touched(keys)
        homes = await self._table.homes(sums)
        places = {
            key: QuarterStatus(final, known_at(key, homes), final)
            for key in sums
            for final in [final_in(cursors, key.start)]
        }
        judged = await self.put(sums, places, await self._table.stored(sums))
        await self._carry([one for one in judged if one.row.key.start < cursors.quarter], cursors)
        return await self.record(judged, late)

    async def put(
        self,
        sums: Sums,
        places: Mapping[RollupKey, QuarterStatus],
        stored: Mapping[RollupKey, StoredRollup],
    ) -> list[JudgedQuarter]:
        """Write merged quarters as rollups, judged by what was shown of them."""
        judged = [
            self._judged(key, merged, places[key], stored.get(key)) for key, merged in sums.items()
        ]
        await self._table.write([one.row for one in judged])
        return judged

    def _judged(
        self, key: RollupKey, merged: MergedCells, place: QuarterStatus, stored: StoredRollup | None
    ) -> JudgedQuarter:
        judgement = judge(stored, merged.cells, place, self._now)
        row = StoredRollup(place.now, merged.revision, merged.cells, judgement.filled_at)
        return JudgedQuarter(
            RollupRow(key, key.start + QUARTER, row),
            {} if stored is None else stored.cells,
            judgement,
        )

    async def record(self, judged: Sequence[JudgedQuarter], late: Mapping[RollupKey, Cause]) -> int:
        """Write down the corrections among `judged`, with the event behind each; how many there
        are.
        """
        rows = [
            (
                key.tenant,
                key.queue,
                key.channel,
                key.start,
                row.until,
                *map(pack, judgement.change),
                *late.get(key, JOINED),
                self._now,
            )
            for row, _, judgement in judged
            if judgement.change is not None and (key := row.key)
        ]
        if rows:
            await self._connection.execute(sql.CORRECT, *columns(rows, 12))
        return len(rows)

    # ------------------------------------------------------------- what is made of quarters

    async def _carry(self, judged: Sequence[JudgedQuarter], cursors: RollupCursors) -> None:
        """Add the changes of quarters to the totals, days and months that include them."""
        changes: Sums = {}
        for row, before, _ in judged:
            change = dict(row.stored.cells)
            add(change, before, -1)
            for key in self._including(row.key, cursors):
                known = changes.setdefault(key, MergedCells(0, {}))
                add(known.cells, change)
                changes[key] = MergedCells(max(known.revision, row.stored.revision), known.cells)
        if changes:
            stored = await self._table.stored(changes)
            await self._table.write(
                [self._changed(key, change, stored.get(key)) for key, change in changes.items()]
            )

    def _including(self, quarter: RollupKey, cursors: RollupCursors) -> Iterator[RollupKey]:
        yield quarter._replace(queue=ALL_QUEUES)
        for grain, until in ((Grain.DAY, cursors.day), (Grain.MONTH, cursors.month)):
            bounds = bounds_of(grain, quarter.start, self._zone)
            if bounds.end <= until:
                coarse = quarter._replace(grain=grain.value, start=bounds.begin)
                yield from (coarse, coarse._replace(queue=ALL_QUEUES))

    def _changed(
        self, key: RollupKey, change: MergedCells, stored: StoredRollup | None
    ) -> RollupRow:
        cells = {} if stored is None else dict(stored.cells)
        add(cells, change.cells)
        revision = max(change.revision, 0 if stored is None else stored.revision)
        return RollupRow(
            key,
            bounds_of(Grain(key.grain), key.start, self._zone).end,
            StoredRollup(FINAL, revision, cells, None),
        )


def known_at(key: RollupKey, homes: Mapping[Home, int]) -> bool:
    """Whether the queue and channel were known by the quarter of `key`."""
    since = homes.get((key.tenant, key.queue, key.channel))
    return since is not None and since <= key.start
