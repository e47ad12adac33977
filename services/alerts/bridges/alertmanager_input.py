"""From what Alertmanager told to incidents, in the replica that acts.

    webhook (any process) ──► row ──► transition ──► IncidentKeeper ──► row marked handled
    a look at Alertmanager, each minute ──► row

A process that dies before the mark hands the same over again, which changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.bridges.alertmanager_client import Alertmanager, AlertmanagerAway
from floorpulse.alerts.domain.alert import EvaluationBatch, Transition
from floorpulse.alerts.domain.alertmanager_in import (
    RULE,
    KnownAlert,
    description_of,
    reconciled,
    transition_of,
)
from floorpulse.alerts.domain.descriptions import Description, policy_of
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.incidents.ports import LeaseLost
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

HAND_OVER_EVERY = 0.5
BATCH = 200
ESCALATION = "escalation"
"""The label that names another escalation policy than the operator's setting"""


class TakesTransitions(Protocol):
    """Whoever keeps incidents; raises `StoreUnavailable` and `LeaseLost`."""

    async def take(self, batch: EvaluationBatch) -> None:
        """Store what follows from these transitions."""
        ...


class KnownAlertStore(Protocol):
    """What Alertmanager told; every call raises `StoreUnavailable`."""

    async def all(self) -> list[KnownAlert]:
        """Every alert that is remembered."""
        ...

    async def unhandled(self, limit: int) -> list[KnownAlert]:
        """Those that changed since incidents heard of them, the longest waiting first."""
        ...

    async def write(self, changed: Sequence[KnownAlert]) -> int:
        """Replace rows by their next revision, but those that others changed meanwhile."""
        ...

    async def mark_handled(self, alerts: Sequence[KnownAlert]) -> None:
        """Incidents know of these revisions."""
        ...

    async def forget(self, now: int) -> None:
        """Delete what was resolved long ago."""
        ...


class Describing(Protocol):
    """What knows rules."""

    def described(self, transition: Transition) -> Description:
        """What an incident that opens by this transition is."""
        ...


class AlertmanagerDescriptions:
    """Descriptions of rules, and of the alerts that are handed over just now.

    An alert climbs the policy that its label `escalation` names, else the one of the setting, else
    the one that its tenant names for all that name none.
    """

    def __init__(
        self, rules: Describing, definitions: Callable[[], Definitions], escalation: str | None
    ) -> None:
        self._rules = rules
        self._definitions = definitions
        self._escalation = escalation
        self._handing: dict[Subject, KnownAlert] = {}

    def hand(self, alerts: Sequence[KnownAlert]) -> list[Transition]:
        """The transitions of these alerts, which can be described from now on."""
        transitions = [transition_of(one) for one in alerts]
        self._handing = {
            transition.subject: alert for transition, alert in zip(transitions, alerts, strict=True)
        }
        return transitions

    def described(self, transition: Transition) -> Description:
        """What an incident that opens by this transition is."""
        if transition.subject.rule != RULE:
            return self._rules.described(transition)
        alert = self._handing[transition.subject]
        known = self._definitions().at(alert.tenant, transition.at)
        default = known.tenant.escalation if known.tenant else None
        names = (alert.labels.get(ESCALATION), self._escalation, default)
        policies = (policy_of(known, name) for name in names)
        return description_of(alert, next(filter(None, policies), None))


class AlertmanagerInput:
    """Hands over what changed."""

    def __init__(
        self,
        store: KnownAlertStore,
        keeper: TakesTransitions,
        descriptions: AlertmanagerDescriptions,
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._descriptions = descriptions

    async def run(self, acts: Callable[[], bool]) -> None:
        """Hand over twice a second for as long as this replica acts, for ever."""
        while True:
            try:
                while acts() and await self.hand_over():
                    pass
            except (StoreUnavailable, LeaseLost) as wrong:
                log.warning("alertmanager_alerts_wait", error=str(wrong))
            await asyncio.sleep(HAND_OVER_EVERY)

    async def hand_over(self) -> int:
        """Hand over the alerts that waited longest; returns how many."""
        alerts = await self._store.unhandled(BATCH)
        if alerts:
            transitions = self._descriptions.hand(alerts)
            await self._keeper.take(EvaluationBatch(transitions, {}))
            await self._store.mark_handled(alerts)
            await self._store.forget(alerts[-1].changed_at)
        return len(alerts)


class AlertmanagerLook:
    """Holds what was told against what Alertmanager has.

    Its alerts are in its memory only, so after a start they are absent until Prometheus has told
    them again: absence counts once it has run for `settled` seconds.
    """

    def __init__(
        self,
        store: KnownAlertStore,
        alertmanager: Alertmanager,
        metrics: BridgeMetrics,
        now: Callable[[], int],
        settled: float,
    ) -> None:
        self._store = store
        self._alertmanager = alertmanager
        self._metrics = metrics
        self._now = now
        self._settled = settled

    async def run(self, acts: Callable[[], bool], every: float) -> None:
        """Look every `every` seconds for as long as this replica acts, for ever."""
        while True:
            try:
                if acts():
                    await self.look()
            except (StoreUnavailable, AlertmanagerAway) as wrong:
                log.warning("alertmanager_not_looked_at", error=str(wrong))
            await asyncio.sleep(every)

    async def look(self) -> int:
        """Look once; returns how many alerts changed. Raises `StoreUnavailable` and
        `AlertmanagerAway`.
        """
        known = await self._store.all()
        counts = await self._alertmanager.running_for() >= self._settled
        present = await self._alertmanager.present()
        now = self._now()
        changed = reconciled(known, present, now, absence_counts=counts)
        done = await self._store.write(changed)
        for one in changed:
            found = "present" if one.status == "firing" else "gone"
            self._metrics.reconciled.labels(found).inc()
        self._metrics.looked_at.set(now / 1000)
        return done
