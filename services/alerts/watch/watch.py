"""The complaint watch itself: looks at the contacts whose visits changed, and keeps the lists.

mark ─► changed since the last mark ─► with contacts that follow theirs ─► assessed ─► lists
                                                                                      then the mark
                                                                                      is the last

Two replicas that look at once write the same lines.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.domain.contacts_at_risk import (
    ContactAtRisk,
    LongWait,
    RiskThresholds,
    assessed,
    by_threshold,
    due_at,
)
from floorpulse.alerts.domain.follow_up import FollowUpState
from floorpulse.alerts.metrics import WatchMetrics
from floorpulse.alerts.watch.ports import (
    ChangedVisits,
    DueContact,
    ListCounts,
    RiskLists,
    StoredContact,
)
from floorpulse.alerts.watch.rules import WatchRules
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.visits import Visit, offer_at, queue_of
from floorpulse.counting.days import first_instant, local_day
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks
from floorpulse.kpis.formulas.service_level import past_threshold
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

AT_ONCE = 500
"""Contacts that are read, assessed and written together"""
IN_A_TURN = 100
"""Contacts assessed in one turn of the loop: some milliseconds"""


class ContactWatch:
    """Keeps the lists of all tenants; `tenants` tells those of the moment."""

    def __init__(
        self,
        stores: tuple[ChangedVisits, RiskLists],
        floors: Floors,
        tenants: Callable[[], Iterable[str]],
        rules: WatchRules,
        metrics: WatchMetrics,
    ) -> None:
        self._visits, self._lists = stores
        self._floors = floors
        self._tenants = tenants
        self._rules = rules
        self._metrics = metrics
        self._turns = Turns()
        self._marks: dict[str, tuple[int, str]] = {}

    async def run(self, acts: Callable[[], bool], every: float) -> None:
        """Look every so many seconds while this replica `acts`, until cancelled."""
        while True:
            try:
                if acts():
                    await self.look()
            except StoreUnavailable as away:
                log.warning("contacts_at_risk_not_kept", error=str(away))
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Bring the lists up to date with what was written. Raises StoreUnavailable; what was not
        done then is done by the next look.
        """
        now = 0
        for tenant in self._tenants():
            view = self._floors.view(tenant)
            now = max(now, view.now)
            await self._look(view)
        self._tell(await self._lists.counts(now), now)

    def _tell(self, counts: Mapping[tuple[str, FollowUpState], ListCounts], now: int) -> None:
        metrics = self._metrics
        metrics.contacts.clear()
        metrics.overdue.clear()
        for (tenant, state), number in counts.items():
            metrics.contacts.labels(tenant, state).set(number.lines)
            metrics.overdue.labels(tenant, state).set(number.overdue)
        metrics.looked_at.set(now / 1000)

    async def _look(self, view: TenantView) -> None:
        tenant = view.tenant
        known = self._floors.definitions().number
        mark = self._marks.get(tenant)
        beginning = await self._visits.mark()
        since = mark[1] if mark is not None and mark[0] == known else None
        today = local_day(view.now, view.zone)
        first = today - timedelta(days=self._rules.days - 1)
        span = Span(first_instant(first, view.zone), view.now + HOUR)
        changed = await self._visits.changed(tenant, span, since)
        for place in range(0, len(changed), AT_ONCE):
            await self._assess(view, span, changed[place : place + AT_ONCE])
        if since is None:
            await self._lists.forget(tenant, today - timedelta(days=self._rules.keep_days))
        self._marks[tenant] = known, beginning

    async def _assess(self, view: TenantView, span: Span, changed: Sequence[StoredContact]) -> None:
        repeat = self._rules.repeat
        following = await self._visits.following(view.tenant, changed, span.end - span.begin)
        contacts = sorted({*changed, *following})
        stories = await self._visits.stories(view.tenant, contacts, repeat)
        at_risk: list[DueContact] = []
        mine = [one for one in stories if (at := one.offered_at) is not None and at in span]
        long = long_wait(view, self._rules.thresholds)
        async for portion in self._turns.over(mine, IN_A_TURN):
            found = (assessed(one, self._rules.thresholds, view.zone, long) for one in portion)
            at_risk += [DueContact(one, self._due(view, one)) for one in found if one is not None]
        await self._lists.put(view.tenant, [one.contact for one in mine], at_risk, view.now)

    def _due(self, view: TenantView, one: ContactAtRisk) -> int:
        calendar = view.known.at(one.since).calendar(one.queue)
        return due_at(calendar, view.zone, one.since, self._rules.within)


def long_wait(view: TenantView, thresholds: RiskThresholds) -> LongWait:
    """Which waits are long: of mail and whatever else may wait for hours by its policy, those
    beyond the policy's threshold, by its clock; of all else as the thresholds say.
    """
    clocks = Clocks(view.known, view.zone)
    of_calls = by_threshold(thresholds)

    def long(visit: Visit, wait: int) -> float | None:
        offered = offer_at(visit)
        queue = queue_of(visit)
        if offered is None or queue is None:
            return of_calls(visit, wait)
        policy = view.known.at(offered).policy(queue, visit.channel)
        if not policy.by_visits:
            return of_calls(visit, wait)
        if policy.clock == "calendar":
            wait = clocks.wait(queue, offered, wait)
        return wait / 1000 if past_threshold(wait, policy) else None

    return long
