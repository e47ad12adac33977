"""Contacts of Amazon Connect: every transfer is a contact of its own there, a leg of the caller's
contact here.

    InitialContactId ─► contact        ContactId ─► leg ─► visit 1 if it is the contact, else hashed
    PreviousContactId ─► the leg that was passed on
"""

from dataclasses import dataclass

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, identity, missing, visit_of
from floorpulse.ingest.sources.source import SourceSettings

NO_VISIT = frozenset(
    {"OUTBOUND", "EXTERNAL_OUTBOUND", "CAMPAIGN_PREVIEW", "MONITOR", "AGENT_REPLY"}
)
"""Ways a contact begins that is nobody's stay in a queue"""
CHANNELS = {"VOICE": None, "CHAT": "chat", "EMAIL": "email", "TASK": "task"}
"""Our channels; voice is what an event without one means"""
WORK = frozenset({"TASK", "EMAIL"})
NOBODY_GAVE_UP = frozenset(
    {"CONTACT_FLOW_DISCONNECT", "API", "AGENT_DISCONNECT", "TRANSFERRED", "SYSTEM_ERROR"}
)
"""Reasons of a disconnection, before any agent, that are not the customer's doing"""
NO_AGENT = missing("ARN of the agent who was connected")
"""The refusal of a contact that somebody took whom it does not name: it was not given up"""
NOT_GIVEN_UP = {"what": "abandoned", "reason": "the contact went on elsewhere"}
PERSONAL = "agent"
"""Step of the ARN of a queue that is one agent's own"""


@dataclass(frozen=True)
class Leg:
    """One contact of Amazon Connect; its `method` says how it began."""

    contact: str
    id: str
    previous: str | None
    method: str
    channel: str

    @property
    def visit(self) -> int | None:
        """The visit that it is of the contact."""
        return visit_of(self.contact, self.id)

    @property
    def is_work(self) -> bool:
        """Whether it is a task or a mail, which nobody can give up waiting for."""
        return self.channel in WORK

    def offered_channel(self) -> str | None:
        """The channel of its stay; None: voice."""
        return "callback" if self.method == "CALLBACK" else CHANNELS.get(self.channel)

    def told(self, kind: str, at: int, word: str, **fields: object) -> EventBody:
        """The body of an event of this leg; `word` makes its id together with the leg's."""
        return {
            "type": kind,
            "id": identity(self.id, word),
            "at": at,
            "contact": self.contact,
            "visit": self.visit,
            **fields,
        }

    def told_of_previous(self, kind: str, at: int, word: str, **fields: object) -> EventBody:
        """The body of an event of the leg before this one."""
        previous = self.previous or self.contact
        return {
            "type": kind,
            "id": identity(previous, word),
            "at": at,
            "contact": self.contact,
            "visit": visit_of(self.contact, previous),
            **fields,
        }


def leg_of(contact: Fields) -> Leg | None:
    """The leg that an object tells of; None where it names none."""
    leg = contact.text("ContactId")
    if leg is None:
        return None
    return Leg(
        contact.text("InitialContactId") or leg,
        leg,
        contact.text("PreviousContactId"),
        contact.word("InitiationMethod"),
        contact.word("Channel"),
    )


def last_part(arn: str | None) -> str | None:
    """The id at the end of an ARN."""
    return (arn or "").rstrip("/").rpartition("/")[2] or None


def queue_of(arn: str | None, settings: SourceSettings) -> str | None:
    """The name of a queue by its ARN; None where there is none, or it is one agent's own."""
    known_as = last_part(arn)
    return None if known_as is None or is_personal(arn) else settings.queue(known_as)


def is_personal(arn: str | None) -> bool:
    """Whether the queue is one agent's own: `…/queue/agent/…`."""
    return (arn or "").rstrip("/").split("/")[-2:-1] == [PERSONAL]


def agent_of(arn: str | None, settings: SourceSettings) -> str | None:
    """The name of an agent by the ARN (or the id)."""
    known_as = last_part(arn)
    return None if known_as is None else settings.agent(known_as)


@dataclass(frozen=True)
class Beginning:
    """How a leg began: when and in which queue, whether it is over already, and the latest instant
    of what tells it; epoch milliseconds.
    """

    at: int | None
    queue_arn: str | None
    over: bool
    told_at: int | None


def passed_on(leg: Leg, began: Beginning, settings: SourceSettings) -> list[EventBody]:
    """What a leg tells of the one before it: passed on by an agent, moved while it waited, or
    called back.

    A passing on is told once its goal is known, or the leg is over without one: equal ids count
    once, and the first may not be the poorer.
    """
    at = began.at
    if leg.previous is None or at is None:
        return []
    match leg.method:
        case "CALLBACK":
            return _went_on(leg, at, began.told_at, "callback")
        case "QUEUE_TRANSFER":
            return _went_on(leg, at, began.told_at, "overflow")
        case "TRANSFER" if began.queue_arn is not None or began.over:
            goal: dict[str, object] = {"to_queue": queue_of(began.queue_arn, settings)}
            if is_personal(began.queue_arn):
                goal["to_agent"] = agent_of(began.queue_arn, settings)
            return [leg.told_of_previous("contact.transferred", at, "transferred", **goal)]
    return []


def _went_on(leg: Leg, at: int, told_at: int | None, reason: str) -> list[EventBody]:
    """Who went on in another leg did not give up, though the end of the leg before may say so."""
    left = leg.told_of_previous("contact.left", at, reason, reason=reason)
    until = at if told_at is None else max(at, told_at)
    word = identity("retracted", str(until))
    return [left, leg.told_of_previous("contact.retracted", until, word, **NOT_GIVEN_UP)]
