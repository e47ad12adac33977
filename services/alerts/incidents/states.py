"""Where alerts stood when a replica evaluated last, from their table."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.incidents.answering import answering
from floorpulse.contracts.tables.alerts import alert_state


class PostgresAlertStates:
    """`AlertStates` in PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self) -> Mapping[Subject, AlertState]:
        """All states that are remembered. Raises StoreUnavailable."""
        async with answering(), self._engine.begin() as connection:
            rows = (await connection.execute(select(alert_state))).all()
        return {
            Subject(row.tenant, row.rule, row.queue, row.channel, row.key): msgspec.convert(
                row.state, AlertState
            )
            for row in rows
        }
