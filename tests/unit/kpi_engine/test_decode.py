"""Records from Kafka: an event, or a reason; never an exception."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.contracts.events import ContactOffered
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.kpi_engine.fold.decode import decode, told_by

OFFERED = {
    "type": "contact.offered",
    "id": "1",
    "source": "s",
    "tenant": "acme",
    "at": 1_000,
    "contact": "c",
    "queue": "q",
}


def record(**fields: object) -> bytes:
    return json.dumps({**OFFERED, **fields}).encode()


def test_a_canonical_record_is_an_event() -> None:
    assert isinstance(decode(record()), ContactOffered)


def test_a_backslash_before_u0000_is_just_text() -> None:
    assert isinstance(decode(record(contact="a\\u0000b")), ContactOffered)


def test_a_time_in_text_is_read() -> None:
    event = decode(record(at="2026-11-11T00:00:00+08:00"))

    assert isinstance(event, ContactOffered)
    assert event.at == 1_794_326_400_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.MALFORMED),
        (None, Reason.MALFORMED),
        (b"\xff\xfe{", Reason.MALFORMED),
        (b"[" * 100_000, Reason.MALFORMED),
        (b'{"type":"contact.offered"}', Reason.MISSING_FIELD),
        (record(type="no.such"), Reason.UNKNOWN_TYPE),
        (record(contact="a\0b"), Reason.INVALID_FIELD),
        (record(at="yesterday"), Reason.INVALID_TIME),
        (record(at="2026-11-11T00:00:00"), Reason.INVALID_TIME),
        (
            json.dumps({key: value for key, value in OFFERED.items() if key != "tenant"}).encode(),
            Reason.NO_TENANT,
        ),
        (
            b'{"type":"qa.retracted","id":"1","source":"s","tenant":"acme","at":1,"evaluation":"e","agent":"a"}',
            Reason.NO_SUBJECT,
        ),
    ],
)
def test_what_cannot_be_counted_has_a_reason(value: bytes | None, reason: Reason) -> None:
    refusal = decode(value)

    assert isinstance(refusal, Refusal)
    assert refusal.reason is reason
    assert refusal.detail


@settings(max_examples=500, deadline=None)
@given(
    st.binary(max_size=200)
    | st.builds(lambda text, cut: text[:cut], st.just(record()), st.integers(0, 150))
)
def test_no_bytes_raise(value: bytes) -> None:
    decode(value)


@pytest.mark.parametrize(
    ("fields", "reason", "names"),
    [
        (
            {
                "type": "survey.answered",
                "survey": "s",
                "kind": "csat",
                "score": 1,
                "best": 5,
                "worst": 5,
            },
            Reason.INVALID_FIELD,
            "$.best",
        ),
        (
            {
                "type": "survey.answered",
                "survey": "s",
                "kind": "csat",
                "score": 6,
                "best": 5,
                "worst": 1,
            },
            Reason.INVALID_FIELD,
            "$.score",
        ),
        ({"at": -1}, Reason.TIME_OUT_OF_RANGE, "-1"),
        ({"at": 4_102_444_800_000}, Reason.TIME_OUT_OF_RANGE, "$.at"),
    ],
)
def test_a_refusal_says_where_it_was_wrong(
    fields: dict[str, object], reason: Reason, names: str
) -> None:
    refusal = decode(record(**fields))

    assert isinstance(refusal, Refusal)
    assert refusal.reason is reason
    assert names in refusal.detail


def test_a_folded_record_says_what_its_event_says() -> None:
    event = decode(record())

    assert told_by(record()) == event
    assert not isinstance(event, Refusal)
    assert told_by(event) is event


def test_a_folded_record_that_is_refused_is_a_defect() -> None:
    with pytest.raises(TypeError, match="a record that was folded is refused"):
        told_by(b"{}")
