"""What Alertmanager told, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from floorpulse.alerts.bridges.alertmanager_store import KEPT
from floorpulse.alerts.domain.alertmanager_in import (
    KnownAlert,
    WebhookBody,
    heard,
    is_ours,
    kept_name,
)
from floorpulse.runtime.unavailable import StoreUnavailable


class MemoryKnownAlerts:
    """The table as a mapping; `away` is PostgreSQL's absence."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], KnownAlert] = {}
        self.away = False

    async def hear(self, tenant: str, body: WebhookBody, at: int) -> int:
        self._insist()
        told = [one for one in body.alerts if not is_ours(one)]
        known = [self.rows.get((tenant, kept_name(one))) for one in told]
        news = [
            after
            for before, one in zip(known, told, strict=True)
            if (after := heard(before, tenant, body, one, at))
        ]
        self.rows |= {(one.tenant, one.fingerprint): one for one in news}
        return len(news)

    async def all(self) -> list[KnownAlert]:
        self._insist()
        return list(self.rows.values())

    async def unhandled(self, limit: int) -> list[KnownAlert]:
        self._insist()
        waiting = [one for one in self.rows.values() if one.handled != one.revision]
        return sorted(waiting, key=lambda one: one.changed_at)[:limit]

    async def write(self, changed: Sequence[KnownAlert]) -> int:
        self._insist()
        mine = [
            one
            for one in changed
            if self.rows[one.tenant, one.fingerprint].revision == one.revision - 1
        ]
        self.rows |= {(one.tenant, one.fingerprint): one for one in mine}
        return len(mine)

    async def mark_handled(self, alerts: Sequence[KnownAlert]) -> None:
        self._insist()
        for one in alerts:
            name = one.tenant, one.fingerprint
            self.rows[name] = replace(self.rows[name], handled=one.revision)

    async def forget(self, now: int) -> None:
        self._insist()
        self.rows = {
            name: one
            for name, one in self.rows.items()
            if one.status == "firing" or one.handled != one.revision or one.changed_at >= now - KEPT
        }

    def _insist(self) -> None:
        if self.away:
            message = "PostgreSQL does not answer"
            raise StoreUnavailable(message)
