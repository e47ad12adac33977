"""Every source of the registry on junk: nothing raises, and no event of a contact lacks it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.registry import RECEIVERS, SOURCES
from floorpulse.ingest.sources.source import (
    ForeignType,
    SourceRecord,
    SourceSettings,
    SurveyScale,
)
from tests.unit.ingest.builders import verdict

KNOWN = SourceSettings(
    "here",
    queues={"q": "Orders"},
    activities={"Back office": "break"},
    scales={"stars": SurveyScale("csat", 1, 5, {"1": 5.0})},
    types={"foreign": ForeignType("contact.offered", {"contact": "a.b", "queue": "q"})},
)
NAMES = [
    "detail-type",
    "detail",
    "eventType",
    "EventType",
    "contactId",
    "ContactId",
    "initialContactId",
    "previousContactId",
    "initiationMethod",
    "channel",
    "queueInfo",
    "queueArn",
    "enqueueTimestamp",
    "agentInfo",
    "agentArn",
    "connectedToAgentTimestamp",
    "disconnectTimestamp",
    "disconnectReason",
    "AgentARN",
    "EventId",
    "EventTimestamp",
    "CurrentAgentSnapshot",
    "PreviousAgentSnapshot",
    "Contacts",
    "State",
    "AgentStatus",
    "Name",
    "Type",
    "Configuration",
    "RoutingProfile",
    "InboundQueues",
    "ARN",
    "Queue",
    "Agent",
    "EnqueueTimestamp",
    "Duration",
    "Attributes",
    "stars",
    "LastUpdateTimestamp",
    "EvaluationId",
    "Metadata",
    "Score",
    "Percentage",
    "Status",
    "LastModifiedTime",
    "specversion",
    "type",
    "id",
    "source",
    "time",
    "data",
    "data_base64",
    "contact",
    "agent",
    "queue",
    "a",
    "b",
    "topicName",
    "eventBody",
    "eventTime",
    "conversationId",
    "sessionId",
    "mediaType",
    "queueId",
    "userId",
    "acdOutcome",
    "Sid",
    "sid",
    "payload",
    "TaskSid",
    "TaskQueueSid",
    "TimestampMs",
    "WorkerName",
    "ReservationSid",
    "SessionId",
    "ServeParticipants",
    "QueuedTimestamp",
    "AcceptTimestamp",
    "Sequence",
    "EndStatus",
    "contactId",
    "channelId",
    "skillGroupId",
    "agentId",
    "eventTime",
    "StartTime",
    "TalkTime",
    "Event",
    "Uniqueid",
    "Queue",
    "Interface",
    "Member",
    "variables",
    "uuid",
    "CC-Action",
    "CC-Queue",
    "CC-Member-UUID",
]
WORDS = (
    "Amazon Connect Contact Event",
    "QUEUED",
    "DISCONNECTED",
    "COMPLETED",
    "STATE_CHANGE",
    "CALLBACK",
    "TRANSFER",
    "CONNECTED_ONHOLD",
    "MISSED",
    "SUBMITTED",
    "2026-11-02T09:00:10.200Z",
    "1970-01-01T00:00:00.001Z",
    "arn:aws:connect:x:1:instance/i/queue/agent/a",
    "arn:aws:connect:x:1:instance/i/queue/q",
    "foreign",
    "contact.held",
    "1.0",
    "c-1",
    "reservation.accepted",
    "v2.detail.events.conversation.1.acd.end",
    "Enqueue",
    "AgentConnect",
    "member-queue-start",
    "",
    "\x00",
    "é" * 200,
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(WORDS),
    st.integers(min_value=-(1 << 70), max_value=1 << 70),
    st.sampled_from([0, 1793610010, 1793610010200, 1e400, -1.5]),
    st.text(max_size=8),
)
OBJECTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)
    ),
    max_leaves=25,
)
JUNK = st.one_of(
    OBJECTS.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(NAMES), OBJECTS, min_size=3, max_size=12).map(
        lambda value: json.dumps(value).encode()
    ),
    st.binary(max_size=60),
    st.sampled_from([b"[" * 20_000, b'{"a":' * 5_000, b"\xef\xbb\xbf{}", b'"\\ud800"', b"{}" * 3]),
)


def events(vendor: str, *junk: bytes) -> list[dict[str, Any]]:
    source = SOURCES[vendor](KNOWN)
    found: list[bytes] = []
    for place, content in enumerate(junk):
        said = source.take(SourceRecord(place, content))
        found += [] if isinstance(said, Refusal) else said
    found += source.finish()
    return [json.loads(event) for event in found]


@pytest.mark.parametrize("vendor", sorted(SOURCES))
@given(junk=st.lists(JUNK, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_nothing_raises_on_junk_and_what_is_told_names_its_contact(
    vendor: str, junk: list[bytes]
) -> None:
    for event in events(vendor, *junk):
        judged = verdict(json.dumps(event).encode())
        assert isinstance(judged, CanonicalEvent | Refusal)
        is_of_a_contact = str(event.get("type")).startswith("contact.")
        assert not is_of_a_contact or event.get("contact") or vendor == "cloudevents"


@pytest.mark.parametrize("vendor", sorted(SOURCES))
def test_the_same_records_give_the_same_events(vendor: str) -> None:
    records = [json.dumps(dict.fromkeys(NAMES, word)).encode() for word in WORDS[:6]]
    assert events(vendor, *records) == events(vendor, *records)


def test_whoever_takes_deliveries_is_a_source() -> None:
    assert RECEIVERS.keys() <= SOURCES.keys()
