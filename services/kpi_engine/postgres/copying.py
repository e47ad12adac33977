"""Rows on their way into their tables, by PostgreSQL's binary COPY."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg

from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.rows import PANE_COLUMNS, VISIT_COLUMNS, EncodedRows
from floorpulse.kpi_engine.postgres import statements as sql

SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER = SIGNATURE + bytes(8)
"""No flags, no extension"""
TRAILER = b"\xff\xff"
CHUNK = 1 << 19


@dataclass(frozen=True)
class EncodedTable:
    """Rows to copy into a table as they are; where it is a temporary one, `upsert` writes them to
    their own.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[EncodedRows]
    upsert: str | None = None

    def __len__(self) -> int:
        return sum(map(len, self.rows))

    async def copy(self, connection: asyncpg.Connection) -> None:
        """Send them."""
        await connection.copy_to_table(
            self.name, source=binary_copy(self.rows), columns=self.columns, format="binary"
        )


@dataclass(frozen=True)
class RecordTable:
    """Rows of values to copy into a table, `upsert` as above."""

    name: str
    columns: Sequence[str]
    rows: Sequence[tuple[object, ...]]
    upsert: str | None = None

    def __len__(self) -> int:
        return len(self.rows)

    async def copy(self, connection: asyncpg.Connection) -> None:
        """Send them."""
        await connection.copy_records_to_table(self.name, records=self.rows, columns=self.columns)


async def binary_copy(rows: Sequence[EncodedRows]) -> AsyncIterator[bytes]:
    """The stream of these rows, in portions that a connection sends one after the other."""
    yield HEADER
    for one in rows:
        for begin in range(0, len(one.data), CHUNK):
            yield one.data[begin : begin + CHUNK]
    yield TRAILER


def tables_of(flushed: Sequence[FlushRows], now: int) -> list[EncodedTable | RecordTable]:
    """The tables of a flush at `now`: first those of new rows, then those that overwrite."""
    late = [(*row, now) for one in flushed for row in one.late]
    states = [row for one in flushed for row in one.agent_states]
    orphans = [row for one in flushed for row in one.orphans]
    return [
        EncodedTable("visit", VISIT_COLUMNS, [one.new_visits for one in flushed]),
        EncodedTable("pane", PANE_COLUMNS, [one.new_panes for one in flushed]),
        RecordTable("late_change", sql.LATE_COLUMNS, late),
        EncodedTable(
            "new_visit", VISIT_COLUMNS, [one.visits for one in flushed], sql.UPSERT_VISITS
        ),
        EncodedTable("new_pane", PANE_COLUMNS, [one.panes for one in flushed], sql.UPSERT_PANES),
        RecordTable("new_agent_state", sql.AGENT_STATE_COLUMNS, states, sql.UPSERT_AGENT_STATES),
        RecordTable("new_source_orphan", sql.ORPHAN_COLUMNS, orphans, sql.UPSERT_ORPHANS),
    ]
