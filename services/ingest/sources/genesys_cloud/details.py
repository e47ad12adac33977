"""Conversations as analytics tell them afterwards: the same events with the same ids as live, for
what no notification brought.

    participant acd    segments start … end   ─► offered … answered, abandoned, left
    participant agent  interact, callback,
                       hold … end             ─► (transferred,) ended
                       wrapup … end           ─► wrapped
                       alert … end, no more   ─► missed
    evaluations, surveys that are finished    ─► scored, retracted; asked and answered

A session that goes on has no end: of it only what has happened is told. How a stay ended that
nobody took is said by its metrics; where these say nothing, or are absent, it is known once the
conversation is over: the caller hung up, or went elsewhere (to a voicemail, say).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.genesys_cloud import conversations, quality
from floorpulse.ingest.sources.genesys_cloud.legs import Leg, served
from floorpulse.ingest.sources.payloads import EventBody, missing
from floorpulse.ingest.sources.source import SourceSettings

CLOCKS_APART = 2_000
"""Milliseconds by which an agent's conversation may begin before routing says that it is over"""
TALKED = frozenset(("INTERACT", "CALLBACK"))
TALKING = TALKED | {"HOLD"}
GAVE_UP = frozenset(("TABANDON", "TSHORTABANDON"))
ANSWERED = "TANSWERED"
BEFORE_THE_QUEUE = frozenset(("DELAY", "SCHEDULED"))
"""Segments at the begin of a stay that are no waiting: `tAcd` begins behind them"""


@dataclass(frozen=True)
class Segment:
    """A stretch of a session: instants in epoch milliseconds, `until` None while it goes on."""

    kind: str
    since: int
    until: int | None
    ended_by: str


@dataclass(frozen=True)
class Session:
    """One participant's session in a queue; `leg.at` is its begin."""

    leg: Leg
    agent: str | None
    segments: Sequence[Segment]
    metrics: frozenset[str]

    def until(self, kinds: frozenset[str] | None = None) -> int | None:
        """When the segments of these kinds were over; None where one goes on or there is none."""
        ends = [one.until for one in self.segments if kinds is None or one.kind in kinds]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    @property
    def ended_by(self) -> str:
        """How its last segment ended."""
        return max(self.segments, key=lambda one: one.until or 0).ended_by

    def spent(self, *kinds: str) -> int:
        """Milliseconds in segments of these kinds."""
        known = [one for one in self.segments if one.until and one.kind in kinds]
        return sum((one.until or one.since) - one.since for one in known)

    @property
    def talked_since(self) -> int | None:
        """When the conversation with the agent began."""
        return min((one.since for one in self.segments if one.kind in TALKED), default=None)


def conversation(detail: Fields, settings: SourceSettings) -> Sequence[EventBody] | Refusal:
    """The events of one conversation, in no order."""
    contact = detail.text("conversationId")
    if contact is None:
        return missing("conversationId")
    sessions = list(_sessions(contact, detail))
    agents = [one for one in sessions if one.agent is not None]
    told: list[EventBody] = []
    for session in sessions:
        if session.agent is None:
            told += _routed(session, agents, settings)
            if detail.instant("conversationEnd") is not None:
                told += _untaken(session, agents, settings)
        else:
            told += _served(session)
            told += _missed(session, settings)
    return [*told, *quality.of_conversation(detail, contact, settings)]


def _sessions(contact: str, detail: Fields) -> Iterable[Session]:
    for participant in detail.parts("participants"):
        purpose = participant.word("purpose")
        agent = participant.text("userId")
        if purpose == "ACD" or (purpose in {"AGENT", "USER"} and agent is not None):
            for session in participant.parts("sessions"):
                yield from _session(contact, None if purpose == "ACD" else agent, session)


def _session(contact: str, agent: str | None, session: Fields) -> Iterable[Session]:
    name = session.text("sessionId")
    media = session.word("mediaType")
    queue = next((q for one in session.parts("segments") if (q := one.text("queueId"))), None)
    segments = [one for part in session.parts("segments") if (one := _segment(part))]
    dialled = media == "VOICE" and session.word("direction") == "OUTBOUND"
    if name is None or queue is None or not segments or dialled:
        return
    leg = Leg(contact, name, queue, media, _began(segments))
    if leg.accompanies or session.text("outboundCampaignId") is not None:
        return
    metrics = frozenset(one.word("name") for one in session.parts("metrics"))
    yield Session(leg, agent, segments, metrics)


def _began(segments: Sequence[Segment]) -> int:
    """When the first segment began that is no delay; of a session that is still delayed, when it
    began.
    """
    waiting = [one.since for one in segments if one.kind not in BEFORE_THE_QUEUE]
    return min(waiting or (one.since for one in segments))


def _segment(part: Fields) -> Segment | None:
    since = part.instant("segmentStart")
    if since is None:
        return None
    kind = part.word("segmentType")
    return Segment(kind, since, part.instant("segmentEnd"), part.word("disconnectType"))


def _routed(
    session: Session, agents: Sequence[Session], settings: SourceSettings
) -> Iterable[EventBody]:
    leg = session.leg
    queue = served(leg, settings)
    yield leg.told("contact.offered", queue=queue, channel=leg.channel)
    until = session.until()
    if until is None:
        return
    over = replace(leg, at=until)
    taker = _taker(over, agents)
    if session.metrics & GAVE_UP:
        yield over.told("contact.abandoned", queue=queue)
    elif "TFLOWOUT" in session.metrics:
        yield over.told("contact.left", reason="overflow")
    elif taker is not None and taker.agent is not None:
        yield conversations.answered(over, taker.agent, settings)


def _untaken(
    session: Session, agents: Sequence[Session], settings: SourceSettings
) -> Iterable[EventBody]:
    """How a stay ended whose metrics do not say it, and that no agent took who is known."""
    until = session.until()
    if until is None or session.metrics & {*GAVE_UP, "TFLOWOUT"}:
        return
    over = replace(session.leg, at=until)
    if _taker(over, agents) is not None:
        return
    if session.ended_by == conversations.CALLER_WENT and ANSWERED not in session.metrics:
        yield over.told("contact.abandoned", queue=served(session.leg, settings))
    else:
        yield over.told("contact.left", reason="other")


def _taker(over: Leg, agents: Sequence[Session]) -> Session | None:
    """The first agent who talked in this queue after the routing was over."""
    known = [
        (since, one)
        for one in agents
        if (one.leg.queue, one.leg.media) == (over.queue, over.media)
        and (since := one.talked_since) is not None
        and since >= over.at - CLOCKS_APART
    ]
    return min(known, key=lambda pair: pair[0])[1] if known else None


def _served(session: Session) -> Iterable[EventBody]:
    until = session.until(TALKING)
    talk = session.spent(*TALKED)
    if until is not None and talk:
        over = replace(session.leg, at=until)
        if any(one.ended_by.endswith("TRANSFER") for one in session.segments):
            yield over.told("contact.transferred")
        yield over.told("contact.ended", talk_ms=talk, hold_ms=session.spent("HOLD"))
    wrapped = session.until(frozenset(("WRAPUP",)))
    if wrapped is not None and talk:
        done = replace(session.leg, at=wrapped)
        yield done.told("contact.wrapped", wrap_ms=session.spent("WRAPUP"))


def _missed(session: Session, settings: SourceSettings) -> Iterable[EventBody]:
    """Ringing in vain, unless the caller hung up meanwhile."""
    until = session.until()
    rang = session.spent("ALERT")
    gone = any(one.ended_by == conversations.CALLER_WENT for one in session.segments)
    if until is not None and rang and session.talked_since is None and not gone:
        over = replace(session.leg, at=until)
        agent = settings.agent(session.agent or "")
        queue = served(session.leg, settings)
        yield over.told("agent.missed", agent=agent, queue=queue, ring_ms=rang)
