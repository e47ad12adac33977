"""Descriptions of published documents carry no layout of the source."""

from floorpulse.runtime.descriptions import unfolded


def test_paragraphs_become_one_line_and_lists_keep_theirs() -> None:
    told = "First half\n    and second.\n\n    - one\n    - two\n"

    assert unfolded({"a": [{"description": told, "default": "x\n    y"}]}) == {
        "a": [{"description": "First half and second.\n\n- one\n- two", "default": "x\n    y"}]
    }


def test_a_field_that_is_called_description_is_no_text() -> None:
    document = {"properties": {"description": {"type": "string", "description": "a\n  b"}}}

    assert unfolded(document) == {
        "properties": {"description": {"type": "string", "description": "a b"}}
    }
