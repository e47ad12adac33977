"""What OpenAPI says of bodies that msgspec encodes."""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.runtime.answers import answering, schema_of


class Colour(StrEnum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    """A size."""

    SMALL = 1


class Part(msgspec.Struct):
    """A part."""

    colour: Annotated[Colour, Meta(description="of its paint")]
    size: Size
    side: Literal["left", "right"]


class Whole(msgspec.Struct):
    """A whole."""

    parts: list[Part]
    note: str | None = None


def test_types_inside_a_body_are_local_definitions_under_their_names() -> None:
    schema = schema_of(Whole)

    assert schema["$ref"] == "#/$defs/Whole"
    assert set(schema["$defs"]) == {"Whole", "Part", "Colour", "Size"}
    parts = schema["$defs"]["Whole"]["properties"]["parts"]
    assert parts == {"type": "array", "items": {"$ref": "#/$defs/Part"}}
    assert schema["$defs"]["Whole"]["required"] == ["parts"]


def test_a_published_name_stands_in_definitions_titles_and_references() -> None:
    schema = schema_of(Whole, {Part: "Piece"})

    assert set(schema["$defs"]) == {"Whole", "Piece", "Colour", "Size"}
    assert schema["$defs"]["Piece"]["title"] == "Piece"
    parts = schema["$defs"]["Whole"]["properties"]["parts"]
    assert parts["items"] == {"$ref": "#/$defs/Piece"}


def test_enumerations_name_the_type_of_their_values() -> None:
    definitions = schema_of(Whole)["$defs"]

    assert definitions["Colour"]["type"] == "string"
    assert definitions["Size"]["type"] == "integer"
    assert definitions["Part"]["properties"]["side"]["type"] == "string"


def test_a_route_answers_with_the_body_under_a_status() -> None:
    assert answering(Whole, 201, "Made") == {
        201: {
            "description": "Made",
            "content": {"application/json": {"schema": schema_of(Whole)}},
        }
    }
