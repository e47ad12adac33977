"""Incidents and lines of their timelines, put into the tables as the keeper writes them."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.notices import NoticeState
from floorpulse.alerts.incidents.rows import incident_row
from floorpulse.contracts.tables.alerts import incident as incidents
from floorpulse.contracts.tables.alerts import incident_event, notice


async def put_incidents(engine: AsyncEngine, *some: Incident) -> None:
    """New rows."""
    async with engine.begin() as connection:
        await connection.execute(insert(incidents), [incident_row(one) for one in some])


async def put_events(engine: AsyncEngine, *lines: tuple[str, int, int, str]) -> None:
    """Lines of timelines: (incident, number, at, reason)."""
    rows = [
        {
            "incident": incident,
            "number": number,
            "at": at,
            "reason": reason,
            "state": "firing",
            "level": 1,
            "actor": None,
            "body": {"comment": "订单"},
        }
        for incident, number, at, reason in lines
    ]
    async with engine.begin() as connection:
        await connection.execute(insert(incident_event), rows)


async def put_notice(
    engine: AsyncEngine, incident: str, state: NoticeState, due_at: int | None = None
) -> None:
    """A notice of the first step to `ops/screen`."""
    row = {
        "incident": incident,
        "kind": "opened",
        "step": 1,
        "target": "ops/screen",
        "tenant": "demo",
        "state": str(state),
        "created_at": 0,
        "due_at": due_at,
        "body": {},
    }
    async with engine.begin() as connection:
        await connection.execute(insert(notice).values(row))
