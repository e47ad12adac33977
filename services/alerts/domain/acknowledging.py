"""What people do with an incident: acknowledge, snooze, hand over, comment, resolve by hand.

                firing   acknowledged   resolved
acknowledge       ●           ●            –        again: whoever does it last has it
snooze            ●           ●            –
unacknowledge     –           ●            –        the climb goes on at once
reassign          ●           ●            –        the new owner is told
resolve           ●           ●            –
comment           ●           ●            ●
"""

from dataclasses import dataclass
from enum import StrEnum

from floorpulse.alerts.domain.decisions import (
    Circumstances,
    Decision,
    EventDetails,
    OwedNotice,
    changed,
    entry,
)
from floorpulse.alerts.domain.escalation import resolved, resumed
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.ladder import Ladder
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason

LONGEST_SNOOZE = 24 * 3600
"""Seconds"""
LONGEST_COMMENT = 2000


@dataclass(frozen=True)
class Acknowledge:
    """I have it: the climb stops until the acknowledgement expires."""


@dataclass(frozen=True)
class Snooze:
    """I have it, and nobody is to be told for so many seconds."""

    seconds: int


@dataclass(frozen=True)
class Unacknowledge:
    """I do not have it any longer."""


@dataclass(frozen=True)
class Reassign:
    """This receiver has it now."""

    receiver: str


@dataclass(frozen=True)
class Comment:
    """Something for the timeline."""

    text: str


@dataclass(frozen=True)
class Resolve:
    """It is over, whatever the rule says."""


Action = Acknowledge | Snooze | Unacknowledge | Reassign | Comment | Resolve


class Refused(StrEnum):
    """Why an action is not possible."""

    RESOLVED_ALREADY = "resolved_already"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    SNOOZE_OUT_OF_BOUNDS = "snooze_out_of_bounds"
    RECEIVER_UNKNOWN = "receiver_unknown"
    COMMENT_OUT_OF_BOUNDS = "comment_out_of_bounds"


REMEDIES = {
    Refused.RESOLVED_ALREADY: "The incident is over; only comments can be added to it.",
    Refused.NOT_ACKNOWLEDGED: "Nobody has acknowledged the incident; acknowledge it instead.",
    Refused.SNOOZE_OUT_OF_BOUNDS: f"Snooze for 1 to {LONGEST_SNOOZE} seconds; use a silence for "
    "longer.",
    Refused.RECEIVER_UNKNOWN: "No receiver of that name can be reached; name one of the "
    "definitions.",
    Refused.COMMENT_OUT_OF_BOUNDS: f"Write 1 to {LONGEST_COMMENT} characters.",
}
"""What each refusal says, and what to do"""


def act(
    incident: Incident, action: Action, actor: str, circumstances: Circumstances, now: int
) -> Decision | Refused:
    """What an action by `actor` makes of an incident, or why it cannot be done."""
    if isinstance(action, Comment):
        return _commented(incident, action, actor, now)
    if incident.state is IncidentState.RESOLVED:
        return Refused.RESOLVED_ALREADY
    return _act(incident, action, actor, circumstances, now)


def _act(
    incident: Incident,
    action: Acknowledge | Snooze | Unacknowledge | Reassign | Resolve,
    actor: str,
    circumstances: Circumstances,
    now: int,
) -> Decision | Refused:
    match action:
        case Acknowledge():
            return _acknowledged(incident, actor, now)
        case Snooze():
            return _snoozed(incident, action, actor, now)
        case Unacknowledge():
            return _unacknowledged(incident, actor, circumstances, now)
        case Reassign():
            return _reassigned(incident, action, actor, circumstances, now)
        case Resolve():  # pragma: no branch  there is no other
            return resolved(incident, Reason.RESOLVED_BY_HAND, circumstances, now, actor=actor)


def _commented(incident: Incident, action: Comment, actor: str, now: int) -> Decision | Refused:
    text = action.text.strip()
    if not 0 < len(text) <= LONGEST_COMMENT:
        return Refused.COMMENT_OUT_OF_BOUNDS
    details = EventDetails(comment=text)
    return Decision(incident, (entry(incident, Reason.COMMENTED, now, actor, details),))


def _acknowledged(incident: Incident, actor: str, now: int) -> Decision:
    """By severity it holds for so many seconds; 0 of them: until it is over."""
    policy = incident.policy
    holds = getattr(policy.acknowledgement, incident.severity) if policy is not None else 0
    until = now + holds * 1000 if holds else None
    after = _had_by(incident, actor, until)
    after = changed(after, acknowledged_until=until, snoozed_until=None)
    details = EventDetails(owner=actor, until=until)
    said = entry(after, Reason.ACKNOWLEDGED, now, actor, details)
    return Decision(after, (said,), withdraw=True)


def _snoozed(incident: Incident, action: Snooze, actor: str, now: int) -> Decision | Refused:
    if not 0 < action.seconds <= LONGEST_SNOOZE:
        return Refused.SNOOZE_OUT_OF_BOUNDS
    until = now + action.seconds * 1000
    after = _had_by(incident, actor, until)
    after = changed(after, acknowledged_until=None, snoozed_until=until)
    details = EventDetails(owner=actor, until=until)
    return Decision(after, (entry(after, Reason.SNOOZED, now, actor, details),), withdraw=True)


def _had_by(incident: Incident, owner: str, until: int | None) -> Incident:
    return changed(incident, state=IncidentState.ACKNOWLEDGED, owner=owner, next_at=until)


def _unacknowledged(
    incident: Incident, actor: str, circumstances: Circumstances, now: int
) -> Decision | Refused:
    if incident.state is not IncidentState.ACKNOWLEDGED:
        return Refused.NOT_ACKNOWLEDGED
    return resumed(incident, Reason.UNACKNOWLEDGED, circumstances, now, actor)


def _reassigned(
    incident: Incident, action: Reassign, actor: str, circumstances: Circumstances, now: int
) -> Decision | Refused:
    """The state stays: an acknowledgement is the new owner's, a ladder waits its step's time anew.

    The step of the notice is the incident's revision: each handing over is told.
    """
    targets = circumstances.on_call.ways(action.receiver)
    if not targets:
        return Refused.RECEIVER_UNKNOWN
    after = changed(incident, owner=action.receiver, next_at=_waits_until(incident, now))
    details = EventDetails(owner=action.receiver, targets=targets)
    step = incident.revision + 1
    return Decision(
        after,
        (entry(after, Reason.REASSIGNED, now, actor, details),),
        tuple(OwedNotice(NoticeKind.REASSIGNED, step, target) for target in targets),
    )


def _waits_until(incident: Incident, now: int) -> int | None:
    climbs = incident.state is IncidentState.FIRING and incident.next_at is not None
    if incident.policy is None or not climbs or incident.silenced or incident.flapping:
        return incident.next_at
    ladder = Ladder(incident.policy)
    position = ladder.position(incident)
    return now + ladder.step(position).wait * 1000 if position else incident.next_at
