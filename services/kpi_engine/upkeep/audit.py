"""Reads visits and panes of one span, consistently, and holds them against each other."""

import asyncpg
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.contracts.cells import add
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.counting.contributions import Contributions
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.postgres.loading import decode_cells
from floorpulse.kpi_engine.upkeep.differences import differences

log: BoundLogger = structlog.get_logger(__name__)

SPAN = 3_600_000

TENANTS = "SELECT DISTINCT tenant FROM api_key"
WATERMARK = "SELECT min(watermark) FROM stream_partition"
VISITS = "SELECT body FROM visit WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3"
PANES = (
    "SELECT queue, channel, start, cells FROM pane WHERE tenant = $1 AND start >= $2 AND start < $3"
)


class Auditor:
    """Checks the last hour of event time that every partition has reached."""

    def __init__(self, pool: asyncpg.Pool, length: int, metrics: EngineMetrics) -> None:
        self._pool = pool
        self._length = length
        self._metrics = metrics

    async def check(self) -> list[PaneKey]:
        """The panes that differ; logged and exported too. Raises asyncpg's errors and OSError when
        the database is away.
        """
        wrong: list[PaneKey] = []
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            watermark = await connection.fetchval(WATERMARK)
            if watermark is None:
                return wrong
            until = watermark - watermark % self._length
            for row in await connection.fetch(TENANTS):
                wrong += await self._differences(connection, row["tenant"], until - SPAN, until)
        self._metrics.reconciled.set(len(wrong))
        if wrong:
            log.error("panes_differ_from_visits", panes=len(wrong), first=str(wrong[0]))
        return wrong

    async def _differences(
        self, connection: "asyncpg.pool.PoolConnectionProxy", tenant: str, since: int, until: int
    ) -> list[PaneKey]:
        found = await connection.fetch(VISITS, tenant, since, until)
        visits = [decode_visit(row["body"]) for row in found]
        stored: Contributions = {}
        for row in await connection.fetch(PANES, tenant, since, until):
            add(
                stored.setdefault((tenant, row["queue"], row["channel"], row["start"]), {}),
                decode_cells(row["cells"]),
            )
        return differences(tenant, visits, stored, length=self._length, since=since, until=until)
