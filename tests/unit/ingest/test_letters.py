"""Dead letters of ingest."""

import pytest

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.domain.letters import PAYLOAD_BYTES, event_id, letter
from tests.unit.ingest.builders import NOW, PSEUDONYMS

REFUSAL = Refusal(Reason.MALFORMED, "not JSON")


def test_a_letter_keeps_the_text_as_it_came() -> None:
    made = letter(REFUSAL, b'{"id": "1"', "shop", NOW, PSEUDONYMS)
    assert (made.reason, made.origin, made.at, made.tenant, made.payload) == (
        Reason.MALFORMED,
        "ingest",
        NOW,
        "shop",
        '{"id": "1"',
    )


def test_a_text_that_is_not_utf8_is_kept_as_bytes() -> None:
    made = letter(REFUSAL, b"\xff", "shop", NOW, PSEUDONYMS)
    assert made.payload is None
    assert made.payload_base64 == b"\xff"


def test_a_customer_is_masked() -> None:
    assert "+86138" not in str(
        letter(REFUSAL, b'{"customer": "+86138"}', "shop", NOW, PSEUDONYMS).payload
    )


def test_a_text_too_long_for_any_event_is_cut_and_says_so() -> None:
    made = letter(REFUSAL, b"x" * (PAYLOAD_BYTES + 5), "shop", NOW, PSEUDONYMS)
    assert len(str(made.payload)) == PAYLOAD_BYTES
    assert made.detail == f"not JSON (payload cut to {PAYLOAD_BYTES} of {PAYLOAD_BYTES + 5} bytes)"


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        (b'{"id": "7", "x": 1}', "7"),
        (b'{"id": 7}', None),
        (b"{}", None),
        (b"nonsense", None),
        (b'{"x":' + b"[" * 9999, None),
    ],
)
def test_the_id_of_a_refused_text_is_told_where_it_can_be_read(
    text: bytes, id_: str | None
) -> None:
    assert event_id(text) == id_
