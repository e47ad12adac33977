"""The shape of JSON text: depth and elements, whatever the text is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.ingest.domain.nesting import TooManyElements, deeper_than, elements

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(JSON, st.integers(0, 6))
@settings(deadline=None, max_examples=40)
def test_depth_is_that_of_the_parsed_value(value: object, depth: int) -> None:
    assert deeper_than(json.dumps(value).encode(), depth) == (depth_of(value) > depth)


@given(st.lists(JSON, max_size=8), st.sampled_from([None, 1]))
@settings(deadline=None, max_examples=40)
def test_elements_are_those_of_the_parsed_array(values: list[object], indent: int | None) -> None:
    found = elements(json.dumps(values, indent=indent).encode(), 8)
    assert found is not None
    assert [json.loads(text) for text in found] == values


@given(st.binary(max_size=300) | st.text(alphabet='[]{}",\\ 1', max_size=60).map(str.encode))
@settings(deadline=None, max_examples=40)
def test_any_bytes_have_a_shape(text: bytes) -> None:
    deeper_than(text, 3)
    elements(text, 1000)


def test_brackets_inside_strings_do_not_nest() -> None:
    assert not deeper_than(b'{"a": "[[[[[[[[", "b": "\\"{{{"}', 1)


def test_a_broken_element_keeps_its_neighbours() -> None:
    assert elements(b'[{"a": 1},{"b": NaN, "c": "],["},,3]', 9) == [
        b'{"a": 1}',
        b'{"b": NaN, "c": "],["}',
        b"",
        b"3",
    ]


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[1", b"[1]]", b"[1] x", b'["a]', b'[{"a": 1]', b"[1}", b"[1][2]", b'["\\'],
)
def test_what_is_no_complete_array_has_no_elements(text: bytes) -> None:
    assert elements(text, 9) is None


def test_an_empty_array_has_no_elements() -> None:
    assert elements(b" [ ] ", 9) == []


def test_more_elements_than_allowed_stop_the_reading() -> None:
    assert elements(b"[1,2]", 2) == [b"1", b"2"]
    with pytest.raises(TooManyElements, match="more than 2"):
        elements(b"[1,2,3]", 2)


def test_a_megabyte_of_brackets_or_of_quotes_costs_one_look() -> None:
    deep = b"[" * 1_000_000
    assert deeper_than(deep, 16)
    assert elements(deep, 9) is None
    assert elements(b'["' + b'\\"' * 500_000, 9) is None
