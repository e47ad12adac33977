"""The auditor looks every minute whether any open incident could be forgotten, and says so; a
heartbeat goes out to an outside switch only while all is well.
"""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.domain.audit import WRONG, Standing, audited, standing
from floorpulse.alerts.domain.decisions import Decision, changed
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.ports import Change, IncidentStore, LeaseLost
from floorpulse.alerts.metrics import AuditMetrics
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 60.0
LATE_NOTICE = 30_000
"""Milliseconds after which a notice that nobody tried is overdue"""
GOOD_FOR = 150.0
"""Seconds that an audit's answer is believed"""
BEAT_WITHIN = 10.0


class Auditor:
    """Looks while this replica acts; `well` says what the last look found."""

    def __init__(
        self,
        store: IncidentStore,
        lease: Lease,
        monotonic: Callable[[], float],
        now: Callable[[], int],
        metrics: AuditMetrics,
    ) -> None:
        self._store = store
        self._lease = lease
        self._monotonic = monotonic
        self._now = now
        self._metrics = metrics
        self._well_at: float | None = None

    @property
    def well(self) -> bool:
        """Whether a look within the last minutes found nothing wrong."""
        at = self._well_at
        return at is not None and self._monotonic() < at + GOOD_FOR

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            epoch = self._lease.epoch
            if epoch is not None:
                try:
                    await self.look(epoch)
                except (StoreUnavailable, LeaseLost) as away:
                    log.warning("audit_waits", error=str(away))
            await asyncio.sleep(EVERY)

    async def look(self, epoch: int) -> None:
        """One look; what is adrift gets a timer. Raises StoreUnavailable and LeaseLost."""
        async with self._store.transaction(epoch) as work:
            now = work.now
        found = audited(await self._store.open_incidents(), now)
        late = await self._store.overdue_notices(LATE_NOTICE)
        for one in Standing:
            self._metrics.incidents.labels(one).set(len(found[one]))
        self._metrics.overdue.set(late)
        self._metrics.at.set(self._now() / 1000)
        wrong = {str(one): found[one] for one in sorted(WRONG) if found[one]}
        if wrong or late:
            self._well_at = None
            log.error("audit_found", notices_overdue=late, **wrong)
        else:
            self._well_at = self._monotonic()
        if found[Standing.ADRIFT]:
            await self._mend(epoch)

    async def _mend(self, epoch: int) -> None:
        """Give what is adrift a timer that is due."""
        every = await self._store.open_incidents()
        async with self._store.transaction(epoch) as work:
            there = await work.open_incidents({one.subject for one in every})
            adrift = [one for one in there.values() if standing(one, work.now) is Standing.ADRIFT]
            await work.store(
                [Change(one, Decision(changed(one, next_at=work.now))) for one in adrift]
            )


class Heartbeat:
    """Calls an outside dead-man switch every minute while `unwell` says nothing is wrong."""

    def __init__(
        self,
        url: str,
        unwell: Callable[[], str | None],
        call: Callable[[str], Awaitable[None]],
    ) -> None:
        self._url = url
        self._unwell = unwell
        self._call = call

    async def run(self) -> None:
        """Beat every minute, until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(EVERY)

    async def beat(self) -> None:
        """One beat, or why there is none."""
        why = self._unwell()
        if why is not None:
            log.error("heartbeat_held_back", reason=why)
            return
        try:
            await self._call(self._url)
        except (httpx.HTTPError, TimeoutError) as failed:
            log.warning("heartbeat_not_taken", error=type(failed).__name__)


async def get(url: str, proxy: httpx.Proxy | None) -> None:
    """A GET that must be answered by 2xx, through the proxy where there is one; httpx.HTTPError
    otherwise. No redirect is followed.
    """
    async with httpx.AsyncClient(timeout=BEAT_WITHIN, trust_env=False, proxy=proxy) as client:
        (await client.get(url)).raise_for_status()
