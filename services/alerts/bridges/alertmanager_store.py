"""The table of what Alertmanager told: written by whichever process takes its webhook."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import RowMapping, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from floorpulse.alerts.domain.alertmanager_in import (
    KnownAlert,
    WebhookBody,
    heard,
    is_ours,
    kept_name,
)
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.contracts.tables.alerts import alertmanager_alert as table
from floorpulse.runtime.database import answering
from floorpulse.runtime.unavailable import StoreUnavailable

ANSWER_WITHIN = 5.0
"""Seconds; Alertmanager takes an answer after 10 s for none and tells the same again"""
ATTEMPTS = 5
KEPT = 7 * 86_400_000
"""Milliseconds that a resolved alert is remembered"""
# One parameter whatever the number of alerts: a storm is one statement.
REPLACE = text("""
INSERT INTO alertmanager_alert AS known
SELECT * FROM jsonb_populate_recordset(cast(NULL AS alertmanager_alert), cast(:alerts AS jsonb))
ON CONFLICT (tenant, fingerprint) DO UPDATE SET
    receiver = excluded.receiver, group_key = excluded.group_key, starts_at = excluded.starts_at,
    status = excluded.status, reason = excluded.reason, labels = excluded.labels,
    annotations = excluded.annotations, revision = excluded.revision,
    changed_at = excluded.changed_at
WHERE known.revision = excluded.revision - 1
""")
AWAY = "the alerts of Alertmanager cannot be stored ({})"


class KnownAlerts:
    """The table; every call raises `StoreUnavailable` where PostgreSQL does not answer.

    A row is only ever replaced by its next revision, so of two processes that heard at once one
    looks again.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def hear(self, tenant: str, body: WebhookBody, at: int) -> int:
        """Keep what a webhook told, in one transaction; returns how many alerts were news."""
        for _ in range(ATTEMPTS):
            async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
                news = await self._news(connection, tenant, body, at)
                if await _replaced(connection, news) == len(news):
                    await connection.commit()
                    return len(news)
        message = "the alerts of a webhook were changed by others again and again; try again"
        raise StoreUnavailable(message)

    async def _news(
        self, connection: AsyncConnection, tenant: str, body: WebhookBody, at: int
    ) -> list[KnownAlert]:
        told = {kept_name(one): one for one in body.alerts if not is_ours(one)}
        mine = (table.c.tenant == tenant) & table.c.fingerprint.in_(sorted(told))
        rows = (await connection.execute(select(table).where(mine))).mappings()
        known = {row["fingerprint"]: _known(row) for row in rows}
        changed = (heard(known.get(name), tenant, body, told[name], at) for name in sorted(told))
        return [one for one in changed if one is not None]

    async def all(self) -> list[KnownAlert]:
        """Every alert that is remembered."""
        async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
            return [_known(row) for row in (await connection.execute(select(table))).mappings()]

    async def unhandled(self, limit: int) -> list[KnownAlert]:
        """Those that changed since incidents heard of them, the longest waiting first."""
        asked = (
            select(table)
            .where(table.c.handled != table.c.revision)
            .order_by(table.c.changed_at)
            .limit(limit)
        )
        async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
            return [_known(row) for row in (await connection.execute(asked)).mappings()]

    async def write(self, changed: Iterable[KnownAlert]) -> int:
        """Replace rows by their next revision; those that others changed meanwhile stay theirs.
        Returns how many were replaced.
        """
        ordered = sorted(changed, key=lambda alert: (alert.tenant, alert.fingerprint))
        async with answering(ANSWER_WITHIN, AWAY), self._engine.begin() as connection:
            return await _replaced(connection, ordered)

    async def mark_handled(self, alerts: Sequence[KnownAlert]) -> None:
        """Incidents know of these revisions; a row that changed meanwhile stays unhandled."""
        async with answering(ANSWER_WITHIN, AWAY), self._engine.begin() as connection:
            for one in alerts:
                mine = (table.c.tenant == one.tenant) & (table.c.fingerprint == one.fingerprint)
                await connection.execute(update(table).where(mine).values(handled=one.revision))

    async def forget(self, now: int) -> None:
        """Delete what was resolved a week ago."""
        old = (table.c.status == "resolved") & (table.c.changed_at < now - KEPT)
        async with answering(ANSWER_WITHIN, AWAY), self._engine.begin() as connection:
            await connection.execute(
                delete(table).where(old & (table.c.handled == table.c.revision))
            )


async def _replaced(connection: AsyncConnection, alerts: Sequence[KnownAlert]) -> int:
    """How many rows were new, or of the revision before."""
    given = {"alerts": msgspec.json.encode(alerts).decode()}
    return (await connection.execute(REPLACE, given)).rowcount


def _known(row: RowMapping) -> KnownAlert:
    fields = {name: row[name] for name in KnownAlert.__dataclass_fields__}
    return KnownAlert(**fields | {"reason": Reason(row["reason"])})
