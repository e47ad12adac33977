"""The push to Alertmanager: all open incidents each minute and with each change.

    0 s      12 s                60 s                  120 s     a minute without a change: again
    ├─ all ──┼─ opened: all ─────┼─ … ─────────────────┼─►       those of a refused post: singly

A post is absolute, so it may be lost, repeated and sent by two replicas; what Alertmanager knows
after its restart is what the next post tells.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple, Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.bridges.alertmanager_client import (
    Alertmanager,
    AlertmanagerAway,
    AlertsRefusedError,
)
from floorpulse.alerts.domain.alertmanager_out import OURS, PostableAlert, postable
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 60.0
"""Seconds between two posts without a change"""
LOOK_EVERY = 1.0
FIRST_PAUSE = 1.0
LAST_PAUSE = 30.0
BATCH = 64


class PostedIncidents(Protocol):
    """The incidents that Alertmanager is told; each call raises `StoreUnavailable`."""

    async def revision(self, now: int) -> Hashable:
        """Something that is another with each change of `read(now)`; quick."""
        ...

    async def read(self, now: int) -> Sequence[Incident]:
        """The open ones, and those that were resolved so recently that they are posted again."""
        ...


class Clocks(NamedTuple):
    """The wall clock (epoch milliseconds), and one that nobody sets (seconds)."""

    now: Callable[[], int]
    monotonic: Callable[[], float]


class AlertmanagerPush:
    """Tells one Alertmanager; `page` is the address of `/alerts` where one is known."""

    def __init__(
        self,
        incidents: PostedIncidents,
        alertmanager: Alertmanager,
        metrics: BridgeMetrics,
        clocks: Clocks,
        page: str = "",
    ) -> None:
        self._incidents = incidents
        self._alertmanager = alertmanager
        self._metrics = metrics
        self._clocks = clocks
        self._page = page
        self._told: Hashable = None
        self._next_at = 0.0
        self._again_at = 0.0
        self._pause = 0.0
        self._refused: set[str] = set()

    async def run(self, acts: Callable[[], bool]) -> None:
        """Look each second for as long as this replica acts, for ever."""
        while True:
            if acts():
                await self.step()
            else:
                self._told = None
            await asyncio.sleep(LOOK_EVERY)

    async def step(self) -> None:
        """Post all where something changed or a minute passed; where Alertmanager or the store was
        away, not before the pause is over.
        """
        if self._clocks.monotonic() < self._again_at:
            return
        try:
            await self._post_if_due()
        except (AlertmanagerAway, StoreUnavailable) as wrong:
            self._fail(wrong)

    async def _post_if_due(self) -> None:
        now = self._clocks.now()
        revision = await self._incidents.revision(now)
        if revision == self._told and self._clocks.monotonic() < self._next_at:
            return
        alerts = [postable(one, now, self._page) for one in await self._incidents.read(now)]
        await self._post(alerts)
        if self._pause:
            log.info("alertmanager_available_again")
        self._pause = 0.0
        self._told = revision
        self._next_at = self._clocks.monotonic() + EVERY
        self._metrics.pushed_at.set(now / 1000)

    async def _post(self, alerts: Sequence[PostableAlert]) -> None:
        """Alerts that were refused before go singly: one of them would refuse a whole batch."""
        self._refused &= {alert.labels[OURS] for alert in alerts}
        alone = [one for one in alerts if one.labels[OURS] in self._refused]
        for batch in _batches([one for one in alerts if one.labels[OURS] not in self._refused]):
            try:
                await self._alertmanager.post(batch)
            except AlertsRefusedError:
                await self._post_singly(batch)
            else:
                self._metrics.pushes.labels("accepted").inc()
        await self._post_singly(alone)

    async def _post_singly(self, alerts: Sequence[PostableAlert]) -> None:
        for alert in alerts:
            incident = alert.labels[OURS]
            try:
                await self._alertmanager.post([alert])
            except AlertsRefusedError as wrong:
                self._metrics.pushes.labels("refused").inc()
                if incident not in self._refused:
                    log.warning("alertmanager_refuses", incident=incident, said=str(wrong))
                self._refused.add(incident)
            else:
                self._metrics.pushes.labels("accepted").inc()
                self._refused.discard(incident)

    def _fail(self, wrong: Exception) -> None:
        self._metrics.pushes.labels("away").inc()
        if not self._pause:
            log.warning("alertmanager_not_told", error=str(wrong))
        self._pause = min(LAST_PAUSE, self._pause * 2 or FIRST_PAUSE)
        self._again_at = self._clocks.monotonic() + self._pause


def _batches(alerts: Sequence[PostableAlert]) -> Iterator[Sequence[PostableAlert]]:
    for begin in range(0, len(alerts), BATCH):
        yield alerts[begin : begin + BATCH]
