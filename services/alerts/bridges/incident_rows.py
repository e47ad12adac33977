"""The incidents that Alertmanager is told, from their rows."""

from collections.abc import Hashable, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.domain.alertmanager_in import RULE
from floorpulse.alerts.domain.alertmanager_out import REPEATED
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.incidents.answering import answering
from floorpulse.alerts.incidents.rows import incident_of
from floorpulse.contracts.tables.alerts import incident


class IncidentRows:
    """`PostedIncidents` in PostgreSQL; what Alertmanager told itself is not told back to it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def revision(self, now: int) -> Hashable:
        """How many there are, and a sum over their ids and revisions."""
        names = func.hashtext(incident.c.id) * (incident.c.revision + 1)
        asked = select(func.count(), func.sum(names)).where(_posted(now))
        async with answering(), self._engine.connect() as connection:
            return tuple((await connection.execute(asked)).one())

    async def read(self, now: int) -> Sequence[Incident]:
        """The open ones, and those that were resolved lately."""
        asked = select(incident).where(_posted(now)).order_by(incident.c.opened_at, incident.c.id)
        async with answering(), self._engine.connect() as connection:
            return [incident_of(row) for row in (await connection.execute(asked)).mappings()]


def _posted(now: int) -> ColumnElement[bool]:
    lately = incident.c.resolved_at >= now - REPEATED
    return or_(incident.c.resolved_at.is_(None), lately) & (incident.c.rule != RULE)
