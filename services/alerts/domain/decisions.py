"""A decision about an incident: what it is afterwards, what its timeline says, who is owed what.

    incident, what happened, circumstances, now ──► Decision(incident, events, notices)

One transaction stores all of a decision, or nothing of it.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import EscalationStep


class EventDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an entry of the timeline says beside its reason; `until` is epoch milliseconds."""

    figure: Figure | None = None
    comment: str = ""
    owner: str | None = None
    until: int | None = None
    step: int | None = None
    targets: tuple[str, ...] = ()


NOTHING_MORE = EventDetails()


@dataclass(frozen=True)
class IncidentEvent:
    """One entry of an incident's timeline: why it changed, and what it is since.

    `at` is epoch milliseconds; `actor` is the person who did it, None where nobody did.
    """

    at: int
    reason: Reason
    state: IncidentState
    level: int
    actor: str | None = None
    details: EventDetails = NOTHING_MORE


@dataclass(frozen=True, order=True)
class OwedNotice:
    """A notice that a decision causes; with the incident's id it has its key."""

    kind: NoticeKind
    step: int
    target: str


@dataclass(frozen=True)
class Decision:
    """What becomes of an incident.

    `withdraw`: notices of its steps that no channel has taken yet are not needed any longer.
    """

    incident: Incident
    events: tuple[IncidentEvent, ...] = ()
    notices: tuple[OwedNotice, ...] = ()
    withdraw: bool = False


class OnCall(Protocol):
    """Who can be told now, by the definitions in force and what supervisors arranged."""

    def targets(self, step: EscalationStep) -> tuple[str, ...]:
        """All `receiver/channel` of a step, each once; empty where nobody is on call."""
        ...

    def ways(self, receiver: str) -> tuple[str, ...]:
        """All `receiver/channel` of one receiver; empty where it is not known."""
        ...

    def is_open(self, calendar: str) -> bool:
        """Whether a calendar is open now; one that is not defined is never closed."""
        ...


@dataclass(frozen=True)
class Circumstances:
    """What a decision looks at beside the incident itself; instants are epoch milliseconds.

    `silenced_until` is the end of the silence that matches it now, None without one. `told` are the
    targets to which a step of it went out, or may have. `flapped_at` is when the last notice of
    flapping about its subject was owed.
    """

    on_call: OnCall
    silenced_until: int | None = None
    told: tuple[str, ...] = ()
    flapped_at: int | None = None


def changed(incident: Incident, **fields: Any) -> Incident:
    """The incident with other values in these fields."""
    return replace(incident, **fields)


def entry(
    incident: Incident,
    reason: Reason,
    now: int,
    actor: str | None = None,
    details: EventDetails = NOTHING_MORE,
) -> IncidentEvent:
    """The timeline's entry about what the incident is after a change."""
    return IncidentEvent(now, reason, incident.state, incident.level, actor, details)
