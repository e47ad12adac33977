"""Reading the audit log: entries in their order, where it ends, and whether it is whole."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from floorpulse.access.audit_chain import NOTHING_BEFORE, Anchor, ChainCheck, Finding, Link
from floorpulse.contracts.tables.access import audit_entry, audit_head
from floorpulse.runtime.database import answering

ANSWER_WITHIN = 10.0
AWAY = "the audit log in PostgreSQL cannot be read ({}); try again"
PORTION = 2000
"""Entries read at once"""
SNAPSHOT = "REPEATABLE READ"


@dataclass(frozen=True)
class EntryChoice:
    """Which entries of a tenant: done in [`since`, `until`) (epoch milliseconds), by this actor,
    of this action; None: any.
    """

    tenant: str
    since: int | None = None
    until: int | None = None
    actor: str | None = None
    action: str | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same as a condition on the table."""
        table = audit_entry.c
        asked = [table.tenant == self.tenant]
        if self.since is not None:
            asked.append(table.at >= self.since)
        if self.until is not None:
            asked.append(table.at < self.until)
        if self.actor is not None:
            asked.append(table.actor == self.actor)
        if self.action is not None:
            asked.append(table.action == self.action)
        return and_(*asked)


class AuditLog:
    """The log of all tenants; every method raises StoreUnavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level=SNAPSHOT)

    async def page(self, choice: EntryChoice, after: int, limit: int) -> list[Link]:
        """Up to `limit` entries behind a number, ascending."""
        async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
            return await _read(connection, choice, after, limit)

    async def head(self, tenant: str) -> Anchor:
        """Where the log of a tenant ends: what to print, so that nobody can rewrite what was before
        without being found out.
        """
        async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
            return await head_of(connection, tenant)

    async def tenants(self) -> list[str]:
        """Whose logs there are."""
        heads = audit_head.c.tenant
        entries = audit_entry.c.tenant
        async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
            found = await connection.execute(select(heads).union(select(entries)))
            return sorted(found.scalars())

    async def links(self, choice: EntryChoice) -> AsyncIterator[Link]:
        """All entries, ascending, as of one instant."""
        async with self._snapshots.connect() as connection:
            async for link in _all(connection, choice):
                yield link

    async def verify(self, tenant: str, anchors: Iterable[Anchor] = ()) -> AsyncIterator[Finding]:
        """What is wrong with the log of a tenant, as of one instant; nothing where it is whole."""
        check = ChainCheck(anchors)
        async with self._snapshots.connect() as connection:
            async for link in _all(connection, EntryChoice(tenant)):
                for finding in check.take(link):
                    yield finding
            for finding in check.close(await head_of(connection, tenant)):
                yield finding


async def _all(connection: AsyncConnection, choice: EntryChoice) -> AsyncIterator[Link]:
    after = 0
    while True:
        async with answering(ANSWER_WITHIN, AWAY):
            portion = await _read(connection, choice, after, PORTION)
        for link in portion:
            yield link
        if len(portion) < PORTION:
            return
        after = portion[-1].number


async def _read(
    connection: AsyncConnection, choice: EntryChoice, after: int, limit: int
) -> list[Link]:
    behind = choice.condition & (audit_entry.c.number > after)
    asked = select(audit_entry).where(behind).order_by(audit_entry.c.number).limit(limit)
    return [_link(row) for row in (await connection.execute(asked)).mappings()]


async def head_of(connection: AsyncConnection, tenant: str) -> Anchor:
    """Where the log of a tenant ends for a transaction: behind an entry that it wrote, at it."""
    asked = select(audit_head).where(audit_head.c.tenant == tenant)
    row = (await connection.execute(asked)).mappings().one_or_none()
    return Anchor(0, NOTHING_BEFORE) if row is None else Anchor(row["number"], row["hash"])


def _link(row: RowMapping) -> Link:
    return Link(
        tenant=row["tenant"],
        number=row["number"],
        entry=row["entry"],
        previous=row["previous"],
        hash=row["hash"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
    )
