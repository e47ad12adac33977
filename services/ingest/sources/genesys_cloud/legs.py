"""Which visit an event of a conversation belongs to.

Events of users and of after-call work name the queue, but not the participant that routed. So a
visit is the conversation in one queue, and a callback in that queue is one of its own. A
conversation that returns to a queue where it was before goes on with the same visit.
"""

from dataclasses import dataclass

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, hashed_visit, identity
from floorpulse.ingest.sources.source import SourceSettings

CHANNELS = {"CHAT": "chat", "EMAIL": "email", "MESSAGE": "social", "CALLBACK": "callback"}
"""Media types that are not `voice`, each with its channel"""

ACCOMPANYING = frozenset(("COBROWSE", "SCREENSHARE", "SCREENMONITORING", "INTERNALMESSAGE"))
"""Media types of what goes on beside a conversation, which is told by itself (SDK 264)"""


@dataclass(frozen=True)
class Leg:
    """One session of a conversation in a queue: `at` epoch milliseconds, `queue` the queue's id."""

    contact: str
    session: str
    queue: str
    media: str
    at: int

    @property
    def accompanies(self) -> bool:
        """Whether it is nobody's conversation, but something shown or written beside one."""
        return self.media in ACCOMPANYING

    @property
    def channel(self) -> str | None:
        """The channel; None is voice."""
        return CHANNELS.get(self.media)

    def told(self, type_: str, **fields: object) -> EventBody:
        """An event of the visit."""
        word = type_.removeprefix("contact.")
        return {
            "type": type_,
            "id": identity(self.contact, self.session, word),
            "at": self.at,
            "contact": self.contact,
            "visit": visit_in(self.queue, self.media),
            **fields,
        }


def visit_in(queue: str, media: str) -> int:
    """The visit number of a conversation in this queue."""
    return hashed_visit(f"{queue}:callback" if media == "CALLBACK" else queue)


def leg_of(body: Fields) -> Leg | None:
    """The leg that a detail event tells of; None where it names no queue, as consultations and
    monitoring do, or lacks what every event has.
    """
    contact = body.text("conversationId")
    queue = body.text("queueId")
    at = body.milliseconds("eventTime") or body.instant("eventTime")
    if contact is None or queue is None or at is None:
        return None
    session = body.text("sessionId", "participantId") or f"{queue}:{at}"
    return Leg(contact, session, queue, body.word("mediaType"), at)


def served(leg: Leg, settings: SourceSettings) -> str:
    """The name of the leg's queue."""
    return settings.queue(leg.queue)
