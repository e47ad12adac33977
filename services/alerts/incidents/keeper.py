"""Alerts that fire, worsen and resolve become incidents, in the transaction that keeps alerts."""

import asyncio
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Protocol

from floorpulse.alerts.domain.alert import EvaluationBatch, Transition, TransitionKind
from floorpulse.alerts.domain.decisions import Circumstances, Decision
from floorpulse.alerts.domain.descriptions import Description
from floorpulse.alerts.domain.escalation import opened, resolved, steadied, worsened
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.incidents.ports import Change, IncidentStore, LeaseLost, Transaction
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.metrics import IncidentMetrics

AT_ONCE = 50
"""Transitions of one transaction: the first of a storm go out while the others are written"""


class Describing(Protocol):
    """What knows rules: severity, names, policy of what fires."""

    def described(self, transition: Transition) -> Description:
        """What an incident that opens by this transition is."""
        ...


class IncidentKeeper:
    """Takes what an evaluation changed; `news` is set when notices may be due."""

    def __init__(
        self,
        store: IncidentStore,
        surroundings: Surroundings,
        describing: Describing,
        epoch: Callable[[], int | None],
        metrics: IncidentMetrics,
    ) -> None:
        self.news = asyncio.Event()
        self._store = store
        self._surroundings = surroundings
        self._describing = describing
        self._epoch = epoch
        self._metrics = metrics

    async def take(self, batch: EvaluationBatch) -> None:
        """Store transitions and states; the same batch again changes nothing.

        A subject's state is stored with its transitions or after them. Raises StoreUnavailable, and
        LeaseLost where another replica acts.
        """
        for part in _parts(batch):
            await self._take(part)

    async def _take(self, batch: EvaluationBatch) -> None:
        epoch = self._epoch()
        if epoch is None:
            message = "this replica does not act"
            raise LeaseLost(message)
        async with self._store.transaction(epoch) as work:
            changes = await self._changes(work, batch)
            await work.store(changes)
            await work.store_states(batch.states)
        for change in changes:
            for event in change.decision.events:
                self._metrics.changed(event.reason)
        if any(change.decision.notices for change in changes):
            self.news.set()

    async def _changes(self, work: Transaction, batch: EvaluationBatch) -> list[Change]:
        """One change a subject at most: the parts of a batch have one transition of each."""
        there = await work.open_incidents({one.subject for one in batch.transitions})
        after = {one.subject: self._after(there.get(one.subject), one) for one in batch.transitions}
        concerned = [one for one in after.values() if one is not None]
        known = await work.known(concerned)
        changes = []
        for transition in batch.transitions:
            incident = after[transition.subject]
            if incident is None:
                continue
            before = there.get(transition.subject)
            around = self._surroundings.of(incident, known[incident.id], work.now)
            decision = (
                opened(incident, transition.reason, around, work.now)
                if before is None
                else _changed(incident, transition, around, work.now)
            )
            changes.append(Change(before, decision))
        return changes

    def _after(self, there: Incident | None, transition: Transition) -> Incident | None:
        """The incident that a transition is about; None where there is nothing to change."""
        if there is not None or transition.kind is not TransitionKind.FIRE:
            return there
        return _new(transition, self._describing.described(transition))


def _changed(
    incident: Incident, transition: Transition, around: Circumstances, now: int
) -> Decision:
    """What a transition makes of an incident that is open already."""
    if transition.kind is TransitionKind.RESOLVE:
        return resolved(incident, transition.reason, around, now, transition.figure)
    if transition.reason is Reason.STEADY and incident.flapping:
        return steadied(incident, around, now)
    return worsened(incident, transition.figure or incident.figure)


def _parts(batch: EvaluationBatch) -> Iterator[EvaluationBatch]:
    """The batch in transactions of some transitions, of each subject one; a subject's state is
    stored with its last transition, states without one come at the end.
    """
    waiting = list(batch.transitions)
    states = dict(batch.states)
    while waiting:
        part: dict[Subject, Transition] = {}
        rest = []
        for one in waiting:
            if len(part) < AT_ONCE and one.subject not in part:
                part[one.subject] = one
            else:
                rest.append(one)
        later = {one.subject for one in rest}
        mine = {one: states.pop(one) for one in part if one in states and one not in later}
        yield EvaluationBatch(list(part.values()), mine)
        waiting = rest
    if states:
        yield EvaluationBatch((), states)


def _new(transition: Transition, description: Description) -> Incident:
    return Incident(
        id=incident_id(transition),
        subject=transition.subject,
        severity=description.severity,
        state=IncidentState.FIRING,
        opened_at=transition.at,
        names=description.names,
        figure=transition.figure or Figure(kpi="", value=None),
        policy=description.policy,
        rule_version=transition.version,
        runbook=description.runbook,
        labels=description.labels,
        flapping=transition.flapping,
    )


def incident_id(transition: Transition) -> str:
    """The id of the incident that a transition opens: the same whenever it is given, and ordered by
    time.
    """
    subject = transition.subject
    parts = (subject.tenant, subject.rule, subject.queue, subject.channel, subject.key)
    digest = blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()
    return f"{transition.at:011x}{digest}"
