"""The canonical events: one frozen struct a type, told apart by the field `type`."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
SLUG = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$(?!\n)"
Slug = Annotated[str, Meta(pattern=SLUG)]
Tenant = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": SLUG})]
"""A slug; its pattern is not matched again for every event, because ingest sets it from the
credential.
"""
Milliseconds = Annotated[int, Meta(ge=0, le=31 * 86_400_000)]
VisitNumber = Annotated[int, Meta(ge=1, le=32_767)]
Priority = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Points = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
Percent = Annotated[float, Meta(ge=0, le=100)]
ShortText = Annotated[str, Meta(max_length=256)]
Attributes = Annotated[dict[Annotated[str, Meta(max_length=64)], ShortText], Meta(max_length=16)]
Instant = Annotated[int | str, Meta(description="RFC 3339 with offset, or epoch milliseconds")]

Channel = Literal["voice", "chat", "email", "social", "callback", "task"]
LeftReason = Literal["overflow", "timeout", "callback", "key", "closed", "empty", "other"]
AgentState = Literal["available", "ringing", "busy", "wrap_up", "break", "offline"]
SurveyKind = Literal["csat", "nps", "fcr", "ces"]
Severity = Literal["low", "normal", "high", "critical"]
Origin = Literal["client", "regulator", "platform", "internal"]
Retractable = Literal["visit", "answered", "abandoned", "left", "ended", "wrapped", "transferred"]
"""What `contact.retracted` can take back: one thing told of a visit, or all of it."""


class Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="type",
):
    """What every event says: who tells it, about which tenant, and when it happened.

    `at` is event time: RFC 3339 with offset or epoch milliseconds on the wire into ingest, always
    epoch milliseconds on Kafka. `tenant` is set by ingest from the credential. Equal `source` and
    `id` is a duplicate. Unknown fields are refused: a misspelt `wait_ms` must not become a wrong
    figure.
    """

    id: Identifier
    source: Identifier
    at: Instant
    tenant: Tenant | None = None


class ContactEvent(Event, frozen=True, kw_only=True, gc=False):
    """An event of one visit: the stay number `visit` of `contact` in one queue."""

    contact: Identifier
    visit: VisitNumber = 1


class ContactOffered(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.offered"):
    """A contact entered a queue. `customer` is a raw reference that ingest replaces by its HMAC."""

    queue: Name
    channel: Channel = "voice"
    priority: Priority | None = None
    customer: Identifier | None = None
    attributes: Attributes | None = None


class ContactAnswered(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.answered"):
    """An agent took the contact. `wait_ms` is the source's own figure and wins over the difference
    of times.
    """

    agent: Name
    queue: Name | None = None
    wait_ms: Milliseconds | None = None


class ContactAbandoned(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.abandoned"):
    """The customer gave up waiting."""

    queue: Name | None = None
    wait_ms: Milliseconds | None = None


class ContactLeft(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.left"):
    """The contact left the queue by another door than an answer or giving up."""

    reason: LeftReason
    wait_ms: Milliseconds | None = None


class ContactHeld(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.held"):
    """The agent put the customer on hold."""


class ContactResumed(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.resumed"):
    """The agent came back from hold."""


class ContactTransferred(
    ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.transferred"
):
    """The agent passed the contact on; the next stay in a queue is a further visit."""

    to_queue: Name | None = None
    to_agent: Name | None = None


class ContactEnded(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.ended"):
    """The conversation ended. The source's own durations win over differences of times."""

    talk_ms: Milliseconds | None = None
    hold_ms: Milliseconds | None = None


class ContactWrapped(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.wrapped"):
    """The agent finished the work after the contact."""

    wrap_ms: Milliseconds | None = None


class ContactAmended(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.amended"):
    """What was told of a visit is put right, whatever else is told of it, before or later.

    Each field that is given replaces what the other events say; of several amendments of one field
    the later wins. `wait_ms` is the wait until the outcome. `reason` stands in the record of the
    figures that this corrects.
    """

    reason: ShortText
    queue: Name | None = None
    agent: Name | None = None
    wait_ms: Milliseconds | None = None
    talk_ms: Milliseconds | None = None
    hold_ms: Milliseconds | None = None
    wrap_ms: Milliseconds | None = None


class ContactRetracted(ContactEvent, frozen=True, kw_only=True, gc=False, tag="contact.retracted"):
    """Something was told in error: all that was told so of the visit with `at` up to this one's is
    taken back, in whatever order it comes.

    What is told with a later `at` counts again. A visit that is taken back counts nowhere.
    """

    what: Retractable
    reason: ShortText


class AgentMissed(Event, frozen=True, kw_only=True, gc=False, tag="agent.missed"):
    """An agent was offered a contact and did not take it: it rang out, was declined, or timed out.

    `ring_ms` is how long it was offered. Where the contact is named, `visit` may be too; none is
    the contact's last visit.
    """

    agent: Name
    queue: Name | None = None
    contact: Identifier | None = None
    visit: VisitNumber | None = None
    ring_ms: Milliseconds | None = None


class AgentStateChanged(Event, frozen=True, kw_only=True, gc=False, tag="agent.state"):
    """An agent entered a state; it lasts until the agent's next one. `queues` are those served in
    it.

    States of one instant have no order but their names'. A source whose clock shows whole seconds
    gives those of one second ascending milliseconds, in the order in which they were entered.
    """

    agent: Name
    state: AgentState
    reason: ShortText | None = None
    queues: Annotated[list[Name], Meta(max_length=64)] | None = None
    team: Name | None = None
    site: Name | None = None


class AboutContact(Event, frozen=True, kw_only=True, gc=False):
    """An event that may know only its contact; queue and agent are then found through the visit.

    Without `visit` it is about the contact's last visit that was offered at or before `at`: of the
    `agent` where one is named, of the `queue` where one is named.
    """

    contact: Identifier | None = None
    visit: VisitNumber | None = None
    agent: Name | None = None
    queue: Name | None = None


class QaScored(AboutContact, frozen=True, kw_only=True, gc=False, tag="qa.scored"):
    """A quality evaluation, 0 to 100 points; a later one with the same `evaluation` replaces it."""

    evaluation: Identifier
    score: Percent
    fatal: bool = False
    calibration: bool = False
    passed: bool | None = None
    form: Name | None = None
    evaluator: Name | None = None


class QaRetracted(AboutContact, frozen=True, kw_only=True, gc=False, tag="qa.retracted"):
    """An evaluation was withdrawn."""

    evaluation: Identifier


class SurveyOffered(AboutContact, frozen=True, kw_only=True, gc=False, tag="survey.offered"):
    """A customer was asked."""

    survey: Identifier
    kind: SurveyKind


class SurveyAnswered(AboutContact, frozen=True, kw_only=True, gc=False, tag="survey.answered"):
    """A customer answered: `score` on a scale from `worst` to `best`, which also gives its
    direction.
    """

    survey: Identifier
    kind: SurveyKind
    score: Points
    best: Points
    worst: Points


class ComplaintOpened(AboutContact, frozen=True, kw_only=True, gc=False, tag="complaint.opened"):
    """A complaint was received."""

    complaint: Identifier
    severity: Severity = "normal"
    category: Name | None = None
    origin: Origin = "client"
    valid: bool | None = None
    liable: bool | None = None


class ComplaintClosed(AboutContact, frozen=True, kw_only=True, gc=False, tag="complaint.closed"):
    """A complaint was settled; `valid` and `liable` carry the verdict."""

    complaint: Identifier
    severity: Severity | None = None
    category: Name | None = None
    origin: Origin | None = None
    valid: bool | None = None
    liable: bool | None = None


AnyEvent = (
    ContactOffered
    | ContactAnswered
    | ContactAbandoned
    | ContactLeft
    | ContactHeld
    | ContactResumed
    | ContactTransferred
    | ContactEnded
    | ContactWrapped
    | ContactAmended
    | ContactRetracted
    | AgentStateChanged
    | AgentMissed
    | QaScored
    | QaRetracted
    | SurveyOffered
    | SurveyAnswered
    | ComplaintOpened
    | ComplaintClosed
)


def partition_key(event: AnyEvent) -> bytes:
    """The Kafka key that brings all events of one contact (else agent, else queue) into one
    partition.
    """
    for field in ("contact", "agent", "queue"):
        name = getattr(event, field, None)
        if name is not None:
            return f"{event.tenant}|{name}".encode()
    message = f"event {event.id} names neither contact nor agent nor queue"
    raise ValueError(message)
