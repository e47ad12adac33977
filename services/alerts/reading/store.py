"""Alerts read from PostgreSQL: one statement a question, bounded, none locks a row."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.domain.decisions import EventDetails, IncidentEvent
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.notices import NoticeKey, NoticeKind, NoticeState
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.incidents.answering import answering
from floorpulse.alerts.incidents.rows import Row, incident_of, silence_of, span_of
from floorpulse.alerts.reading.ports import (
    ArrangedNow,
    IncidentPlace,
    IncidentQuery,
    MessagePlace,
    NoticeCounts,
    ShownMessage,
    StoredNotice,
    StoredOverride,
)
from floorpulse.contracts.tables.alerts import (
    incident,
    incident_event,
    notice,
    rota_override,
    silence,
)

SCREEN = "/screen"
MOST_ENTRIES = 2000
"""Entries of one timeline, notices of one incident; the newest of them"""
OWED = (NoticeState.PENDING, NoticeState.SENDING)
PLACE_OF_MESSAGE = (
    notice.c.sent_at,
    notice.c.incident,
    notice.c.kind,
    notice.c.step,
    notice.c.target,
)


class NoticeBody(msgspec.Struct, frozen=True):
    """The column `body` of a notice."""

    state: IncidentState
    figure: Figure


class PostgresReading:
    """An `IncidentReading` and a `TimelineReading`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(
        self, query: IncidentQuery, after: IncidentPlace | None, limit: int
    ) -> list[Incident]:
        """Incidents behind a place, the newest first."""
        asked = select(incident).where(*_conditions(query))
        if after is not None:
            asked = asked.where(tuple_(incident.c.opened_at, incident.c.id) < tuple_(*after))
        newest = incident.c.opened_at.desc(), incident.c.id.desc()
        return [incident_of(row) for row in await self._rows(asked.order_by(*newest).limit(limit))]

    async def incident(self, tenant: str, id: str) -> Incident | None:  # noqa: A002
        """An incident of a tenant."""
        mine = (incident.c.tenant == tenant) & (incident.c.id == id)
        found = await self._rows(select(incident).where(mine))
        return incident_of(found[0]) if found else None

    async def current(self, tenant: str, resolved_since: int, most: int) -> list[Incident]:
        """All open incidents, and those that ended since."""
        ended = incident.c.resolved_at
        lately = (incident.c.tenant == tenant) & (ended.is_(None) | (ended > resolved_since))
        order = ended.is_not(None), incident.c.opened_at.desc(), incident.c.id
        asked = select(incident).where(lately).order_by(*order).limit(most)
        return [incident_of(row) for row in await self._rows(asked)]

    async def counts(self, ids: Collection[str]) -> Mapping[str, NoticeCounts]:
        """How far the notices of these incidents are."""
        if not ids:
            return {}
        asked = (
            select(notice.c.incident, notice.c.state, func.count().label("number"))
            .where(notice.c.incident.in_(list(ids)))
            .group_by(notice.c.incident, notice.c.state)
        )
        found: dict[str, dict[str, int]] = {}
        for row in await self._rows(asked):
            found.setdefault(row["incident"], {})[row["state"]] = row["number"]
        return {id_: _counts(states) for id_, states in found.items()}

    async def timeline(self, id: str) -> list[tuple[int, IncidentEvent]]:  # noqa: A002
        """The entries of an incident."""
        mine = incident_event.c.incident == id
        newest = select(incident_event).where(mine).order_by(incident_event.c.number.desc())
        rows = await self._rows(newest.limit(MOST_ENTRIES))
        return [(row["number"], _event(row)) for row in reversed(rows)]

    async def notices(self, id: str) -> list[StoredNotice]:  # noqa: A002
        """The notices of an incident."""
        newest = select(notice).where(notice.c.incident == id)
        order = notice.c.created_at.desc(), notice.c.kind, notice.c.step, notice.c.target
        rows = await self._rows(newest.order_by(*order).limit(MOST_ENTRIES))
        return [_notice(row) for row in reversed(rows)]

    async def shown(
        self, tenant: str, after: MessagePlace | None, limit: int
    ) -> list[ShownMessage]:
        """Messages of the built-in channel behind a place, the newest first."""
        mine = and_(
            notice.c.tenant == tenant,
            notice.c.target.endswith(SCREEN, autoescape=True),
            notice.c.sent_at.is_not(None),
        )
        asked = select(notice).where(mine)
        if after is not None:
            asked = asked.where(tuple_(*PLACE_OF_MESSAGE) < tuple_(*after))
        newest = [column.desc() for column in PLACE_OF_MESSAGE]
        rows = await self._rows(asked.order_by(*newest).limit(limit))
        about = await self._about({row["incident"] for row in rows})
        told = await self._told({row["incident"] for row in rows})
        return [
            ShownMessage(one, about[one.key.incident], _before(told, row))
            for row, one in ((row, _notice(row)) for row in rows)
            if one.key.incident in about
        ]

    async def arranged(self, tenant: str, now: int) -> ArrangedNow:
        """Silences and overrides that have not ended."""
        quiet = (silence.c.tenant == tenant) & (silence.c.ends_at > now)
        silences = await self._rows(select(silence).where(quiet).order_by(silence.c.begins_at))
        lasting = (rota_override.c.tenant == tenant) & (rota_override.c.ends_at > now)
        asked = select(rota_override).where(lasting)
        overrides = await self._rows(asked.order_by(rota_override.c.begins_at, rota_override.c.id))
        return ArrangedNow(
            [silence_of(row) for row in silences],
            [
                StoredOverride(row["id"], row["rota"], span_of(row), row["author"])
                for row in overrides
            ],
        )

    async def _about(self, ids: Collection[str]) -> dict[str, Incident]:
        if not ids:
            return {}
        found = await self._rows(select(incident).where(incident.c.id.in_(list(ids))))
        return {row["id"]: incident_of(row) for row in found}

    async def _told(self, ids: Collection[str]) -> Sequence[Row]:
        if not ids:
            return []
        went_out = and_(
            notice.c.incident.in_(list(ids)),
            notice.c.kind == str(NoticeKind.OPENED),
            notice.c.sent_at.is_not(None),
        )
        columns = notice.c.incident, notice.c.target, notice.c.sent_at
        return await self._rows(select(*columns).where(went_out).order_by(notice.c.sent_at))

    async def _rows(self, asked: Select[Any]) -> Sequence[Row]:
        async with answering(), self._engine.connect() as connection:
            found: Sequence[Row] = (await connection.execute(asked)).mappings().all()
            return found


def _conditions(query: IncidentQuery) -> list[ColumnElement[bool]]:
    named = (
        (incident.c.state, query.states),
        (incident.c.severity, query.severities),
        (incident.c.queue, query.queues),
        (incident.c.rule, query.rules),
    )
    return [
        incident.c.tenant == query.tenant,
        *(column.in_([str(one) for one in names]) for column, names in named if names),
        *([incident.c.opened_at >= query.since] if query.since is not None else []),
        *([incident.c.opened_at < query.until] if query.until is not None else []),
    ]


def _counts(states: Mapping[str, int]) -> NoticeCounts:
    owed = sum(states.get(state, 0) for state in OWED)
    return NoticeCounts(states.get(NoticeState.SENT, 0), owed, states.get(NoticeState.FAILED, 0))


def _event(row: Row) -> IncidentEvent:
    return IncidentEvent(
        row["at"],
        Reason(row["reason"]),
        IncidentState(row["state"]),
        row["level"],
        row["actor"],
        msgspec.convert(row["body"], EventDetails),
    )


def _notice(row: Row) -> StoredNotice:
    body = msgspec.convert(row["body"], NoticeBody)
    return StoredNotice(
        NoticeKey(row["incident"], NoticeKind(row["kind"]), row["step"], row["target"]),
        NoticeState(row["state"]),
        row["created_at"],
        row["due_at"],
        row["sent_at"],
        row["attempts"],
        row["said"],
        body.state,
        body.figure,
    )


def _before(told: Sequence[Row], message: Row) -> tuple[str, ...]:
    """The receivers that were told before a message, each once."""
    earlier = (
        row["target"].partition("/")[0]
        for row in told
        if row["incident"] == message["incident"] and row["sent_at"] < message["sent_at"]
    )
    return tuple(dict.fromkeys(earlier))
