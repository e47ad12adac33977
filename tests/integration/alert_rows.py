"""Incidents and lines of their timelines, put into the tables as the keeper writes them."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.incidents.rows import incident_row
from floorpulse.contracts.alert_tables import incident as incidents
from floorpulse.contracts.alert_tables import incident_event


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
