"""CloudEvents mapped onto canonical events."""

import base64
import json

import pytest

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.domain.cloudevents import TYPES, bind, from_headers, own_type, unwrap

HELD = {
    "specversion": "1.0",
    "type": "contact.held",
    "id": "3",
    "source": "pbx",
    "time": "2026-11-11T09:31:00Z",
}
ATTRIBUTES = {"type": "contact.held", "id": "3", "source": "pbx", "at": "2026-11-11T09:31:00Z"}
DATA = {"contact": "c1"}


def unwrapped(envelope: object) -> dict[str, object]:
    text = unwrap(json.dumps(envelope).encode())
    assert isinstance(text, bytes), text
    event: dict[str, object] = json.loads(text)
    return event


def refusal_of(text: bytes | Refusal) -> tuple[str, str]:
    assert isinstance(text, Refusal)
    return text.reason.value, text.detail


def test_attributes_and_data_make_one_event() -> None:
    assert unwrapped(HELD | {"data": DATA, "traceparent": "x"}) == ATTRIBUTES | DATA


def test_attributes_win_over_data() -> None:
    assert unwrapped(HELD | {"data": DATA | {"id": "other"}})["id"] == "3"


def test_without_a_time_the_data_may_say_when() -> None:
    envelope = {name: HELD[name] for name in HELD if name != "time"}
    assert unwrapped(envelope | {"data": DATA | {"at": 5}})["at"] == 5


def test_data_may_come_in_base64() -> None:
    encoded = base64.b64encode(json.dumps(DATA).encode()).decode()
    assert unwrapped(HELD | {"data_base64": encoded}) == ATTRIBUTES | DATA


def test_a_type_may_carry_a_reverse_domain_prefix() -> None:
    assert own_type("com.example.contact.held") == "contact.held"
    assert own_type("com.example.contact.vanished") == "com.example.contact.vanished"
    assert len(TYPES) == 19


@pytest.mark.parametrize(
    ("envelope", "reason", "detail"),
    [
        (HELD | {"specversion": "0.3"}, "invalid_field", "$.specversion"),
        ({"specversion": "1.0", "type": "contact.held"}, "missing_field", "`id`"),
        (HELD | {"data": [1]}, "invalid_field", "$.data"),
        (HELD | {"data_base64": base64.b64encode(b"{").decode()}, "malformed", "not JSON"),
        ([1], "malformed", "array"),
    ],
)
def test_what_is_no_cloudevent_is_refused(envelope: object, reason: str, detail: str) -> None:
    found, why = refusal_of(unwrap(json.dumps(envelope).encode()))
    assert found == reason
    assert detail in why


def test_a_binary_cloudevent_has_its_attributes_in_headers() -> None:
    text = bind({name: str(value) for name, value in HELD.items()}, json.dumps(DATA).encode())
    assert isinstance(text, bytes)
    assert json.loads(text) == ATTRIBUTES | DATA


def test_a_header_may_stand_between_quotes() -> None:
    """CloudEvents, HTTP Protocol Binding 1.0.2, 3.1.3.2: quotes MUST be taken, as older senders
    write them, before the one round of percent-decoding.
    """
    quoted = {"id": '"7 \\"a\\\\b\\" %E5%8C%97"', "source": '"', "specversion": '"1.0"'}

    assert from_headers(quoted) == {"id": '7 "a\\b" 北', "source": '"', "specversion": "1.0"}


def test_a_header_that_is_no_utf_8_is_refused() -> None:
    refused = bind({**HELD, "id": "%C0%A0"}, b'{"contact": "c1"}')

    assert refused == Refusal(Reason.INVALID_FIELD, "a ce- header is no UTF-8 once it is decoded")


def test_a_binary_cloudevent_needs_all_attributes() -> None:
    assert refusal_of(bind({"specversion": "1.0"}, b"{}"))[0] == "missing_field"


def test_a_body_cannot_slip_attributes_past_the_headers() -> None:
    assert (
        refusal_of(
            bind(
                {name: str(value) for name, value in HELD.items()},
                b'{"contact": "c1"},"id":"forged"',
            )
        )[0]
        == "malformed"
    )
