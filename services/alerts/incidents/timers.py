"""Timers: incidents whose `next_at` is past are changed, a few in each transaction."""

import asyncio
from collections.abc import Callable

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.domain.decisions import Decision, changed
from floorpulse.alerts.domain.escalation import on_timer
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.ports import Change, IncidentStore, Known, LeaseLost
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.metrics import IncidentMetrics
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 0.5
AT_ONCE = 50
SET_ASIDE = 30_000
"""Milliseconds until an incident that could not be decided is tried again"""


class Timers:
    """Takes due incidents while this replica acts; `news` is set when notices may be due."""

    def __init__(
        self,
        store: IncidentStore,
        surroundings: Surroundings,
        lease: Lease,
        news: asyncio.Event,
        metrics: IncidentMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._surroundings = surroundings
        self._lease = lease
        self._news = news
        self._metrics = metrics
        self._monotonic = monotonic
        self._looked_at = monotonic()

    @property
    def age(self) -> float:
        """Seconds since what was due was taken."""
        return self._monotonic() - self._looked_at

    async def run(self) -> None:
        """Look for due incidents again and again, until cancelled."""
        while True:
            taken = 0
            epoch = self._lease.epoch
            if epoch is not None:
                try:
                    taken = await self.take_due(epoch)
                except (StoreUnavailable, LeaseLost) as away:
                    log.warning("timers_wait", error=str(away))
            if taken < AT_ONCE:
                await asyncio.sleep(EVERY)

    async def take_due(self, epoch: int) -> int:
        """Change what is due, in one transaction; how many there were.

        Raises StoreUnavailable, and LeaseLost where another replica acts.
        """
        async with self._store.transaction(epoch) as work:
            due = await work.due_incidents(AT_ONCE)
            known = await work.known(due) if due else {}
            changes = [Change(one, self._decide(one, known[one.id], work.now)) for one in due]
            await work.store(changes)
        self._looked_at = self._monotonic()
        for change in changes:
            for event in change.decision.events:
                self._metrics.changed(event.reason)
        if any(change.decision.notices for change in changes):
            self._news.set()
        return len(due)

    def _decide(self, incident: Incident, known: Known, now: int) -> Decision:
        """One that cannot be decided must not hold the others up."""
        try:
            return on_timer(incident, self._surroundings.of(incident, known, now), now)
        except Exception:
            log.exception("incident_not_decided", incident=incident.id)
            return Decision(changed(incident, next_at=now + SET_ASIDE))
