"""Genesys Cloud's payloads as canonical events: which kind a payload is, and who reads it.

    {"detail-type": …, "detail": {"topicName": …, "eventBody": …}}   Amazon EventBridge
    {"topicName": …, "eventBody": …}                                 notification WebSocket
    {"conversationId": …, "participants": […]}                       analytics, conversation details
    {"id": …, "surveyForm": …, "answers": …}                         quality, a survey

Topics carry an id in their middle, or the letters `{id}`: only what stands around it is read.
"""

import re
from collections.abc import Callable, Mapping

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.genesys_cloud import agents, conversations, details, quality
from floorpulse.ingest.sources.payloads import Ignored, Told, each, missing
from floorpulse.ingest.sources.source import SourceSettings

Reader = Callable[[Fields, SourceSettings], Told]

DETAIL = re.compile(r"v2\.detail\.events\.conversation\.[^.]+\.(?P<kind>.+)", re.IGNORECASE)
OTHER = re.compile(
    r"v2\.(?P<what>users|quality\.[a-z]+|[a-z.]+)\.[^.]+(?:\.(?P<kind>[a-z]+))?", re.IGNORECASE
)
SYSTEM = ("channel.metadata", "v2.system.")
"""Topics in which the channel speaks of itself"""

READERS: Mapping[str, Reader] = {
    "acd.start": conversations.offered,
    "acd.end": conversations.routed,
    "user.end": conversations.parted,
    "acw": conversations.wrapped,
    "users.activity": agents.activity,
    "quality.evaluations": quality.evaluation,
    "quality.surveys": quality.survey,
}
SILENT = frozenset(
    (
        "customer.start",
        "customer.end",
        "user.start",
        "flow.start",
        "flow.end",
        "ivr.start",
        "ivr.end",
        "voicemail.start",
        "voicemail.end",
        "wrapup",
    )
)
"""Kinds of which there is no event: what they tell, others tell better"""


def events(payload: Mapping[str, object], settings: SourceSettings) -> Told:
    """The events of one payload of any of the four forms."""
    outer = Fields(payload)
    notice = outer.part("detail") or outer
    topic = notice.text("topicName") or outer.text("detail-type")
    if topic is None:
        return _pulled(outer, settings)
    if topic.startswith(SYSTEM):
        return ()
    body = notice.part("eventBody")
    if not body:
        return missing("eventBody")
    return _notified(kind_of(topic), body, settings)


def kind_of(topic: str) -> str:
    """The kind that a topic tells: `acd.end`, `users.activity`, `quality.evaluations`."""
    detail = DETAIL.fullmatch(topic)
    if detail is not None:
        return detail["kind"].lower()
    other = OTHER.fullmatch(topic)
    if other is None:
        return topic
    return ".".join(word.lower() for word in (other["what"], other["kind"]) if word)


def _notified(kind: str, body: Fields, settings: SourceSettings) -> Told:
    reader = READERS.get(kind)
    if reader is not None:
        return reader(body, settings)
    if body.text("currentState") is not None:
        return agents.state(body, settings)
    return () if kind in SILENT else Ignored(kind)


def _pulled(outer: Fields, settings: SourceSettings) -> Told:
    if outer.raw("conversations") is not None:
        page = outer.parts("conversations")
        return each(page, lambda one: details.conversation(one, settings))
    if outer.raw("participants") is not None:
        return details.conversation(outer, settings)
    if outer.raw("surveyForm") is not None:
        return quality.survey(outer, settings)
    if outer.number("totalHits") == 0:
        return ()
    return missing("topicName or detail-type")
