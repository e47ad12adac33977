"""The published JSON Schema of the events is the one of the code."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.schema import event_schema, published_schema

FILE = Path(__file__).parents[3] / "docs" / "schema" / "events.schema.json"
HELD = {
    "type": "contact.held",
    "id": "1",
    "source": "s",
    "at": "2026-11-11T09:30:00Z",
    "contact": "c",
}


def test_the_published_schema_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == published_schema()


@pytest.mark.parametrize("schema", [json.loads(published_schema()), event_schema()])
def test_the_schema_takes_events_and_nothing_else(schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(HELD)
    assert not validator.is_valid(HELD | {"type": "contact.vanished"})
    assert not validator.is_valid(HELD | {"surprise": 1})


@given(
    st.fixed_dictionaries(
        {name: st.just(value) for name, value in HELD.items()},
        optional={"visit": st.integers(-2, 40_000)},
    )
)
@settings(deadline=None, max_examples=30)
def test_schema_and_decoder_agree_on_visits(event: dict[str, object]) -> None:
    try:
        msgspec.convert(event, AnyEvent)
        decoded = True
    except msgspec.ValidationError:
        decoded = False
    assert Draft202012Validator(event_schema()).is_valid(event) == decoded
