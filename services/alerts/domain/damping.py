"""Damping: an alert that fires and resolves again and again is told once, then hourly.

    fires ●  ●  ●  ●  ●  ●  ●  ●       ●  ●         ● stays
    told  ●  ●  F ─────── an hour ──── F ────────── S the ladder, from its foot

Whether it flaps is what the alert's last states say; here is what follows for its incidents. F goes
to the first step that has somebody; ends of flapping incidents are told only to those who had been
told of a step.
"""

from floorpulse.alerts.domain.decisions import (
    Circumstances,
    Decision,
    EventDetails,
    OwedNotice,
    changed,
    entry,
)
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import EscalationBody

HOUR = 3_600_000


def damped(incident: Incident, circumstances: Circumstances, now: int) -> Decision:
    """A flapping incident: its notice of the hour, where it is owed."""
    if incident.policy is None:
        return Decision(changed(incident, next_at=None))
    due = _due_at(circumstances, now)
    if due > now:
        return Decision(changed(incident, next_at=due))
    after = changed(incident, next_at=now + HOUR)
    targets = _first(incident.policy, circumstances)
    number = incident.revision + 1
    said = entry(after, Reason.FLAPPING, now, details=EventDetails(targets=targets))
    owed = tuple(OwedNotice(NoticeKind.FLAPPING, number, target) for target in targets)
    return Decision(after, (said,), owed)


def _due_at(circumstances: Circumstances, now: int) -> int:
    """When the next notice of flapping may go out: an hour after the last, after any silence."""
    hourly = now if circumstances.flapped_at is None else circumstances.flapped_at + HOUR
    return max(hourly, circumstances.silenced_until or now)


def _first(policy: EscalationBody, circumstances: Circumstances) -> tuple[str, ...]:
    on_call = circumstances.on_call
    for step in policy.steps:
        if step.only_during is None or on_call.is_open(step.only_during):
            targets = on_call.targets(step)
            if targets:
                return targets
    return ()
