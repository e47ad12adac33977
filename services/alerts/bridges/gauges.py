"""Gauges that only the tables know: open incidents, and notices that are owed."""

import asyncio
from itertools import product

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.stdlib import BoundLogger

from floorpulse.alerts.incidents.answering import answering
from floorpulse.alerts.incidents.statements import NOW
from floorpulse.alerts.metrics import OPEN, IncidentMetrics, NoticeMetrics
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 5.0

INCIDENTS = text("""
SELECT severity, state, count(*) AS number FROM incident WHERE resolved_at IS NULL
GROUP BY severity, state
""")
NOTICES = text(f"""
SELECT
    (SELECT greatest(0, {NOW} - min(due_at)) FROM notice WHERE due_at <= {NOW}) AS due,
    (SELECT count(*) FROM incident JOIN notice ON notice.incident = incident.id
     WHERE incident.resolved_at IS NULL AND notice.state = 'failed') AS failed
""")  # noqa: S608  of constants


class TableGauges:
    """Sets the gauges; every replica does, and all tell the same."""

    def __init__(
        self, engine: AsyncEngine, incidents: IncidentMetrics, notices: NoticeMetrics
    ) -> None:
        self._engine = engine
        self._incidents = incidents
        self._notices = notices

    async def run(self) -> None:
        """Read the tables every few seconds, for ever."""
        while True:
            try:
                await self.refresh()
            except StoreUnavailable as wrong:
                log.warning("alert_gauges_wait", error=str(wrong))
            await asyncio.sleep(EVERY)

    async def refresh(self) -> None:
        """Read the tables once; `StoreUnavailable` where PostgreSQL does not answer."""
        async with answering(), self._engine.connect() as connection:
            rows = (await connection.execute(INCIDENTS)).all()
            owed = (await connection.execute(NOTICES)).one()
        found = {(row.severity, row.state): row.number for row in rows}
        for severity, state in product(Severity, OPEN):
            self._incidents.open.labels(severity, state).set(found.get((severity, state), 0))
        self._notices.oldest_due.set((owed.due or 0) / 1000)
        self._notices.failed.set(owed.failed)
