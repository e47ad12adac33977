"""Incidents in PostgreSQL: a transaction reads rows that it then owns, and stores decisions whole.

SQLAlchemy Core on the service's own engine. Every transaction begins with one statement that gives
the server's clock, the epoch of the lease, and time limits that end the transaction of a replica
which stopped in the middle of it.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec
from sqlalchemy import Select, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from floorpulse.access.audit import record
from floorpulse.access.audit_chain import AuditEntry
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState
from floorpulse.alerts.domain.damping import HOUR
from floorpulse.alerts.domain.incidents import Incident, Subject
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Silence
from floorpulse.alerts.incidents.answering import answering
from floorpulse.alerts.incidents.notice_rows import NoticeRows
from floorpulse.alerts.incidents.ports import Change, Known, LeaseLost
from floorpulse.alerts.incidents.rows import (
    event_rows,
    incident_of,
    incident_row,
    notice_row,
    silence_of,
    silence_row,
    span_of,
)
from floorpulse.alerts.incidents.statements import BEGIN, DUE_INCIDENTS, FLAPPED, TOLD, WITHDRAW
from floorpulse.contracts.tables.alerts import (
    alert_state,
    incident,
    incident_event,
    notice,
    rota_override,
)
from floorpulse.contracts.tables.alerts import silence as silences
from floorpulse.runtime.unavailable import StoreUnavailable

SOON = 1000
SUBJECT = (incident.c.tenant, incident.c.rule, incident.c.queue, incident.c.channel, incident.c.key)


class PostgresIncidents:
    """Transactions on the tables of alerts."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def transaction(self, epoch: int | None = None) -> AsyncIterator["PostgresTransaction"]:
        """A transaction; LeaseLost where `epoch` is not the lease's."""
        async with answering(), self._engine.begin() as connection:
            begun = (await connection.execute(BEGIN)).one()
            if epoch is not None and begun.epoch != epoch:
                message = f"epoch {epoch} was followed by {begun.epoch}: another replica acts"
                raise LeaseLost(message)
            yield PostgresTransaction(connection, begun.now)

    async def open_incidents(self) -> list[Incident]:
        """All open incidents."""
        async with answering(), self._engine.begin() as connection:
            found = await connection.execute(
                select(incident).where(incident.c.resolved_at.is_(None))
            )
            return [incident_of(row) for row in found.mappings()]

    async def overdue_notices(self, late: int) -> int:
        """How many notices are due since more than `late` milliseconds."""
        async with self.transaction() as work:
            return await work.overdue(late)


class PostgresTransaction(NoticeRows):
    """An open transaction; rows that it reads by `incident…` are locked until it ends."""

    def __init__(self, connection: AsyncConnection, now: int) -> None:
        super().__init__(connection, now)
        self._around: dict[str, tuple[list[Silence], dict[str, list[Span]]]] = {}

    async def incident(self, tenant: str, id: str) -> Incident | None:  # noqa: A002
        """An incident of a tenant."""
        mine = (incident.c.tenant == tenant) & (incident.c.id == id)
        found = await self._locked(select(incident).where(mine))
        return found[0] if found else None

    async def incident_of_task(self, tenant: str, receiver: str, id: str) -> Incident | None:  # noqa: A002
        """The youngest incident whose task a tracker calls so."""
        task = {"tasks": [{"receiver": receiver, "id": id}]}
        mine = (incident.c.tenant == tenant) & incident.c.body.contains(task)
        youngest = incident.c.opened_at.desc(), incident.c.id.desc()
        found = await self._locked(select(incident).where(mine).order_by(*youngest).limit(1))
        return found[0] if found else None

    async def open_incidents(self, subjects: Collection[Subject]) -> dict[Subject, Incident]:
        """The open incidents of these subjects."""
        wanted = [(one.tenant, one.rule, one.queue, one.channel, one.key) for one in subjects]
        still = incident.c.resolved_at.is_(None) & tuple_(*SUBJECT).in_(wanted)
        found = await self._locked(select(incident).where(still).order_by(incident.c.id))
        return {one.subject: one for one in found}

    async def open_of(self, tenant: str) -> list[Incident]:
        """All open incidents of a tenant."""
        still = incident.c.resolved_at.is_(None) & (incident.c.tenant == tenant)
        return await self._locked(select(incident).where(still).order_by(incident.c.id))

    async def _locked(self, rows: Select[tuple[object]]) -> list[Incident]:
        found = await self._connection.execute(rows.with_for_update())
        return [incident_of(row) for row in found.mappings()]

    async def due_incidents(self, most: int) -> list[Incident]:
        """Open incidents whose timer is due, the longest first, but those that others hold."""
        found = await self._connection.execute(DUE_INCIDENTS, {"now": self.now, "most": most})
        return [incident_of(row) for row in found.mappings()]

    async def known(self, incidents: Collection[Incident]) -> dict[str, Known]:
        """What surrounds each of these, by id; of new ones too."""
        told = await self._told([one.id for one in incidents])
        found: dict[str, Known] = {}
        for one in incidents:
            quiet, overrides = await self._surroundings(one.subject.tenant)
            flapped_at = await self._flapped_at(one.subject) if one.flapping else None
            found[one.id] = Known(quiet, overrides, tuple(told.get(one.id, ())), flapped_at)
        return found

    async def _told(self, ids: list[str]) -> dict[str, list[str]]:
        told: dict[str, list[str]] = {}
        for row in await self._connection.execute(TOLD, {"incidents": ids}):
            told.setdefault(row.incident, []).append(row.target)
        return told

    async def _surroundings(self, tenant: str) -> tuple[list[Silence], dict[str, list[Span]]]:
        """Silences and overrides of a tenant that have not ended; read once a transaction."""
        known = self._around.get(tenant)
        if known is None:
            known = self._around[tenant] = (
                await self._silences(tenant),
                await self._overrides(tenant),
            )
        return known

    async def _silences(self, tenant: str) -> list[Silence]:
        lasting = (silences.c.tenant == tenant) & (silences.c.ends_at > self.now)
        found = await self._connection.execute(select(silences).where(lasting))
        return [silence_of(row) for row in found.mappings()]

    async def _overrides(self, tenant: str) -> dict[str, list[Span]]:
        lasting = (rota_override.c.tenant == tenant) & (rota_override.c.ends_at > self.now)
        asked = select(rota_override).where(lasting).order_by(rota_override.c.id)
        spans: dict[str, list[Span]] = {}
        for row in (await self._connection.execute(asked)).mappings():
            spans.setdefault(row["rota"], []).append(span_of(row))
        return spans

    async def _flapped_at(self, subject: Subject) -> int | None:
        given = {**msgspec.to_builtins(subject), "since": self.now - 2 * HOUR}
        at: int | None = (await self._connection.execute(FLAPPED, given)).scalar()
        return at

    async def audit(self, entries: Sequence[AuditEntry]) -> None:
        """What was done, into the audit log."""
        await record(self._connection, entries)

    async def store(self, changes: Sequence[Change]) -> None:
        """Incidents, timelines and notices as decided."""
        for change in changes:
            stored = await (self._insert(change) if change.before is None else self._update(change))
            if stored:
                await self._append(change)

    async def _insert(self, change: Change) -> bool:
        row = incident_row(change.decision.incident)
        done = await self._connection.execute(
            upsert(incident).values(row).on_conflict_do_nothing(index_elements=["id"])
        )
        return done.rowcount == 1

    async def _update(self, change: Change) -> bool:
        """The row is ours since it was read; a revision that moved all the same is a defect."""
        before = change.before
        assert before is not None  # noqa: S101  for the type checker: the caller looked
        row = incident_row(change.decision.incident) | {"revision": before.revision + 1}
        mine = (incident.c.id == before.id) & (incident.c.revision == before.revision)
        done = await self._connection.execute(update(incident).where(mine).values(row))
        if done.rowcount != 1:
            message = f"incident {before.id} is no longer at revision {before.revision}"
            raise StoreUnavailable(message)
        return True

    async def _append(self, change: Change) -> None:
        decision = change.decision
        mine = decision.incident.id
        if decision.events:
            last = await self._last_number(mine) if change.before is not None else 0
            rows = list(event_rows(mine, last, decision.events))
            await self._connection.execute(insert(incident_event), rows)
        if decision.withdraw:
            await self._connection.execute(WITHDRAW, {"incident": mine, "soon": self.now + SOON})
        if decision.notices:
            owed = [notice_row(decision.incident, one, self.now) for one in decision.notices]
            await self._connection.execute(upsert(notice).on_conflict_do_nothing(), owed)

    async def _last_number(self, mine: str) -> int:
        asked = select(func.max(incident_event.c.number)).where(incident_event.c.incident == mine)
        return (await self._connection.execute(asked)).scalar() or 0

    async def store_states(self, states: Mapping[Subject, AlertState]) -> None:
        """Where alerts stand; those of which nothing need be remembered go."""
        gone = [msgspec.to_builtins(one) for one, state in states.items() if state == INACTIVE]
        kept = [
            {
                **msgspec.to_builtins(one),
                "state": msgspec.to_builtins(state),
                "updated_at": self.now,
            }
            for one, state in states.items()
            if state != INACTIVE
        ]
        names = ("tenant", "rule", "queue", "channel", "key")
        if gone:
            where = tuple_(*(alert_state.c[name] for name in names))
            given = [tuple(one[name] for name in names) for one in gone]
            await self._connection.execute(delete(alert_state).where(where.in_(given)))
        if kept:
            new = upsert(alert_state)
            values = {"state": new.excluded.state, "updated_at": new.excluded.updated_at}
            await self._connection.execute(
                new.on_conflict_do_update(index_elements=list(names), set_=values), kept
            )

    async def add_silence(self, silence: Silence) -> None:
        """A new silence."""
        await self._connection.execute(insert(silences).values(silence_row(silence)))

    async def end_silence(self, tenant: str, id: str) -> bool:  # noqa: A002
        """End a silence now."""
        mine = (silences.c.tenant == tenant) & (silences.c.id == id)
        lasting = mine & (silences.c.ends_at > self.now)
        done = await self._connection.execute(
            update(silences).where(lasting).values(ends_at=self.now)
        )
        return done.rowcount == 1

    async def add_override(self, tenant: str, rota: str, span: Span, by: tuple[str, str]) -> None:
        """Somebody else is on call for a span; `by` is (id, author)."""
        row = {
            "id": by[0],
            "tenant": tenant,
            "rota": rota,
            "begins_at": span.begin,
            "ends_at": span.end,
            "member": span.member,
            "author": by[1],
        }
        await self._connection.execute(insert(rota_override).values(row))

    async def end_override(self, tenant: str, id: str) -> bool:  # noqa: A002
        """End an override now."""
        mine = (rota_override.c.tenant == tenant) & (rota_override.c.id == id)
        lasting = mine & (rota_override.c.ends_at > self.now)
        done = await self._connection.execute(
            update(rota_override).where(lasting).values(ends_at=self.now)
        )
        return done.rowcount == 1
