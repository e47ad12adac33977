"""Detail events of a conversation: offered, answered, given up, ended, wrapped up.

    acd.start ─► offered        acd.end ANSWERED ─► answered    user.end ─► (transferred,) ended
                                acd.end ABANDON  ─► abandoned   acw ─► wrapped
                                acd.end FLOW_OUT ─► left overflow

`acd.end` says TRANSFER for every call that was answered: it is `user.end` that tells a transfer.
The connected time of `acd.end` is not the wait; the difference of the two stamps is. Who calls a
customer back is in the callback, whose call is one of its own.
"""

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.genesys_cloud.legs import Leg, leg_of, served
from floorpulse.ingest.sources.payloads import EventBody, Ignored, Told, missing
from floorpulse.ingest.sources.source import SourceSettings

CALLER_WENT = "PEER"
"""How a session ends that the other side hung up"""


def offered(body: Fields, settings: SourceSettings) -> Told:
    """`acd.start`: the conversation entered a queue."""
    leg = leg_of(body)
    if leg is None:
        return _legless(body)
    aside = _aside(leg, body, "acd.start")
    return aside or [leg.told("contact.offered", queue=served(leg, settings), channel=leg.channel)]


def routed(body: Fields, settings: SourceSettings) -> Told:
    """`acd.end`: how the stay in the queue ended."""
    leg = leg_of(body)
    if leg is None:
        return _legless(body)
    return _aside(leg, body, "acd.end") or _outcome(leg, body, settings)


def _outcome(leg: Leg, body: Fields, settings: SourceSettings) -> Told:
    agent = body.text("answeredUserId")
    match body.word("acdOutcome"):
        case "ANSWERED" if agent is None:
            return missing("answeredUserId, though acdOutcome is ANSWERED")
        case "ANSWERED":
            return [answered(leg, str(agent), settings)]
        case "ABANDON":
            return [leg.told("contact.abandoned", queue=served(leg, settings))]
        case "FLOW_OUT":
            return [leg.told("contact.left", reason="overflow")]
        case _:
            return [leg.told("contact.left", reason="other")]


def answered(leg: Leg, agent: str, settings: SourceSettings) -> EventBody:
    """The answer of an agent, known by the id of the user."""
    return leg.told("contact.answered", agent=settings.agent(agent), queue=served(leg, settings))


def parted(body: Fields, settings: SourceSettings) -> Told:
    """`user.end`: the agent's part is over; without a conversation the agent did not take it."""
    leg = leg_of(body)
    agent = body.text("userId")
    if leg is None or agent is None:
        return _legless(body)
    aside = _aside(leg, body, "user.end")
    if aside is not None:
        return aside
    talk = sum(body.span(name) or 0 for name in ("interactingDurationMs", "callbackDurationMs"))
    if not talk:
        return _missed(leg, body, settings.agent(agent), settings)
    ended = leg.told("contact.ended", talk_ms=talk, hold_ms=body.span("heldDurationMs"))
    if body.word("disconnectType").endswith("TRANSFER"):
        return [leg.told("contact.transferred"), ended]
    return [ended]


def wrapped(body: Fields, _settings: SourceSettings) -> Told:
    """`acw`: the work after the conversation is done."""
    leg = leg_of(body)
    if leg is None:
        return _legless(body)
    aside = _aside(leg, body, "acw")
    if aside is not None:
        return aside
    return [leg.told("contact.wrapped", wrap_ms=body.span("wrapupDurationMs"))]


def _missed(leg: Leg, body: Fields, agent: str, settings: SourceSettings) -> Told:
    """Nothing where the caller hung up while it rang: that is not the agent's doing."""
    if body.word("disconnectType") == CALLER_WENT:
        return ()
    ring = body.span("alertingDurationMs")
    return [leg.told("agent.missed", agent=agent, queue=served(leg, settings), ring_ms=ring)]


def _aside(leg: Leg, body: Fields, kind: str) -> Ignored | None:
    """What is nobody's stay in a queue: a call that an agent or a campaign made, or something
    beside a conversation.
    """
    if leg.accompanies:
        return Ignored(f"{kind} {leg.media}")
    dialled = leg.media == "VOICE" and body.word("direction") == "OUTBOUND"
    return Ignored(f"{kind} OUTBOUND") if dialled else None


def _legless(body: Fields) -> Told:
    """No event where there is no queue; a refusal where every payload has what this one lacks."""
    for name in ("conversationId", "eventTime"):
        if body.text(name) is None:
            return missing(name)
    return Ignored("no queueId or userId")
