"""Descriptions of published documents carry no layout of the source."""

from floorpulse.runtime.descriptions import unfolded, widened


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


def test_integers_beyond_32_bits_say_so() -> None:
    schema = {
        "properties": {
            "type": {"type": "string"},
            "at": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "visit": {"type": "integer", "minimum": 1, "maximum": 32767.0},
            "span": {"type": "integer", "maximum": 2678400000.0},
            "length": {"type": "integer", "enum": [15, 30]},
        }
    }

    assert widened(schema) == {
        "properties": {
            "type": {"type": "string"},
            "at": {"anyOf": [{"type": "integer", "format": "int64"}, {"type": "null"}]},
            "visit": {"type": "integer", "minimum": 1, "maximum": 32767.0},
            "span": {"type": "integer", "maximum": 2678400000.0, "format": "int64"},
            "length": {"type": "integer", "enum": [15, 30]},
        }
    }
