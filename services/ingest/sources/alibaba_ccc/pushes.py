"""Pushed events of calls.

Established and Released come once for each party's channel: only those with an agent answer and
end a visit. What names no skill group tells nothing of a visit: the record of the finished call
will.
"""

from collections.abc import Mapping

from floorpulse.ingest.sources.alibaba_ccc.legs import CHANNELS, Leg, is_inbound
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import Ignored, Told, identity, missing
from floorpulse.ingest.sources.source import SourceSettings

LEFT = {"timeout": "timeout", "overflow": "overflow", "failed": "empty", "cancelled": "other"}
"""Reasons by the second half of QueueingTimeout, QueueingOverflow …"""
MOMENTS: Mapping[str, str] = {
    "held": "contact.held",
    "retrieved": "contact.resumed",
    "blindtransfer": "contact.transferred",
    "attendedtransfer": "contact.transferred",
}
BY_AGENT: Mapping[str, str] = {"established": "contact.answered", "released": "contact.ended"}
SILENT = frozenset(
    ("assignagent", "dequeue", "ringing", "dialing", "cdrready", "ivrentered", "ivrleft", "dtmf")
)
"""Events of which there is none of ours; an agent who was assigned has not answered yet"""


def event(push: Fields, settings: SourceSettings) -> Told:
    """The event of one push of a call."""
    kind = push.text("eventType") or ""
    told = _type(kind.lower())
    if told is None:
        return () if kind.lower() in SILENT else Ignored(kind)
    contact = push.text("contactId")
    at = push.instant("eventTime") or push.milliseconds("eventTime")
    if contact is None or at is None:
        return missing("contactId or eventTime")
    group = push.text("skillGroupId")
    if not is_inbound(push, "callType"):
        return Ignored(f"{kind} {push.word('callType')}")
    if group is None:
        return ()
    leg = Leg(contact, group, (contact,))
    return _told(leg, told, at, push, settings)


def _type(kind: str) -> str | None:
    """Our type of an event; None where there is none."""
    if kind == "enqueue":
        return "contact.offered"
    if kind == "abandoned":
        return "contact.abandoned"
    if _reason(kind) is not None:
        return "contact.left"
    return BY_AGENT.get(kind) or MOMENTS.get(kind)


def _reason(kind: str) -> str | None:
    for begin in ("queueing", "queuing"):
        if kind.startswith(begin):
            return LEFT.get(kind.removeprefix(begin).replace("canceled", "cancelled"))
    return None


def _told(leg: Leg, type_: str, at: int, push: Fields, settings: SourceSettings) -> Told:
    kind = push.text("eventType") or ""
    agent = push.text("agentId")
    queue = settings.queue(leg.group)
    fields: dict[str, object] = {}
    match type_:
        case "contact.offered":
            fields = {"queue": queue, "channel": CHANNELS.get(push.word("mediaType"))}
        case "contact.abandoned":
            fields = {"queue": queue}
        case "contact.left":
            fields = {"reason": _reason(kind.lower())}
        case "contact.answered" | "contact.ended" if agent is None:
            return ()
        case "contact.answered":
            fields = {"agent": settings.agent(agent or ""), "queue": queue}
        case _:
            pass
    words = (leg.contact, push.text("channelId") or "", kind, str(at))
    return [{**leg.told(type_, at, **fields), "id": identity(*words)}]
