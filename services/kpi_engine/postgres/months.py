"""The monthly parts of the tables that grow with time: made before the first row of a month is
written.
"""

from collections.abc import Iterable

import asyncpg

from floorpulse.counting.months import Month, month_of

BY_MONTH = ("pane", "agent_state")

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('floorpulse months'))"
EXISTS = "SELECT to_regclass($1) IS NOT NULL"
# Attaching lets others read and write meanwhile; CREATE TABLE … PARTITION OF would stop them.
MAKE = """
CREATE TABLE {part} (LIKE {table} INCLUDING ALL) WITH (fillfactor = 80);
ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ({begin}) TO ({end});
"""


class MonthlyParts:
    """The months known to have their parts; asks the database about each once."""

    def __init__(self) -> None:
        self._known: list[Month] = []

    async def ensure(self, connection: asyncpg.Connection, instants: Iterable[int]) -> None:
        """Make the parts that rows at `instants` (epoch milliseconds) need. Raises asyncpg's
        errors.
        """
        for at in instants:
            if not any(month.begin <= at < month.end for month in self._known):
                await self._make(connection, month_of(at))

    async def _make(self, connection: asyncpg.Connection, month: Month) -> None:
        async with connection.transaction():
            await connection.execute(ONE_AT_A_TIME)
            for table in BY_MONTH:
                part = f"{table}_{month.name}"
                if not await connection.fetchval(EXISTS, part):
                    await connection.execute(
                        MAKE.format(part=part, table=table, begin=month.begin, end=month.end)
                    )
        self._known.append(month)
