"""Settlements in PostgreSQL: every change is one transaction, with its event and its entry of the
audit log in it.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from floorpulse.access.audit import record
from floorpulse.access.audit_chain import Action, AuditEntry
from floorpulse.access.audit_log import head_of
from floorpulse.contracts.tables.settlements import settlement, settlement_event, settlement_visits
from floorpulse.reports.domain.settlement_states import (
    NotPossible,
    SettlementAct,
    SettlementState,
    acted,
)
from floorpulse.reports.settlement.billed_once import expect_alone, expect_billed_once
from floorpulse.reports.settlement.ports import (
    Actor,
    ChangedMeanwhileError,
    NewSettlement,
    SettlementEvent,
    SettlementPlace,
    StoredSettlement,
)
from floorpulse.reports.settlement.rows import COLUMNS, in_period, pages_of, stored
from floorpulse.runtime import database

ANSWER_WITHIN = 60.0
AT_ONCE = 50
"""Pages of one statement"""
AUDIT_ANCHOR = "audit_anchor"
"""In what is frozen of an issued settlement: where the audit log ended with its issue"""
ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock(hashtext('floorpulse settlement'), hashtext(:tenant))"
)
AUDITED = {
    SettlementAct.ISSUE: Action.SETTLEMENT_ISSUED,
    SettlementAct.DISPUTE: Action.SETTLEMENT_DISPUTED,
    SettlementAct.AGREE: Action.SETTLEMENT_AGREED,
}


def answering() -> AbstractAsyncContextManager[None]:
    """What PostgreSQL does not answer in time, or not at all, is `StoreUnavailable`."""
    return database.answering(ANSWER_WITHIN, "the tables of settlements cannot be used ({})")


class PostgresSettlements:
    """A `SettlementStore` over an engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_period(self, place: SettlementPlace) -> Sequence[StoredSettlement]:
        """The settlement and its notes."""
        async with answering(), self._engine.connect() as connection:
            return await _of_period(connection, place)

    async def before(self, place: SettlementPlace) -> StoredSettlement | None:
        """The last issued of the period before."""
        mine = and_(
            settlement.c.tenant == place.tenant,
            settlement.c.contract == place.contract,
            settlement.c.ends_at == place.begin,
            settlement.c.state != SettlementState.DRAFT,
        )
        newest = settlement.c.begins_at.desc(), settlement.c.number.desc()
        return await self._first(select(*COLUMNS).where(mine).order_by(*newest).limit(1))

    async def find(self, tenant: str, id: str) -> StoredSettlement | None:  # noqa: A002
        """One of a tenant."""
        mine = (settlement.c.tenant == tenant) & (settlement.c.id == id)
        return await self._first(select(*COLUMNS).where(mine))

    async def document(self, id: str) -> bytes:  # noqa: A002
        """The canonical text."""
        async with answering(), self._engine.connect() as connection:
            wanted = select(settlement.c.document).where(settlement.c.id == id)
            return bytes((await connection.execute(wanted)).scalar_one())

    async def events(self, id: str) -> Sequence[SettlementEvent]:  # noqa: A002
        """What was done with one."""
        columns = [column for column in settlement_event.c if column.name != "settlement"]
        wanted = select(*columns).where(settlement_event.c.settlement == id)
        async with answering(), self._engine.connect() as connection:
            rows = await connection.execute(wanted.order_by(settlement_event.c.number))
            return [
                SettlementEvent(number, at, SettlementState(state), actor, reason)
                for number, at, state, actor, reason in rows
            ]

    async def listing(
        self, tenant: str, contract: str | None, after: tuple[int, str] | None, limit: int
    ) -> Sequence[StoredSettlement]:
        """Those of a tenant."""
        wanted = select(*COLUMNS).where(settlement.c.tenant == tenant)
        if contract is not None:
            wanted = wanted.where(settlement.c.contract == contract)
        order = settlement.c.begins_at, settlement.c.id
        if after is not None:
            wanted = wanted.where(tuple_(*order) < after)
        ordered = wanted.order_by(*(one.desc() for one in order)).limit(limit)
        async with answering(), self._engine.connect() as connection:
            return [stored(row) for row in (await connection.execute(ordered)).mappings()]

    async def page(self, id: str, number: int) -> bytes | None:  # noqa: A002
        """A page of visits."""
        mine = (settlement_visits.c.settlement == id) & (settlement_visits.c.page == number)
        async with answering(), self._engine.connect() as connection:
            found = await connection.execute(select(settlement_visits.c.records).where(mine))
            records: bytes | None = found.scalar_one_or_none()
            return records

    async def pages(self, id: str) -> AsyncIterator[bytes]:  # noqa: A002
        """All pages of visits."""
        number = 0
        while (page := await self.page(id, number)) is not None:
            yield page
            number += 1

    async def save(self, new: NewSettlement, by: Actor) -> None:
        """Keep a draft, with its visits and its first event."""
        async with answering(), self._engine.begin() as connection:
            known = await _locked(connection, new.place)
            _expect(known, new)
            await expect_alone(connection, new.place)
            await expect_billed_once(connection, new.place, [one.records for one in new.pages])
            await _delete_draft(connection, new.place, new.number)
            await connection.execute(insert(settlement).values(_row(new, by)))
            await _insert_pages(connection, new)
            await _happened(connection, new.id, 0, SettlementState.DRAFT, by)
            entry = _entry(new.place, new.id, new.sha256, Action.SETTLEMENT_DRAFTED, by)
            await record(connection, [entry])

    async def drop_draft(self, place: SettlementPlace, number: int) -> None:
        """Forget a draft."""
        async with answering(), self._engine.begin() as connection:
            await _locked(connection, place)
            await _delete_draft(connection, place, number)

    async def act(
        self,
        tenant: str,
        id: str,  # noqa: A002  as everybody calls it
        act: SettlementAct,
        by: Actor,
    ) -> StoredSettlement | NotPossible | None:
        """Lead one to its next state."""
        known = await self.find(tenant, id)
        if known is None:
            return None
        async with answering(), self._engine.begin() as connection:
            standing = [one for one in await _locked(connection, known.place) if one.id == id]
            if not standing:
                return None
            after = acted(standing[0].state, act)
            if isinstance(after, NotPossible):
                return after
            if act is SettlementAct.ISSUE:
                await expect_alone(connection, known.place)
                pages = await pages_of(connection, id)
                await expect_billed_once(connection, known.place, pages)
            await _advance(connection, standing[0], act, after, by)
            return next(one for one in await _of_period(connection, known.place) if one.id == id)

    async def _first(self, wanted: Any) -> StoredSettlement | None:
        async with answering(), self._engine.connect() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
            return None if row is None else stored(row)


async def _advance(
    connection: AsyncConnection,
    known: StoredSettlement,
    act: SettlementAct,
    after: SettlementState,
    by: Actor,
) -> None:
    mine = settlement.c.id == known.id
    await connection.execute(update(settlement).where(mine).values(state=after, changed_at=by.at))
    counted = select(func.count()).where(settlement_event.c.settlement == known.id)
    number = (await connection.execute(counted)).scalar_one()
    await _happened(connection, known.id, number, after, by)
    note = known.number > 0 and act is SettlementAct.ISSUE
    action = Action.CREDIT_NOTE_ISSUED if note else AUDITED[act]
    await record(connection, [_entry(known.place, known.id, known.sha256, action, by)])
    if act is SettlementAct.ISSUE:
        anchor = await head_of(connection, known.place.tenant)
        told = {**known.frozen, AUDIT_ANCHOR: str(anchor)}
        await connection.execute(update(settlement).where(mine).values(frozen=told))


async def _locked(
    connection: AsyncConnection, place: SettlementPlace
) -> Sequence[StoredSettlement]:
    """What there is of a period, which nobody else changes until the transaction ends; nor does
    anybody settle another contract of the tenant, which could hold the same contacts.
    """
    await connection.execute(ONE_AT_A_TIME, {"tenant": place.tenant})
    return await _of_period(connection, place)


async def _of_period(connection: AsyncConnection, place: SettlementPlace) -> list[StoredSettlement]:
    wanted = select(*COLUMNS).where(in_period(place)).order_by(settlement.c.number)
    return [stored(row) for row in (await connection.execute(wanted)).mappings()]


def _expect(known: Sequence[StoredSettlement], new: NewSettlement) -> None:
    """What was issued must still be what the draft stands on."""
    issued = [one for one in known if one.state is not SettlementState.DRAFT]
    last = issued[-1].sha256 if issued else None
    if last != new.before or len(issued) != new.number:
        message = "the period was settled or issued by somebody else meanwhile; settle it again"
        raise ChangedMeanwhileError(message)


async def _delete_draft(connection: AsyncConnection, place: SettlementPlace, number: int) -> None:
    draft = (settlement.c.number == number) & (settlement.c.state == SettlementState.DRAFT)
    await connection.execute(delete(settlement).where(in_period(place), draft))


async def _insert_pages(connection: AsyncConnection, new: NewSettlement) -> None:
    rows = [
        {"settlement": new.id, "page": number, "visits": page.visits, "records": page.records}
        for number, page in enumerate(new.pages)
    ]
    for first in range(0, len(rows), AT_ONCE):
        await connection.execute(insert(settlement_visits), rows[first : first + AT_ONCE])


async def _happened(
    connection: AsyncConnection, id_: str, number: int, state: SettlementState, by: Actor
) -> None:
    row = {
        "settlement": id_,
        "number": number,
        "at": by.at,
        "state": state,
        "actor": by.name,
        "reason": by.reason,
    }
    await connection.execute(insert(settlement_event).values(row))


def _entry(place: SettlementPlace, id_: str, sha256: str, action: Action, by: Actor) -> AuditEntry:
    details = {"contract": place.contract, "sha256": sha256, "reason": by.reason}
    return AuditEntry(place.tenant, by.at, by.name, action, f"settlement/{id_}", details)


def _row(new: NewSettlement, by: Actor) -> Mapping[str, object]:
    return {
        "id": new.id,
        "tenant": new.place.tenant,
        "contract": new.place.contract,
        "begins_at": new.place.begin,
        "ends_at": new.place.end,
        "number": new.number,
        "state": SettlementState.DRAFT,
        "sha256": new.sha256,
        "document": new.document,
        "visits": new.visits,
        "frozen": dict(new.frozen),
        "created_at": by.at,
        "changed_at": by.at,
    }
