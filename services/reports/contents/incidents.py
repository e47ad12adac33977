"""Incidents of a report's period, from the tables of alerts: how many, and how soon somebody took
them and they were over.
"""

from dataclasses import dataclass

from sqlalchemy import RowMapping, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.contracts.tables.alerts import incident, incident_event
from floorpulse.figures.timestamps import text
from floorpulse.reports.contents.asking import Scope
from floorpulse.reports.domain import questions
from floorpulse.reports.domain.report import Incidents, IncidentTold
from floorpulse.runtime.database import answering

ANSWER_WITHIN = 10.0
TOLD = 20
"""Incidents that are told one by one, the latest"""
MOST = 10_000
"""Incidents of one period that are read"""


@dataclass(frozen=True)
class PastIncidents:
    """The tables of alerts, as reports read them."""

    engine: AsyncEngine

    async def of(self, scope: Scope) -> Incidents:
        """The incidents that opened in the period; StoreUnavailable where PostgreSQL is away."""
        within = answering(ANSWER_WITHIN, "the incidents in PostgreSQL cannot be read ({})")
        async with within, self.engine.connect() as connection:
            rows = (await connection.execute(_asked(scope))).mappings().all()
        told = [_told(row, scope) for row in rows]
        taken = [one.to_acknowledge for one in told if one.to_acknowledge is not None]
        over = [one.to_resolve for one in told if one.to_resolve is not None]
        return Incidents(
            total=len(told),
            acknowledged=len(taken),
            resolved=len(over),
            mean_to_acknowledge=_mean(taken),
            mean_to_resolve=_mean(over),
            rows=tuple(told[:TOLD]),
            question=scope.asked.incidents(),
        )


def _asked(scope: Scope) -> Select[tuple[object, ...]]:
    """The incidents, the latest first, each with the instant it was first acknowledged at."""
    first = (
        select(incident_event.c.incident, func.min(incident_event.c.at).label("taken_at"))
        .where(incident_event.c.reason == "acknowledged")
        .group_by(incident_event.c.incident)
        .subquery()
    )
    mine = [
        incident.c.tenant == scope.tenant,
        incident.c.opened_at >= scope.span.begin,
        incident.c.opened_at < scope.span.end,
    ]
    if scope.subject.queues:
        mine.append(incident.c.queue.in_(scope.subject.queues))
    if scope.subject.channels:
        mine.append(incident.c.channel.in_(["", *scope.subject.channels]))
    return (
        select(incident, first.c.taken_at)
        .select_from(incident.outerjoin(first, first.c.incident == incident.c.id))
        .where(and_(*mine))
        .order_by(incident.c.opened_at.desc(), incident.c.id)
        .limit(MOST)
    )


def _told(row: RowMapping, scope: Scope) -> IncidentTold:
    opened = row["opened_at"]
    taken = row["taken_at"]
    resolved = row["resolved_at"]
    names = row["body"].get("names") or {"en": row["rule"]}
    return IncidentTold(
        id=row["id"],
        rule=row["rule"],
        names=names,
        queue=row["queue"],
        severity=row["severity"],
        state=row["state"],
        opened_at=text(opened - opened % 1000, scope.period.zone),
        to_acknowledge=None if taken is None else (taken - opened) / 1000,
        to_resolve=None if resolved is None else (resolved - opened) / 1000,
        question=questions.incident(row["id"]),
    )


def _mean(seconds: list[float]) -> float | None:
    return sum(seconds) / len(seconds) if seconds else None
