"""CloudEvents through a configured source: types of ours, and foreign ones by the table."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.domain.deliveries import records_of
from floorpulse.ingest.sources.source import ForeignType, SourceRecord
from tests.unit.ingest.sources.told import opened, told

TYPES = {
    "org.example.call.queued": ForeignType(
        "contact.offered", {"contact": "call.id", "queue": "call.group"}, {}, {"channel": "chat"}
    ),
    "org.example.call.over": ForeignType(
        "contact.ended", {"contact": "call.id", "talk_ms": "spoken", "at": "ended"}
    ),
    "org.example.desk": ForeignType(
        "agent.state",
        {"agent": "who", "state": "now"},
        {"state": {"ready": "available", "2": "break"}},
    ),
}


def event(kind: str, data: object = None, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": kind,
        "id": "7",
        "source": "here",
        "time": "2026-11-02T09:00:00Z",
        "data": data,
        **more,
    }


def refused(payload: object, **known: Any) -> str:
    said = opened("cloudevents", **known).take(SourceRecord(0, json.dumps(payload).encode()))
    assert isinstance(said, Refusal)
    return said.reason.value


def test_a_foreign_type_is_read_by_its_table() -> None:
    source = opened("cloudevents", types=TYPES, queues={"g1": "Orders"})
    data = {"call": {"id": 42, "group": "g1"}, "more": [1]}
    assert told(source, event("org.example.call.queued", data)) == [
        {
            "source": "here",
            "type": "contact.offered",
            "id": "7",
            "at": "2026-11-02T09:00:00Z",
            "contact": "42",
            "queue": "Orders",
            "channel": "chat",
        }
    ]


def test_numbers_come_from_texts_and_instants_from_the_data() -> None:
    source = opened("cloudevents", types=TYPES)
    data = {"call": {"id": "c1"}, "spoken": "61000", "ended": "2026-11-02T09:02:00+08:00"}
    (ended,) = told(source, event("org.example.call.over", data))
    assert (ended["talk_ms"], ended["at"]) == (61_000, "2026-11-02T09:02:00+08:00")


@pytest.mark.parametrize(("word", "state"), [("ready", "available"), (2, "break")])
def test_foreign_words_mean_what_the_table_says(word: object, state: str) -> None:
    source = opened("cloudevents", types=TYPES)
    (entered,) = told(source, event("org.example.desk", {"who": "ana", "now": word}))
    assert entered["state"] == state


def test_a_type_of_ours_needs_no_table() -> None:
    source = opened("cloudevents", agents={"a1": "Ana"})
    held = event("com.example.contact.held", {"contact": "c1"})
    taken = event("contact.answered", {"contact": "c1", "agent": "a1"}, id="8")
    assert [one["type"] for one in told(source, held, taken)] == [
        "contact.held",
        "contact.answered",
    ]
    assert told(source, taken)[0]["agent"] == "Ana"


def test_an_id_of_another_source_is_told_apart() -> None:
    (held,) = told(opened("cloudevents"), event("contact.held", {"contact": "c1"}, source="crm"))
    assert (held["id"], held["source"]) == ("crm:7", "here")


def test_data_may_be_base64() -> None:
    packed = base64.b64encode(b'{"contact": "c1"}').decode()
    (held,) = told(opened("cloudevents"), event("contact.held", data_base64=packed))
    assert held["contact"] == "c1"


def test_a_foreign_type_without_a_table_is_refused_and_beside_one_ignored() -> None:
    other = event("org.example.order.created", {"contact": "c1"})
    assert refused(other) == "unknown_type"
    source = opened("cloudevents", types=TYPES)
    assert told(source, other) == []
    assert source.unknown.counted() == {"org.example.order.created": 1}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (event("contact.held", specversion="0.3"), Reason.INVALID_FIELD),
        (event("contact.held", data="text"), Reason.INVALID_FIELD),
        (event("contact.held", data_base64="%%%"), Reason.INVALID_FIELD),
        ({"specversion": "1.0", "type": "contact.held"}, Reason.MISSING_FIELD),
        ([], None),
        (["text"], Reason.MALFORMED),
    ],
)
def test_what_is_no_cloudevent_is_refused(payload: object, reason: Reason | None) -> None:
    if reason is None:
        assert told(opened("cloudevents"), payload) == []
    else:
        assert refused(payload) == reason.value


def test_the_binary_form_is_the_structured_one() -> None:
    headers = {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-type": "contact.held",
        "ce-id": "7",
        "ce-source": "here",
        "ce-time": "2026-11-02T09%3A00%3A00Z",
    }
    records = records_of(headers, b' {"contact": "c1"}\n', 10)
    assert isinstance(records, list)
    (held,) = told(opened("cloudevents"), *map(json.loads, records))
    assert (held["at"], held["contact"]) == ("2026-11-02T09:00:00Z", "c1")


def test_a_binary_form_whose_headers_are_no_utf_8_is_refused() -> None:
    headers = {"ce-specversion": "1.0", "ce-type": "contact.held", "ce-id": "%FF"}

    assert isinstance(records_of(headers, b"{}", 10), Refusal)


def test_a_binary_form_without_json_is_refused() -> None:
    headers = {"ce-specversion": "1.0", "ce-type": "contact.held", "ce-id": "7"}
    records = records_of(headers, b"no json", 10)
    assert isinstance(records, list)
    assert isinstance(opened("cloudevents").take(SourceRecord(0, records[0])), Refusal)


def read(payload: object, types: Mapping[str, ForeignType] = TYPES) -> dict[str, Any]:
    """The one event of a payload, also where ingest would refuse it."""
    source = opened("cloudevents", types=types)
    said = source.take(SourceRecord(0, json.dumps(payload).encode()))
    assert not isinstance(said, Refusal)
    (event,) = map(json.loads, said)
    return dict(event)


def test_what_is_absent_in_the_data_or_no_number_is_left_to_the_judge() -> None:
    over = event("org.example.call.over", {"call": {"id": "c1"}, "spoken": "long"})
    assert read(over)["talk_ms"] == "long"
    queued = read(event("org.example.call.queued", {"call": {}}))
    assert queued.keys().isdisjoint({"contact", "queue"})


def test_an_event_without_data_is_one() -> None:
    assert read(event("contact.held"))["type"] == "contact.held"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        (1_793_610_000, 1_793_610_000_000),
        (1_793_610_000.25, 1_793_610_000_250),
        ("1793610000", 1_793_610_000_000),
        (1_793_610_000_000, 1_793_610_000_000),
        ("1793610000000", 1_793_610_000_000),
        ("2026-11-02T09:00:00Z", "2026-11-02T09:00:00Z"),
    ],
)
def test_foreign_instants_are_epoch_seconds_or_milliseconds_or_rfc_3339(
    said: object, at: object
) -> None:
    over = event("org.example.call.over", {"call": {"id": "c1"}, "ended": said})

    assert read(over)["at"] == at


@pytest.mark.parametrize(
    ("said", "fatal"), [(True, True), ("true", True), ("False", False), ("perhaps", "perhaps")]
)
def test_yes_and_no_may_be_texts(said: object, fatal: object) -> None:
    fields = {"contact": "call", "evaluation": "id", "score": "points", "fatal": "failed"}
    types = {"org.example.assessed": ForeignType("qa.scored", fields)}
    data = {"call": "c1", "id": "e1", "points": "80", "failed": said}

    assert read(event("org.example.assessed", data), types)["fatal"] == fatal


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("call.id", {"call.id": "c1"}),
        ("a.call.id", {"a": {"call.id": "c1"}}),
        ("calls.1.id", {"calls": [{"id": "c0"}, {"id": "c1"}]}),
        ("ids.0", {"ids": ["c1"]}),
    ],
)
def test_a_path_goes_through_names_with_dots_and_items_of_arrays(path: str, data: object) -> None:
    types = {"org.example.held": ForeignType("contact.held", {"contact": path})}

    (known,) = told(opened("cloudevents", types=types), event("org.example.held", data))

    assert known["contact"] == "c1"


@pytest.mark.parametrize("path", ["ids.1", "ids.x", "ids.0.deeper", "call.id.deeper"])
def test_a_path_that_leads_nowhere_is_left_to_the_judge(path: str) -> None:
    types = {"org.example.held": ForeignType("contact.held", {"contact": path})}
    held = event("org.example.held", {"ids": ["c1"], "call": {"id": "c1"}})

    assert "contact" not in read(held, types)
