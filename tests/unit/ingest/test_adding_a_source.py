"""The steps of docs/how-to/add-a-source.md, followed for a platform that does not exist."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.registry import SOURCES, UnknownSourceError, stream_of
from floorpulse.ingest.sources.source import SourceFactory, SourceRecord, SourceSettings
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds
from tests.unit.ingest.builders import AT, verdict


class BellPayload(msgspec.Struct, frozen=True):
    """One webhook of the Bell platform; seconds since 1970."""

    kind: str
    call: str
    when: int
    line: str = ""
    person: str = ""


decode = msgspec.json.Decoder(BellPayload).decode


class Bell:
    """A `Source`: calls ring on a line, a person picks them up, or they stop.

    A call that stops may still be picked up elsewhere: its end is told when the stream ends.
    """

    def __init__(self, settings: SourceSettings) -> None:
        self.unknown = UnknownKinds("kind", "payload")
        self._source = settings.name
        self._stopped: dict[str, BellPayload] = {}

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        try:
            payload = decode(record.content)
        except ValueError as wrong:
            return Refusal(Reason.MALFORMED, f"no payload of Bell: {wrong}")
        match payload.kind:
            case "rings":
                return [self._event("contact.offered", payload, queue=payload.line)]
            case "picked_up":
                self._stopped.pop(payload.call, None)
                return [self._event("contact.answered", payload, agent=payload.person)]
            case "stopped":
                self._stopped[payload.call] = payload
            case "test_tone":
                pass
            case kind:
                self.unknown.count(kind, record.place)
        return ()

    def finish(self) -> Sequence[bytes]:
        return [self._event("contact.abandoned", payload) for payload in self._stopped.values()]

    def _event(self, type_: str, payload: BellPayload, **fields: str) -> bytes:
        event = {
            "type": type_,
            "id": f"{payload.call}.{payload.kind}",
            "source": self._source,
            "at": payload.when * 1000,
            "contact": payload.call,
        }
        return msgspec.json.encode(event | fields)


WITH_BELL: dict[str, SourceFactory] = {**SOURCES, "bell": Bell}
SECOND = AT // 1000


def payload(kind: str, call: str = "c1", **fields: object) -> bytes:
    return json.dumps({"kind": kind, "call": call, "when": SECOND, **fields}).encode()


def told(*records: bytes) -> list[dict[str, Any]]:
    """The events of a whole stream, each accepted by ingest."""
    stream = stream_of("bell", "bell:main", WITH_BELL)
    events = [
        event
        for place, record in enumerate(records, 1)
        for event in stream.events(place, record) or ()
    ]
    events += stream.rest()
    for event in events:
        assert isinstance(verdict(event), CanonicalEvent), event
    return [json.loads(event) for event in events]


def test_a_new_source_is_one_class_and_one_entry_of_the_registry() -> None:
    assert told(
        payload("rings", line="sales"),
        payload("picked_up", person="a-7", extra="unknown fields are ignored"),
    ) == [
        {
            "type": "contact.offered",
            "id": "c1.rings",
            "source": "bell:main",
            "at": SECOND * 1000,
            "contact": "c1",
            "queue": "sales",
        },
        {
            "type": "contact.answered",
            "id": "c1.picked_up",
            "source": "bell:main",
            "at": SECOND * 1000,
            "contact": "c1",
            "agent": "a-7",
        },
    ]


def test_the_same_records_give_the_same_events_so_that_sending_again_counts_once() -> None:
    records = payload("rings", line="sales"), payload("stopped")

    assert told(*records) == told(*records)


def test_what_may_still_be_contradicted_is_told_when_the_stream_ends() -> None:
    lost = told(
        payload("stopped", "c1"), payload("stopped", "c2"), payload("picked_up", person="a")
    )

    assert [(event["type"], event["contact"]) for event in lost] == [
        ("contact.answered", "c1"),
        ("contact.abandoned", "c2"),
    ]


def test_two_streams_of_one_source_know_nothing_of_one_another() -> None:
    first = stream_of("bell", "bell:main", WITH_BELL)
    second = stream_of("bell", "bell:main", WITH_BELL)
    first.events(1, payload("stopped"))

    assert (len(first.rest()), len(second.rest())) == (1, 0)


def test_a_record_that_cannot_be_read_is_refused_with_its_place_and_its_reason() -> None:
    stream = stream_of("bell", "bell:main", WITH_BELL)

    assert [stream.events(place, b"noise") for place in range(1, 8)] == [None] * 7
    assert stream.refused == 7
    assert [
        (one.record.place, one.record.content, one.refusal.reason) for one in stream.first_refused
    ] == [(place, b"noise", Reason.MALFORMED) for place in range(1, 6)]
    assert stream.notes()[:2] == [
        "sent as received, for the source cannot read them: 7",
        "  1: malformed, no payload of Bell: JSON is malformed: invalid character (byte 4)",
    ]


def test_a_kind_that_the_source_does_not_know_is_counted_and_a_silent_one_is_not() -> None:
    stream = stream_of("bell", "bell:main", WITH_BELL)
    for place, kind in enumerate(("test_tone", "hums", "hums"), 1):
        assert stream.events(place, payload(kind)) == ()

    assert stream.notes() == [
        "kinds without an event, not counted in any figure: 2 payloads",
        "  hums: 2 payloads, first in payload 2",
    ]


def test_a_source_that_is_not_in_the_registry_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownSourceError, match=r"no source 'bell'; there are .*queue-log"):
        stream_of("bell", "bell:main")


def test_every_source_of_the_registry_survives_records_of_noise() -> None:
    for name in SOURCES:
        stream = stream_of(name, "a")
        for place, noise in enumerate((b"", b"\xff\x00|||||", b"[[[[", b"1|a|b|c|\xff|d")):
            stream.events(place, noise)
        assert stream.rest() == ()
