"""Bodies: their forms and how they split."""

import pytest

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.domain.bodies import BOM, Form, form_of, split
from floorpulse.ingest.domain.nesting import TooManyElements

LIMIT = 3


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", " application/json ;x=y"],
)
def test_a_content_type_is_read_without_its_parameters(content_type: str) -> None:
    assert form_of(content_type) is Form.JSON


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jsonx", "application/xml"])
def test_other_content_types_are_no_form(content_type: str) -> None:
    assert form_of(content_type) is None


@pytest.mark.parametrize(
    ("form", "body", "texts"),
    [
        (Form.JSON, b' {"a": 1}\n', [b'{"a": 1}']),
        (Form.JSON, BOM + b"[1, 2]", [b"1", b"2"]),
        (Form.JSON, b"[1, NaN]", [b"1", b" NaN"]),
        (Form.JSON, b"[]", []),
        (Form.JSON, b"", []),
        (Form.JSON, b"nonsense", [b"nonsense"]),
        (Form.NDJSON, b"1\r\n\n2\n", [b"1\r", b"2"]),
        (Form.NDJSON, b"\n\n", []),
        (Form.CLOUDEVENT, b"[1]", [b"[1]"]),
        (Form.CLOUDEVENTS, b"[1]", [b"1"]),
    ],
)
def test_a_body_splits_into_the_texts_of_its_events(
    form: Form, body: bytes, texts: list[bytes]
) -> None:
    assert split(form, body, LIMIT) == texts


def test_an_element_nested_without_end_keeps_its_neighbours() -> None:
    deep = b"[" * 5000 + b"]" * 5000
    assert split(Form.JSON, b"[1," + deep + b",2]", LIMIT) == [b"1", deep, b"2"]


@pytest.mark.parametrize("body", [b"[1,", b"[1]x", b"[" * 100_000, b"{}"])
def test_a_batch_that_is_no_array_is_malformed_as_a_whole(body: bytes) -> None:
    refusal = split(Form.CLOUDEVENTS, body, LIMIT)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "malformed"


@pytest.mark.parametrize(
    ("form", "body"),
    [(Form.JSON, b"[1,2,3,4]"), (Form.JSON, b"[1,NaN,3,4]"), (Form.NDJSON, b"1\n2\n3\n4")],
)
def test_more_events_than_allowed_are_too_many(form: Form, body: bytes) -> None:
    with pytest.raises(TooManyElements):
        split(form, body, LIMIT)
