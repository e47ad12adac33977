"""The audit log in PostgreSQL: whoever changes something appends what was done in the same
transaction, so there is no change without its entry and no entry without its change.

Triggers number the entries and hash them (`services/migrations`, 0017); the lock of the tenant's
head lasts until the transaction ends, so a transaction appends last.
"""

from collections.abc import Sequence

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from floorpulse.access.audit_chain import AuditEntry

APPEND = text("INSERT INTO audit_entry (tenant, entry) VALUES (:tenant, :entry)")
APPEND_RAW = "INSERT INTO audit_entry (tenant, entry) VALUES ($1, $2)"


async def record(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """Append entries in the open transaction of a connection of SQLAlchemy."""
    for entry in ordered(entries):
        await connection.execute(APPEND, {"tenant": entry.tenant, "entry": entry.canonical})


async def record_raw(
    connection: asyncpg.Connection | PoolConnectionProxy, entries: Sequence[AuditEntry]
) -> None:
    """The same on a connection of asyncpg."""
    for entry in ordered(entries):
        await connection.execute(APPEND_RAW, entry.tenant, entry.canonical)


def ordered(entries: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Entries of several tenants in the order in which everybody locks their heads."""
    return sorted(entries, key=lambda entry: entry.tenant)
