"""Contact events: what happened to a contact, each repeating all that is known by then.

    QUEUED ─► CONNECTED_TO_AGENT ─► DISCONNECTED ─► COMPLETED    in any order, repeated, some lost

Each makes every event that it knows of: offered by the queue's stamp in all of them, answered by
the agent's stamp in all after it. So one that was lost is told by the next.
"""

from collections.abc import Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.amazon_connect.legs import (
    NO_AGENT,
    NO_VISIT,
    NOBODY_GAVE_UP,
    Beginning,
    Leg,
    agent_of,
    is_personal,
    passed_on,
    queue_of,
)
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored
from floorpulse.ingest.sources.source import SourceSettings

OVER = frozenset({"DISCONNECTED", "COMPLETED"})
SILENT = frozenset(
    {
        "INITIATED",
        "CONNECTED_TO_SYSTEM",
        "QUEUED",
        "CONNECTED_TO_AGENT",
        "CONTACT_DATA_UPDATED",
        "PAUSED",
        "RESUMED",
        "AMD_COMPLETED",
        *OVER,
    }
)
"""Kinds that may say nothing new"""
SECOND = 1000


def events(
    detail: Fields, envelope: Fields, leg: Leg, settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    """The bodies of a contact event's events; old spellings have stamps in the envelope only."""
    if leg.method in NO_VISIT:
        return Ignored(leg.method)
    event = ContactEvent(detail, envelope, leg, settings)
    if event.was_taken_by_nobody_known:
        return NO_AGENT
    told = event.bodies()
    kind = detail.word("eventType")
    return told if told or kind in SILENT else Ignored(kind)


class ContactEvent:
    """One contact event, read."""

    def __init__(
        self, detail: Fields, envelope: Fields, leg: Leg, settings: SourceSettings
    ) -> None:
        self._detail = detail
        self._envelope = envelope
        self._leg = leg
        self._settings = settings
        self._kind = detail.word("eventType")
        self._arn = detail.part("queueInfo").text("queueArn")
        self._queue = queue_of(self._arn, settings)
        self._agent_info = detail.part("agentInfo")
        self._agent = agent_of(self._agent_info.text("agentArn"), settings)
        self._answered_at = self._stamp(
            self._agent_info, "connectedToAgentTimestamp", "CONNECTED_TO_AGENT"
        )

    @property
    def was_taken_by_nobody_known(self) -> bool:
        """Whether it says when an agent was connected, but not who."""
        return self._answered_at is not None and self._agent is None

    def bodies(self) -> list[EventBody]:
        """All that it tells; a stay in an agent's own queue is none of a queue."""
        told = passed_on(self._leg, self._began(), self._settings)
        if self._arn is None or is_personal(self._arn):
            return told
        return [*told, *self._offered(), *self._answered(), *self._over(), *self._wrapped()]

    def _began(self) -> Beginning:
        queued_at = self._detail.part("queueInfo").instant("enqueueTimestamp")
        stamps = (
            self._envelope.instant("time"),
            queued_at,
            self._answered_at,
            self._detail.instant("disconnectTimestamp"),
        )
        told_at = max((at for at in stamps if at is not None), default=None)
        began = self._detail.instant("initiationTimestamp") or queued_at
        return Beginning(began, self._arn, self._kind in OVER, told_at)

    def _stamp(self, where: Fields, name: str, kind: str) -> int | None:
        """A stamp, of the kind that it makes also the envelope's own time."""
        at = where.instant(name)
        if at is None and self._kind == kind:
            at = self._envelope.instant(name, "time")
        return at

    def _offered(self) -> list[EventBody]:
        at = self._stamp(self._detail.part("queueInfo"), "enqueueTimestamp", "QUEUED")
        if at is None or self._queue is None:
            return []
        channel = self._leg.offered_channel()
        return [
            self._leg.told("contact.offered", at, "offered", queue=self._queue, channel=channel)
        ]

    def _answered(self) -> list[EventBody]:
        if self._answered_at is None or self._agent is None:
            return []
        who = {"agent": self._agent, "queue": self._queue}
        return [self._leg.told("contact.answered", self._answered_at, "answered", **who)]

    def _over(self) -> list[EventBody]:
        """Ended after an agent, else given up or left; COMPLETED does not say why, so it tells no
        giving up.
        """
        if self._kind not in OVER:
            return []
        stamp = "disconnectTimestamp"
        at = self._detail.instant(stamp) or self._stamp(self._envelope, stamp, "DISCONNECTED")
        if at is None:
            return []
        if self._answered_at is not None and self._agent is not None:
            hold = self._agent_info.span("agentInitiatedHoldDuration", SECOND)
            return [self._leg.told("contact.ended", at, "ended", hold_ms=hold)]
        return self._unanswered(at)

    def _unanswered(self, at: int) -> list[EventBody]:
        moved = self._detail.raw("nextContactId") or self._detail.raw("nextContacts")
        reason = self._detail.word("disconnectReason")
        if moved or (self._kind != "DISCONNECTED" and not reason):
            return []
        if self._leg.is_work or reason in NOBODY_GAVE_UP:
            return [self._leg.told("contact.left", at, "left", reason="other")]
        return [self._leg.told("contact.abandoned", at, "abandoned", queue=self._queue)]

    def _wrapped(self) -> list[EventBody]:
        at = self._agent_info.instant("afterContactWorkEndTimestamp")
        if at is None or self._answered_at is None:
            return []
        work = self._agent_info.span("afterContactWorkDuration", SECOND)
        return [self._leg.told("contact.wrapped", at, "wrapped", wrap_ms=work)]
