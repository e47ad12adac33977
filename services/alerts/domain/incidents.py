"""An incident: one breach of one rule by one subject, from its begin to its end.

        ┌────────── unacknowledged, acknowledgement expired ─────────┐
        ▼                                                             │
     firing (level 1 … n) ──────────── acknowledged ───────────────► acknowledged
        │                                                             │
        └──────────────► resolved ◄───────────────────────────────────┘

`inactive` and `pending` come before: they are states of an alert (rule and subject), not of an
incident.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.tasks import Task
from floorpulse.definitions.domain.on_call import EscalationBody, Severity


class IncidentState(StrEnum):
    """Where an incident stands."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, order=True)
class Subject:
    """What an alert is about: one rule and one of the things that it watches.

    Queue and channel are empty where summed over. `key` tells apart what else there is: an agent, a
    reason, an alert of Alertmanager (its fingerprint).
    """

    tenant: str
    rule: str
    queue: str = ""
    channel: str = ""
    key: str = ""


@dataclass(frozen=True)
class Incident:
    """An incident as its row has it. Instants are epoch milliseconds.

    `policy` is the escalation policy as it was when the incident opened; None tells nobody. `level`
    is the step that was last told (0: none yet) of round `round`. `next_at` is when its timer is
    due: the next step, the end of an acknowledgement or of a snooze; None: never.
    """

    id: str
    subject: Subject
    severity: Severity
    state: IncidentState
    opened_at: int
    names: dict[str, str]
    figure: Figure
    policy: EscalationBody | None
    rule_version: str
    runbook: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    level: int = 0
    round: int = 0
    owner: str | None = None
    acknowledged_until: int | None = None
    snoozed_until: int | None = None
    silenced: bool = False
    flapping: bool = False
    passed_over: bool = False
    """The last look at the ladder found nobody to tell: the next is a minute later"""
    exhausted: bool = False
    """The ladder is at its end, and nobody has acknowledged"""
    resolved_at: int | None = None
    next_at: int | None = None
    revision: int = 0
    tasks: tuple[Task, ...] = ()
    """What it opened in other systems, one for each receiver that is a tracker"""
