"""Bodies: their forms and how they split."""

import pytest

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.domain.bodies import BOM, BodyForm, form_of, split
from floorpulse.ingest.domain.nesting import TooManyElements

LIMIT = 3


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON; charset=utf-8", " application/json ;x=y"],
)
def test_a_content_type_is_read_without_its_parameters(content_type: str) -> None:
    assert form_of(content_type) is BodyForm.JSON


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jsonx", "application/xml"])
def test_other_content_types_are_no_form(content_type: str) -> None:
    assert form_of(content_type) is None


@pytest.mark.parametrize(
    ("form", "body", "texts"),
    [
        (BodyForm.JSON, b' {"a": 1}\n', [b'{"a": 1}']),
        (BodyForm.JSON, BOM + b"[1, 2]", [b"1", b"2"]),
        (BodyForm.JSON, b"[1, NaN]", [b"1", b" NaN"]),
        (BodyForm.JSON, b"[]", []),
        (BodyForm.JSON, b"", []),
        (BodyForm.JSON, b"nonsense", [b"nonsense"]),
        (BodyForm.NDJSON, b"1\r\n\n2\n", [b"1\r", b"2"]),
        (BodyForm.NDJSON, b"\n\n", []),
        (BodyForm.CLOUDEVENT, b"[1]", [b"[1]"]),
        (BodyForm.CLOUDEVENTS, b"[1]", [b"1"]),
    ],
)
def test_a_body_splits_into_the_texts_of_its_events(
    form: BodyForm, body: bytes, texts: list[bytes]
) -> None:
    assert split(form, body, LIMIT) == texts


def test_an_element_nested_without_end_keeps_its_neighbours() -> None:
    deep = b"[" * 5000 + b"]" * 5000
    assert split(BodyForm.JSON, b"[1," + deep + b",2]", LIMIT) == [b"1", deep, b"2"]


@pytest.mark.parametrize("body", [b"[1,", b"[1]x", b"[" * 100_000, b"{}"])
def test_a_batch_that_is_no_array_is_malformed_as_a_whole(body: bytes) -> None:
    refusal = split(BodyForm.CLOUDEVENTS, body, LIMIT)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "malformed"


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (BodyForm.JSON, b"[1,2,3,4]"),
        (BodyForm.JSON, b"[1,NaN,3,4]"),
        (BodyForm.NDJSON, b"1\n2\n3\n4"),
    ],
)
def test_more_events_than_allowed_are_too_many(form: BodyForm, body: bytes) -> None:
    with pytest.raises(TooManyElements):
        split(form, body, LIMIT)
