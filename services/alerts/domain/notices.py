"""A notice: one message that is owed to one target, written with the change that causes it.

`pending ─► sending ─► sent`; a failure that may pass goes back to `pending` with a later `due_at`,
one that will not ends as `failed`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from floorpulse.alerts.domain.tasks import Task


class NoticeKind(StrEnum):
    """What a notice says."""

    OPENED = "opened"
    """A step of the ladder: this is yours"""
    RESOLVED = "resolved"
    FLAPPING = "flapping"
    REASSIGNED = "reassigned"
    REPORT = "report"
    """No incident: a report that a schedule issued"""


class NoticeState(StrEnum):
    """How far a notice has come."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """Nobody needs it any longer: it was acknowledged or over before the channel took it"""


@dataclass(frozen=True, order=True)
class NoticeKey:
    """What makes a notice one: there is never a second of the same key.

    `step` counts through all rounds (round × steps + level); `target` is `receiver/channel`, such
    as `zhang/sms`. Receivers' services get it as idempotency key.
    """

    incident: str
    kind: NoticeKind
    step: int
    target: str

    def __str__(self) -> str:
        return f"{self.incident}.{self.kind}.{self.step}.{self.target}"


@dataclass(frozen=True)
class Notice:
    """A notice as its row has it; instants are epoch milliseconds."""

    key: NoticeKey
    tenant: str
    state: NoticeState
    created_at: int
    due_at: int
    attempts: int = 0
    said: str = ""
    """What the channel answered last"""


@dataclass(frozen=True)
class Attachment:
    """A file that goes out with a message, where its channel carries files."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What a channel sends: texts are whole, each channel cuts them by its own limit.

    `language` is the receiver's. `lines` are (label, text) pairs: what, where, how bad, since when,
    who has it. `links` are (label, address): acknowledge, wall, runbook.
    """

    key: str
    incident: str
    kind: NoticeKind
    severity: str
    language: str
    title: str
    lines: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...] = ()
    facts: dict[str, object] = field(default_factory=dict)
    """The same for machines (webhook, PagerDuty): tenant, queue, rule, figure, state"""
    short: dict[str, str] = field(default_factory=dict)
    """The parts by themselves, for templates of text messages and tasks: severity, rule, where,
    value, threshold, since, link"""
    tasks: tuple[Task, ...] = ()
    """What the incident opened in trackers so far"""
    attachments: tuple[Attachment, ...] = ()


class Verdict(StrEnum):
    """How a channel's answer is judged."""

    ACCEPTED = "accepted"
    UNCONFIRMED = "unconfirmed"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    GIVEN_UP = "given_up"
    """Not sent, because this replica does not hold the lease any longer"""


@dataclass(frozen=True)
class Delivery:
    """What came of one attempt; `retry_after` is seconds that the channel asked for, `task` what a
    tracker opened.
    """

    verdict: Verdict
    said: str = ""
    retry_after: float | None = None
    task: Task | None = None
